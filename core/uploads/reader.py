"""A picture → its digits, in reading order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

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

_MIN_INK, _MIN_EXPLAINED = 0.5, 0.2
"""A single digit makes up at least this share of the ink, or the digits explain at least that share
of it. Otherwise the picture shows something else, with marks that look like digits."""

_MIN_INK_OTHER, _MIN_EXPLAINED_OTHER = 0.7, 0.3
"""Both are required where lines are left out or outlines filled in."""

_AS_STRONG, _FILLED = 0.7, 0.3
"""A shape is solid if at least `_FILLED` of what is between its outlines is ink of at least
`_AS_STRONG` times their strength."""

_TWO_TONE = 0.76
"""Share of the variance around a digit that lies between ink and paper. In photographs of things it
is less."""


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """The digits that were found in a picture.

    Attributes:
        picture: The picture.
        ink: (h, w) uint8, its ink map, which may be smaller than the picture.
        digits: The digits in reading order, at most `MAX_DIGITS`.
        left_out: Number of further digits.
    """

    picture: DecodedImage
    ink: NDArray[np.uint8]
    digits: tuple[Digit, ...]
    left_out: int


class Reader:
    """Finds digits in pictures with a network that was trained to reject negatives."""

    def __init__(self, logits_fn: LogitsFn, min_objectness: float = 0.0) -> None:
        """Read with a network.

        Args:
            logits_fn: The uploads' network.
            min_objectness: The least objectness of a digit, in log-odds.
        """
        self._logits_fn = logits_fn
        self._min_objectness = min_objectness

    def read(self, picture: DecodedImage) -> Reading:
        """Find the digits in a picture."""
        pixels = _shrink(picture.pixels)
        best: _Attempt | None = None
        for attempt in self._attempts(pixels):
            if best is None or attempt.explained > best.explained:
                best = attempt
            if best.explained >= _GOOD:
                break
        assert best is not None  # noqa: S101 - there is always a first attempt
        scale = picture.scale_of(pixels)
        digits = tuple(one.as_digit(scale) for one in best.digits[:MAX_DIGITS])
        return Reading(picture, best.ink, digits, max(len(best.digits) - MAX_DIGITS, 0))

    def _attempts(self, pixels: NDArray[np.uint8]) -> Iterator["_Attempt"]:
        """Interpret a picture in every way, the most likely first, lazily."""
        wide = find_ink(pixels, WIDE)
        yield self._attempt(wide, wide, InkStyle.PLAIN)
        narrow = find_ink(pixels, NARROW)
        yield self._attempt(narrow, wide, InkStyle.PLAIN)
        for style, ink in product((InkStyle.LINED, InkStyle.OUTLINED), (wide, narrow)):
            yield self._attempt(ink, wide, style)

    def _attempt(
        self, ink: NDArray[np.uint8], wide: NDArray[np.uint8], style: InkStyle
    ) -> "_Attempt":
        strokes = find_strokes(ink, style)
        if strokes is None:
            return _Attempt(ink, [], 0)
        digits = [
            digit
            for digit in find_digits(strokes, self._logits_fn, self._min_objectness)
            if _two_tone(_around(ink, digit.box)) >= _TWO_TONE
            and (ink is wide or not _is_outline_of_solid(ink, wide, digit.box))
        ]
        explained = sum(
            min(one.objectness - self._min_objectness, MAX_OBJECTNESS) * one.mass for one in digits
        )
        if any(_overlap(a.box, b.box) > _MAX_OVERLAP for a, b in combinations(digits, 2)):
            explained *= _NESTED
        mass = float(strokes.masses.sum())
        share = sum(one.mass for one in digits) / mass
        explained /= MAX_OBJECTNESS * mass
        if style is InkStyle.PLAIN:
            accepted = explained >= _MIN_EXPLAINED or (len(digits) == 1 and share >= _MIN_INK)
        else:
            accepted = share >= _MIN_INK_OTHER and explained >= _MIN_EXPLAINED_OTHER
        if not accepted:
            return _Attempt(ink, [], 0)
        # Ink at the edge may be further digits, joined by lines.
        return _Attempt(ink, digits, explained * mass / (mass + strokes.at_edge))


@dataclass(frozen=True, eq=False, slots=True)
class _Attempt:
    """An interpretation of a picture, and the share of its ink that digits explain."""

    ink: NDArray[np.uint8]
    digits: list[Candidate]
    explained: float


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


def _around(ink: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    left, top, right, bottom = box
    margin = max((bottom - top) // 10, 2)
    return ink[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin]


def _two_tone(ink: NDArray[np.uint8]) -> float:
    """Return the share of the variance between two classes, by Otsu's threshold (1979)."""
    threshold, _ = cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)
    is_ink = ink > threshold
    share = float(is_ink.mean())
    if share in {0.0, 1.0}:
        return 0.0
    apart = float(ink[is_ink].mean()) - float(ink[~is_ink].mean())
    return share * (1 - share) * apart**2 / float(ink.var())


def _shrink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns, _ = pixels.shape
    factor = (rows * columns / _MAX_PIXELS) ** 0.5
    if factor <= 1:
        return pixels
    if abs(factor - round(factor)) < _NEAR_INTEGER:
        factor = round(factor)
    size = (max(round(columns / factor), 1), max(round(rows / factor), 1))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
