import numpy as np
import pytest
from numpy.typing import NDArray

from core._keras import tf
from core.explain.scores import Score

_LOGITS = np.random.default_rng(0).normal(0, 6, (20, 10)).astype(np.float32)
_TARGETS = np.random.default_rng(1).integers(0, 10, (20, 3)).astype(np.int32)


def _gradient(score: Score, logits: NDArray[np.float32]) -> NDArray[np.float32]:
    gradient: NDArray[np.float32] = score.gradient(
        tf.constant(logits), tf.constant(_TARGETS)
    ).numpy()
    return gradient


def _by_differences(score: Score, z: NDArray[np.float64], target: int) -> NDArray[np.float64]:
    """The gradient of a score by its definition, from central differences in float64."""

    def value(z: NDArray[np.float64]) -> float:
        p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        values = {
            Score.LOGIT: z[target],
            Score.PROBABILITY: p[target],
            Score.LOG_ODDS: z[target] - np.log(np.exp(np.delete(z, target)).sum()),
        }
        return float(values[score])

    steps = 1e-5 * np.eye(10)
    return np.array([(value(z + step) - value(z - step)) / 2e-5 for step in steps])


@pytest.mark.parametrize("score", list(Score))
def test_the_gradient_is_that_of_the_score(score: Score) -> None:
    gradient = _gradient(score, _LOGITS)

    assert gradient.shape == (20, 3, 10)
    for i, z in enumerate(_LOGITS.astype(np.float64)):
        for j, target in enumerate(_TARGETS[i]):
            np.testing.assert_allclose(gradient[i, j], _by_differences(score, z, target), atol=2e-6)


def test_log_odds_and_probability_point_the_same_way() -> None:
    of_log_odds, of_p = _gradient(Score.LOG_ODDS, _LOGITS), _gradient(Score.PROBABILITY, _LOGITS)

    cosine = (of_log_odds * of_p).sum(-1) / (
        np.linalg.norm(of_log_odds, axis=-1) * np.linalg.norm(of_p, axis=-1)
    )
    np.testing.assert_allclose(cosine, 1, atol=1e-5)


def test_log_odds_keep_their_gradient_where_the_probability_has_run_into_one() -> None:
    sure = np.zeros((20, 10), np.float32)
    np.put_along_axis(sure, _TARGETS[:, :1], 40, axis=1)

    # The largest part is 9 exp(-40) = 4e-17. Some kernels round it to 0 and others to 2^-24.
    of_p = _gradient(Score.PROBABILITY, sure)[:, 0].max(-1)
    exact = 9 * np.exp(-40.0)
    assert (np.abs(of_p - exact) > 0.99 * exact).all()
    assert of_p.max() <= 4 * 2**-24
    one_against_nine = np.full((20, 10), -1 / 9, np.float32)
    np.put_along_axis(one_against_nine, _TARGETS[:, :1], 1, axis=1)
    np.testing.assert_allclose(_gradient(Score.LOG_ODDS, sure)[:, 0], one_against_nine, rtol=1e-5)


@pytest.mark.parametrize("score", list(Score))
@pytest.mark.parametrize("scale", [0, 1e3, 1e30])
def test_no_logits_are_too_large(score: Score, scale: float) -> None:
    assert np.isfinite(_gradient(score, _LOGITS * np.float32(scale))).all()


@pytest.mark.parametrize("score", list(Score))
def test_one_row_of_targets_serves_all(score: Score) -> None:
    every = tf.range(10)[None]
    for_each = tf.repeat(every, 20, axis=0)

    np.testing.assert_array_equal(
        score.gradient(tf.constant(_LOGITS), every),
        score.gradient(tf.constant(_LOGITS), for_each),
    )


def test_an_unknown_score_is_told_which_there_are() -> None:
    with pytest.raises(ValueError, match="no score 'odds': choose log_odds, logit, probability"):
        Score("odds")
