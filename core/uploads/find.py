"""Strokes → digits: which strokes, or which parts of one, make a digit together.

Neighbouring strokes are put together where one digit may have been written in several, and a wide
stroke is cut where digits may touch. The network judges each such candidate by its evidence:

    logsumexp(logits), the log-odds of "a digit" to "none"

as which it was trained (see `core.training`). Of all the ways to share the strokes of a line among
candidates, the one is taken that explains most ink by most evidence. What remains is no digit.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.uploads.lines import reading_order
from core.uploads.normalise import NormalForm, normalise
from core.uploads.split import find_cuts
from core.uploads.strokes import Piece, Strokes

Judge = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""The network's logits (n, 10) of n digits (n, 28, 28)."""

ENOUGH = 8.0
"""More evidence than this counts for no more."""

_CUT = 4.0
"""The parts of a cut stroke need so much more evidence than it has as a whole, since some cut of
many looks like digits by chance."""

_CUT_MOST = 10
"""So many strokes of a picture are cut, the heaviest."""

_DOUBT = 3.0
"""How much evidence a cut takes from the two digits beside it that costs the whole height."""

_WIDE = 1.25
"""A stroke so many times as wide as high is no one digit, whatever evidence it has."""

_PART = 0.55
"""And each is at least this part of the stroke's height: digits that touch are alike in size."""

_STROKES = 4
"""One digit is written in at most so many strokes."""

_WIDEST = 1.6
"""A candidate is at most so many times as wide as its line's strokes are high…"""

_TALLEST = 1.7
"""…and as high; more is two lines that touch."""

_GAP = 0.35
"""The strokes of one digit are no farther from each other than this part of that height."""

_SLIT = 0.2
"""Strokes of one digit that stand one over the other are no farther apart than this part of the
higher one's height. Lines of writing are."""

_ELSE_WITHIN = 0.08
"""Other ink within a digit's box is less than this part of its own."""

_MENDS = 3
"""A digit that was broken into up to eight parts is put together in so many rounds."""

_MEND = 2.0
"""What stands closely one over the other is rather one digit than two, by so much evidence."""

_CUT_FROM = 0.62
"""A stroke is cut if it is at least so many times as wide as high: narrower, it is one digit."""

_LOW = 0.3
"""A stroke that is lower than this part of the typical one is a piece of a digit, or a dot."""

_FINEST = 10
"""A digit is at least so many pixels long."""

_SMALL = 0.4
"""A digit is at least this part of the largest one's size; less is a dot, or another's piece."""


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """A digit as it stands in the picture.

    Attributes:
        form: its normal form; the warp leads to the pixels of the ink map.
        box: where that is, in the same pixels.
        evidence: log-odds of its being a digit at all.
        mass: how much ink it has.
        strokes: of what it was made.
        doubt: what speaks against the cuts by which it was parted from others, in evidence.
    """

    form: NormalForm
    box: Box
    evidence: float
    mass: float
    strokes: tuple[int, ...] = ()
    doubt: float = 0.0


def find_digits(strokes: Strokes, judge: Judge, least: float) -> list[Found]:
    """Find the digits among strokes.

    Args:
        strokes: from `find_strokes`.
        judge: the network.
        least: evidence that a digit must have.

    Returns:
        In reading order.
    """
    strokes = _mended(strokes, judge, least)
    lines = _lines(strokes.boxes)
    groups = [group for line in lines for group in _groups(strokes.boxes, line)]
    judged = _judged_groups(strokes, groups, judge)
    wide = [
        group
        for group, found in judged.items()
        if len(group) == 1 and _may_be_several(found) and not _spans(found.box, strokes.ink.shape)
    ]
    wide.sort(key=lambda group: judged[group].mass, reverse=True)
    several = {group: _parts(strokes.together(group), group, judge) for group in wide[:_CUT_MOST]}
    options = {group: [found] for group, found in judged.items() if found.evidence >= least}
    for only, parts in several.items():
        whole = judged[only]
        is_wide = _width(whole.box) > _WIDE * _height(whole.box)
        least_of_part = least if is_wide else _CUT + max(whole.evidence, least)
        best = _best_cut(parts, least_of_part) if parts else []
        if _worth(best, least) > _worth([replace(whole, doubt=-_CUT)], least):
            options[only] = best
    digits = [found for line in lines for found in _best_shares(line, options, least)]
    return _in_order([found for found in digits if not _encloses(found, strokes)])


def _mended(strokes: Strokes, judge: Judge, least: float) -> Strokes:
    """Put together what stands closely one over the other and is one digit: the pen was lifted.

    Lines are told by the heights of strokes, so this comes before them.
    """
    for _ in range(_MENDS):
        pairs = _stacked(strokes.boxes)
        if not pairs:
            break
        alone = sorted({number for pair in pairs for number in pair})
        groups = [*pairs, *((number,) for number in alone)]
        judged = _judged_groups(strokes, groups, judge)

        def gain(pair: tuple[int, ...], judged: dict[tuple[int, ...], Found] = judged) -> float:
            apart = [judged[number,] for number in pair if judged[number,].evidence >= least]
            whole = replace(judged[pair], doubt=-_MEND)
            return _worth([whole], least) - _worth(apart, least)

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


def _groups(boxes: NDArray[np.int32], line: Sequence[int]) -> Iterator[tuple[int, ...]]:
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


def _may_be_several(found: Found) -> bool:
    width, height = _width(found.box), _height(found.box)
    if height < 8 or width < _CUT_FROM * height:
        return False
    return found.evidence < ENOUGH - _CUT or width > _WIDE * height


def _spans(box: Box, shape: tuple[int, ...]) -> bool:
    """Tell what reaches three edges of the picture and more, as squared paper does."""
    rows, columns = shape
    return (box[0] <= 0) + (box[1] <= 0) + (box[2] >= columns) + (box[3] >= rows) >= 3


def _encloses(found: Found, strokes: Strokes) -> bool:
    """Tell the ring around a digit, or a face, from a 0: within a digit there is nothing else."""
    left, top, right, bottom = found.box
    boxes = strokes.boxes
    starts, ends = boxes[:, :2] > (left, top), boxes[:, 2:] < (right, bottom)
    within = set(np.flatnonzero(np.hstack([starts, ends]).all(axis=1)).tolist())
    others = within - {0, *found.strokes}
    return float(strokes.masses[list(others)].sum()) > _ELSE_WITHIN * found.mass


def _parts(stroke: Piece, number: tuple[int, ...], judge: Judge) -> dict[tuple[int, int], Found]:
    """Cut a stroke wherever digits may touch, and judge what lies between any two cuts.

    Returns:
        The parts by their cuts' numbers; the stroke's ends are the first and last. None where they
        do not reach the last.
    """
    cuts = find_cuts(stroke.ink)
    costs = [0.0, *(cut.cost for cut in cuts), 0.0]
    parts = {
        span: _unjudged(piece) for span, piece in _pieces(stroke, [cut.columns for cut in cuts])
    }
    if not any(end == len(cuts) + 1 for _, end in parts):
        return {}
    judged = zip(parts, _judged(parts.values(), judge), strict=True)
    return {
        (start, end): replace(part, strokes=number, doubt=_DOUBT * (costs[start] + costs[end]))
        for (start, end), part in judged
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


def _unjudged(piece: Piece) -> Found:
    """Bring a piece of ink to the normal form: it may be as large as the picture, and this not."""
    form = normalise(piece.ink)
    form.warp[:, 2] += piece.left, piece.top
    return Found(form, piece.box, evidence=0.0, mass=float(piece.ink.sum()))


def _judged(candidates: Iterable[Found], judge: Judge) -> list[Found]:
    """Ask the network about all candidates at once."""
    found = list(candidates)
    if not found:
        return []
    logits = judge(np.stack([one.form.image for one in found]))
    evidence = np.logaddexp.reduce(logits, axis=1).tolist()
    return [replace(one, evidence=log_odds) for one, log_odds in zip(found, evidence, strict=True)]


def _judged_groups(
    strokes: Strokes, groups: Sequence[tuple[int, ...]], judge: Judge
) -> dict[tuple[int, ...], Found]:
    """Judge what some strokes make together, each group for itself."""
    found = _judged((_unjudged(strokes.together(group)) for group in groups), judge)
    return {group: replace(one, strokes=group) for group, one in zip(groups, found, strict=True)}


def _best_cut(parts: dict[tuple[int, int], Found], least: float) -> list[Found]:
    """Find the cuts of a stroke that leave nothing but digits; none where there are no such."""
    last = max(end for _, end in parts)
    best: list[list[Found] | None] = [[]] + [None] * last
    for end in range(1, last + 1):
        for start in range(end):
            before, found, so_far = best[start], parts.get((start, end)), best[end]
            if before is None or found is None or found.evidence < least:
                continue
            option = [*before, found]
            if so_far is None or _worth(option, least) > _worth(so_far, least):
                best[end] = option
    return best[last] or []


def _best_shares(
    line: Sequence[int], options: dict[tuple[int, ...], list[Found]], least: float
) -> list[Found]:
    """Share a line's strokes among candidates such that most ink is explained by most evidence."""
    best: list[list[Found]] = [[]]
    for end in range(1, len(line) + 1):
        choices = [best[end - 1]]  # the last stroke is of no digit
        for start in range(max(end - _STROKES, 0), end):
            found = options.get(tuple(line[start:end]))
            if found:
                choices.append([*best[start], *found])
        best.append(max(choices, key=lambda choice: _worth(choice, least)))
    return best[-1]


def _worth(digits: Sequence[Found], least: float) -> float:
    return sum((min(one.evidence - least, ENOUGH) - one.doubt) * one.mass for one in digits)


def _in_order(digits: list[Found]) -> list[Found]:
    """Put digits into reading order, and leave out what is too small beside the others."""
    if not digits:
        return []
    boxes = np.array([digit.box for digit in digits], np.int32)
    sizes = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    large = np.flatnonzero(sizes >= max(_SMALL * sizes.max(), _FINEST))
    return [digits[large[i]] for line in reading_order(boxes[large]) for i in line]


def _width(box: Box) -> int:
    return box[2] - box[0]


def _height(box: Box) -> int:
    return box[3] - box[1]


def _widest_gap(boxes: NDArray[np.int32]) -> int:
    """The widest gap between a box and the nearest other of a group."""
    return max(
        min(_distance(a, b) for j, b in enumerate(boxes) if j != i) for i, a in enumerate(boxes)
    )


def _distance(a: NDArray[np.int32], b: NDArray[np.int32]) -> int:
    """How far two boxes are apart along an axis; 0 where they overlap."""
    return max(int(max(a[0], b[0]) - min(a[2], b[2])), int(max(a[1], b[1]) - min(a[3], b[3])), 0)
