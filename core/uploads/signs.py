"""Signs among digits that look like digits to the network: colons, percent signs, brackets."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.uploads.candidates import Candidate, Group
from core.uploads.strokes import Strokes

_MIN_COVERED = 0.75  # share of a digit's height that its strokes cover; a colon's dots cover less

_MIN_RING, _MAX_RING, _OFF_MIDDLE = 0.2, 0.65, 0.1
"""Size of a percent sign's rings, and how far above and below its middle they are, as shares of its
height."""

_WIDEST = 1.6  # width of a percent sign in three strokes, as a share of its height
_WIDEST_JOINED = 1.15  # the same of one in a single stroke; a 9 and a 6 that touch are mostly wider

_BENT, _INKED = 0.075, 0.3
"""Least bend of a bracket, as a share of its height; and least ink of a row that belongs to it."""

_MIN_LETTERS = 2  # of a line in which a single bent 1 is a bracket


def is_colon(one: Candidate, strokes: Strokes) -> bool:
    """Whether a candidate consists of strokes that are far apart, one above the other."""
    boxes = strokes.boxes[list(one.strokes)]
    rows = np.arange(one.box[1], one.box[3])[:, np.newaxis]
    covered = ((boxes[:, 1] <= rows) & (rows < boxes[:, 3])).any(axis=1)
    return bool(covered.mean() < _MIN_COVERED)


def percent_signs(line: Sequence[int], scored: Mapping[Group, Candidate]) -> set[int]:
    """Return the strokes that make up percent signs: an upper ring, a bar, and a lower ring.

    Args:
        line: Numbers of strokes from left to right.
        scored: Each of them as a candidate; rings look like 0s.
    """
    signs: set[int] = set()
    for sign in zip(line, line[1:], line[2:], strict=False):
        ring, stroke, lower_ring = (scored[number,] for number in sign)
        if ring.prediction != 0 or lower_ring.prediction != 0:
            continue
        first, bar, last = np.array([ring.box, stroke.box, lower_ring.box])
        height = bar[3] - bar[1]
        rings = np.array([first, last])
        sizes = (rings[:, 2:] - rings[:, :2]) / height
        upper, lower = (rings[:, 1] + rings[:, 3] - bar[1] - bar[3]) / 2 / height
        is_small = sizes.min() >= _MIN_RING and sizes.max() <= _MAX_RING
        is_apart = upper < -_OFF_MIDDLE and lower > _OFF_MIDDLE
        if is_small and is_apart and last[2] - first[0] <= _WIDEST * height:
            signs.update(sign)
    return signs


def is_percent_sign(parts: Sequence[Candidate], whole: Candidate) -> bool:
    """Whether a stroke that was split is a percent sign: its parts look like a 9 and a 6."""
    left, top, right, bottom = whole.box
    is_narrow = right - left <= _WIDEST_JOINED * (bottom - top)
    return is_narrow and [part.prediction for part in parts] == [9, 6]


def without_brackets(digits: Sequence[Candidate], letters: Sequence[Candidate]) -> list[Candidate]:
    """Return the digits of a line without brackets, which look like bent 1s.

    A bent 1 may be a 1. It is a bracket if there is an opening and then a closing one, and digits
    that are neither; or, in a line with letters, if there are both or if it has no other digits.

    Args:
        digits: Candidates that were taken for digits.
        letters: Candidates of the line that were not.
    """
    order = sorted(digits, key=lambda one: one.box[0] + one.box[2])
    bends = np.array([_bend(one.form.image) if one.prediction == 1 else 0.0 for one in order])
    opening, closing = np.flatnonzero(bends <= -_BENT), np.flatnonzero(bends >= _BENT)
    others = len(order) - len(opening) - len(closing)
    if len(opening) and len(closing):
        are_brackets = len(letters) > 0 or (others > 0 and opening[0] < closing[-1])
    else:
        are_brackets = len(letters) >= _MIN_LETTERS and others == 0
    if are_brackets:
        return [one for one, bend in zip(order, bends, strict=True) if abs(bend) < _BENT]
    return order


def _bend(image: NDArray[np.float32]) -> float:
    """Return how far a stroke's middle is to the right of its ends, as a share of its height."""
    rows = image[image.max(axis=1) > _INKED]
    fifth = len(rows) // 5
    if fifth == 0:  # a stroke that lies
        return 0.0
    parts = rows[:fifth], rows[2 * fifth : -2 * fifth], rows[-fifth:]
    top, middle, bottom = (
        float(np.average(np.arange(image.shape[1]), weights=part.sum(axis=0))) for part in parts
    )
    return (middle - (top + bottom) / 2) / len(rows)
