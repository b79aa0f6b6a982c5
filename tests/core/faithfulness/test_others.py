"""Agreement, stability, completeness and the sanity check, where the answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.dataset import DigitSet
from core.explain.explainer import Explainer
from core.faithfulness.agreement import rank_correlation
from core.faithfulness.completeness import completeness_error
from core.faithfulness.measurement import FAILED
from core.faithfulness.randomisation import randomise_from_top
from core.faithfulness.stability import measure_stability
from tests.core.explain.builders import images

_ALL_INK = np.ones((4, 4), np.float32)


def _ramp() -> NDArray[np.float32]:
    return np.arange(16, dtype=np.float32).reshape(4, 4)


@pytest.mark.parametrize(
    ("other", "expected"),
    [(_ramp(), 1), (_ramp() ** 3, 1), (-_ramp(), -1), (np.zeros((4, 4), np.float32), 0)],
)
def test_rank_correlation(other: NDArray[np.float32], expected: float) -> None:
    assert rank_correlation(_ramp(), other, _ALL_INK) == pytest.approx(expected)


def test_only_ink_is_compared() -> None:
    image = _ALL_INK.copy()
    image[2:] = 0
    other = _ramp()
    other[2:] *= -1

    assert rank_correlation(_ramp(), other, image) == pytest.approx(1)
    assert rank_correlation(_ramp(), other, _ALL_INK) < 0.5


def test_a_map_that_does_not_depend_on_noise_is_stable() -> None:
    generator = np.random.default_rng(0)

    def same(copies: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.repeat(_ramp()[None], len(copies), 0)

    def chance(copies: NDArray[np.float32]) -> NDArray[np.float32]:
        return generator.random(copies.shape, np.float32)

    assert measure_stability(same, _ALL_INK) == pytest.approx(1)
    assert abs(measure_stability(chance, _ALL_INK)) < 0.5


def test_what_adds_up_is_complete(explainer: Explainer, digits: DigitSet) -> None:
    some = images(digits, slice(1000))
    logits = explainer.logits(some)
    targets = logits.argmax(1)
    rows = np.arange(len(some))
    exact = explainer.explain(some, "max_pooling2d_1", targets, "hirescam", "logit")
    bias = explainer.closed_form.bias[targets]

    assert completeness_error(exact.raw, logits[rows, targets], bias).max() < 1e-4
    averaged = explainer.explain(some, "conv2d_1", targets, "gradcam", "logit")
    assert np.median(completeness_error(averaged.raw, logits[rows, targets], bias)) > 0.1


def test_layers_become_random_from_the_last_one_down(explainer: Explainer) -> None:
    before = [weights.copy() for weights in explainer.model.get_weights()]
    steps = list(randomise_from_top(explainer.model, seed=1))

    assert [name for name, _ in steps] == ["dense", "conv2d_1", "conv2d"]
    for changed, (_, model) in enumerate(steps, 1):
        kernels = [w for w in model.get_weights() if w.ndim > 1]
        originals = [w for w in before if w.ndim > 1]
        same = [np.array_equal(a, b) for a, b in zip(kernels, originals, strict=True)]
        assert same == [True] * (3 - changed) + [False] * changed
    for weights, original in zip(explainer.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weights, original)
    again = [model.get_weights() for _, model in randomise_from_top(explainer.model, seed=1)]
    for weights, (_, model) in zip(again, steps, strict=True):
        np.testing.assert_array_equal(weights[0], model.get_weights()[0])


@pytest.mark.parametrize(("method", "fails"), [("eigencam", True), ("hirescam", False)])
def test_a_method_that_ignores_the_class_fails_the_sanity_check(
    explainer: Explainer, digits: DigitSet, method: str, *, fails: bool
) -> None:
    some = images(digits, slice(20))
    _, model = next(randomise_from_top(explainer.model))
    maps = explainer.explain(some, method=method)
    others = Explainer(model).explain(some, targets=maps.targets, method=method)
    kept = np.mean(
        [
            rank_correlation(one, other, image[..., 0])
            for one, other, image in zip(maps.heatmaps, others.heatmaps, some, strict=True)
        ]
    )

    assert bool(kept >= FAILED) is fails
