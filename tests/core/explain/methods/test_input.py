"""The methods that explain the input, against the formulas of their papers."""

import numpy as np
import pytest

from core._keras import tf
from core.dataset import DigitSet
from core.explain.explainer import Explainer
from core.explain.explanation import EmptyReason
from core.explain.methods import METHODS
from core.explain.scores import Score
from tests.core.explain.builders import images
from tests.core.explain.methods import oracles
from tests.core.explain.methods.networks import SmoothNetwork, linear_network
from tests.core.explain.methods.oracles import INPUT_METHODS, Array, Chain, Question

_SIGNED = ("gradient_x_input", "integrated_gradients", "occlusion", "rise")


@pytest.fixture(scope="module")
def network(explainer: Explainer) -> Chain:
    return Chain(explainer.model)


def test_every_method_has_an_oracle() -> None:
    by_layer = {*oracles.GRADIENT_CAMS, "eigencam", "scorecam", "ablationcam"}
    assert {*INPUT_METHODS} | by_layer == {*METHODS}


# --- on digits -----------------------------------------------------------------------------------


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("score", "against"), [*((score, None) for score in Score), (Score.LOGIT, 4)]
)
@pytest.mark.parametrize("method", INPUT_METHODS)
def test_the_map_is_the_paper_s(
    explainer: Explainer,
    network: Chain,
    digits: DigitSet,
    thorough: bool,
    method: str,
    score: Score,
    against: int | None,
) -> None:
    """On real digits, half of them with a probable class and half with any."""
    n = 24 if thorough else 6
    batch = images(digits, slice(n))
    # Near 1 a probability has no digits left to compare.
    rank = -2 if score is Score.PROBABILITY else -1
    probable = np.argsort(explainer.explain(batch).probabilities, 1)[:, rank]
    classes = np.where(np.arange(n) % 2, probable, np.arange(n) % 10).astype(np.int32)
    sure = explainer.explain(batch).predictions == classes
    classes[sure] = probable[sure]
    explained = explainer.explain(batch, None, classes, method, score, against)
    asked = Question(classes, score, against)
    raw = INPUT_METHODS[method](network, batch.astype(np.float64), asked)

    assert explained.layer is None
    assert explained.signed == (against is not None or method in _SIGNED)
    scaled = oracles.scaled(raw, signed=explained.signed)
    np.testing.assert_allclose(explained.heatmaps, scaled, atol=1e-4)
    np.testing.assert_allclose(explained.raw, raw, atol=1e-4 * np.abs(raw).max())


@pytest.mark.sampled(1)
@pytest.mark.parametrize("method", ["smoothgrad", "rise"])
def test_a_seed_stands_for_its_samples(
    explainer: Explainer, network: Chain, digits: DigitSet, method: str
) -> None:
    batch, classes = images(digits, slice(3)), np.array([7, 2, 1], np.int32)
    maps = [explainer.explain(batch, None, classes, method, seed=seed).raw for seed in (3, 3, 4)]
    oracle = {"smoothgrad": oracles.smoothgrad, "rise": oracles.rise}[method]
    raw = oracle(network, batch.astype(np.float64), Question(classes), seed=3)

    np.testing.assert_allclose(maps[0], raw, atol=1e-4 * np.abs(raw).max())
    np.testing.assert_array_equal(maps[0], maps[1])
    assert np.abs(maps[0] - maps[2]).max() > 0.01 * np.abs(raw).max()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("score", Score)
@pytest.mark.parametrize("method", [*_SIGNED])
def test_a_black_image_has_nothing_to_explain(
    explainer: Explainer, method: str, score: Score
) -> None:
    """A batch is summed in another order than its variants, and the last digits may differ."""
    for n in (1, 3, 33):
        explained = explainer.explain(np.zeros((n, 28, 28), np.float32), None, 3, method, score)
        assert explained.empty_reasons == (EmptyReason.ZERO,) * n
        assert not explained.raw.any()


# --- on a small smooth network, by finite differences --------------------------------------------


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("score", "against"), [*((score, None) for score in Score), (Score.LOGIT, 2)]
)
def test_the_gradient_is_that_of_finite_differences(
    smooth: SmoothNetwork, score: str, against: int | None
) -> None:
    batch, classes = smooth.images(3), np.array([0, 1, 1], np.int32)
    at = batch.astype(np.float64)
    span = np.ptp(at, (1, 2, 3))[:, None, None, None]
    noise = tf.random.stateless_normal((32, 6, 6, 2), (0, 0)).numpy().astype(np.float64)
    path = [at * (step + 0.5) / 32 for step in range(32)]
    points = np.stack([at, *path, *(at + 0.15 * span * each for each in noise)])
    asked = Question(np.tile(classes, len(points)), score, against)
    slopes = smooth.differences(points.reshape(-1, 6, 6, 2), asked).reshape(points.shape)
    expected = {
        "saliency": np.abs(slopes[0]).max(-1),
        "gradient_x_input": (at * slopes[0]).sum(-1),
        "integrated_gradients": (at * slopes[1:33].mean(0)).sum(-1),
        "smoothgrad": np.abs(slopes[33:]).max(-1).mean(0),
    }

    for method, raw in expected.items():
        explained = smooth.explainer.explain(batch, None, classes, method, score, against)
        np.testing.assert_allclose(explained.raw, raw, atol=1e-4 * np.abs(raw).max())


@pytest.mark.parametrize(
    ("score", "against"), [*((score, None) for score in Score), (Score.LOGIT, 2)]
)
def test_integrated_gradients_add_up_to_the_rise_of_the_score(
    smooth: SmoothNetwork, score: str, against: int | None
) -> None:
    batch, asked = smooth.images(8), Question(np.arange(8, dtype=np.int32) % 2, score, against)
    explained = smooth.explainer.explain(
        batch, None, asked.classes, "integrated_gradients", score, against
    )
    at = batch.astype(np.float64)
    rise = smooth.value(at, asked) - smooth.value(0 * at, asked)

    np.testing.assert_allclose(explained.raw.sum((1, 2)), rise, atol=2e-3 * np.abs(rise).max())


# --- known by hand: a logit that is linear in the pixels -----------------------------------------

_RANDOM = np.random.default_rng(7)
_WEIGHTS = _RANDOM.normal(size=(28, 28, 2)).astype(np.float32)
_IMAGES = _RANDOM.normal(size=(3, 28, 28, 2)).astype(np.float32)
_ADDED = (_IMAGES * _WEIGHTS).sum(-1)
"""What each pixel adds to the logit of class 0, (n, h, w)."""


@pytest.fixture(scope="module")
def linear() -> Explainer:
    return Explainer(linear_network(_WEIGHTS, bias=3))


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("saliency", np.repeat(np.abs(_WEIGHTS).max(-1)[None], 3, 0)),
        ("smoothgrad", np.repeat(np.abs(_WEIGHTS).max(-1)[None], 3, 0)),
        ("gradient_x_input", _ADDED),
        ("integrated_gradients", _ADDED),
    ],
)
@pytest.mark.parametrize("against", [None, 1])
def test_a_linear_logit_is_taken_apart_exactly(
    linear: Explainer, method: str, expected: Array, against: int | None
) -> None:
    explained = linear.explain(_IMAGES, None, 0, method, "logit", against)

    np.testing.assert_allclose(explained.raw, expected, atol=1e-5)


def test_occlusion_of_a_linear_logit_is_what_the_windows_hold(linear: Explainer) -> None:
    explained = linear.explain(_IMAGES, None, 0, "occlusion", "logit")
    starts = [*range(0, 23, 2), 23]
    windows = [[_ADDED[:, i : i + 5, j : j + 5].sum((1, 2)) for j in starts] for i in starts]

    for i, j in np.ndindex(28, 28):
        covering = [
            windows[a][b]
            for a, top in enumerate(starts)
            for b, left in enumerate(starts)
            if top <= i < top + 5 and left <= j < left + 5
        ]
        np.testing.assert_allclose(explained.raw[:, i, j], np.mean(covering, 0), atol=1e-3)


def test_rise_of_a_linear_logit_follows_what_pixels_add() -> None:
    """Where a small square of the image holds all that counts, the masks find it."""
    weights = np.zeros((28, 28, 1), np.float32)
    weights[8:12, 16:20] = 1
    explained = Explainer(linear_network(weights)).explain(
        np.ones((1, 28, 28, 1), np.float32), None, 0, "rise", "logit"
    )
    row, column = np.unravel_index(explained.raw[0].argmax(), (28, 28))

    assert 8 <= row < 12
    assert 16 <= column < 20
    assert abs(explained.raw[0, 20:].mean()) < 0.1 * explained.raw[0].max()
