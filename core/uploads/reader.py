"""A picture → the digits in it, in reading order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit
from core.uploads.candidates import ENOUGH, Candidate, Judge
from core.uploads.decoded_image import DecodedImage
from core.uploads.find import find_digits
from core.uploads.ink import NARROW, WIDE, find_ink
from core.uploads.strokes import Seen, find_strokes

MAX_DIGITS = 50
"""So many digits of a picture are read."""

_READ_AT = 1024 * 768
"""A picture is read at no more pixels than these."""

_NEARLY = 0.15

_WELL = 0.7
"""A picture is explained by the share of its ink that is of digits, weighted by the evidence for
them. Where that is more than this, no other way is tried."""

_NESTED, _OVERLAP = 0.3, 0.5
"""Digits explain little of which one lies within another by half and more: they are the outlines of
one."""

_INK, _EVIDENCE = 0.5, 0.2
"""A lone digit makes up at least this part of a picture's ink; several, or one among letters,
explain this part of it. Or else it is a picture of something else with marks that look like digits.
"""

_INK_ELSE, _EVIDENCE_ELSE = 0.7, 0.3
"""Both is asked of ways to see a picture that leave out much of it, or fill it in."""

_AS_STRONG, _FILLED = 0.7, 0.3
"""A shape is filled where so much of what is between its outlines is as strong ink as they are."""

_TWO_TONE = 0.76
"""Ink on paper is of two tones: so much of what varies around a digit is the difference between
them. In photographs of things it is less."""


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """What was found in a picture.

    Attributes:
        picture: what was read.
        ink: (h, w) uint8, how much ink there is at each pixel of the picture, perhaps shrunk.
        digits: in reading order, at most `MAX_DIGITS`.
        left_out: how many more there are.
    """

    picture: DecodedImage
    ink: NDArray[np.uint8]
    digits: tuple[Digit, ...]
    left_out: int


class Reader:
    """Reads pictures with a network that tells digits from what is none."""

    def __init__(self, judge: Judge, least: float = 0.0) -> None:
        """Read with a network.

        Args:
            judge: its logits. It was trained to tell digits from what is none, which the tutorial's
                was not.
            least: evidence that a digit must have, in log-odds.
        """
        self._judge = judge
        self._least = least

    def read(self, picture: DecodedImage) -> Reading:
        """Find the digits in a picture.

        Args:
            picture: decoded.
        """
        pixels = _shrunk(picture.pixels)
        best: _Attempt | None = None
        for attempt in self._attempts(pixels):
            if best is None or attempt.explained > best.explained:
                best = attempt
            if best.explained >= _WELL:
                break
        assert best is not None  # noqa: S101 - there is always a first attempt
        scale = picture.scale_of(pixels)
        digits = tuple(one.as_digit(scale) for one in best.digits[:MAX_DIGITS])
        return Reading(picture, best.ink, digits, max(len(best.digits) - MAX_DIGITS, 0))

    def _attempts(self, pixels: NDArray[np.uint8]) -> Iterator["_Attempt"]:
        """See a picture in every way, the likeliest first, each only when it is asked for."""
        wide = find_ink(pixels, WIDE)
        yield self._attempt(wide, wide, Seen.PLAIN)
        narrow = find_ink(pixels, NARROW)
        yield self._attempt(narrow, wide, Seen.PLAIN)
        for seen, ink in product((Seen.LINED, Seen.HOLLOW), (wide, narrow)):
            yield self._attempt(ink, wide, seen)

    def _attempt(self, ink: NDArray[np.uint8], wide: NDArray[np.uint8], seen: Seen) -> "_Attempt":
        strokes = find_strokes(ink, seen)
        if strokes is None:
            return _Attempt(ink, [], 0)
        found = find_digits(strokes, self._judge, self._least)
        digits = [
            digit
            for digit in found
            if _two_tone(_around(ink, digit.box)) >= _TWO_TONE
            and (ink is wide or not _is_outline_of_solid(ink, wide, digit.box))
        ]
        explains = sum(min(one.evidence - self._least, ENOUGH) * one.mass for one in digits)
        if any(_overlap(one.box, other.box) > _OVERLAP for one, other in combinations(digits, 2)):
            explains *= _NESTED
        mass = float(strokes.masses.sum())
        share, explained = sum(one.mass for one in digits) / mass, explains / (ENOUGH * mass)
        if seen is Seen.PLAIN:
            is_of_digits = explained >= _EVIDENCE or (len(digits) == 1 and share >= _INK)
        else:
            is_of_digits = share >= _INK_ELSE and explained >= _EVIDENCE_ELSE
        if not is_of_digits:
            return _Attempt(ink, [], 0)
        # What touches the edge may be digits too that lines hold together.
        return _Attempt(ink, digits, explained * mass / (mass + strokes.at_edge))


@dataclass(frozen=True, eq=False, slots=True)
class _Attempt:
    """One way to see a picture, and the share of its ink that digits explain."""

    ink: NDArray[np.uint8]
    digits: list[Candidate]
    explained: float


def _overlap(one: Box, other: Box) -> float:
    """Measure which part of the smaller box lies in the other."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(across, 0) * max(down, 0) / smaller


def _is_outline_of_solid(ink: NDArray[np.uint8], wide: NDArray[np.uint8], box: Box) -> bool:
    """Tell a shape that is filled, if one looks at it with paper from farther off."""
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
    """The share of the variance that lies between two classes, at best: Otsu's criterion (1979)."""
    threshold, _ = cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)
    is_ink = ink > threshold
    share = float(is_ink.mean())
    if share in {0.0, 1.0}:
        return 0.0
    apart = float(ink[is_ink].mean()) - float(ink[~is_ink].mean())
    return share * (1 - share) * apart**2 / float(ink.var())


def _shrunk(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns, _ = pixels.shape
    factor = (rows * columns / _READ_AT) ** 0.5
    if factor <= 1:
        return pixels
    if abs(factor - round(factor)) < _NEARLY:
        factor = round(factor)  # by a whole number it goes ten times as fast
    size = (max(round(columns / factor), 1), max(round(rows / factor), 1))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
