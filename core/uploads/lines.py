"""Boxes → the lines they stand in, in reading order."""

import numpy as np
from numpy.typing import NDArray

_SAME_LINE = 0.6
"""Middles of one line differ by at most this part of a digit's height, once the tilt is out."""

_STEEPEST = 0.3
"""A line rises or falls by at most this part of its length: 17 degrees."""


def reading_order(boxes: NDArray[np.int32]) -> list[list[int]]:
    """Sort boxes as one reads them: lines from top to bottom, each from left to right.

    Args:
        boxes: (n, 4) left, top, right, bottom.

    Returns:
        For each line the rows of `boxes` that stand in it.
    """
    if not len(boxes):
        return []
    heights = (boxes[:, 3] - boxes[:, 1]).astype(float)
    typical = float(np.median(heights))
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    y = (boxes[:, 1] + boxes[:, 3]) / 2
    level = y - _slope(x, y, typical) * x
    order = np.argsort(level, kind="stable")
    breaks = np.flatnonzero(np.diff(level[order]) > _SAME_LINE * typical) + 1
    return [line[np.argsort(x[line], kind="stable")].tolist() for line in np.split(order, breaks)]


def _slope(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> float:
    """Measure how the lines are tilted: the median over neighbours, each box and its nearest right.

    Pairs alone say little about a tilt, since digits stand higher and lower anyway.
    """
    slopes = []
    for i in range(len(x)):
        dx, dy = x - x[i], y - y[i]
        right = np.flatnonzero((dx > 0.3 * height) & (abs(dy) < _STEEPEST * dx + 0.25 * height))
        if len(right):
            nearest = right[np.argmin(dx[right])]
            slopes.append(dy[nearest] / dx[nearest])
    if len(slopes) < 3:
        return 0.0
    return float(np.clip(np.median(slopes), -_STEEPEST, _STEEPEST))
