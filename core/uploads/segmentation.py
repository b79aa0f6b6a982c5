"""Strokes → digits: which strokes, or which parts of one, make up a digit.

Neighbouring strokes are grouped where one digit may have been written in several, and wide strokes
are split where digits may touch. The network scores each candidate by its objectness, the log-odds
of "a digit" to "none": `logsumexp` of its logits (see `core.training_uploads`). Of all ways to
divide the strokes of a line among candidates, that with the highest score is chosen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.uploads.candidates import (
    Candidate,
    Group,
    LogitsFn,
    evidence,
    score_groups,
    total_score,
)
from core.uploads.lines import reading_order, typical_height
from core.uploads.merge import merge_strokes
from core.uploads.signs import is_colon, is_percent_sign, percent_signs, without_brackets
from core.uploads.strokes import Strokes, edges_touched, two_tone
from core.uploads.touching import may_touch, score_parts, split_touching
from core.uploads.words import digit_runs

MIN_TWO_TONE = 0.76
"""Least share of the variance around a digit that lies between ink and paper: see `two_tone`. In
photographs of things it is less."""

_MAX_THICKNESS = 0.5
"""Largest thickness of a digit, as a share of its longer side; a bold 8 without holes has it."""

_MAX_SPLIT, _MIN_SPLIT, _PER_DIGIT = 10, 2, 2
"""Limits on how many strokes of a picture are split, the heaviest first: at most `_MAX_SPLIT`, and
at most `_MIN_SPLIT` plus `_PER_DIGIT` for each candidate that is a digit without a split."""

_MAX_STROKES = 4  # per digit
_MAX_WIDTH, _MAX_HEIGHT = 1.6, 1.7  # of a candidate, in multiples of its line's stroke height
_MAX_GAP = 0.35  # between the strokes of a digit, as a share of that height
_LOW = 0.3  # a stroke lower than this share of the typical one is a piece of a digit or a dot
_MAX_ENCLOSED = 0.08  # other ink within a digit's box, as a share of its own
_MIN_LENGTH = 10  # of a digit, in pixels
_MIN_SIZE = 0.4  # of a digit, as a share of the typical one of its line
_SMALL_LINE = 0.6  # height of a line that is not small, as a share of the highest one's
_LARGE = 3  # largest size of a digit, in multiples of the typical one of its line or of a sure line
_MIN_SMALL, _SURE = 3, 3.5  # digits of a small line, and their mean evidence
_NEARLY, _MIN_SURE, _MAX_DOUBTFUL = 2.5, 2, 0.5
"""A shape is a digit with `_NEARLY` less objectness in a line of at least `_MIN_SURE` digits, if it
is of similar size and there are few such shapes beside those digits."""

_SIMILAR, _SMALL_ZERO = 0.85, 0.5  # least size of such a shape, and of a 0, as a share of the usual

_LETTER_EVIDENCE, _LOWEST = -1.0, -4.0  # largest evidence of a letter, least of any shape
_LETTER = (0.4, 2.0)  # height of letters, in multiples of the typical height of their line
_AMONG_LETTERS = 4.0  # more objectness is needed, times the share of letters on the page
_HIGH = 4.0  # in multiples of the typical height: a higher stroke is a line of its own


def find_digits(
    strokes: Strokes,
    logits_fn: LogitsFn,
    min_objectness: float,
    known: Mapping[Group, Candidate],
) -> list[list[Candidate]]:
    """Find the digits among strokes, of at least `min_objectness`: lines in reading order.

    What is `known` of the strokes is not scored again.
    """
    merged = merge_strokes(strokes, logits_fn, min_objectness, known)
    if merged is not strokes:
        strokes, known = merged, {}
    lines = _lines(strokes.boxes)
    groups = [group for line in lines for group in _groups(strokes.boxes, line)]
    scored = score_groups(strokes, groups, logits_fn, known)
    signs = {number for line in lines for number in percent_signs(line, scored)}
    options = {
        group: [one]
        for group, one in scored.items()
        if one.objectness >= min_objectness
        and signs.isdisjoint(group)
        and not is_colon(one, strokes)
    }
    to_split = _to_split(scored, strokes)[: _MIN_SPLIT + _PER_DIGIT * len(options)]
    wholes = [scored[group] for group in to_split]
    parts = score_parts(wholes, map(strokes.crop, to_split), logits_fn)
    for group, whole, its_parts in zip(to_split, wholes, parts, strict=True):
        if not signs.isdisjoint(group):
            continue
        crop = strokes.crop(group)
        digits = split_touching(whole, crop, its_parts, logits_fn, min_objectness)
        if is_percent_sign(digits, whole):
            signs.update(group)
            options = {other: one for other, one in options.items() if signs.isdisjoint(other)}
        elif digits:
            options[group] = digits
    found = [
        [one for one in _best(line, options, min_objectness) if _is_written(one, strokes)]
        for line in lines
    ]
    letters = [_letters(*pair, strokes, scored) for pair in zip(found, lines, strict=True)]
    for digits, others in zip(found, letters, strict=True):
        for one in _doubtful(digits, others, min_objectness):
            if signs.isdisjoint(one.strokes) and _is_written(one, strokes):
                digits.append(one)
                others.remove(one)
    share = sum(map(len, letters)) / max(sum(map(len, [*found, *letters])), 1)
    least = min_objectness + _AMONG_LETTERS * share
    kept = [
        without_brackets(_outside_words(digits, others, least), others)
        for digits, others in zip(found, letters, strict=True)
    ]
    return _in_order([one for line in kept for one in line], min_objectness)


def _is_written(one: Candidate, strokes: Strokes) -> bool:
    """Whether a candidate is drawn by a pen, and nothing lies within it."""
    return (
        one.form.thickness <= _MAX_THICKNESS
        and two_tone(strokes.contrast, one.box) >= MIN_TWO_TONE
        and not _encloses(one, strokes)
    )


def _letters(
    digits: Sequence[Candidate],
    line: Sequence[int],
    strokes: Strokes,
    scored: dict[Group, Candidate],
) -> list[Candidate]:
    """Return the strokes of a line that are as high as letters and belong to none of its digits."""
    taken = {number for one in digits for number in one.strokes}
    low, high = np.array(_LETTER) * typical_height(strokes.boxes[list(line)])
    heights = strokes.boxes[:, 3] - strokes.boxes[:, 1]
    return [
        scored[number,] for number in line if number not in taken and low <= heights[number] <= high
    ]


def _doubtful(
    digits: Sequence[Candidate], others: Sequence[Candidate], min_objectness: float
) -> list[Candidate]:
    """Return the shapes of a line that are nearly digits, among several digits of their size."""
    if len(digits) < _MIN_SURE:
        return []
    usual = float(np.median([_size(one) for one in digits]))
    doubtful = [
        one
        for one in others
        if one.objectness >= min_objectness - _NEARLY
        and (_SMALL_ZERO if one.prediction == 0 else _SIMILAR) * usual <= _size(one)
        and _size(one) <= _MAX_HEIGHT * usual
    ]
    return doubtful if len(doubtful) <= _MAX_DOUBTFUL * len(digits) else []


def _outside_words(
    digits: Sequence[Candidate], letters: Sequence[Candidate], least: float
) -> list[Candidate]:
    """Return the digits of a line that are not letters of a word.

    Objectness above `least` counts for a run of digits, below it for a word: a single digit may
    have less than `least` among others that have more.
    """
    if not letters:
        return list(digits)
    pieces = Counter(one.strokes for one in digits)  # what a stroke is split into counts once
    weights = [max(evidence(one, least), _LOWEST) / pieces[one.strokes] for one in digits]
    weights += [float(np.clip(one.objectness, _LOWEST, _LETTER_EVIDENCE)) for one in letters]
    shapes = [*digits, *letters]
    order = sorted(range(len(shapes)), key=lambda i: shapes[i].box[0] + shapes[i].box[2])
    height = float(np.median([one.box[3] - one.box[1] for one in shapes]))
    gaps = [(shapes[b].box[0] - shapes[a].box[2]) / height for a, b in pairwise(order)]
    kept = digit_runs([weights[i] for i in order], gaps)
    return [shapes[i] for i, keep in zip(order, kept, strict=True) if keep and i < len(digits)]


def _lines(boxes: NDArray[np.int32]) -> list[list[int]]:
    """Sort strokes into lines, each from left to right; low ones go with their neighbours."""
    heights = boxes[1:, 3] - boxes[1:, 1]
    if not len(heights):
        return []
    typical = typical_height(boxes[1:])
    usual = (heights >= _LOW * typical) & (heights <= _HIGH * typical)
    numbers = np.flatnonzero(usual) + 1
    lines = [[int(numbers[i]) for i in line] for line in reading_order(boxes[numbers])]
    line_of = {i: line for line in lines for i in line}
    for low in (np.flatnonzero(heights < _LOW * typical) + 1).tolist():
        nearest = min(numbers.tolist(), key=lambda i: _distance(boxes[low], boxes[i]))
        line_of[nearest].append(low)
    lines += [[int(high)] for high in np.flatnonzero(heights > _HIGH * typical) + 1]
    x = boxes[:, 0] + boxes[:, 2]
    return [sorted(line, key=lambda i: int(x[i])) for line in lines]


def _groups(boxes: NDArray[np.int32], line: Sequence[int]) -> Iterator[Group]:
    """Yield the neighbours in a line that may be one digit, and each stroke alone."""
    height = max(boxes[n, 3] - boxes[n, 1] for n in line)
    for start in range(len(line)):
        yield (line[start],)
        for end in range(start + 2, min(start + _MAX_STROKES, len(line)) + 1):
            group = boxes[line[start:end]]
            width, tall = group[:, 2:].max(axis=0) - group[:, :2].min(axis=0)
            if width > _MAX_WIDTH * height or tall > _MAX_HEIGHT * height:
                break
            if _widest_gap(group) <= _MAX_GAP * height:
                yield tuple(line[start:end])


def _to_split(scored: dict[Group, Candidate], strokes: Strokes) -> list[Group]:
    """Return the heaviest strokes in which digits may touch."""
    alone: list[Group] = [
        group
        for group, one in scored.items()
        if len(group) == 1
        and may_touch(one)
        and one.form.thickness <= _MAX_THICKNESS
        and edges_touched(one.box, strokes.ink.shape) < 3  # as squared paper does
        and two_tone(strokes.contrast, one.box) >= MIN_TWO_TONE
    ]
    return sorted(alone, key=lambda group: scored[group].mass, reverse=True)[:_MAX_SPLIT]


def _encloses(one: Candidate, strokes: Strokes) -> bool:
    """Whether other ink lies in a candidate's box, as in a circled digit or a face."""
    left, top, right, bottom = one.box
    boxes = strokes.boxes
    starts, ends = boxes[:, :2] > (left, top), boxes[:, 2:] < (right, bottom)
    within = set(np.flatnonzero(np.hstack([starts, ends]).all(axis=1)).tolist())
    others = within - {0, *one.strokes}
    return float(strokes.masses[list(others)].sum()) > _MAX_ENCLOSED * one.mass


def _best(
    line: Sequence[int], options: dict[Group, list[Candidate]], min_objectness: float
) -> list[Candidate]:
    """Divide the strokes of a line among candidates for the highest score, by dynamic programming.

    Strokes may be left out.
    """
    best: list[list[Candidate]] = [[]]
    for end in range(1, len(line) + 1):
        choices = [best[end - 1]]
        for start in range(max(end - _MAX_STROKES, 0), end):
            found = options.get(tuple(line[start:end]))
            if found:
                choices.append([*best[start], *found])
        best.append(max(choices, key=lambda choice: total_score(choice, min_objectness)))
    return best[-1]


def _in_order(digits: list[Candidate], min_objectness: float) -> list[list[Candidate]]:
    """Sort digits into lines, and drop outliers in size.

    Digits that are much smaller or larger than the others of their line are dropped. So are lines
    that are much smaller or larger than the other lines, unless they are sure: see `_is_sure`.
    """
    digits = [one for one in digits if _size(one) >= _MIN_LENGTH]
    if not digits:
        return []
    boxes = np.array([digit.box for digit in digits], np.int32)
    lines = []
    for line in reading_order(boxes):
        usual = np.median([_size(digits[i]) for i in line])
        low, high = _MIN_SIZE * usual, _LARGE * usual
        lines.append([digits[i] for i in line if low <= _size(digits[i]) <= high])
    sizes = [float(np.median([_size(one) for one in line])) for line in lines]
    sure = [_is_sure(line, min_objectness) for line in lines]
    of_sure = [size for size, is_sure in zip(sizes, sure, strict=True) if is_sure]
    largest = _LARGE * max(of_sure, default=np.inf)
    return [
        line
        for line, size, is_sure in zip(lines, sizes, sure, strict=True)
        if is_sure or _SMALL_LINE * max(sizes) <= size <= largest
    ]


def _is_sure(line: Sequence[Candidate], min_objectness: float) -> bool:
    """Whether a line is convincing on its own: several digits, and not only bars or dots."""
    mean = float(np.mean([evidence(one, min_objectness) for one in line]))
    return len(line) >= _MIN_SMALL and mean >= _SURE


def _size(digit: Candidate) -> int:
    left, top, right, bottom = digit.box
    return max(right - left, bottom - top)


def _widest_gap(boxes: NDArray[np.int32]) -> int:
    """Return the largest distance from a box to the nearest other."""
    return max(
        min(_distance(a, b) for j, b in enumerate(boxes) if j != i) for i, a in enumerate(boxes)
    )


def _distance(a: NDArray[np.int32], b: NDArray[np.int32]) -> int:
    """Return the gap between two boxes along an axis; 0 if they overlap."""
    return max(int(max(a[0], b[0]) - min(a[2], b[2])), int(max(a[1], b[1]) - min(a[3], b[3])), 0)
