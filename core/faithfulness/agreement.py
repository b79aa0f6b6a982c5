"""Agreement: do two heatmaps point at the same places?"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr


def rank_correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return Spearman's rank correlation of two heatmaps, -1 to 1; 1: the same order of pixels.

    Args:
        one: (h, w).
        other: (h', w'). The smaller one is enlarged bilinearly.

    Returns:
        0 if a heatmap is constant.
    """
    if one.size < other.size:
        one, other = other, one
    height, width = one.shape
    enlarged = cv2.resize(np.asarray(other, np.float32), (width, height))
    if np.ptp(one) == 0 or np.ptp(enlarged) == 0:
        return 0.0
    return float(spearmanr(one.reshape(-1), enlarged.reshape(-1)).statistic)
