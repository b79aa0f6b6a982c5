"""Signs among digits that look like digits to the network: colons, percent signs, brackets."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.uploads.candidates import Candidate
from core.uploads.strokes import Strokes

_MIN_COVERED = 0.75  # share of a digit's height that its strokes cover; a colon's dots cover less

_MIN_RING, _MAX_RING, _OFF_MIDDLE = 0.2, 0.65, 0.1
"""Size of a percent sign's rings, and how far above and below its middle they are, as shares of its
height."""

_WIDEST = 1.6  # width of a percent sign in three strokes, as a share of its height
_WIDEST_JOINED = 1.15  # the same of one in a single stroke; a 9 and a 6 that touch are wider

_BENT, _INKED = 0.075, 0.3
"""Least bend of a bracket, as a share of its height; and least ink of a row that belongs to it."""


def is_colon(one: Candidate, strokes: Strokes) -> bool:
    """Whether a candidate consists of strokes that are far apart, one above the other."""
    boxes = strokes.boxes[list(one.strokes)]
    rows = np.arange(one.box[1], one.box[3])[:, np.newaxis]
    covered = ((boxes[:, 1] <= rows) & (rows < boxes[:, 3])).any(axis=1)
    return bool(covered.mean() < _MIN_COVERED)


def percent_signs(line: Sequence[int], boxes: NDArray[np.int32]) -> set[int]:
    """Return the strokes that are of percent signs: a ring, a bar, and a lower ring.

    Args:
        line: Numbers of strokes from left to right.
        boxes: (n, 4), of all strokes.
    """
    signs: set[int] = set()
    for sign in zip(line, line[1:], line[2:], strict=False):
        first, bar, last = boxes[list(sign)]
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

    One bent 1 may be a 1. Brackets are 1s that bend to either side, among others that do not; or,
    if the line has letters and no other digits, any bent 1s.
    """
    bends = np.array([_bend(one.form.image) if one.prediction == 1 else 0.0 for one in digits])
    is_bent = np.abs(bends) >= _BENT
    is_pair = (bends <= -_BENT).any() and (bends >= _BENT).any() and not is_bent.all()
    if is_pair or (letters and is_bent.all()):
        return [one for one, bent in zip(digits, is_bent, strict=True) if not bent]
    return list(digits)


def _bend(image: NDArray[np.float32]) -> float:
    """Return how far a stroke's middle is to the right of its ends, as a share of its height."""
    rows = image[image.max(axis=1) > _INKED]
    fifth = len(rows) // 5
    if fifth == 0:  # it lies
        return 0.0
    parts = rows[:fifth], rows[2 * fifth : -2 * fifth], rows[-fifth:]
    top, middle, bottom = (
        float(np.average(np.arange(image.shape[1]), weights=part.sum(axis=0))) for part in parts
    )
    return (middle - (top + bottom) / 2) / len(rows)
