"""A stroke in which digits touch → where it may be cut."""

import cv2
import numpy as np
from numpy.typing import NDArray

_HEIGHT = 40
"""Cuts are looked for on a stroke of this height."""

_APART = 0.18
"""Two cuts, and a cut and the stroke's end, are this part of its height apart."""

_DEEPEST = 0.45
"""A cut goes through no more ink than this part of the height: it crosses a stroke or two."""

_MOST = 6


def find_cuts(ink: NDArray[np.float32]) -> list[NDArray[np.int32]]:
    """Find the cuts from top to bottom that go through the least ink, each near one column.

    A cut wanders by up to a column a row, as in seam carving (Avidan and Shamir 2007), so that it
    follows the gap between digits that lean.

    Args:
        ink: (h, w) in [0, 1], the stroke alone.

    Returns:
        For each cut, from left to right, (h,) the column before which each row is cut.
    """
    rows, columns = ink.shape
    height, width = _HEIGHT, max(round(columns * _HEIGHT / rows), 1)
    apart = int(_APART * height)
    if width <= 2 * apart:
        return []
    small = np.asarray(cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    costs, seams = _seams(small)
    allowed = np.arange(apart, width - apart)
    cuts: list[int] = []
    for middle in allowed[np.argsort(costs[allowed], kind="stable")].tolist():
        if costs[middle] > _DEEPEST * height or len(cuts) == _MOST:
            break
        if all(abs(middle - other) >= apart for other in cuts):
            cuts.append(middle)
    at = (np.arange(rows) + 0.5) * height / rows - 0.5
    return [
        np.rint(np.interp(at, np.arange(height), seams[:, cut] + 0.5) * columns / width)
        .clip(1, columns - 1)
        .astype(np.int32)
        for cut in sorted(cuts)
    ]


def _seams(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Find the cheapest path through each column of the middle row, to the top and to the bottom.

    Returns:
        (w,) the ink that each goes through, and (h, w) the column of each in each row.
    """
    middle = len(ink) // 2
    up, up_path = _half(ink[middle::-1])
    down, down_path = _half(ink[middle:])
    return up + down - ink[middle], np.concatenate([up_path[:0:-1], down_path])


def _half(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Find the cheapest path from each column of the first row to the last row."""
    height, width = ink.shape
    steps = np.zeros((height, width), np.int32)
    cost = ink[-1].copy()
    sideways = np.float32(0.15)  # a straight cut is to be preferred where it costs no more
    for row in range(height - 2, -1, -1):
        padded = np.pad(cost, 1, constant_values=np.inf)
        choices = np.stack([padded[1:-1], padded[:-2] + sideways, padded[2:] + sideways])
        best = choices.argmin(axis=0)
        steps[row] = np.array([0, -1, 1])[best]
        cost = ink[row] + choices[best, np.arange(width)]
    path = np.empty((height, width), np.int32)
    path[0] = np.arange(width)
    for row in range(1, height):
        path[row] = path[row - 1] + steps[row - 1, path[row - 1]]
    return cost, path
