"""The pictures of "Why Grad-CAM misses here" show what the network computes."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.special import softmax

from bot.i18n import LANGUAGES, speaker
from bot.lessons.illustrations import Illustration, Illustrator
from bot.lessons.messages import lesson_page
from bot.lessons.parsing import load_lessons
from bot.lessons.state import LessonState, View
from core.dataset import DigitSet
from core.dataset import test_digit as digit_of_the_test_set
from core.explain.explainer import Explainer
from core.faithfulness.agreement import rank_correlation
from core.faithfulness.deletion import RANDOM_ORDERS, random_orders
from core.faithfulness.randomisation import randomise_from_top
from core.figures.probabilities import format_percent
from core.figures.style import EXPLAINED
from tests.bot.lessons.arithmetic import LastLayer, last_layer
from tests.core.explain.builders import images

LESSONS = load_lessons()
EMPTY = 10
"""A test digit whose Grad-CAM map is empty."""


@pytest.fixture(scope="module")
def layer(explainer: Explainer, digits: DigitSet) -> LastLayer:
    return last_layer(explainer, digits, 20)


async def drawn(
    illustrator: Illustrator, picture: str, index: int, target: int | None = None
) -> Illustration:
    return await illustrator.illustrate(picture, View(index, target=target))


def number(text: object) -> float:
    return float(str(text).replace("−", "-"))


def opened(illustration: Illustration) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(illustration.drawing.file)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("index", [7, 12])
@pytest.mark.parametrize("target", [None, 4])
async def test_two_maps_are_compared_by_their_hottest_cells_and_their_correlation(
    illustrator: Illustrator, layer: LastLayer, index: int, target: int | None
) -> None:
    classes = layer.predictions if target is None else np.full(20, target)
    upstream = layer.upstream(classes)
    maps = [np.maximum(m[index], 0) for m in (layer.gradcam(upstream), layer.hirescam(upstream))]

    fields = (await drawn(illustrator, "apart", index, target)).drawing.fields

    hottest = [f"({cell // 7 + 1}, {cell % 7 + 1})" for cell in (int(m.argmax()) for m in maps)]
    assert [fields["first"], fields["second"]] == hottest
    assert fields["relation"] == ("=" if hottest[0] == hottest[1] else "≠")
    assert number(fields["likeness"]) == pytest.approx(np.corrcoef(maps)[0, 1], abs=0.006)


async def test_nothing_is_compared_with_an_empty_map(illustrator: Illustrator) -> None:
    apart = (await drawn(illustrator, "apart", EMPTY)).drawing.fields
    sanity = (await drawn(illustrator, "sanity", EMPTY)).drawing.fields

    assert (apart["first"], apart["likeness"], apart["empty"]) == ("–", "–", "Grad-CAM")
    assert sanity["gradcam"] == "–"


@pytest.mark.parametrize("target", range(10))
async def test_cells_and_bias_add_up_to_the_logit(
    illustrator: Illustrator, explainer: Explainer, layer: LastLayer, target: int
) -> None:
    cells = layer.features[7] * layer.dense[:, :, target]
    image = digit_of_the_test_set(7).image[np.newaxis]

    fields = (await drawn(illustrator, "sum", 7, target)).drawing.fields

    assert number(fields["total"]) == pytest.approx(cells.sum(), abs=0.006)
    assert number(fields["bias"]) == pytest.approx(layer.bias[target], abs=0.006)
    assert number(fields["logit"]) == pytest.approx(
        float(explainer.logits(image)[0, target]), abs=0.006
    )
    assert fields["positive"] == (cells.sum(1) > 0).sum()
    assert fields["negative"] == (cells.sum(1) < 0).sum()


async def test_with_a_global_average_both_methods_agree_and_add_up_to_its_logit(
    illustrator: Illustrator, layer: LastLayer
) -> None:
    for index in (7, 12):
        averaged = layer.features[index].sum(0) @ layer.dense.mean(0) + layer.bias
        predicted = layer.predictions[index]

        fields = (await drawn(illustrator, "average", index)).drawing.fields

        flat, gap = (fields[f"{head}_logit"] for head in ("flatten", "gap"))
        assert number(flat) == pytest.approx(layer.logits[index, predicted], abs=0.06)
        assert number(gap) == pytest.approx(averaged[predicted], abs=0.06)
        assert fields["flatten_hirescam"] == flat
        assert fields["flatten_gradcam"] == gap
        assert fields["gap_gradcam"] == fields["gap_hirescam"] == gap
        assert fields["flatten_digit"] == predicted
        assert fields["gap_digit"] == averaged.argmax()
        assert fields["gap_confidence"] == format_percent(softmax(averaged).max())


async def test_the_maps_of_the_averaged_head_look_the_same(illustrator: Illustrator) -> None:
    pixels = opened(await drawn(illustrator, "average", 7))

    left, right = pixels[:, 190:442], pixels[:, 466:718]
    flatten, gap = np.s_[76:328], np.s_[392:644]
    assert np.array_equal(left[gap], right[gap])
    assert np.array_equal(left[flatten], left[gap])
    assert not np.array_equal(left[flatten], right[flatten])


async def test_a_fifth_of_the_ink_is_rubbed_out_and_the_network_is_asked_again(
    illustrator: Illustrator, explainer: Explainer, layer: LastLayer
) -> None:
    index, image = 7, layer.images[7]
    ink = np.flatnonzero(image > 0.1)
    upstream = layer.upstream(layer.predictions)
    left = []
    for maps in (layer.gradcam(upstream), layer.hirescam(upstream)):
        heat = np.maximum(maps[index], 0).reshape(7, 7)
        fine = np.asarray(Image.fromarray(heat.astype(np.float32)).resize((28, 28), 2)).ravel()
        hottest = ink[np.argsort(-fine[ink], kind="stable")][: round(len(ink) / 5)]
        rest = image.copy().reshape(-1)
        rest[hottest] = 0
        logits = explainer.logits(rest.reshape(1, 28, 28))[0]
        left.append(softmax(logits)[layer.predictions[index]])

    illustration = await drawn(illustrator, "deletion", index)

    fields = illustration.drawing.fields
    draws = np.repeat(image.reshape(1, -1), RANDOM_ORDERS, 0)
    for draw, order in zip(draws, random_orders(image, RANDOM_ORDERS), strict=True):
        draw[order[: round(len(ink) / 5)]] = 0
    random = softmax(explainer.logits(draws.reshape(-1, 28, 28)), axis=1)
    left.append(np.median(random[:, layer.predictions[index]]))
    names = ("gradcam", "hirescam", "random")
    shown = [float(str(fields[name]).rstrip("%")) / 100 for name in names]
    assert shown == pytest.approx(left, abs=0.001)
    assert fields["before"] == format_percent(softmax(layer.logits[index]).max())
    pixels = opened(illustration)[76:244]  # the upper row of panels
    for left_edge in (190, 382, 574):
        orange = (pixels[:, left_edge : left_edge + 168] == EXPLAINED).all(-1).sum()
        assert orange / 36 == round(len(ink) / 5)


async def test_the_last_layer_alone_is_random_in_the_sanity_check(
    illustrator: Illustrator, explainer: Explainer, digits: DigitSet
) -> None:
    name, model = next(randomise_from_top(explainer.model))
    seven, random = images(digits, slice(7, 8)), Explainer(model)
    image = seven[0, ..., 0]

    fields = (await drawn(illustrator, "sanity", 7)).drawing.fields

    assert name == "dense"
    for method, field in (("gradcam", "gradcam"), ("gradcam++", "plus")):
        one, other = (
            each.explain(seven, targets=9, method=method).heatmaps[0]
            for each in (explainer, random)
        )
        assert number(fields[field]) == pytest.approx(
            rank_correlation(one, other, image), abs=0.006
        )
    assert fields["random"] == random.explain(seven).predictions[0]


@pytest.mark.parametrize("picture", ["apart", "sum", "average", "deletion", "sanity"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_numbers_of_a_picture_stand_below_it_and_in_its_description(
    illustrator: Illustrator, picture: str, language: str
) -> None:
    illustration = await drawn(illustrator, picture, 7)
    pages = LESSONS.lesson("faithfulness", language).pages
    page = [each.picture for each in pages].index(picture)

    message = lesson_page(
        LESSONS, LessonState("faithfulness", page, View(7)), illustration, (speaker(language),)
    )

    words = "\n".join(getattr(item, "content", "") for item in message.view.walk_children())
    fields = illustration.drawing.fields
    shown = {str(value) for name, value in fields.items() if name != "empty"}
    description = str(message.files[0].description)
    for value in shown - {"=", "≠"}:
        assert value in words + description
    assert any(value in words and value in description for value in shown)
