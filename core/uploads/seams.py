"""Vertical seams along which a stroke of touching digits can be cut."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_HEIGHT = 40  # pixels to which a stroke is resized
_MIN_DISTANCE = 0.1  # between cuts, and to the ends, as a share of the height
_MAX_COST = 0.7  # as a share of the height: a stroke or two are crossed
_MAX_CUTS = 12
_MIN_HOLE = 0.02  # area of a hole, in squares of the height
_ENTRY = 5.0
"""Cost of entering ink, in rows of ink. Where digits touch, a cut enters ink once; through a digit,
at the top and at the bottom."""

_MOVES = np.array([0, -1, 1])  # of a cut from one row to the next, in columns


@dataclass(frozen=True, eq=False, slots=True)
class Cut:
    """A cut through a stroke from top to bottom.

    Attributes:
        columns: (h,) int32, the column before which each row is cut.
        cost: Ink that is crossed, plus the cost of entering it, as a share of the height.
    """

    columns: NDArray[np.int32]
    cost: float


def find_cuts(ink: NDArray[np.float32]) -> list[Cut]:
    """Find the cheapest cuts from top to bottom.

    A cut moves by up to one column per row, so that it follows the gap between slanted digits, as
    in seam carving (Avidan and Shamir, "Seam Carving for Content-Aware Image Resizing", 2007).

    Args:
        ink: (h, w) in [0, 1], the ink of the stroke alone.

    Returns:
        The cuts from left to right.
    """
    rows, columns = ink.shape
    height, width = _HEIGHT, max(round(columns * _HEIGHT / rows), 1)
    distance = int(_MIN_DISTANCE * height)
    if width <= 2 * distance:
        return []
    small = np.asarray(cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    costs, seams = _seams(_fill_holes(small))
    allowed = np.arange(distance, width - distance)
    ends = np.array([0, width])
    cuts: list[int] = []
    for middle in allowed[np.argsort(costs[allowed], kind="stable")].tolist():
        if costs[middle] > _MAX_COST * height or len(cuts) == _MAX_CUTS:
            break
        if np.abs(seams[:, middle].mean() - ends).min() < distance:
            continue
        if all(np.abs(seams[:, middle] - seams[:, cut]).mean() >= distance for cut in cuts):
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


def _fill_holes(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill the holes of 0, 6, 8 and 9, which no cut may use.

    Small holes are left: they may be where two digits touch twice.
    """
    paper = np.pad(ink <= 0.5, 1, constant_values=True).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    is_hole = stats[:, cv2.CC_STAT_AREA] >= _MIN_HOLE * len(ink) ** 2
    is_hole[[0, labels[0, 0]]] = False
    filled: NDArray[np.float32] = np.where(is_hole[labels[1:-1, 1:-1]], 1, ink).astype(np.float32)
    return filled


def _seams(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Find the cheapest seam through each pixel of the middle row.

    Returns:
        (w,) the cost of each, and (h, w) the column of each in each row.
    """
    middle = len(ink) // 2
    up, up_path = _half(ink[middle::-1])
    down, down_path = _half(ink[middle:])
    return up + down - ink[middle], np.concatenate([up_path[:0:-1], down_path])


def _half(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Find the cheapest path from each pixel of the first row to the last row."""
    height, width = ink.shape
    changes = np.abs(ink[:-1, np.newaxis] - _next_to(_framed(ink))[1:]) * np.float32(_ENTRY / 2)
    sideways = np.array([[0], [0.15], [0.15]], np.float32)  # straight is preferred
    steps = np.zeros((height, width), np.int32)
    framed = _framed(ink[-1] * np.float32(1 + _ENTRY / 2))  # beyond is paper
    cost = framed[1:-1]
    columns = np.arange(width)
    for row in range(height - 2, -1, -1):
        choices = _next_to(framed) + sideways + changes[row]
        best = choices.argmin(axis=0)
        steps[row] = _MOVES[best]
        cost[:] = ink[row] + choices[best, columns]
    path = np.empty((height, width), np.int32)
    path[0] = columns
    for row in range(1, height):
        path[row] = path[row - 1] + steps[row - 1, path[row - 1]]
    return cost, path


def _framed(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add columns at both sides, (..., w + 2), into which no path leads."""
    framed = np.full((*rows.shape[:-1], rows.shape[-1] + 2), 1e9, np.float32)
    framed[..., 1:-1] = rows
    return framed


def _next_to(framed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return where each of `_MOVES` leads from each pixel of framed rows, (..., 3, w)."""
    return np.stack([framed[..., 1:-1], framed[..., :-2], framed[..., 2:]], axis=-2)
