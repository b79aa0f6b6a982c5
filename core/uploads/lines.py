"""Boxes → lines of text, in reading order."""

import numpy as np
from numpy.typing import NDArray

_SAME_LINE = 0.6  # largest vertical distance of centres in one line, by the median height
_MAX_SLOPE = 0.3  # 17 degrees


def reading_order(boxes: NDArray[np.int32]) -> list[list[int]]:
    """Sort boxes, (n, 4), into lines from top to bottom, each from left to right.

    Returns:
        The indexes of the boxes in each line.
    """
    if not len(boxes):
        return []
    height = float(np.median((boxes[:, 3] - boxes[:, 1]).astype(float)))
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    y = (boxes[:, 1] + boxes[:, 3]) / 2
    level = y - _slope(x, y, height) * x
    order = np.argsort(level, kind="stable")
    breaks = np.flatnonzero(np.diff(level[order]) > _SAME_LINE * height) + 1
    return [line[np.argsort(x[line], kind="stable")].tolist() for line in np.split(order, breaks)]


def _slope(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> float:
    """Estimate the slope of the lines: the median over each box and its nearest right neighbour.

    Single pairs say little, because digits vary in vertical position.
    """
    slopes = []
    for i in range(len(x)):
        dx, dy = x - x[i], y - y[i]
        right = np.flatnonzero((dx > 0.3 * height) & (abs(dy) < _MAX_SLOPE * dx + 0.25 * height))
        if len(right):
            nearest = right[np.argmin(dx[right])]
            slopes.append(dy[nearest] / dx[nearest])
    if len(slopes) < 3:
        return 0.0
    return float(np.clip(np.median(slopes), -_MAX_SLOPE, _MAX_SLOPE))
