"""Boxes → lines of writing, in reading order."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_SAME_LINE = 0.6  # largest vertical distance of centres in a line, as a share of the typical height
_MAX_SLOPE = 0.3  # 17 degrees
_MIN_FOR_SLOPE = 3  # pairs of neighbours

_MIN_COLUMN = 2  # lines of a column
_MIN_PER_LINE = 2.5  # mean number of boxes in the lines of a column
_GUTTER = 1.6  # width of the gutter between columns, in multiples of the typical height
_WIDEST = 1.5  # the same, in multiples of the widest gap within their lines

Line = list[int]
"""Indexes of boxes from left to right."""


def reading_order(boxes: NDArray[np.int32]) -> list[Line]:
    """Sort boxes, (n, 4), into lines as a person reads them.

    Two columns of lines are read one after the other; a table, whose cells are short, by its rows.

    Returns:
        The indexes of the boxes in each line.
    """
    if not len(boxes):
        return []
    lines = _lines(boxes, np.arange(len(boxes)))
    left, right = _columns(boxes, lines)
    return left + right if right else lines


def _lines(boxes: NDArray[np.int32], indexes: NDArray[np.int64]) -> list[Line]:
    """Sort some boxes into lines from top to bottom.

    What looks like one line beside large writing may be several of small writing, so each is
    divided further by its own measure.
    """
    height = typical_height(boxes[indexes])
    x = (boxes[indexes, 0] + boxes[indexes, 2]) / 2
    y = (boxes[indexes, 1] + boxes[indexes, 3]) / 2
    level = y - _slope(x, y, height) * x
    order = np.argsort(level, kind="stable")
    breaks = np.flatnonzero(np.diff(level[order]) > _SAME_LINE * height) + 1
    parts = np.split(order, breaks)
    if len(parts) == 1:
        return [indexes[np.argsort(x, kind="stable")].tolist()]
    return [line for part in parts for line in _lines(boxes, indexes[part])]


def typical_height(boxes: NDArray[np.int32]) -> float:
    """Return the height of most boxes, without the low ones such as dots and dashes."""
    heights = np.sort(boxes[:, 3] - boxes[:, 1]).astype(float)
    return float(np.median(heights[heights >= 0.4 * heights[len(heights) * 3 // 4]]))


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
    if len(slopes) < _MIN_FOR_SLOPE:
        return 0.0
    return float(np.clip(np.median(slopes), -_MAX_SLOPE, _MAX_SLOPE))


def _columns(boxes: NDArray[np.int32], lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Divide lines into two columns, if there is one gutter between several boxes on each side.

    Returns:
        The lines of the left and of the right column; the latter is empty if there is one column.
    """
    left, right = boxes[:, 0], boxes[:, 2]
    order = np.argsort(left, kind="stable")
    reach = np.maximum.accumulate(right[order])
    gaps = left[order][1:] - reach[:-1]
    if not len(gaps):
        return lines, []
    widest = int(gaps.argmax())
    height = typical_height(boxes)
    if gaps[widest] < _GUTTER * height:
        return lines, []
    gutter = float(reach[widest])
    columns = []
    for is_left in (True, False):
        members = np.flatnonzero((left < gutter) == is_left)
        columns.append(_lines(boxes, members))
    within = [
        boxes[b, 0] - boxes[a, 2]
        for column in columns
        for line in column
        for a, b in pairwise(line)
    ]
    for column in columns:
        if len(column) < _MIN_COLUMN or np.mean([len(line) for line in column]) < _MIN_PER_LINE:
            return lines, []
    if gaps[widest] < _WIDEST * max(within, default=0):
        return lines, []
    return columns[0], columns[1]
