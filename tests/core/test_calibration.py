"""Confidence that means what it says, and the one number that gets it there."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax

from core.calibration import calibration_error, fit_temperature

Logits = NDArray[np.float64]


def _honest(n: int = 20_000) -> tuple[Logits, NDArray[np.integer]]:
    """Logits, and labels that are as likely as they say."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (n, 10))
    chosen = rng.random((n, 1)) < softmax(logits, axis=1).cumsum(axis=1)
    return logits, chosen.argmax(axis=1)


def _error(logits: Logits, labels: NDArray[np.integer]) -> float:
    probabilities = softmax(logits, axis=1)
    return calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def test_the_error_by_hand() -> None:
    confidences = np.array([0.95, 0.97, 1.0, 0.91, 0.52, 0.50])
    right = np.array([True, True, False, True, True, True])

    # Of 15 bins the last, from 0.933, has a confidence of 2.92 in all and two that are right; the
    # one before it has 0.91 and one, the eighth 1.02 and two.
    assert calibration_error(confidences, right) == pytest.approx((0.92 + 0.09 + 0.98) / 6)


def test_the_error_is_0_for_none_and_for_perfection_and_1_for_the_opposite() -> None:
    sure = np.ones(4)

    assert calibration_error(np.empty(0), np.empty(0, np.bool_)) == 0
    assert calibration_error(sure, sure == 1) == 0
    assert calibration_error(sure, sure == 0) == 1


@pytest.mark.parametrize("factor", [0.5, 2.5])
def test_too_much_and_too_little_confidence_are_put_right(factor: float) -> None:
    logits, labels = _honest()
    off = logits * factor

    temperature = fit_temperature(off, labels)

    assert temperature == pytest.approx(factor, rel=0.05)
    assert _error(off, labels) > 0.1
    assert _error(off / temperature, labels) < 0.015


def test_what_is_calibrated_already_stays_as_it_is() -> None:
    logits, labels = _honest()

    assert fit_temperature(logits, labels) == pytest.approx(1, abs=0.02)


def test_no_temperature_changes_which_digit_is_read() -> None:
    logits, _ = _honest(500)

    for temperature in (0.1, 1.1312, 10):
        read = softmax(logits / temperature, axis=1).argmax(axis=1)
        assert np.array_equal(read, logits.argmax(axis=1))
