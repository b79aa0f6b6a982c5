"""Zeros that share their walls with their neighbours, so that a cut would leave one open."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.uploads.candidates import Candidate, LogitsFn, candidate, score
from core.uploads.normalise import distance
from core.uploads.strokes import Crop

_GAPS = (0.0, 0.06, 0.12)
"""Half of the gaps that are closed in a wall, as shares of the stroke's height. The narrowest come
first, because what closes a gap also fills a narrow hole."""

_MIN_HEIGHT, _MIN_WIDTH = 0.6, 0.2  # of a zero's hole, as shares of the stroke's height
_MIN_OTHER = 0.55  # height of another digit, as a share of it
_MIN_COVERED = 0.8  # share of the stroke's ink that makes up digits


def split_at_zeros(
    whole: Candidate, crop: Crop, logits_fn: LogitsFn, min_objectness: float
) -> list[Candidate]:
    """Split a stroke, `whole` as one candidate and `crop` as its ink, into zeros and the rest.

    A zero is a hole and the ink around it, which its neighbours may share. Each piece of the rest
    is another digit.

    Returns:
        The digits from left to right. Empty if the stroke is not made up of such digits.
    """
    zeros = _zeros(crop.ink)
    if not zeros:
        return []
    masks = [*zeros, *_others(np.where(np.any(zeros, axis=0), 0, crop.ink))]
    covered = float(crop.ink[np.any(masks, axis=0)].sum())
    if len(masks) < 2 or covered < _MIN_COVERED * whole.mass:
        return []
    crops = [part for mask in masks if (part := crop.masked(mask)) is not None]
    digits = score(map(candidate, crops), logits_fn)
    are_zeros = all(one.prediction == 0 for one in digits[: len(zeros)])
    if not are_zeros or any(one.objectness < min_objectness for one in digits):
        return []
    share = covered / sum(one.mass for one in digits)  # so that shared ink counts once
    digits.sort(key=lambda one: one.box[0] + one.box[2])
    return [replace(one, strokes=whole.strokes, mass=share * one.mass) for one in digits]


def _zeros(ink: NDArray[np.float32]) -> list[NDArray[np.bool_]]:
    """Return the ink around each hole of a zero's size, (h, w) each."""
    height = len(ink)
    margin = int(_GAPS[-1] * height) + 2
    inner = slice(margin, -margin)
    strong = np.pad(ink > 0.5, margin)
    # Across a stroke of n pixels the distances rise from 1 to n / 2, to 1 / 2 + n / 4 on average.
    pen = 4 * float(distance(strong)[strong].mean()) - 2
    to_ink, taken = distance(~strong), np.zeros(strong.shape, np.bool_)
    zeros = []
    for gap in np.multiply(_GAPS, height).tolist():
        paper = (to_ink > gap).astype(np.uint8)
        _, holes, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
        is_large = stats[:, cv2.CC_STAT_HEIGHT] + 2 * gap >= _MIN_HEIGHT * height
        is_large &= stats[:, cv2.CC_STAT_WIDTH] + 2 * gap >= _MIN_WIDTH * height
        is_large[[0, holes[0, 0]]] = False  # the ink, and the paper around it
        for number in np.flatnonzero(is_large).tolist():
            hole = holes == number
            if not taken[hole].any():
                taken |= hole
                zeros.append((distance(~hole) <= gap + pen + 0.5)[inner, inner] & (ink > 0))
    return zeros


def _others(ink: NDArray[np.float32]) -> list[NDArray[np.bool_]]:
    """Return the connected pieces of ink that are high enough for a digit, (h, w) each."""
    strong = (ink > 0.5).astype(np.uint8)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(strong)
    high = stats[:, cv2.CC_STAT_HEIGHT] >= _MIN_OTHER * len(ink)
    return [pieces == number for number in range(1, count) if high[number]]
