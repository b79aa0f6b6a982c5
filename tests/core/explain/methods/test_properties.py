"""What holds for the maps of every method, whatever the images."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.explain import network as passes
from core.explain.explainer import Explainer
from core.explain.explanation import EmptyReason
from core.explain.methods import METHODS
from core.explain.scores import Score
from tests.core.explain.methods.networks import SmoothNetwork

_SEEDS = st.integers(0, 2**32 - 1)
_ROUNDING = {"ablationcam": 1e-4}
"""Of a map's maximum; of other methods 1e-5. Ablation-CAM divides differences of scores, of which
few digits are left, and a batch's size changes the last ones."""


def _images(seed: int, n: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 1, (n, 6, 6, 2)).astype(np.float32)


# --- the batch -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def in_parts(smooth: SmoothNetwork) -> Explainer:
    """The same network, to be run a few images at a time."""
    return Explainer(smooth.model)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("method", METHODS)
@example(seed=100186, n=8, blank=0, score=Score.LOG_ODDS)
@given(seed=_SEEDS, n=st.integers(1, 9), blank=st.integers(0, 9), score=st.sampled_from(Score))
def test_a_map_owes_nothing_to_its_batch(
    smooth: SmoothNetwork,
    in_parts: Explainer,
    method: str,
    seed: int,
    n: int,
    blank: int,
    score: Score,
) -> None:
    """Neither to its order and size, nor to blank images after it, nor to how it is divided."""
    rounding = _ROUNDING.get(method, 1e-5)
    batch, order = _images(seed, n), np.random.default_rng(seed).permutation(n)
    targets = order % 3

    def explain(
        explainer: Explainer, which: NDArray[np.int64], more: int = 0
    ) -> NDArray[np.float32]:
        padded = np.pad(batch[which], [(0, more), *[(0, 0)] * 3])
        classes = np.pad(targets[which], (0, more))
        return explainer.explain(padded, "tanh", classes, method, score).heatmaps[: len(which)]

    maps = explain(smooth.explainer, np.arange(n))
    alone = [explain(smooth.explainer, np.array([i]))[0] for i in range(n)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "_PIXELS", 6 * 6 * 5)
        divided = explain(in_parts, np.arange(n), blank)

    np.testing.assert_allclose(alone, maps, atol=rounding)
    np.testing.assert_allclose(divided, maps, atol=rounding)
    again = explain(smooth.explainer, order, blank)
    np.testing.assert_allclose(again, maps[order], atol=rounding)


# --- the last weights ----------------------------------------------------------------------------


class Changeable(SmoothNetwork):
    """A network whose last weights are set as one likes: its graphs read them when they run."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel, self.bias = self.model.layers[-1].get_weights()

    def set(self, kernel: NDArray[np.floating], bias: NDArray[np.floating]) -> None:
        self.model.layers[-1].set_weights([kernel, bias])


@pytest.fixture(scope="module")
def changeable() -> Changeable:
    return Changeable()


_NOT_LINEAR = ("gradcam++", "scorecam")
"""Their weights are no linear function of the score, as the papers have it."""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("method", [name for name in METHODS if name not in _NOT_LINEAR])
@given(seed=_SEEDS, power=st.integers(-12, 12), target=st.integers(0, 2))
def test_larger_logits_have_the_same_maps(
    changeable: Changeable, method: str, seed: int, power: int, target: int
) -> None:
    """By a power of two, which changes no rounding."""
    maps = []
    for times in (1, 2.0**power):
        changeable.set(times * changeable.kernel, times * (changeable.bias + 1))
        explained = changeable.explainer.explain(_images(seed, 2), "tanh", target, method, "logit")
        maps.append(explained.heatmaps)

    np.testing.assert_allclose(maps[1], maps[0], atol=1e-5)


_BY_CLASS = [name for name in METHODS if name not in {"eigencam", "scorecam"}]
"""Those whose maps depend on what the class makes of the features."""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("method", _BY_CLASS)
@given(seed=_SEEDS, target=st.integers(0, 2), bias=st.floats(-1e3, 1e3, width=32))
def test_a_class_without_weights_has_an_empty_map(
    changeable: Changeable, method: str, seed: int, target: int, bias: float
) -> None:
    kernel = changeable.kernel.copy()
    kernel[:, target] = 0
    changeable.set(kernel, np.full(3, bias))
    explained = changeable.explainer.explain(_images(seed, 3), "tanh", target, method, "logit")

    assert not explained.heatmaps.any()
    assert explained.empty.all()
    assert explained.empty_reasons == (EmptyReason.ZERO,) * 3


@pytest.mark.sampled(2)
@pytest.mark.parametrize("method", [name for name in _BY_CLASS if METHODS[name].per_layer])
@given(seed=_SEEDS, target=st.integers(0, 2), score=st.sampled_from([Score.LOGIT, Score.LOG_ODDS]))
def test_a_class_that_all_features_speak_against_has_an_empty_map(
    changeable: Changeable, method: str, seed: int, target: int, score: Score
) -> None:
    """The features of `softplus` are positive; of the logits only that of the class falls."""
    kernel = np.zeros_like(changeable.kernel)
    kernel[:, target] = -np.abs(changeable.kernel[:, target]) - 0.1
    changeable.set(kernel, changeable.bias)
    explained = changeable.explainer.explain(_images(seed, 3), "softplus", target, method, score)
    only_positive = method in {"gradcam++", "layercam"}  # they take no other gradients

    assert not explained.heatmaps.any()
    reason = EmptyReason.ZERO if only_positive else EmptyReason.NEGATIVE
    assert explained.empty_reasons == (reason,) * 3
