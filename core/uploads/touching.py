"""Splitting of strokes in which several digits touch."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import numpy as np

from core.uploads.candidates import (
    MAX_OBJECTNESS,
    Candidate,
    LogitsFn,
    candidate,
    score,
    total_score,
)
from core.uploads.seams import find_cuts
from core.uploads.strokes import Crop
from core.uploads.zeros import split_at_zeros

_NARROW, _WIDE = 0.62, 1.25  # width by height: below, one digit for certain; above, certainly not
_MIN_HEIGHT = 8  # pixels
_MIN_PART = 0.55  # of the stroke's height: digits that touch are of similar size
_MARGIN = 4.0  # objectness by which parts must exceed a whole that may be one digit
_MIN_COVERED = 0.6  # share of a wide stroke's ink that belongs to digits
_CUT_PENALTY = 3.0  # objectness per height of ink that a cut crosses


Parts = dict[tuple[int, int], Candidate]
"""Parts of a stroke by the numbers of the cuts at their sides, with its ends as first and last."""


def may_touch(stroke: Candidate) -> bool:
    """Whether a stroke is worth splitting."""
    left, top, right, bottom = stroke.box
    if bottom - top < _MIN_HEIGHT or right - left < _NARROW * (bottom - top):
        return False
    return stroke.objectness < MAX_OBJECTNESS - _MARGIN or _is_wide(stroke)


def score_parts(
    wholes: Iterable[Candidate], crops: Iterable[Crop], logits_fn: LogitsFn
) -> list[Parts]:
    """Cut strokes wherever digits may touch, and score the parts of all of them in one batch.

    The strokes are given as candidates, and as their ink.
    """
    found = [_parts(whole, crop) for whole, crop in zip(wholes, crops, strict=True)]
    scored = iter(score(chain.from_iterable(parts.values() for parts in found), logits_fn))
    return [{cuts: next(scored) for cuts in parts} for parts in found]


def split_touching(
    whole: Candidate, crop: Crop, parts: Parts, logits_fn: LogitsFn, min_objectness: float
) -> list[Candidate]:
    """Split a stroke, `whole` as one candidate and `crop` as its ink, where digits touch.

    Args:
        whole: The stroke as one candidate.
        crop: Its ink.
        parts: Its parts; see `score_parts`.
        logits_fn: The network.
        min_objectness: The least objectness of a digit.

    Returns:
        The digits from left to right. Empty if the stroke is rather one digit, or if there is no
        split into digits.
    """
    if _is_wide(whole):
        digits = _best(parts, min_objectness) or _best(parts, min_objectness, may_skip=True)
        if len(digits) < 2 or sum(digit.mass for digit in digits) < _MIN_COVERED * whole.mass:
            digits = []
        at_zeros = split_at_zeros(whole, crop, logits_fn, min_objectness)
        digits = max(digits, at_zeros, key=lambda split: total_score(split, min_objectness))
    else:
        digits = _best(parts, _MARGIN + max(whole.objectness, min_objectness))
    favoured = replace(whole, penalty=-_MARGIN)
    if total_score(digits, min_objectness) > total_score([favoured], min_objectness):
        return digits
    return []


def _is_wide(stroke: Candidate) -> bool:
    left, top, right, bottom = stroke.box
    return right - left > _WIDE * (bottom - top)


def _parts(whole: Candidate, crop: Crop) -> Parts:
    """Find what lies between any two cuts and is not too low or too wide for a digit.

    Nothing is found if no part reaches the end of the stroke.
    """
    cuts = find_cuts(crop.ink)
    if not cuts:
        return {}
    costs = [0.0, *(cut.cost for cut in cuts), 0.0]
    columns, last = np.arange(crop.ink.shape[1]), len(cuts) + 1
    part_of = np.zeros(crop.ink.shape, np.uint8)
    for cut in cuts:
        part_of += columns >= cut.columns[:, np.newaxis]
    parts: Parts = {}
    for start in range(last):
        for end in range(start + 1, min(start + len(cuts), last) + 1):
            part = crop.masked((part_of >= start) & (part_of < end))
            if part is None or len(part.ink) < _MIN_PART * len(crop.ink):
                continue
            if part.ink.shape[1] > _WIDE * len(part.ink):
                break
            penalty = _CUT_PENALTY * (costs[start] + costs[end])
            parts[start, end] = replace(candidate(part), strokes=whole.strokes, penalty=penalty)
    if not any(end == last for _, end in parts):
        return {}
    return parts


def _best(parts: Parts, min_objectness: float, *, may_skip: bool = False) -> list[Candidate]:
    """Find the split with the highest score, by dynamic programming over the cuts.

    Parts may be left out if `may_skip`. The result is empty if there is no such split.
    """
    last = max((end for _, end in parts), default=0)
    best: list[list[Candidate] | None] = [[]] + [None] * last
    for end in range(1, last + 1):
        for start in range(end):
            before, one, so_far = best[start], parts.get((start, end)), best[end]
            is_digit = one is not None and one.objectness >= min_objectness
            if before is None or not (is_digit or may_skip):
                continue
            option = [*before, one] if one is not None and is_digit else before
            if so_far is None or total_score(option, min_objectness) > total_score(
                so_far, min_objectness
            ):
                best[end] = option
    return best[last] or []
