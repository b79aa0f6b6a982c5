"""Strokes → digits: which strokes, or which parts of one, make up a digit.

Neighbouring strokes are grouped where one digit may have been written in several, and wide strokes
are split where digits may touch. The network scores each candidate by its objectness, the log-odds
of "a digit" to "none": `logsumexp` of its logits (see `core.training_uploads`). Of all ways to
divide the strokes of a line among candidates, that with the highest score is chosen.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.uploads.candidates import Candidate, Group, LogitsFn, score_groups, total_score
from core.uploads.lines import reading_order
from core.uploads.merge import merge_strokes
from core.uploads.strokes import Strokes
from core.uploads.touching import may_touch, split_touching

_MAX_SPLIT = 10  # strokes of a picture that are split, the heaviest
_MAX_STROKES = 4  # per digit
_MAX_WIDTH, _MAX_HEIGHT = 1.6, 1.7  # of a candidate, by the height of its line's strokes
_MAX_GAP = 0.35  # between the strokes of a digit, by that height
_LOW = 0.3  # a stroke lower than this share of the typical one is a piece of a digit or a dot
_MAX_ENCLOSED = 0.08  # other ink within a digit's box, as a share of its own
_MIN_LENGTH = 10  # of a digit, in pixels
_MIN_SIZE = 0.4  # of a digit, as a share of the largest one's


def find_digits(
    strokes: Strokes, logits_fn: LogitsFn, min_objectness: float
) -> list[list[Candidate]]:
    """Find the digits among strokes, of at least `min_objectness`: lines in reading order."""
    strokes = merge_strokes(strokes, logits_fn, min_objectness)
    lines = _lines(strokes.boxes)
    groups = [group for line in lines for group in _groups(strokes.boxes, line)]
    scored = score_groups(strokes, groups, logits_fn)
    options = {group: [one] for group, one in scored.items() if one.objectness >= min_objectness}
    for group in _to_split(scored, strokes.ink.shape):
        digits = split_touching(scored[group], strokes.crop(group), logits_fn, min_objectness)
        if digits:
            options[group] = digits
    found = [one for line in lines for one in _best(line, options, min_objectness)]
    return _in_order([one for one in found if not _encloses(one, strokes)])


def _lines(boxes: NDArray[np.int32]) -> list[list[int]]:
    """Sort strokes into lines, each from left to right; low ones go with their neighbours."""
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


def _to_split(scored: dict[Group, Candidate], shape: tuple[int, ...]) -> list[Group]:
    """Return the heaviest strokes in which digits may touch."""
    alone: list[Group] = [
        group
        for group, one in scored.items()
        if len(group) == 1 and may_touch(one) and not _spans(one.box, shape)
    ]
    return sorted(alone, key=lambda group: scored[group].mass, reverse=True)[:_MAX_SPLIT]


def _spans(box: Box, shape: tuple[int, ...]) -> bool:
    """Whether a box touches at least three edges of the picture, as squared paper does."""
    rows, columns = shape
    return (box[0] <= 0) + (box[1] <= 0) + (box[2] >= columns) + (box[3] >= rows) >= 3


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


def _in_order(digits: list[Candidate]) -> list[list[Candidate]]:
    """Sort digits into lines, without those that are small beside the others."""
    if not digits:
        return []
    boxes = np.array([digit.box for digit in digits], np.int32)
    sizes = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    large = np.flatnonzero(sizes >= max(_MIN_SIZE * sizes.max(), _MIN_LENGTH))
    return [[digits[large[i]] for i in line] for line in reading_order(boxes[large])]


def _widest_gap(boxes: NDArray[np.int32]) -> int:
    """Return the largest distance from a box to the nearest other."""
    return max(
        min(_distance(a, b) for j, b in enumerate(boxes) if j != i) for i, a in enumerate(boxes)
    )


def _distance(a: NDArray[np.int32], b: NDArray[np.int32]) -> int:
    """Return the gap between two boxes along an axis; 0 if they overlap."""
    return max(int(max(a[0], b[0]) - min(a[2], b[2])), int(max(a[1], b[1]) - min(a[3], b[3])), 0)
