"""Ink → the digit in it, apart from specks, frames, and paper that only looks like ink."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box

_FAINTEST = 16
"""Ink differs from its paper by this much at least, of 255."""

_ROUGHNESS = 5
"""Ink differs from its paper by this many times what the paper differs from itself: less is noise,
texture, or a photograph of something else."""

_STRONG, _FAINT = 0.5, 0.25
"""A stroke is what is connected at the lower, and reaches the higher part of the ink's strength."""

_MARGIN = 0.04
"""This part of the picture's shorter side, along its edges, is where frames and shadows are."""

_INSIDE = 0.3
"""A stroke has at least this part of its ink outside that margin."""

_SMALLEST = 6
"""A digit is at least so many pixels long."""

_PIECE = 0.03
"""A second stroke of the digit has at least this part of the first one's ink: less is a speck."""

_GAP = 0.25
"""A second stroke is no farther above or below the first than this part of its longer side. It
never stands beside it: that would be another digit."""


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """A digit as it stands in the picture.

    Attributes:
        ink: (h, w) float32 in [0, 1], cut to the digit; 0 where there is paper, or ink of others.
        box: where that is, in the pixels of the map it was found in.
    """

    ink: NDArray[np.float32]
    box: Box


@dataclass(frozen=True, eq=False, slots=True)
class _Strokes:
    """Connected ink.

    Attributes:
        labels: (h, w) the number of the stroke at each pixel; 0 is paper.
        boxes: (n, 4) left, top, right, bottom.
        weights: (n,) how many pixels of strong ink; 0 for what is no stroke.
    """

    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    weights: NDArray[np.int64]


def find_digits(ink: NDArray[np.uint8]) -> tuple[Found, ...]:
    """Find the digit: the heaviest long stroke, and the pieces over and under it.

    Args:
        ink: (h, w), from `find_ink`.

    Returns:
        At most one digit, so far.
    """
    paper, full = _levels(ink)
    if full - paper < max(_FAINTEST, _ROUGHNESS * (paper + 1)):
        return ()
    strokes = _strokes(ink, paper, full)
    lengths = (strokes.boxes[:, 2:] - strokes.boxes[:, :2]).max(axis=1)
    first = int(np.argmax(strokes.weights * lengths))
    if not strokes.weights[first] or lengths[first] < _SMALLEST:
        return ()
    digit = _pieces(strokes, first, gap=lengths[first] * _GAP)
    left, top = strokes.boxes[digit, :2].min(axis=0).tolist()
    right, bottom = strokes.boxes[digit, 2:].max(axis=0).tolist()
    window = np.s_[top:bottom, left:right]
    belongs = np.zeros(len(strokes.weights), np.float32)
    belongs[digit] = 1
    strength = (ink[window].astype(np.float32) - paper) / (full - paper)
    cut = np.clip(strength, 0, 1) * belongs[strokes.labels[window]]
    return (Found(cut.astype(np.float32, copy=False), (left, top, right, bottom)),)


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


def _strokes(ink: NDArray[np.uint8], paper: int, full: int) -> _Strokes:
    faint = (ink > paper + _FAINT * (full - paper)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(faint, connectivity=8)
    strong = ink > paper + _STRONG * (full - paper)
    weights = np.bincount(labels[strong], minlength=count)
    margin = max(round(min(ink.shape) * _MARGIN), 1)
    inner = np.s_[margin:-margin, margin:-margin]
    inside = np.bincount(labels[inner][strong[inner]], minlength=count)
    weights[inside < weights * _INSIDE] = 0
    boxes = np.hstack([stats[:, :2], stats[:, :2] + stats[:, 2:4]])
    return _Strokes(np.asarray(labels, np.int32), boxes.astype(np.int32), weights)


def _pieces(strokes: _Strokes, first: int, gap: float) -> NDArray[np.intp]:
    """Number the strokes that make up one digit with the first: over or under it, and no specks."""
    left, top, right, bottom = strokes.boxes.T
    box = strokes.boxes[first]
    over = (left < box[2]) & (right > box[0])
    close = (top < box[3] + gap) & (bottom > box[1] - gap)
    return np.flatnonzero(over & close & (strokes.weights > strokes.weights[first] * _PIECE))
