"""Expected calibration error, and temperature scaling."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

_BINS = 15


def calibration_error(confidences: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Return the expected calibration error, over 15 bins of equal width.

    The mean difference of confidence and accuracy over the bins, weighted by their size. Naeini et
    al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015; the number of bins
    is that of Guo et al., 2017.

    Args:
        confidences: (n,) in [0, 1].
        correct: (n,), whether each prediction is correct.

    Returns:
        The error in [0, 1]; less is better. 0 for no predictions.
    """
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    off = np.bincount(bins, confidences - correct, minlength=_BINS)
    return float(abs(off).sum() / max(len(correct), 1))


def fit_temperature(logits: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """Find the temperature to divide logits by, that makes the labels most likely.

    Guo et al., "On Calibration of Modern Neural Networks", 2017, https://arxiv.org/abs/1706.04599.

    Args:
        logits: (n, 10), of digits that were not trained on.
        labels: (n,), their classes.

    Returns:
        The temperature, 0.1 to 10.
    """

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(scaled[np.arange(len(labels)), labels].mean())

    best = minimize_scalar(loss, bounds=(np.log(0.1), np.log(10)), method="bounded")
    return float(np.exp(best.x))
