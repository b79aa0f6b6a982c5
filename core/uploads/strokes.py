"""Ink → strokes: what is connected, apart from specks, ruled lines and frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box

_FAINTEST = 14
"""Ink differs from its paper by this much at least, of 255."""

_ROUGHNESS = 4
"""Ink differs from its paper by this many times what the paper differs from itself: less is noise,
texture, or a photograph of something else."""

_STRONG, _FAINT = 0.5, 0.25
"""A stroke is what is connected at the lower, and reaches the higher part of the ink's strength."""

_LINE = 0.45
"""A line, ruled or of a frame, is this part of the picture long, straight along an edge…"""

_THIN = 1 / 40
"""…and no thicker than this part of the picture's longer side."""

_LINES = 0.01
"""Lines are at least this part of all ink."""

_COARSE = 256
"""Lines are looked for on a picture no longer than this."""

_STEEPEST, _STEP = 0.12, 0.02
"""They rise or fall by at most this part of their length, which is looked for in such steps."""

_SLACK = np.ones((3, 1), np.uint8)

_OUTLINED = 0.16
"""Between two outlines no point is farther from them than this part of the stroke's length."""

_HOLLOW = 0.3
"""Outlines enclose at least this part of their own ink."""

_SPECK = 1 / 60
"""A stroke is at least this part of the longest one long, and at least `_SMALLEST` pixels."""
_SMALLEST = 5

_MOST = 100
"""So many strokes are looked at, the heaviest."""


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """Ink on its own, cut out of a map of ink.

    Attributes:
        ink: (h, w) float32 in [0, 1], cut to where there is some.
        left: where it stands in the map.
        top: the same.
    """

    ink: NDArray[np.float32]
    left: int
    top: int

    @property
    def box(self) -> Box:
        """Where it stands in the map."""
        rows, columns = self.ink.shape
        return self.left, self.top, self.left + columns, self.top + rows

    def only(self, where: NDArray[np.bool_]) -> "Piece | None":
        """Cut out a part of it; `None` where that has no ink."""
        ink = np.where(where, self.ink, 0).astype(np.float32)
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        if not len(rows) or ink.max() <= _STRONG:
            return None
        top, left = int(rows[0]), int(columns[0])
        cut = ink[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
        return Piece(cut, self.left + left, self.top + top)


@dataclass(frozen=True, eq=False, slots=True)
class Strokes:
    """Connected ink.

    Attributes:
        ink: (h, w) float32 in [0, 1], how strong it is.
        labels: (h, w) int32, the number of the stroke at each pixel; 0 is paper and what is left
            out.
        boxes: (n, 4) int32 left, top, right, bottom; row 0 stands for the paper.
        masses: (n,) float64, the sum of each stroke's ink.
        at_edge: the same of what is left out as a frame or a shadow.
    """

    ink: NDArray[np.float32]
    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    masses: NDArray[np.float64]
    at_edge: float

    def together(self, numbers: Sequence[int]) -> Piece:
        """Cut out some strokes, without what stands between them."""
        left, top = self.boxes[list(numbers), :2].min(axis=0).tolist()
        right, bottom = self.boxes[list(numbers), 2:].max(axis=0).tolist()
        window = np.s_[top:bottom, left:right]
        labels = self.labels[window]
        own = labels == numbers[0]
        for number in numbers[1:]:
            own |= labels == number
        return Piece(np.where(own, self.ink[window], 0).astype(np.float32), left, top)

    def joined(self, others: Mapping[int, int]) -> "Strokes":
        """Make one stroke of two.

        Args:
            others: from a stroke that goes into another to that one's number.
        """
        count = len(self.boxes)
        kept = [number for number in range(count) if number not in others]
        new = np.zeros(count, np.int32)
        new[kept] = np.arange(len(kept))
        boxes, masses = self.boxes.copy(), self.masses.copy()
        for second, first in others.items():
            new[second] = new[first]
            boxes[first, :2] = np.minimum(boxes[first, :2], boxes[second, :2])
            boxes[first, 2:] = np.maximum(boxes[first, 2:], boxes[second, 2:])
            masses[first] += masses[second]
        return Strokes(self.ink, new[self.labels], boxes[kept], masses[kept], self.at_edge)


class Seen(Enum):
    """As what ink is taken."""

    PLAIN = auto()
    """All of it is strokes."""
    LINED = auto()
    """Long thin lines are ruled paper or a frame, and no strokes."""
    HOLLOW = auto()
    """Strokes are drawn by their outlines."""


def find_strokes(ink: NDArray[np.uint8], seen: Seen = Seen.PLAIN) -> Strokes | None:
    """Find what is connected.

    Args:
        ink: (h, w), from `find_ink`.
        seen: as what.

    Returns:
        `None` where no ink stands out from its paper, or nothing is there to be seen otherwise.
    """
    paper, full = _levels(ink)
    if full - paper < max(_FAINTEST, _ROUGHNESS * (paper + 1)):
        return None
    levels = np.arange(256, dtype=np.float32)
    table = np.clip((levels - paper) / (full - paper), 0, 1).astype(np.float32)
    strength = np.asarray(cv2.LUT(ink, table), np.float32)
    faint = (ink > np.searchsorted(table, _FAINT)).astype(np.uint8)
    if seen is Seen.LINED and not _take_lines_off(faint):
        return None
    if seen is Seen.HOLLOW:
        filled = _between_outlines(faint)
        if np.count_nonzero(filled) < _HOLLOW * np.count_nonzero(faint):
            return None
        faint[filled] = 1
        strength[filled] = 1
    count, labels, stats, _ = cv2.connectedComponentsWithStats(faint, connectivity=8)
    boxes = np.hstack([stats[:, :2], stats[:, :2] + stats[:, 2:4]])
    inked = np.flatnonzero(labels)
    label_of, strength_of = labels.ravel()[inked], strength.ravel()[inked]
    weights = np.bincount(label_of[strength_of > _STRONG], minlength=count)
    lengths = stats[:, 2:4].max(axis=1)
    lengths[0] = 0
    weights[lengths < max(_SMALLEST, _SPECK * lengths.max())] = 0
    at_edge = _are_margins(boxes, weights, ink.shape) & (weights > 0)
    at_edge[0] = False
    weights[at_edge] = 0
    corners = labels[[0, 0, -1, -1], [0, -1, 0, -1]]
    if np.count_nonzero(weights) > np.count_nonzero(weights[corners]):
        weights[corners] = 0  # light falls off there
    kept = np.flatnonzero(weights)
    if len(kept) > _MOST:
        kept = np.sort(kept[np.argsort(weights[kept])[-_MOST:]])
    if not len(kept):
        return None
    new = np.zeros(count, np.int32)
    new[kept] = np.arange(1, len(kept) + 1)
    masses = np.bincount(label_of, strength_of, count)
    masses[0] = 0
    with_paper = np.concatenate([[0], kept])
    return Strokes(
        ink=strength,
        labels=new[labels],
        boxes=boxes[with_paper].astype(np.int32),
        masses=masses[with_paper].astype(np.float64),
        at_edge=float(masses[at_edge].sum()),
    )


def _levels(ink: NDArray[np.uint8]) -> tuple[int, int]:
    """Measure what paper and ink typically are in a map of ink, by Otsu's threshold between them.

    Returns:
        The median of the paper, and the upper quartile of the ink, whose edges are fainter.
    """
    threshold = int(cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)[0])
    values = cv2.calcHist([ink], [0], None, [256], [0, 256]).ravel().cumsum()
    up_to_threshold, all_values = values[threshold], values[-1]
    paper = np.searchsorted(values, up_to_threshold / 2)
    full = np.searchsorted(values, up_to_threshold + (all_values - up_to_threshold) * 3 / 4)
    return int(paper), int(full)


def _between_outlines(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Find the paper that is enclosed by ink and everywhere near it, as between two outlines.

    The eye of an 8 is near ink all around too. So this is one way to see a picture, not the first.
    """
    paper = np.asarray(1 - mask, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    away = np.asarray(cv2.distanceTransform(paper, cv2.DIST_L2, cv2.DIST_MASK_3), np.float32)
    farthest = np.zeros(count, np.float32)
    np.maximum.at(farthest, np.asarray(labels, np.int32).ravel(), away.ravel())
    lengths = stats[:, 2:4].max(axis=1)
    rows, columns = mask.shape
    outside = (stats[:, 0] == 0) | (stats[:, 1] == 0)
    outside |= stats[:, 0] + stats[:, 2] == columns
    outside |= stats[:, 1] + stats[:, 3] == rows
    between = (farthest < _OUTLINED * lengths) & ~outside & (labels[0, 0] != np.arange(count))
    return np.asarray(between[labels] & (mask == 0), np.bool_)


def _take_lines_off(mask: NDArray[np.uint8]) -> bool:
    """Erase long thin lines along rows and columns, but not where a stroke crosses them.

    Returns:
        Whether there were any worth mentioning.
    """
    thin = max(int(max(mask.shape) * _THIN), 3)
    before = np.count_nonzero(mask)
    for upright in (False, True):
        turned = mask.T if upright else mask
        thick = cv2.morphologyEx(turned, cv2.MORPH_OPEN, np.ones((thin, 1), np.uint8))
        turned[np.greater(_long_lines(turned), thick)] = 0
    return bool(np.count_nonzero(mask) < (1 - _LINES) * before)


def _long_lines(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Find where a line runs from left to right, nearly level.

    Long runs of a row are lines. A tilted one is level in a picture that was sheared.
    """
    rows, columns = mask.shape
    block = -(-max(rows, columns) // _COARSE)
    down, across = -(-rows // block), -(-columns // block)
    padded = np.zeros((down * block, across * block), np.uint8)
    padded[:rows, :columns] = mask
    coarse = padded.reshape(down, block, across, block).max(axis=(1, 3))
    run = np.ones((1, max(int(across * _LINE), 8)), np.uint8)
    room = int(_STEEPEST * across / 2) + 1
    framed = np.pad(coarse, ((room, room), (0, 0)))
    lines = np.zeros_like(framed)
    size = (framed.shape[1], framed.shape[0])
    for slope in np.arange(-_STEEPEST, _STEEPEST + _STEP / 2, _STEP):
        shear = np.array([[1, 0, 0], [slope, 1, -slope * across / 2]])
        level = cv2.warpAffine(framed, shear, size, flags=cv2.INTER_NEAREST)
        # Lines are never quite straight: a slack of a pixel to each side keeps their runs whole.
        runs = cv2.morphologyEx(cv2.dilate(level, _SLACK), cv2.MORPH_OPEN, run)
        if runs.any():
            back = cv2.invertAffineTransform(shear)
            lines |= cv2.warpAffine(runs, back, size, flags=cv2.INTER_NEAREST)
    fine = np.kron(lines[room : room + down], np.ones((block, block), np.uint8))
    return np.asarray(fine[:rows, :columns] & mask, np.uint8)


def _are_margins(
    boxes: NDArray[np.int32], weights: NDArray[np.int64], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Tell which strokes are shadows or frames along the picture's edge, and not digits cut by it.

    They lie within a narrow margin, or they touch three edges and more.
    """
    rows, columns = shape
    margin = max(round(min(rows, columns) * 0.04), 1)
    left, top, right, bottom = boxes.T
    within = (right <= margin) | (bottom <= margin)
    within |= (left >= columns - margin) | (top >= rows - margin)
    touched = (left == 0).astype(int) + (top == 0) + (right == columns) + (bottom == rows)
    is_frame = (touched >= 3) & (np.count_nonzero(weights) > 1)
    return np.asarray(within | is_frame, np.bool_)
