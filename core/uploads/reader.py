"""A picture → its digits, in reading order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit
from core.uploads.candidates import MAX_OBJECTNESS, Candidate, LogitsFn
from core.uploads.decoded_image import DecodedImage
from core.uploads.ink import NARROW, WIDE, find_ink
from core.uploads.segmentation import find_digits
from core.uploads.strokes import InkStyle, find_strokes

MAX_DIGITS = 50
"""Largest number of digits that are returned."""

_MAX_PIXELS = 1024 * 768  # a picture is read at no more
_NEAR_INTEGER = 0.15  # a shrink factor so close to an integer is rounded, which is faster
_GOOD = 0.7  # explained share at which no other attempt is made

_MAX_OVERLAP, _NESTED = 0.5, 0.3
"""If one digit overlaps another by more than a half, they are outlines of one, and the explained
share is multiplied by the second factor."""

MIN_INK, _MIN_EXPLAINED = 0.5, 0.2
"""A single digit makes up at least this share of the ink, or the digits explain at least that share
of it. Otherwise the picture shows something else, with marks that look like digits."""

_MIN_INK_OTHER, _MIN_EXPLAINED_OTHER = 0.7, 0.3
"""Both are required where lines are left out or outlines filled in."""

_AS_STRONG, _FILLED = 0.7, 0.3
"""A shape is solid if at least `_FILLED` of what is between its outlines is ink of at least
`_AS_STRONG` times their strength."""

MIN_TWO_TONE = 0.76
"""Share of the variance around a digit that lies between ink and paper. In photographs of things it
is less."""


@dataclass(frozen=True, slots=True)
class OtherWay:
    """What a picture would be read as if it were turned.

    Attributes:
        turned: Degrees clockwise by which the picture would be turned from upright.
        answer: The digits in reading order.
    """

    turned: int
    answer: str


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """The digits that were found in a picture.

    Attributes:
        ink: (h, w) uint8, the picture's ink map, which may be smaller than it.
        digits: The digits in reading order, at most `MAX_DIGITS`. Their boxes and warps are in the
            picture as it was uploaded, also if it is turned.
        lines: The line of each digit, from 0.
        left_out: Number of further digits.
        turned: Degrees clockwise by which the picture is turned from upright: 0, 90, 180 or 270.
        other: How the picture would be read another way up, if that is as likely and not the same.
    """

    picture: DecodedImage
    ink: NDArray[np.uint8]
    digits: tuple[Digit, ...]
    lines: tuple[int, ...]
    left_out: int
    turned: int = 0
    other: OtherWay | None = None


class Reader:
    """Finds digits in pictures with a network that was trained to reject negatives.

    A digit has at least `min_objectness`, in log-odds.
    """

    def __init__(self, logits_fn: LogitsFn, min_objectness: float = 0.0) -> None:
        self._logits_fn = logits_fn
        self._min_objectness = min_objectness

    def read(self, picture: DecodedImage) -> Reading:
        """Find the digits in a picture."""
        pixels = _shrink(picture.pixels)
        best_ink = wide = find_ink(pixels, WIDE)
        best: list[list[Candidate]] = []
        most = -1.0
        for ink, style in _interpretations(pixels, wide):
            digits, explained = self._attempt(ink, wide, style)
            if explained > most:
                best_ink, best, most = ink, digits, explained
            if most >= _GOOD:
                break
        scale = picture.scale_of(pixels)
        numbered = [(number, one) for number, line in enumerate(best) for one in line]
        shown = numbered[:MAX_DIGITS]
        return Reading(
            picture,
            best_ink,
            digits=tuple(one.as_digit(scale) for _, one in shown),
            lines=tuple(number for number, _ in shown),
            left_out=len(numbered) - len(shown),
        )

    def _attempt(
        self, ink: NDArray[np.uint8], wide: NDArray[np.uint8], style: InkStyle
    ) -> tuple[list[list[Candidate]], float]:
        """Return the digits of an interpretation, and the share of its ink that they explain."""
        strokes = find_strokes(ink, style)
        if strokes is None:
            return [], 0
        lines = [
            [
                digit
                for digit in line
                if two_tone(ink, digit.box) >= MIN_TWO_TONE
                and (ink is wide or not _is_outline_of_solid(ink, wide, digit.box))
            ]
            for line in find_digits(strokes, self._logits_fn, self._min_objectness)
        ]
        lines = [line for line in lines if line]
        digits = [digit for line in lines for digit in line]
        explained = sum(
            min(one.objectness - self._min_objectness, MAX_OBJECTNESS) * one.mass for one in digits
        )
        if any(_overlap(a.box, b.box) > _MAX_OVERLAP for a, b in combinations(digits, 2)):
            explained *= _NESTED
        mass = float(strokes.masses.sum())
        share = sum(one.mass for one in digits) / mass
        explained /= MAX_OBJECTNESS * mass
        if style is InkStyle.PLAIN:
            accepted = explained >= _MIN_EXPLAINED or (len(digits) == 1 and share >= MIN_INK)
        else:
            accepted = share >= _MIN_INK_OTHER and explained >= _MIN_EXPLAINED_OTHER
        if not accepted:
            return [], 0
        # Ink at the edge may be further digits, joined by lines.
        return lines, explained * mass / (mass + strokes.at_edge)


def two_tone(ink: NDArray[np.uint8], box: Box) -> float:
    """Return the share of the variance around a box between two classes, by Otsu's threshold."""
    left, top, right, bottom = box
    margin = max((bottom - top) // 10, 2)
    ink = ink[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin]
    threshold, _ = cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)
    is_ink = ink > threshold
    share = float(is_ink.mean())
    if share in {0.0, 1.0}:
        return 0.0
    apart = float(ink[is_ink].mean()) - float(ink[~is_ink].mean())
    return share * (1 - share) * apart**2 / float(ink.var())


def _interpretations(
    pixels: NDArray[np.uint8], wide: NDArray[np.uint8]
) -> Iterator[tuple[NDArray[np.uint8], InkStyle]]:
    """Yield ink maps and styles, the most likely first; they are computed lazily."""
    yield wide, InkStyle.PLAIN
    narrow = find_ink(pixels, NARROW)
    yield narrow, InkStyle.PLAIN
    for style in (InkStyle.LINED, InkStyle.OUTLINED):
        yield wide, style
        yield narrow, style


def _overlap(one: Box, other: Box) -> float:
    """Return the share of the smaller box that lies in the other."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(across, 0) * max(down, 0) / smaller


def _is_outline_of_solid(ink: NDArray[np.uint8], wide: NDArray[np.uint8], box: Box) -> bool:
    """Whether the ink in a box is the outline of a solid shape in the wide ink map."""
    left, top, right, bottom = box
    here, there = ink[top:bottom, left:right], wide[top:bottom, left:right]
    is_stroke = here > cv2.threshold(here, 0, 255, cv2.THRESH_OTSU)[0]
    if is_stroke.all() or not is_stroke.any():
        return False
    as_strong = there >= _AS_STRONG * np.median(there[is_stroke])
    return bool(as_strong[~is_stroke].mean() > _FILLED)


def _shrink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns, _ = pixels.shape
    factor = (rows * columns / _MAX_PIXELS) ** 0.5
    if factor <= 1:
        return pixels
    if abs(factor - round(factor)) < _NEAR_INTEGER:
        factor = round(factor)
    size = (max(round(columns / factor), 1), max(round(rows / factor), 1))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
