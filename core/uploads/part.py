"""A stroke in which digits touch → the digits."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.uploads.candidates import ENOUGH, Candidate, Judge, candidate, judged, worth
from core.uploads.split import find_cuts
from core.uploads.strokes import Piece

_NARROW, _WIDE = 0.62, 1.25
"""A stroke is one digit if it is less than so many times as wide as high; if more, it is none."""

_LOWEST = 8
"""And so many pixels high at least, if digits in it are to be told apart."""

_PART = 0.55
"""Each part is at least this part of the stroke's height: digits that touch are alike in size."""

_RATHER = 4.0
"""The parts of a stroke that may be one digit need so much more evidence than it has as a whole,
since some cut of many looks like digits by chance."""

_MOST = 0.6
"""Of a wide stroke, this part of its ink is of digits; of others all is."""

_DOUBT = 3.0
"""How much evidence a cut takes from the two digits beside it that costs the whole height."""


def may_be_several(stroke: Candidate) -> bool:
    """Tell whether a stroke is worth cutting."""
    if stroke.height < _LOWEST or stroke.width < _NARROW * stroke.height:
        return False
    return stroke.evidence < ENOUGH - _RATHER or _is_wide(stroke)


def part(whole: Candidate, stroke: Piece, judge: Judge, least: float) -> list[Candidate]:
    """Cut a stroke wherever digits touch.

    Args:
        whole: what the network said of it.
        stroke: its ink.
        judge: the network.
        least: evidence that a digit must have.

    Returns:
        Its digits from left to right; none where it is rather one digit, or digits cannot be made
        of it, or of most of it where it is too wide for one.
    """
    parts = _parts(whole, stroke, judge)
    if _is_wide(whole):
        digits = _best(parts, least) or _best(parts, least, may_leave=True)
        if len(digits) < 2 or sum(digit.mass for digit in digits) < _MOST * whole.mass:
            return []
    else:
        digits = _best(parts, _RATHER + max(whole.evidence, least))
    if worth(digits, least) > worth([replace(whole, doubt=-_RATHER)], least):
        return digits
    return []


def _is_wide(stroke: Candidate) -> bool:
    return stroke.width > _WIDE * stroke.height


def _parts(whole: Candidate, stroke: Piece, judge: Judge) -> dict[tuple[int, int], Candidate]:
    """Cut a stroke wherever digits may touch, and judge what lies between any two cuts.

    Returns:
        The parts by their cuts' numbers; the stroke's ends are the first and last. None where they
        do not reach the last.
    """
    cuts = find_cuts(stroke.ink)
    costs = [0.0, *(cut.cost for cut in cuts), 0.0]
    parts = {
        span: candidate(piece) for span, piece in _pieces(stroke, [cut.columns for cut in cuts])
    }
    if not any(end == len(cuts) + 1 for _, end in parts):
        return {}
    spans = zip(parts, judged(parts.values(), judge), strict=True)
    return {
        (start, end): replace(
            one, strokes=whole.strokes, doubt=_DOUBT * (costs[start] + costs[end])
        )
        for (start, end), one in spans
    }


def _pieces(
    stroke: Piece, cuts: list[NDArray[np.int32]]
) -> Iterator[tuple[tuple[int, int], Piece]]:
    """Part a stroke at cuts, and leave out what is too low or too wide for a digit."""
    if not cuts:
        return
    columns = np.arange(stroke.ink.shape[1])
    part = (columns >= np.array(cuts)[:, :, None]).sum(axis=0)
    high = _PART * len(stroke.ink)
    for start in range(len(cuts) + 1):
        for end in range(start + 1, min(start + len(cuts), len(cuts) + 1) + 1):
            piece = stroke.only((part >= start) & (part < end))
            if piece is None or len(piece.ink) < high:
                continue
            if piece.ink.shape[1] > _WIDE * len(piece.ink):
                break
            yield (start, end), piece


def _best(
    parts: dict[tuple[int, int], Candidate], least: float, *, may_leave: bool = False
) -> list[Candidate]:
    """Find the cuts of a stroke that leave nothing but digits; none where there are no such.

    Args:
        parts: by their ends.
        least: evidence that a part must have.
        may_leave: whether there may be parts that are no digits.
    """
    last = max((end for _, end in parts), default=0)
    best: list[list[Candidate] | None] = [[]] + [None] * last
    for end in range(1, last + 1):
        for start in range(end):
            before, one, so_far = best[start], parts.get((start, end)), best[end]
            is_digit = one is not None and one.evidence >= least
            if before is None or not (is_digit or may_leave):
                continue
            option = [*before, one] if one is not None and is_digit else before
            if so_far is None or worth(option, least) > worth(so_far, least):
                best[end] = option
    return best[last] or []
