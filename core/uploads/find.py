"""Strokes → digits: which strokes, or which parts of one, make a digit together.

Neighbouring strokes are put together where one digit may have been written in several, and a wide
stroke is cut where digits may touch. The network judges each such candidate by its evidence:

    logsumexp(logits), the log-odds of "a digit" to "none"

as which it was trained (see `core.training_uploads`). Of all the ways to share the strokes of a
line among candidates, the one is taken that explains most ink by most evidence. What remains is no
digit.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.uploads.candidates import Candidate, Group, Judge, judged_groups, worth
from core.uploads.lines import reading_order
from core.uploads.mend import mend
from core.uploads.part import may_be_several, part
from core.uploads.strokes import Strokes

_PARTED = 10
"""So many strokes of a picture are cut, the heaviest."""

_STROKES = 4
"""One digit is written in at most so many strokes."""

_WIDEST = 1.6
"""A candidate is at most so many times as wide as its line's strokes are high…"""

_TALLEST = 1.7
"""…and as high; more is two lines that touch."""

_GAP = 0.35
"""The strokes of one digit are no farther from each other than this part of that height."""

_LOW = 0.3
"""A stroke that is lower than this part of the typical one is a piece of a digit, or a dot."""

_ELSE_WITHIN = 0.08
"""Other ink within a digit's box is less than this part of its own."""

_FINEST = 10
"""A digit is at least so many pixels long…"""

_SMALL = 0.4
"""…and this part of the largest one's size; less is a dot, or another's piece."""


def find_digits(strokes: Strokes, judge: Judge, least: float) -> list[Candidate]:
    """Find the digits among strokes.

    Args:
        strokes: from `find_strokes`.
        judge: the network.
        least: evidence that a digit must have.

    Returns:
        In reading order.
    """
    strokes = mend(strokes, judge, least)
    lines = _lines(strokes.boxes)
    groups = [group for line in lines for group in _groups(strokes.boxes, line)]
    judged = judged_groups(strokes, groups, judge)
    options = {group: [one] for group, one in judged.items() if one.evidence >= least}
    for only in _to_part(judged, strokes.ink.shape):
        digits = part(judged[only], strokes.together(only), judge, least)
        if digits:
            options[only] = digits
    found = [one for line in lines for one in _best_shares(line, options, least)]
    return _in_order([one for one in found if not _encloses(one, strokes)])


def _lines(boxes: NDArray[np.int32]) -> list[list[int]]:
    """Put strokes into lines, each from left to right; the low ones go with their neighbours."""
    heights = boxes[1:, 3] - boxes[1:, 1]
    if not len(heights):
        return []
    high = heights >= _LOW * np.median(heights[heights >= np.median(heights)])
    numbers = np.flatnonzero(high) + 1
    lines = [[int(numbers[i]) for i in line] for line in reading_order(boxes[numbers])]
    line_of = {i: line for line in lines for i in line}
    for low in (np.flatnonzero(~high) + 1).tolist():
        nearest = min(numbers.tolist(), key=lambda i: _distance(boxes[low], boxes[i]))
        line_of[nearest].append(low)
    x = boxes[:, 0] + boxes[:, 2]
    return [sorted(line, key=lambda i: int(x[i])) for line in lines]


def _groups(boxes: NDArray[np.int32], line: Sequence[int]) -> Iterator[Group]:
    """All neighbours in a line that may be one digit; each stroke alone is among them."""
    height = max(boxes[n, 3] - boxes[n, 1] for n in line)
    for start in range(len(line)):
        yield (line[start],)
        for end in range(start + 2, min(start + _STROKES, len(line)) + 1):
            of_all = boxes[line[start:end]]
            left, top = of_all[:, :2].min(axis=0)
            right, bottom = of_all[:, 2:].max(axis=0)
            if right - left > _WIDEST * height or bottom - top > _TALLEST * height:
                break
            if _widest_gap(of_all) <= _GAP * height:
                yield tuple(line[start:end])


def _to_part(judged: dict[Group, Candidate], shape: tuple[int, ...]) -> list[Group]:
    """The heaviest of the strokes in which digits may touch."""
    alone: list[Group] = [
        group
        for group, one in judged.items()
        if len(group) == 1 and may_be_several(one) and not _spans(one.box, shape)
    ]
    return sorted(alone, key=lambda group: judged[group].mass, reverse=True)[:_PARTED]


def _spans(box: Box, shape: tuple[int, ...]) -> bool:
    """Tell what reaches three edges of the picture and more, as squared paper does."""
    rows, columns = shape
    return (box[0] <= 0) + (box[1] <= 0) + (box[2] >= columns) + (box[3] >= rows) >= 3


def _encloses(found: Candidate, strokes: Strokes) -> bool:
    """Tell the ring around a digit, or a face, from a 0: within a digit there is nothing else."""
    left, top, right, bottom = found.box
    boxes = strokes.boxes
    starts, ends = boxes[:, :2] > (left, top), boxes[:, 2:] < (right, bottom)
    within = set(np.flatnonzero(np.hstack([starts, ends]).all(axis=1)).tolist())
    others = within - {0, *found.strokes}
    return float(strokes.masses[list(others)].sum()) > _ELSE_WITHIN * found.mass


def _best_shares(
    line: Sequence[int], options: dict[Group, list[Candidate]], least: float
) -> list[Candidate]:
    """Share a line's strokes among candidates such that most ink is explained by most evidence."""
    best: list[list[Candidate]] = [[]]
    for end in range(1, len(line) + 1):
        choices = [best[end - 1]]  # the last stroke is of no digit
        for start in range(max(end - _STROKES, 0), end):
            found = options.get(tuple(line[start:end]))
            if found:
                choices.append([*best[start], *found])
        best.append(max(choices, key=lambda choice: worth(choice, least)))
    return best[-1]


def _in_order(digits: list[Candidate]) -> list[Candidate]:
    """Put digits into reading order, and leave out what is too small beside the others."""
    if not digits:
        return []
    boxes = np.array([digit.box for digit in digits], np.int32)
    sizes = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    large = np.flatnonzero(sizes >= max(_SMALL * sizes.max(), _FINEST))
    return [digits[large[i]] for line in reading_order(boxes[large]) for i in line]


def _widest_gap(boxes: NDArray[np.int32]) -> int:
    """The widest gap between a box and the nearest other of a group."""
    return max(
        min(_distance(a, b) for j, b in enumerate(boxes) if j != i) for i, a in enumerate(boxes)
    )


def _distance(a: NDArray[np.int32], b: NDArray[np.int32]) -> int:
    """How far two boxes are apart along an axis; 0 where they overlap."""
    return max(int(max(a[0], b[0]) - min(a[2], b[2])), int(max(a[1], b[1]) - min(a[3], b[3])), 0)
