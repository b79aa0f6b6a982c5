"""The lessons' code is a program that computes Grad-CAM, and the pictures show its numbers."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import cm
from numpy.typing import NDArray

from bot.i18n import LANGUAGES, speaker
from bot.lessons import code
from bot.lessons.illustrations import Illustrator
from bot.lessons.messages import lesson_page
from bot.lessons.parsing import load_lessons
from bot.lessons.picture import LAST_LAYER
from bot.lessons.state import LessonState, View
from core import tutorial
from core._keras import keras, tf
from core.dataset import test_digit as digit_of_the_test_set
from core.explain.explainer import Explainer

LESSONS = load_lessons()
HEATMAP, OVERLAY = "heatmap-code", "overlay-code"
SHOWN = [(7, None), (901, None), (42, 3)]
"""Test digits, and the class that is explained."""

EMPTY = 10
"""A test digit whose heatmap is empty."""

Names = Mapping[str, Any]


def blocks(lesson: str, language: str = "en") -> list[str]:
    """Return the code of each page."""
    pages = LESSONS.lesson(lesson, language).pages
    return ["\n".join(re.findall(r"```py\n(.*?)\n```", page.text, re.DOTALL)) for page in pages]


def run(lesson: str, **given: object) -> list[Names]:
    """Run the pages of a lesson one after another, and return the names that each one leaves.

    An indented page goes on with the block of the page before, and is run with it.
    """
    names, after, pages = dict(given), list[Names](), blocks(lesson)
    for i, page in enumerate(pages):
        if i and page.startswith(" "):
            continue
        rest = iter(pages[i + 1 :])
        more: list[str] = []
        while (following := next(rest, "")).startswith(" "):
            more.append(following)
        exec("\n".join([page, *more]), names)  # noqa: S102 - it is our own
        after += [dict(names)] * (1 + len(more))
    return after


def heatmap_program(
    model: keras.Model, index: int, target: int | None = None, layer: str = LAST_LAYER
) -> list[Names]:
    image = digit_of_the_test_set(index).image[np.newaxis, ..., np.newaxis]
    given = {"img_array": image, "last_conv_layer_name": layer, "pred_index": target}
    return run(HEATMAP, model=model, **given)


def overlay_program(model: keras.Model, index: int, target: int | None = None) -> list[Names]:
    heatmap = heatmap_program(model, index, target)[-1]["heatmap"]
    image = digit_of_the_test_set(index).image[..., np.newaxis]
    grey = np.round(255 * image).astype(np.uint8)
    return run(OVERLAY, img=grey, heatmap=heatmap, alpha=0.4)


def numbers(*texts: object) -> list[float]:
    """Read all numbers in texts."""
    found = re.findall(r"[+−-]?\d+(?:\.\d+)?(?:e-?\d+)?", " ".join(map(str, texts)))
    return [float(number.replace("−", "-")) for number in found]


def at(values: NDArray[Any] | tf.Tensor, index: object) -> Any:
    """Return the value at an index that is written as in a caption, such as `0, 3, 5`."""
    return np.asarray(values)[tuple(int(i) for i in str(index).split(","))]


async def fields_of(
    illustrator: Illustrator, picture: str, index: int, target: int | None
) -> Mapping[str, object]:
    drawn = await illustrator.illustrate(picture, View(index, target=target))
    return drawn.drawing.fields


def after(program: list[Names], lesson: str, picture: str) -> Names:
    """Return the names after the page with a picture."""
    pages = LESSONS.lesson(lesson, "en").pages
    return program[[page.picture for page in pages].index(picture)]


# --- the programs --------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", [HEATMAP, OVERLAY])
def test_the_code_is_the_same_in_every_language(lesson: str) -> None:
    first, *others = [blocks(lesson, language) for language in LANGUAGES]

    assert all(first[:-1])
    assert all(other == first for other in others)


@pytest.mark.parametrize("index", [0, 1, 2, 3, 4, 5, 6, 8, 9, EMPTY])
def test_the_program_computes_the_heatmap_of_the_function(explainer: Explainer, index: int) -> None:
    image = digit_of_the_test_set(index).image[np.newaxis, ..., np.newaxis]
    expected = tutorial.make_gradcam_heatmap(image, explainer.model, LAST_LAYER)

    names = heatmap_program(explainer.model, index)[-1]

    np.testing.assert_allclose(names["heatmap"], expected, atol=1e-5)
    np.testing.assert_array_equal(names["again"], expected)
    assert expected.any() == (index != EMPTY)


@pytest.mark.parametrize(("index", "target"), [*SHOWN, (0, 1), (8, 9)])
@pytest.mark.parametrize("layer", [LAST_LAYER, "conv2d_1"])
def test_the_program_explains_any_class_at_any_layer(
    explainer: Explainer, index: int, target: int | None, layer: str
) -> None:
    image = digit_of_the_test_set(index).image[np.newaxis]
    (expected,) = explainer.explain(image, layer, target).heatmaps

    heatmap = heatmap_program(explainer.model, index, target, layer)[-1]["heatmap"]

    np.testing.assert_allclose(heatmap, expected, atol=1e-5)


@pytest.mark.parametrize("index", [index for index, _ in SHOWN])
def test_the_program_adds_the_colours_as_the_function_does(
    explainer: Explainer, index: int
) -> None:
    names = overlay_program(explainer.model, index)[-1]
    expected = tutorial.superimpose(names["img"][..., 0], names["heatmap"], 0.4)

    # Matplotlib rounds colours down, and the lesson to the nearest.
    np.testing.assert_allclose(names["result"].astype(int), expected.astype(int), atol=1)
    assert len(names["figure"].axes) == 3


@pytest.mark.parametrize("lesson", [HEATMAP, OVERLAY])
def test_shapes_in_comments_are_those_of_the_program(explainer: Explainer, lesson: str) -> None:
    run_lesson = heatmap_program if lesson == HEATMAP else overlay_program
    pages = zip(blocks(lesson), run_lesson(explainer.model, 7), strict=True)
    told = [
        (names[name].shape, shape)
        for block, names in pages
        for name, shape in re.findall(r"^ *(\w+)\b.*# (\(.*\))$", block, re.MULTILINE)
    ]

    assert len(told) >= 5
    assert all(str(tuple(shape)) == comment for shape, comment in told)


# --- the numbers of the pictures -----------------------------------------------------------------


@pytest.mark.parametrize(("index", "target"), SHOWN)
async def test_the_numbers_of_the_heatmaps_pictures_are_the_programs(
    illustrator: Illustrator, explainer: Explainer, index: int, target: int | None
) -> None:
    program = heatmap_program(explainer.model, index, target)
    shown = {
        picture: await fields_of(illustrator, picture, index, target)
        for picture in code.PICTURES
        if any(picture == page.picture for page in LESSONS.lesson(HEATMAP, "en").pages)
    }
    image, last = program[0]["img_array"], program[-1]
    maps, preds, grads = (last[name].numpy() for name in ("maps", "preds", "grads"))
    weights, cells = last["weights"].numpy(), last["cells"].numpy()[..., 0]
    chosen = int(last["pred_index"])

    def same(value: object, expected: float, digits: float = 0.006) -> None:
        assert numbers(value)[0] == pytest.approx(expected, abs=digits), value

    page = shown["code-input"]
    same(page["value"], at(image, page["at"]), 1e-4)
    layers = {layer.name: layer for layer in explainer.model.layers}
    x = image
    for name, largest in shown["code-layers"].items():
        x = layers[name](x)
        same(largest, float(np.max(x)))
    page = shown["code-outputs"]
    same(page["value"], at(maps, page["at"]), 1e-3)
    assert at(maps, page["at"]) == maps.max()
    same(page["p"], preds.max(), 1e-6)
    assert preds.argmax() == page["predicted"]
    assert (page["count"], page["silent"]) == (64, (maps.max((0, 1, 2)) == 0).sum())
    k = shown["code-tape"]["channel"]
    same(shown["code-tape"]["slope"], 49 * weights[k])
    same(shown["code-preds"]["p"], preds[0, chosen], 1e-6)
    page = shown["code-odds"]
    assert numbers(page["rest"])[0] == pytest.approx(float(last["rest"][0]), rel=0.006)
    same(page["score"], float(last["score"][0]))
    same(page["complement"], 1 - preds[0, chosen], 1e-3)
    same(page["p"], preds[0, chosen], 1e-6)
    page = shown["code-grads"]
    same(page["value"], at(grads, page["at"]), 6e-4)
    assert abs(at(grads, page["at"])) == np.abs(grads[..., page["channel"]]).max()
    page = shown["code-weights"]
    same(page["sum"], grads[..., page["channel"]].sum(), 6e-4)
    same(page["value"], at(weights, page["channel"]), 6e-5)
    assert page["positive"] == (weights > 0).sum()
    page = shown["code-product"]
    cell, k = at(maps[0], page["at"]), page["channel"]
    assert page["active"] == np.count_nonzero(cell)
    same(page["feature"], cell[k], 6e-4)
    same(page["weight"], weights[k], 6e-4)
    same(page["product"], (cell * weights).max(), 6e-4)
    same(page["value"], (cell * weights).sum())
    page = shown["code-sums"]
    same(page["value"], at(cells, page["at"]))
    assert at(cells, page["at"]) == cells.max()
    page = shown["code-cut"]
    assert page["negative"] == (cells < 0).sum()
    same(page["lowest"], cells.min())
    page = shown["code-ratio"]
    largest = float(last["largest"])
    same(page["largest"], largest, 1e-3 * largest)
    same(page["before"], at(cells, page["at"]), 1e-3 * largest)
    same(page["value"], at(last["heatmap"], page["at"]), 6e-4)


@pytest.mark.parametrize(("index", "target"), SHOWN)
async def test_the_numbers_of_the_overlays_pictures_are_the_programs(
    illustrator: Illustrator, explainer: Explainer, index: int, target: int | None
) -> None:
    names = overlay_program(explainer.model, index, target)[-1]
    shown = {
        page.picture: await fields_of(illustrator, page.picture, index, target)
        for page in LESSONS.lesson(OVERLAY, "en").pages
    }
    heatmap, levels, table, mixed = (names[n] for n in ("heatmap", "levels", "table", "mixed"))

    page = shown["code-levels"]
    value = at(heatmap, page["at"])
    assert numbers(page["before"], page["exact"]) == pytest.approx([value, 255 * value], abs=0.06)
    assert page["value"] == at(levels, page["at"])
    page = shown["code-table"]
    assert numbers(page["colour"]) == table[page["level"]].tolist()
    assert page["count"] == len(np.unique(levels))
    page = shown["code-colours"]
    assert page["level"] == at(levels, page["at"])
    assert numbers(page["colour"]) == at(names["colours"], page["at"]).tolist()
    assert numbers(shown["code-resized"]["colour"]) == names["big"][14, 14].tolist()
    page = shown["code-sum"]
    assert numbers(page["colour"]) == at(names["big"], page["at"]).tolist()
    assert page["grey"] == at(names["img"], page["at"])[0]
    assert numbers(page["value"]) == np.round(at(mixed, page["at"])).tolist()
    page = shown["code-wrapped"]
    assert page["count"] == (np.round(mixed) > 255).sum()
    assert page["largest"] == np.round(mixed.max())
    assert page["value"] == np.round(mixed.max()) % 256
    page = shown["code-veil"]
    assert page["cold"] == (levels == 0).sum()
    assert numbers(page["jet"]) == np.round(0.4 * table[0].astype(float)).tolist()
    assert numbers(page["viridis"]) == np.round(0.4 * np.array([68, 1, 84])).tolist()


@pytest.mark.parametrize("lesson", [HEATMAP, OVERLAY])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_numbers_stand_below_the_picture(
    illustrator: Illustrator, lesson: str, language: str
) -> None:
    for number, page in enumerate(LESSONS.lesson(lesson, language).pages):
        if page.picture not in code.PICTURES:
            continue
        illustration = await illustrator.illustrate(page.picture, View(901))
        state = LessonState(lesson, number, View(901))
        message = lesson_page(LESSONS, state, illustration, (speaker(language),))
        words = "\n".join(getattr(item, "content", "") for item in message.view.walk_children())
        words += str(message.files[0].description)
        for name, value in illustration.drawing.fields.items():
            assert name == "empty" or str(value) in words, (page.picture, name)


async def test_an_empty_heatmap_has_its_pages_too(illustrator: Illustrator) -> None:
    cut = await fields_of(illustrator, "code-cut", EMPTY, None)
    ratio = await fields_of(illustrator, "code-ratio", EMPTY, None)
    veil = await fields_of(illustrator, "code-veil", EMPTY, None)

    assert numbers(cut["lowest"])[0] < 0
    assert (ratio["largest"], ratio["value"]) == ("0", "0.000")
    assert veil["cold"] == 49


# --- what the lessons say of Keras, TensorFlow, NumPy and Matplotlib -----------------------------


@pytest.fixture
def loaded(explainer: Explainer, tmp_path: Path) -> keras.Model:
    """The network, saved and loaded."""
    explainer.model.save(tmp_path / "network.keras")
    return keras.models.load_model(tmp_path / "network.keras")


def test_keras_3_refuses_three_lines_of_the_tutorial(loaded: keras.Model) -> None:
    for model in (tutorial.get_basic_cnn(), loaded):
        with pytest.raises(AttributeError, match="has never been called"):
            _ = model.output
        assert model.layers[-1].output.shape == (None, 10)
        with pytest.raises(ValueError, match="metrics"):
            model.compile("adam", "categorical_crossentropy", metrics="acc")
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    assert not hasattr(cm, "get_cmap")


def test_the_outputs_of_a_loaded_networks_layers_have_no_gradient(loaded: keras.Model) -> None:
    image = digit_of_the_test_set(7).image[np.newaxis, ..., np.newaxis]
    outputs = [loaded.get_layer(LAST_LAYER).output, loaded.layers[-1].output]
    stale = keras.Model(loaded.inputs[0], outputs)
    with tf.GradientTape() as tape:
        maps, preds = stale(image)
        score = preds[:, 9]

    assert tape.gradient(score, maps) is None
    np.testing.assert_allclose(preds, loaded(image), atol=1e-6)  # it reads the digit as before
    assert loaded.trainable_variables
    names = heatmap_program(loaded, 7)[-1]
    np.testing.assert_allclose(names["again"], names["heatmap"], atol=1e-4)


def test_the_score_has_no_gradient_by_a_copy_of_the_maps(explainer: Explainer) -> None:
    names = heatmap_program(explainer.model, 7)[-1]
    with tf.GradientTape() as tape:
        maps, preds = names["grad_model"](names["img_array"])
        copy, score = maps[0], preds[:, 9]

    of_copy, of_maps = tape.gradient(score, [copy, maps])
    assert of_copy is None
    assert of_maps.shape == (1, 7, 7, 64)


def test_a_matrix_product_needs_the_column(explainer: Explainer) -> None:
    names = heatmap_program(explainer.model, 7)[-1]

    with pytest.raises(tf.errors.InvalidArgumentError):
        names["maps"][0] @ names["weights"]
    assert names["cells"].shape == (7, 7, 1)
    wider = heatmap_program(explainer.model, 7, layer="conv2d_1")[-1]
    assert wider["cells"].shape == (14, 14, 1)
    assert tf.reduce_mean(names["grads"], axis=(0, 3)).shape == (7, 7)


def test_a_float_is_no_index_and_uint8_ends_at_255(explainer: Explainer) -> None:
    names = overlay_program(explainer.model, 7)[-1]
    heatmap, table = names["heatmap"], names["table"]

    with pytest.raises(IndexError, match="integer"):
        table[np.round(255 * heatmap)]
    assert np.count_nonzero(np.uint8(heatmap)) == 1
    assert (255 + 0.4 * 255, 357 - 256, 255 + 0.8 * 255, 459 - 256) == (357, 101, 459, 203)
    assert table[0].tolist() == [0, 0, 128]
    assert table.shape == (256, 3)
