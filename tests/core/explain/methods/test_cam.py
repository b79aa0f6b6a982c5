"""The methods of class activation, against the formulas of their papers."""

from typing import Any

import numpy as np
import pytest

from core._keras import keras
from core.dataset import DigitSet
from core.explain.explainer import Explainer
from core.explain.scores import Score
from tests.core.explain.builders import images
from tests.core.explain.methods import oracles
from tests.core.explain.methods.networks import SmoothNetwork, grid_network
from tests.core.explain.methods.oracles import GRADIENT_CAMS, Array, Chain, Question
from tests.core.explain.reference import LAYERS

_CLASSES = np.arange(32, dtype=np.int32) % 10
_CAMS = (*GRADIENT_CAMS, "eigencam", "scorecam", "ablationcam")


@pytest.fixture(scope="module")
def network(explainer: Explainer) -> Chain:
    return Chain(explainer.model)


def _expected(network: Chain, batch: Array, layer: str, method: str, asked: Question) -> Array:
    features = network.features(batch, layer)
    if method in GRADIENT_CAMS:
        return GRADIENT_CAMS[method](features, network.gradient(features, asked, layer))
    if method == "eigencam":
        return oracles.eigencam(features)
    by_passes = {"scorecam": oracles.scorecam, "ablationcam": oracles.ablationcam}
    return by_passes[method](network, batch, layer, asked)


# --- on digits -----------------------------------------------------------------------------------


@pytest.mark.sampled(5)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("method", _CAMS)
def test_the_map_is_the_paper_s(
    explainer: Explainer, network: Chain, digits: DigitSet, method: str, layer: str
) -> None:
    """On real digits, half of them with their own class and half with any."""
    batch = images(digits, slice(24))
    classes = np.where(np.arange(24) % 2, digits.labels[:24], _CLASSES[:24]).astype(np.int32)
    explained = explainer.explain(batch, layer, classes, method)
    raw = _expected(network, batch.astype(np.float64), layer, method, Question(classes))

    assert not explained.signed
    np.testing.assert_allclose(explained.heatmaps, oracles.scaled(raw, signed=False), atol=1e-4)
    np.testing.assert_allclose(explained.raw, raw, atol=1e-4 * np.abs(raw).max())


@pytest.mark.parametrize("method", [name for name in _CAMS if name != "eigencam"])
def test_against_another_class_the_map_is_of_the_lead_and_signed(
    explainer: Explainer, network: Chain, digits: DigitSet, method: str
) -> None:
    batch, layer = images(digits, slice(24, 40)), "conv2d_1"
    explained = explainer.explain(batch, layer, _CLASSES[:16], method, against=4)
    asked = Question(_CLASSES[:16], against=4)
    raw = _expected(network, batch.astype(np.float64), layer, method, asked)
    raw[_CLASSES[:16] == 4] = raw[_CLASSES[:16] == 4] if method == "scorecam" else 0

    assert explained.signed
    assert explained.against == 4
    np.testing.assert_allclose(explained.heatmaps, oracles.scaled(raw, signed=True), atol=1e-4)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("score", [Score.LOGIT, Score.PROBABILITY])
@pytest.mark.parametrize("method", [name for name in _CAMS if name != "eigencam"])
def test_the_map_is_of_the_score_that_is_asked_for(
    explainer: Explainer, network: Chain, digits: DigitSet, method: str, score: Score
) -> None:
    """Of the least probable classes too, whose probabilities are as small as 1e-30."""
    batch, layer = images(digits, slice(24)), "conv2d_1"
    probabilities = explainer.explain(batch).probabilities
    ranks = np.arange(24)[:, None] % 9  # never the most probable class, whose gradient is rounded
    order = np.argsort(probabilities, 1)
    classes = np.take_along_axis(order, ranks, 1)[:, 0].astype(np.int32)
    explained = explainer.explain(batch, layer, classes, method, score)
    raw = _expected(network, batch.astype(np.float64), layer, method, Question(classes, score))

    assert probabilities.min() < 1e-20
    np.testing.assert_allclose(explained.heatmaps, oracles.scaled(raw, signed=False), atol=1e-4)


def test_cells_and_bias_add_up_to_the_logit(explainer: Explainer, digits: DigitSet) -> None:
    """The logits are linear in the last maps, so that HiResCAM leaves nothing out."""
    batch = images(digits, slice(100))
    bias = explainer.model.get_layer("dense").bias.numpy()
    logits = explainer.logits(batch)

    for target in range(10):
        cells = explainer.explain(batch, "max_pooling2d_1", target, "hirescam", "logit").raw
        total = cells.sum((1, 2), dtype=np.float64) + bias[target]
        np.testing.assert_allclose(total, logits[:, target], atol=1e-4)


# --- on a small smooth network, by finite differences --------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("against", [None, 2])
@pytest.mark.parametrize("layer", ["tanh", "softplus"])
@pytest.mark.parametrize("method", GRADIENT_CAMS)
def test_the_gradient_is_that_of_finite_differences(
    smooth: SmoothNetwork, method: str, layer: str, against: int | None
) -> None:
    batch = smooth.images(3)
    asked = Question(np.array([0, 1, 1], np.int32), against=against)
    explained = smooth.explainer.explain(batch, layer, asked.classes, method, against=against)
    features = smooth.features(batch, layer)
    raw = GRADIENT_CAMS[method](features, smooth.differences(features, asked, layer))

    np.testing.assert_allclose(explained.raw, raw, atol=1e-4 * np.abs(raw).max())


# --- known by hand -------------------------------------------------------------------------------

_IMAGE = np.array([[1, 2], [0, 3]], np.float32)[None]
"""Its maps are itself and, in the second channel, twice itself."""

_WEIGHTS = np.array([[[1, 0], [-1, 0]], [[0, 1], [2, -1]]], np.float32)
"""Of class 0: the weight of each cell, (2, 2, channels). Class 1 has none."""


@pytest.fixture(scope="module")
def by_hand() -> Explainer:
    """A logit that is linear in the maps: 1·1 - 1·2 + 1·0 + (2·3 - 1·6) = -1."""
    return Explainer(grid_network(_WEIGHTS, channels=(1, 2)))


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # Mean weights 1/2 and 0, of the channels A and 2A.
        ("gradcam", 0.5 * _IMAGE[0]),
        # a = G² / (2G² + G³ ΣA): 1/8 and 2²/(2·2² + 2³·6) = 1/14, and 1/14 for the 1 of ΣA = 12.
        ("gradcam++", (1 / 8 + 2 / 14) * _IMAGE[0] + 1 / 14 * 2 * _IMAGE[0]),
        ("hirescam", np.array([[1, -2], [0, 0]])),
        ("layercam", np.array([[1, 0], [0, 6]])),
        # Weights (1·1 - 1·2 + 2·3)/6 = 5/6 and -6/12, of A and of 2A.
        ("xgradcam", (5 / 6 - 1) * _IMAGE[0]),
        # (A, 2A) has one direction, (1, 2)/√5.
        ("eigencam", np.sqrt(5) * _IMAGE[0]),
        # The logit is -1; the channels add 5 and -6 to it.
        ("ablationcam", 5 * _IMAGE[0] - 6 * 2 * _IMAGE[0]),
        # Both masks are A/3: the same score, and half the weight each.
        ("scorecam", 0.5 * _IMAGE[0] + 0.5 * 2 * _IMAGE[0]),
    ],
)
def test_a_map_known_by_hand(by_hand: Explainer, method: str, expected: Array) -> None:
    explained = by_hand.explain(_IMAGE, "maps", 0, method, "logit")

    np.testing.assert_allclose(explained.raw[0], expected, atol=1e-4)


def test_score_cam_weights_the_channel_whose_cells_matter() -> None:
    """Class 0 is the upper left cell, which only the first channel leaves in the image."""
    corners = np.zeros((2, 2, 2), np.float32)
    corners[0, 0] = 1
    separate = Explainer(grid_network(corners, channels=(1, -1)))
    image = np.array([[1, 0], [0, 0.0]], np.float32)[None]
    # Masks: 1 and 0 at the corner. Scores (1 - 1)·0.5: both channels cancel in the logit.
    explained = separate.explain(image, "maps", 0, "scorecam", "logit")

    np.testing.assert_allclose(explained.raw[0], np.zeros((2, 2)), atol=1e-6)


@pytest.mark.parametrize("against", [None, 1])
def test_before_a_global_average_grad_cam_is_hirescam(against: int | None) -> None:
    keras.utils.set_random_seed(3)
    layers: list[Any] = [
        keras.Input((9, 9, 2)),
        keras.layers.Conv2D(5, 3, activation="relu", name="last"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(3),
    ]
    averaged = Explainer(keras.Sequential(layers))
    batch = np.random.default_rng(0).random((8, 9, 9, 2), np.float32)
    grad, hires = (
        averaged.explain(batch, "last", 2, method, against=against).raw
        for method in ("gradcam", "hirescam")
    )

    assert np.abs(grad).max() > 0
    np.testing.assert_allclose(grad, hires, atol=1e-6)
