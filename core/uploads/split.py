"""A stroke in which digits touch → where it may be cut."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_HEIGHT = 40
"""Cuts are looked for on a stroke of this height."""

_APART = 0.1
"""Two cuts, and a cut and the stroke's end, are this part of its height apart."""

_DEEPEST = 0.7
"""A cut costs no more than this part of the height: it crosses a stroke or two."""

_ENTRY = 5.0
"""To go into ink costs as much as going through so many rows of it: where digits touch, a cut goes
through ink once; through a digit it does so at the top and at the bottom."""

_EYE = 0.02
"""An eye is at least so large, in squares of the height."""

_MOST = 12


@dataclass(frozen=True, eq=False, slots=True)
class Cut:
    """A cut through a stroke from top to bottom.

    Attributes:
        columns: (h,) the column before which each row is cut.
        cost: how much ink it goes through, and how often it enters some; a part of the height.
    """

    columns: NDArray[np.int32]
    cost: float


def find_cuts(ink: NDArray[np.float32]) -> list[Cut]:
    """Find the cuts from top to bottom that go through the least ink, each near one column.

    A cut wanders by up to a column a row, as in seam carving (Avidan and Shamir 2007), so that it
    follows the gap between digits that lean.

    Args:
        ink: (h, w) in [0, 1], the stroke alone.

    Returns:
        From left to right.
    """
    rows, columns = ink.shape
    height, width = _HEIGHT, max(round(columns * _HEIGHT / rows), 1)
    apart = int(_APART * height)
    if width <= 2 * apart:
        return []
    small = np.asarray(cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    costs, seams = _seams(_without_eyes(small))
    allowed = np.arange(apart, width - apart)
    ends = np.array([0, width])
    cuts: list[int] = []
    for middle in allowed[np.argsort(costs[allowed], kind="stable")].tolist():
        if costs[middle] > _DEEPEST * height or len(cuts) == _MOST:
            break
        if np.abs(seams[:, middle].mean() - ends).min() < apart:
            continue
        if all(np.abs(seams[:, middle] - seams[:, other]).mean() >= apart for other in cuts):
            cuts.append(middle)
    at = (np.arange(rows) + 0.5) * height / rows - 0.5
    return [
        Cut(
            np.rint(np.interp(at, np.arange(height), seams[:, cut] + 0.5) * columns / width)
            .clip(1, columns - 1)
            .astype(np.int32),
            float(costs[cut]) / height,
        )
        for cut in sorted(cuts)
    ]


def _without_eyes(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill what ink encloses: the eye of a 0, 6, 8 or 9 is within one digit, and no way for a cut.

    Small ones may be where two digits touch twice.
    """
    paper = np.pad(ink <= 0.5, 1, constant_values=True).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    is_eye = stats[:, cv2.CC_STAT_AREA] >= _EYE * len(ink) ** 2
    is_eye[[0, labels[0, 0]]] = False
    filled: NDArray[np.float32] = np.where(is_eye[labels[1:-1, 1:-1]], 1, ink).astype(np.float32)
    return filled


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
    cost = ink[-1] * np.float32(1 + _ENTRY / 2)  # beyond it is paper
    # A straight cut is to be preferred where it costs no more.
    sideways = np.array([[0], [0.15], [0.15]], np.float32)
    for row in range(height - 2, -1, -1):
        change = np.abs(ink[row] - _shifted(ink[row + 1]))
        choices = _shifted(cost) + sideways + change * np.float32(_ENTRY / 2)
        best = choices.argmin(axis=0)
        steps[row] = np.array([0, -1, 1])[best]
        cost = ink[row] + choices[best, np.arange(width)]
    path = np.empty((height, width), np.int32)
    path[0] = np.arange(width)
    for row in range(1, height):
        path[row] = path[row - 1] + steps[row - 1, path[row - 1]]
    return cost, path


def _shifted(row: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3, w) what is under each column of a row, to the left of it, and to the right."""
    padded = np.pad(row, 1, constant_values=np.float32(1e9))
    return np.stack([padded[1:-1], padded[:-2], padded[2:]])
