"""Is "99 %" right 99 times of 100? How far it is off, and one number that puts it right."""

import numpy as np
from numpy.typing import NDArray

_BINS = 15


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn (n, k) logits into probabilities."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
    return probabilities


def calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Measure the expected calibration error.

    Naeini, Cooper and Hauskrecht (2015), "Obtaining Well Calibrated Probabilities Using Bayesian
    Binning"; with 15 bins of equal width, as Guo et al. (2017) have it.

    Args:
        confidences: (n,) in [0, 1], of each answer.
        right: (n,) whether it was.

    Returns:
        The mean difference of confidence and accuracy over the bins, weighted by their answers; 0
        is perfect, and 0 for no answers.
    """
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    off = np.bincount(bins, confidences - right, minlength=_BINS)
    return float(abs(off).sum() / max(len(right), 1))


def fit_temperature(logits: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """Find what to divide logits by for the likeliest labels: temperature scaling (Guo et al.).

    Args:
        logits: (n, 10) of digits that the network was not trained on.
        labels: (n,) what they are.

    Returns:
        To a thousandth of itself; 0.1 to 10.
    """

    def loss(temperature: float) -> float:
        likely = softmax(logits / temperature)[np.arange(len(labels)), labels]
        return -float(np.log(np.maximum(likely, 1e-300)).mean())

    low, high = np.log(0.1), np.log(10.0)
    while high - low > 1e-3:  # the loss has one minimum, so thirds close in on it
        first, second = low + (high - low) / 3, high - (high - low) / 3
        if loss(float(np.exp(first))) < loss(float(np.exp(second))):
            high = second
        else:
            low = first
    return float(np.exp((low + high) / 2))
