"""The tutorial's functions, and beside them what is wrong in the original ones."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks import reference
from core._keras import keras, tf
from core.dataset import DigitSet
from core.explain.explainer import Explainer
from core.network import load_network
from core.tutorial import (
    display_gradcam_with_img,
    get_basic_cnn,
    make_gradcam_heatmap,
    superimpose,
)
from tests.core.explain.builders import extremes, images, noise
from tests.core.explain.reference import LAYERS, maps_in_float64

_NAMES = (*LAYERS, "flatten", "dense", "softmax")


@pytest.fixture(scope="module")
def model() -> keras.Sequential:
    return load_network()


@pytest.fixture(scope="module")
def loaded(model: keras.Sequential, tmp_path_factory: pytest.TempPathFactory) -> keras.Sequential:
    """The same network, written to a file and read again."""
    file: Path = tmp_path_factory.mktemp("network") / "whole.keras"
    with pytest.warns(DeprecationWarning, match="__array__"):  # Keras's own, while it saves
        model.save(file)
    return keras.saving.load_model(file)


# --- get_basic_cnn -------------------------------------------------------------------------------


def test_every_network_made_in_a_process_is_the_tutorial_s() -> None:
    for network in [get_basic_cnn() for _ in range(3)]:
        assert tuple(layer.name for layer in network.layers) == _NAMES
        assert network.count_params() == 50_186
        assert (network.input_shape, network.output_shape) == ((None, 28, 28, 1), (None, 10))


# --- make_gradcam_heatmap ------------------------------------------------------------------------


@pytest.mark.sampled(2)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_heatmap_is_the_original_s_where_the_probability_is_not_saturated(
    model: keras.Sequential, explainer: Explainer, digits: DigitSet, layer: str, thorough: bool
) -> None:
    count = 100 if thorough else 25
    some = images(digits, slice(700))
    unsaturated = explainer.explain(some).probabilities.max(1) < 1 - 1e-4
    batch = some[unsaturated][:count]
    original = _originals(model, batch, layer)
    empty = np.asarray(np.isnan(original).any((1, 2)))  # 0/0
    original[empty] = 0

    corrected = [make_gradcam_heatmap(digit[None], model, layer) for digit in batch]
    in_batch = explainer.explain(batch, layer, score="probability")
    # Kernels differ in the last places of p, and even one kernel does for one image and for many.
    # Each of the two may be off by what four units in the last place make of this digit's map.
    exact, below, above = (
        maps_in_float64(model, batch, "log_odds", ulps=ulps)[layer] for ulps in (0, -4, 4)
    )
    rounding = np.maximum(np.abs(below - exact), np.abs(above - exact)).max((1, 2))
    off = np.abs(in_batch.heatmaps - original).max((1, 2))
    clear = in_batch.probabilities.max(1) < 1 - 1e-3
    decided = np.equal(below.any((1, 2)), above.any((1, 2)))

    assert len(batch) == count
    np.testing.assert_allclose(corrected, original, atol=1e-5)
    assert off[clear].max() < 1e-3
    assert (off <= 2 * rounding + 1e-4).all()
    np.testing.assert_array_equal(in_batch.empty[decided], empty[decided])
    assert decided.sum() >= 0.95 * count


def _originals(
    model: keras.Sequential, batch: NDArray[np.float32], layer: str
) -> NDArray[np.float32]:
    return np.stack([reference.make_gradcam_heatmap(d[None], model, layer) for d in batch])


def test_a_heatmap_has_the_digits_of_float64_where_the_probability_is_saturated(
    model: keras.Sequential, explainer: Explainer, digits: DigitSet
) -> None:
    some = images(digits, slice(200))
    batch = some[explainer.explain(some).probabilities.max(1) > 1 - 1e-6][:20]
    exact = maps_in_float64(model, batch, "log_odds")

    assert len(batch) == 20
    for layer in LAYERS:
        corrected = [make_gradcam_heatmap(digit[None], model, layer) for digit in batch]
        np.testing.assert_allclose(corrected, exact[layer], atol=1e-3)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("target", [None, 0, 9])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_heatmap_is_finite_whatever_the_image(
    model: keras.Sequential, layer: str, target: int | None
) -> None:
    for image in np.concatenate([extremes(), noise(2)]):
        heatmap = make_gradcam_heatmap(image[None], model, layer, target)
        assert np.isfinite(heatmap).all()
        assert heatmap.min() >= 0
        assert heatmap.max() == (1 if heatmap.any() else 0)


def test_a_heatmap_is_finite_for_a_class_whose_probability_is_zero() -> None:
    certain = get_basic_cnn()
    certain.get_layer("dense").bias.assign([200] + 9 * [0])

    for target in range(10):
        heatmap = make_gradcam_heatmap(noise(1), certain, "max_pooling2d_1", target)
        assert np.isfinite(heatmap).all()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("layer", LAYERS)
def test_another_class_can_be_explained(
    model: keras.Sequential, explainer: Explainer, digits: DigitSet, layer: str
) -> None:
    nine = images(digits, slice(7, 8))
    for target in range(10):
        expected = explainer.explain(nine, layer, target).heatmaps[0]
        heatmap = make_gradcam_heatmap(nine, model, layer, target)
        np.testing.assert_allclose(heatmap, expected, atol=1e-3)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_network_from_a_file_gives_the_same_heatmaps(
    model: keras.Sequential, loaded: keras.Sequential, digits: DigitSet, layer: str
) -> None:
    for digit in images(digits, slice(10)):
        np.testing.assert_array_equal(
            make_gradcam_heatmap(digit[None], loaded, layer),
            make_gradcam_heatmap(digit[None], model, layer),
        )


@pytest.mark.parametrize(
    ("layer", "target", "complaint"),
    [
        ("dense", None, "no layer 'dense' with feature maps: there are conv2d, .*max_pooling2d_1"),
        ("conv2d_2", None, "no layer 'conv2d_2' with feature maps"),
        ("conv2d", 10, "classes from 0 to 9, not 10"),
        ("conv2d", -1, "classes from 0 to 9, not -1"),
    ],
)
def test_a_layer_or_class_that_is_not_there_is_named(
    model: keras.Sequential, layer: str, target: int | None, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        make_gradcam_heatmap(noise(1), model, layer, target)


def test_a_network_of_any_form_is_explained(model: keras.Sequential, digits: DigitSet) -> None:
    functional = keras.Model(model.inputs[0], model.layers[-1].output)
    seven = images(digits, slice(7, 8))

    np.testing.assert_allclose(
        make_gradcam_heatmap(seven, functional, "conv2d_1"),
        make_gradcam_heatmap(seven, model, "conv2d_1"),
        atol=1e-5,
    )


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(TypeError, match=r"must be a keras\.Model, not a str"):
        make_gradcam_heatmap(noise(1), "model.keras", "conv2d")


@pytest.mark.parametrize(
    ("image", "complaint"),
    [
        (np.zeros((1, 28, 28, 1), np.uint8), "must be float32 as the network takes them"),
        (np.full((1, 28, 28, 1), np.nan, np.float32), "finite numbers only"),
        (np.zeros((0, 28, 28, 1), np.float32), "must hold one image, not 0"),
        (np.zeros((8, 28, 28, 1), np.float32), "must hold one image, not 8"),
        (np.zeros((1, 14, 14, 1), np.float32), r"must be \(n, 28, 28, 1\)"),
    ],
)
def test_what_is_not_one_image_is_refused(
    model: keras.Sequential, image: NDArray[np.generic], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        make_gradcam_heatmap(image, model, "conv2d_1")


@pytest.mark.parametrize("wrong", ["7", True, 7.0, [7, 7]])
def test_what_is_not_a_class_is_refused(model: keras.Sequential, wrong: Any) -> None:
    with pytest.raises(ValueError, match="pred_index must be"):
        make_gradcam_heatmap(noise(1), model, "conv2d_1", wrong)


def test_a_network_without_an_input_names_its_layers() -> None:
    network = keras.Sequential([keras.layers.Conv2D(4, 3, name="conv"), keras.layers.Flatten()])
    network.add(keras.layers.Dense(10, activation="softmax"))
    with pytest.raises(ValueError, match="input shape is not known: call it once"):
        make_gradcam_heatmap(noise(1), network, "conv")

    network(noise(1))

    assert make_gradcam_heatmap(noise(1), network, "conv").shape == (26, 26)
    with pytest.raises(ValueError, match="no layer 'conv2d' with feature maps: there are conv"):
        make_gradcam_heatmap(noise(1), network, "conv2d")


def test_mixed_precision_gives_the_maps_of_float32(
    model: keras.Sequential, digits: DigitSet
) -> None:
    policy = keras.DTypePolicy("mixed_float16")
    config = model.get_config()
    for layer in config["layers"][1:]:
        layer["config"]["dtype"] = keras.saving.serialize_keras_object(policy)
    mixed = keras.Sequential.from_config(config)
    mixed.set_weights(model.get_weights())
    assert mixed.get_layer("conv2d_1").compute_dtype == "float16"

    for digit in images(digits, slice(8)):
        np.testing.assert_allclose(
            make_gradcam_heatmap(digit[None], mixed, "conv2d_1"),
            make_gradcam_heatmap(digit[None], model, "conv2d_1"),
            atol=1e-5,
        )


def test_both_classes_of_one_probability_are_explained_where_it_is_rounded_to_one() -> None:
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    network.layers[-1].bias.assign([40.0])
    assert float(network(noise(1))[0, 0]) == 1

    is_it, is_not = (make_gradcam_heatmap(noise(1), network, "conv", k) for k in (1, 0))

    assert is_it.max() == is_not.max() == 1
    assert not ((is_it > 0) & (is_not > 0)).any()  # evidence for one is evidence against the other
    np.testing.assert_array_equal(make_gradcam_heatmap(noise(1), network, "conv"), is_it)


# --- the original's mistakes, and the corrections ------------------------------------------------


def test_mistake_of_dividing_zero_by_zero(model: keras.Sequential, digits: DigitSet) -> None:
    blank = np.zeros((1, 28, 28, 1), np.float32)
    candidates = [blank, *images(digits, slice(60))[:, None]]
    with_nan = [
        digit
        for digit in candidates
        if np.isnan(reference.make_gradcam_heatmap(digit, model, "conv2d")).all()
    ]

    assert with_nan
    for digit in with_nan:
        assert np.isfinite(make_gradcam_heatmap(digit, model, "conv2d")).all()


def test_mistake_of_a_saturated_probability(
    model: keras.Sequential, explainer: Explainer, digits: DigitSet
) -> None:
    some = images(digits, slice(300))
    p = explainer.explain(some).probabilities.max(1)
    batch = some[(p > 1 - 1e-6) & (p < 1)][:20]
    exact = maps_in_float64(model, batch, "log_odds")["max_pooling2d_1"]
    original = _originals(model, batch, "max_pooling2d_1")
    corrected = [make_gradcam_heatmap(digit[None], model, "max_pooling2d_1") for digit in batch]

    assert (np.abs(original - exact).max((1, 2)) > 0.05).sum() >= 5
    assert np.abs(corrected - exact).max() < 1e-3


def test_mistake_of_a_stale_graph(loaded: keras.Sequential, digits: DigitSet) -> None:
    outputs = [loaded.get_layer("conv2d_1").output, loaded.layers[-1].output]
    submodel = keras.Model(loaded.inputs[0], outputs)
    with tf.GradientTape() as tape:
        features, probabilities = submodel(images(digits, slice(1)))
        score = probabilities[:, 7]

    assert tape.gradient(score, features) is None
    assert make_gradcam_heatmap(images(digits, slice(1)), loaded, "conv2d_1").max() == 1


def test_mistake_of_asking_a_sequential_for_its_output(model: keras.Sequential) -> None:
    with pytest.raises(AttributeError, match="never been called"):
        _ = model.output

    assert make_gradcam_heatmap(noise(1), model, "conv2d_1").shape == (14, 14)


def test_mistake_of_adding_beyond_255() -> None:
    white, hot = np.full((28, 28), 255, np.uint8), np.ones((7, 7), np.float32)
    wrapped = reference.superimpose(white[..., None].astype(np.float32), hot)
    corrected = superimpose(white, hot, alpha=0.4)

    assert (wrapped < 128).any()  # paper was white, heat was added, and it is dark
    assert (corrected == 255).all()


# --- display_gradcam_with_img --------------------------------------------------------------------


def _panels(figure: Figure) -> list[NDArray[np.float32]]:
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes]


def test_a_figure_shows_image_heatmap_and_both(model: keras.Sequential, digits: DigitSet) -> None:
    digit = images(digits, slice(7, 8))
    heatmap = make_gradcam_heatmap(digit, model, "max_pooling2d_1")
    image, heat, both = _panels(display_gradcam_with_img(digits.images[7], heatmap))

    np.testing.assert_array_equal(image, digits.images[7])
    np.testing.assert_array_equal(heat, heatmap)
    assert both.shape == (28, 28, 3)
    assert (both >= image[..., None]).all()  # light is added, and never taken away


@pytest.mark.parametrize(
    "form",
    [
        lambda grey: grey[..., None],
        lambda grey: grey.astype(np.float32) / 255,
        lambda grey: grey.astype(np.float32)[..., None],  # as the tutorial calls it
        lambda grey: (grey.astype(np.float64) / 255)[..., None],
        lambda grey: grey.astype(int).tolist(),
    ],
)
def test_every_form_of_an_image_is_drawn_alike(
    digits: DigitSet, form: Callable[[NDArray[np.uint8]], NDArray[np.generic]]
) -> None:
    heatmap = np.eye(7, dtype=np.float32)
    expected = _panels(display_gradcam_with_img(digits.images[7], heatmap))

    for panel, same in zip(
        _panels(display_gradcam_with_img(form(digits.images[7]), heatmap)), expected, strict=True
    ):
        np.testing.assert_array_equal(panel, same)


def test_alpha_is_how_strongly_the_heat_is_added(digits: DigitSet) -> None:
    heatmap = np.eye(7, dtype=np.float32)
    faint, strong = (
        _panels(display_gradcam_with_img(digits.images[7], heatmap, alpha))[2].astype(int)
        for alpha in (0.1, 0.4)
    )
    _, _, none = _panels(display_gradcam_with_img(digits.images[7], heatmap, 0))

    assert (strong >= faint).all()
    assert strong.sum() > faint.sum()
    np.testing.assert_array_equal(none, np.repeat(digits.images[7][..., None], 3, -1))


def test_an_empty_heatmap_is_said_to_be_and_adds_nothing(digits: DigitSet) -> None:
    figure = display_gradcam_with_img(digits.images[7], np.zeros((7, 7), np.float32))

    assert [axes.get_title() for axes in figure.axes][1] == "heatmap = 0"
    np.testing.assert_array_equal(_panels(figure)[2], np.repeat(digits.images[7][..., None], 3, -1))


def test_a_figure_is_saved_as_any_other(digits: DigitSet, tmp_path: Path) -> None:
    display_gradcam_with_img(digits.images[7], np.eye(7)).savefig(tmp_path / "figure.png")

    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("shape", [(28,), (28, 28, 3), (1, 28, 28, 1)])
def test_an_image_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"must be \(h, w\) or \(h, w, 1\)"):
        display_gradcam_with_img(np.zeros(shape), np.eye(7))


def test_no_global_figure_is_opened() -> None:
    plt = sys.modules["matplotlib.pyplot"]  # the original's way, imported with it above
    before = plt.get_fignums()
    display_gradcam_with_img(np.zeros((28, 28)), np.eye(7))

    assert plt.get_fignums() == before
