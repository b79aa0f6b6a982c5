"""Merging of strokes that are one digit, broken where the pen was lifted."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.uploads.candidates import Candidate, Group, LogitsFn, score_groups, total_score
from core.uploads.strokes import Strokes

_MAX_GAP = 0.2  # between stacked strokes of one digit, as a share of the higher one's height
_ROUNDS = 3  # a digit in up to eight parts is merged
_BONUS = 2.0  # objectness added to a whole against its parts


def merge_strokes(
    strokes: Strokes, logits_fn: LogitsFn, min_objectness: float, known: Mapping[Group, Candidate]
) -> Strokes:
    """Merge strokes that are stacked closely where the network prefers one digit to two.

    This comes before the division into lines, which depends on the heights of the strokes. What is
    `known` of them is not scored again.
    """
    for _ in range(_ROUNDS):
        pairs = _stacked(strokes.boxes)
        if not pairs:
            break
        singles = sorted({number for pair in pairs for number in pair})
        scored = score_groups(strokes, [*pairs, *((n,) for n in singles)], logits_fn, known)
        gains: dict[Group, float] = {}
        for pair in pairs:
            apart = [scored[n,] for n in pair if scored[n,].objectness >= min_objectness]
            whole = replace(scored[pair], penalty=-_BONUS)
            gains[pair] = total_score([whole], min_objectness) - total_score(apart, min_objectness)
        merged: dict[int, int] = {}
        for first, second in sorted(pairs, key=lambda pair: gains[pair], reverse=True):
            if gains[first, second] > 0 and not {first, second} & {*merged, *merged.values()}:
                merged[second] = first
        if not merged:
            break
        strokes, known = strokes.merge(merged), {}
    return strokes


def _stacked(boxes: NDArray[np.int32]) -> list[tuple[int, int]]:
    """Return the pairs of strokes of which the second stands closely below the first."""
    left, top, right, bottom = boxes.T
    pairs = []
    for i in range(1, len(boxes)):
        shared = np.minimum(right[i], right) - np.maximum(left[i], left)
        gap = top - bottom[i]
        height = np.maximum(bottom - top, bottom[i] - top[i])
        narrower = np.minimum(right - left, right[i] - left[i])
        below = (shared >= -_MAX_GAP * narrower) & (gap <= _MAX_GAP * height) & (top > top[i])
        below &= (bottom > bottom[i]) & (np.arange(len(boxes)) > 0)
        pairs += [(i, int(j)) for j in np.flatnonzero(below)]
    return pairs
