"""Strokes that are one digit whose pen was lifted → one stroke."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.uploads.candidates import Candidate, Group, Judge, judged_groups, worth
from core.uploads.strokes import Strokes

_SLIT = 0.2
"""Strokes of one digit that stand one over the other are no farther apart than this part of the
higher one's height. Lines of writing are."""

_ROUNDS = 3
"""A digit that was broken into up to eight parts is put together in so many rounds."""

_RATHER = 2.0
"""What stands closely one over the other is rather one digit than two, by so much evidence."""


def mend(strokes: Strokes, judge: Judge, least: float) -> Strokes:
    """Put together what stands closely one over the other and is one digit.

    Lines are told by the heights of strokes, so this comes before them.

    Args:
        strokes: from `find_strokes`.
        judge: the network.
        least: evidence that a digit must have.
    """
    for _ in range(_ROUNDS):
        pairs = _stacked(strokes.boxes)
        if not pairs:
            break
        alone = sorted({number for pair in pairs for number in pair})
        groups = [*pairs, *((number,) for number in alone)]
        seen = judged_groups(strokes, groups, judge)

        def gain(pair: Group, seen: dict[Group, Candidate] = seen) -> float:
            apart = [seen[number,] for number in pair if seen[number,].evidence >= least]
            whole = replace(seen[pair], doubt=-_RATHER)
            return worth([whole], least) - worth(apart, least)

        joined: dict[int, int] = {}
        for first, second in sorted(pairs, key=gain, reverse=True):
            if gain((first, second)) > 0 and not {first, second} & {*joined, *joined.values()}:
                joined[second] = first
        if not joined:
            break
        strokes = strokes.joined(joined)
    return strokes


def _stacked(boxes: NDArray[np.int32]) -> list[tuple[int, int]]:
    """The pairs of strokes that stand one over the other, with little between them."""
    left, top, right, bottom = boxes.T
    pairs = []
    for i in range(1, len(boxes)):
        shared = np.minimum(right[i], right) - np.maximum(left[i], left)
        gap = top - bottom[i]
        high = np.maximum(bottom - top, bottom[i] - top[i])
        narrow = np.minimum(right - left, right[i] - left[i])
        under = (shared >= -_SLIT * narrow) & (gap <= _SLIT * high) & (top > top[i])
        under &= (bottom > bottom[i]) & (np.arange(len(boxes)) > 0)
        pairs += [(i, int(j)) for j in np.flatnonzero(under)]
    return pairs
