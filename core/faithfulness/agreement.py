"""Agreement: do two heatmaps point at the same places?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.faithfulness.deletion import removable


def rank_correlation(
    one: NDArray[np.float32], other: NDArray[np.float32], image: NDArray[np.float32]
) -> float:
    """Return Spearman's rank correlation of two heatmaps over what an image shows.

    Where a digit has no ink, many maps are zero whatever they explain, so only the ink is compared.

    Args:
        one: (h', w'), enlarged bilinearly to the image.
        other: (h'', w''), enlarged likewise.
        image: (h, w), of which the ink is compared, or (h, w, c), of which all is.

    Returns:
        -1 to 1; 1 is the same order of pixels. 0 if a heatmap is constant.
    """
    height, width = image.shape[:2]
    pixels = removable(image)
    first, second = (
        cv2.resize(np.asarray(heatmap, np.float32), (width, height)).reshape(-1)[pixels]
        for heatmap in (one, other)
    )
    if not len(pixels) or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    from scipy.stats import spearmanr  # noqa: PLC0415 - takes most of a second

    return float(spearmanr(first, second).statistic)
