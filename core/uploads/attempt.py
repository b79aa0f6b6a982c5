"""One attempt at reading a patch: an interpretation of its ink, and the digits found by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.uploads.candidates import (
    MAX_OBJECTNESS,
    Candidate,
    LogitsFn,
    above,
    evidence,
    in_batches,
)
from core.uploads.ink import otsu
from core.uploads.orientation import WAYS, Ways, compare_ways, from_upright, made_upright
from core.uploads.patch import Patch
from core.uploads.segmentation import MIN_TWO_TONE, find_digits
from core.uploads.strokes import InkStyle, Strokes, edges_touched, find_strokes, runs_on, two_tone

_MAX_OVERLAP, _NESTED = 0.5, 0.3
"""Digits that overlap by more than `_MAX_OVERLAP` are outlines of one. If all are, the explained
share is multiplied by `_NESTED`; if only some are, it is reduced in proportion."""

MIN_INK, _MIN_EXPLAINED = 0.5, 0.2
"""A single digit makes up at least `MIN_INK` of the ink, or the digits explain `_MIN_EXPLAINED` of
it. Otherwise the picture shows something else, with marks that look like digits."""

_MIN_INK_OTHER, _MIN_EXPLAINED_OTHER = 0.7, 0.3
"""Both are required where lines are left out or outlines filled in."""

MAX_THICKNESS, _MAX_THICKNESS_BAR, _SOLID = 0.42, 0.3, 0.25
"""Largest thickness of a pen's strokes, as a share of the digit's longer side, and that of a 1.
Thicker candidates are solid shapes, such as hands and clothes; they are left out if they are more
than `_SOLID` of all."""

_THICK = 0.38  # thickness from which a single digit must explain as much as several

MAX_RUNS_ON = 0.08
"""Largest share of what surrounds a digit, or most digits, that has its colour: see `runs_on`."""

_CUT_OFF = 2.0  # objectness of a single digit that reaches the picture's edge

_BARS, _SURE_BARS = 3, 0.5
"""Several 1s and nothing else are accepted only if there are fewer than `_BARS` and they explain at
least `_SURE_BARS` of the ink: otherwise they are fingers, legs, a fence or a barcode."""

_AS_STRONG, _FILLED = 0.7, 0.3
"""A shape is solid if at least `_FILLED` of what is between its outlines is ink of at least
`_AS_STRONG` times their strength."""

_WELL_EXPLAINED, _EXPLAINED, _NEARLY_ALL = 0.7, 0.3, 0.95
"""An attempt is settled if its digits explain `_WELL_EXPLAINED` of the ink, or if a single digit
explains `_EXPLAINED` of it and holds `_NEARLY_ALL` of it."""

_HEAVIEST, _DRAWN = 12, 0.2
"""Strokes that tell whether a picture is drawn, and the share of their ink that is in two tones."""

_MIN_GAIN, _CLEARLY = 2.5, 2.0
"""Another way up is taken if the mean log-odds are higher by `_MIN_GAIN`, and the evidence is
`_CLEARLY` times that of the way it came."""

_ALIKE, _AS_GOOD = 4.0, 0.5
"""Another way up is as likely if its mean log-odds are lower by at most `_ALIKE` divided by the
number of digits, and its evidence is at least `_AS_GOOD` times that of the way that was chosen."""

_DIRECTED, _MIN_DIRECTED = frozenset({2, 3, 4, 5, 6, 7, 9}), 0.3
"""Classes that look like another class, or like no digit, when turned; and the least share of them
among the digits for a turned reading to be accepted."""

_SURE, _SURE_ALONE = 5.0, 7.0  # mean objectness of digits, and of a single one, that are turned


@dataclass(frozen=True, eq=False)
class Attempt:
    """What a patch is read as, by one interpretation of its ink.

    Attributes:
        ink: (h, w) uint8, of the patch as it came.
        style: How the ink is interpreted.
        wide: The wide ink map, if `ink` shows solid shapes as outlines.
        strokes: As they came; `None` if no ink stands out.
        ways: Evidence for each way up; `None` without strokes.
        lines: The digits, in the upright ink map.
        explained: Share of the ink that they explain.
        turned: Degrees clockwise by which the patch is turned from upright.
    """

    patch: Patch
    ink: NDArray[np.uint8]
    style: InkStyle
    wide: NDArray[np.uint8] | None
    strokes: Strokes | None
    ways: Ways | None = None
    lines: Sequence[Sequence[Candidate]] = ()
    explained: float = 0.0
    turned: int = 0

    @cached_property
    def digits(self) -> list[Candidate]:
        """The digits in reading order."""
        return [one for line in self.lines for one in line]

    @property
    def answer(self) -> str:
        """The predictions in reading order."""
        return "".join(str(one.prediction) for one in self.digits)

    @property
    def is_settled(self) -> bool:
        """Whether the digits are nearly all of the ink, so that nothing else can be read."""
        if self.strokes is None or self.explained < _EXPLAINED:
            return False
        share = sum(one.mass for one in self.digits) / float(self.strokes.masses.sum())
        is_single = len(self.digits) == 1 and share >= _NEARLY_ALL
        return self.explained >= _WELL_EXPLAINED or is_single

    def is_drawing(self) -> bool:
        """Whether the ink is in two tones, as a pen's is and a photograph of things is not."""
        if self.strokes is None:
            return False
        heaviest = np.argsort(-self.strokes.masses[1:])[:_HEAVIEST] + 1
        boxes, masses = self.strokes.boxes[heaviest].tolist(), self.strokes.masses[heaviest]
        is_two_tone = [two_tone(self.ink, tuple(box)) >= MIN_TWO_TONE for box in boxes]
        return float(masses[is_two_tone].sum()) >= _DRAWN * float(masses.sum())

    @property
    def height(self) -> int:
        """The height of the highest digit, in pixels of the patch."""
        return max((one.box[3] - one.box[1] for one in self.digits), default=0)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The map from the upright ink map to the picture, (3, 3)."""
        return self.patch.matrix @ from_upright(self.turned, self.ink.shape)

    def has_read(self, strokes: Strokes) -> bool:
        """Whether all strokes, found in the same patch, lie within its digits."""
        boxes = np.array([one.box for one in self.digits], np.int32)
        low, high = boxes[:, np.newaxis, :2], boxes[:, np.newaxis, 2:]
        middles = made_upright(strokes, self.turned).boxes[1:].reshape(-1, 2, 2).mean(axis=1)
        return bool(((low <= middles) & (middles <= high)).all(axis=2).any(axis=0).all())

    def evidence(self) -> float:
        """Return the score by which attempts are compared; higher is better, 0 without digits.

        It is the sum of the digits' objectness, each capped at `MAX_OBJECTNESS` and in units of it,
        times the share of the ink that the digits explain.
        """
        sure = sum(min(one.objectness, MAX_OBJECTNESS) for one in self.digits)
        return sure / MAX_OBJECTNESS * self.explained

    def is_directed(self) -> bool:
        """Whether the digits show which way up they are, as 0, 1 and 8 do not."""
        if not self.digits:
            return False
        directed = sum(one.prediction in _DIRECTED for one in self.digits)
        mean = sum(one.objectness for one in self.digits) / len(self.digits)
        least = _SURE if len(self.digits) > 1 else _SURE_ALONE
        return directed >= _MIN_DIRECTED * len(self.digits) and mean >= least

    def ink_in(self, whole: Patch) -> NDArray[np.uint8]:
        """Return the ink map in the coordinates of another patch."""
        if self.patch is whole:
            return self.ink
        to_whole = np.linalg.inv(whole.matrix) @ self.patch.matrix
        size = whole.pixels.shape[1::-1]
        return np.asarray(cv2.warpPerspective(self.ink, to_whole, size), np.uint8)


class Interpreter:
    """Reads ink by a network, the way up that the digits have."""

    def __init__(self, logits_fn: LogitsFn, min_objectness: float) -> None:
        self._logits_fn = in_batches(logits_fn)
        self._min_objectness = min_objectness

    def __call__(
        self,
        patch: Patch,
        ink: NDArray[np.uint8],
        style: InkStyle,
        wide: NDArray[np.uint8] | None = None,
        strokes: Strokes | None = None,
    ) -> Attempt:
        """Read a patch.

        Args:
            patch: The pixels.
            ink: Their ink map, (h, w) uint8.
            style: How it is interpreted.
            wide: The wide ink map, if `ink` is a narrow one, which shows solid shapes as outlines.
            strokes: In the ink map, if they were found already.
        """
        strokes = strokes or find_strokes(ink, style)
        if strokes is None:
            return Attempt(patch, ink, style, wide, None)
        ways = compare_ways(strokes, self._logits_fn)
        unread = Attempt(patch, ink, style, wide, strokes, ways)
        if ways.is_hopeless:
            return unread
        as_it_came = self._read(unread, 0)
        if ways.gain(ways.best) < _MIN_GAIN:
            return as_it_came
        turned = self._read(unread, ways.best)
        if turned.is_directed() and turned.evidence() > _CLEARLY * as_it_came.evidence():
            return turned
        return as_it_came

    def another_way(self, attempt: Attempt) -> Attempt | None:
        """Read the same another way up, if that is as likely and gives other digits."""
        ways = attempt.ways
        if ways is None or not attempt.digits:
            return None
        likely = ways.gain(attempt.turned) - _ALIKE / len(attempt.digits)
        for way in WAYS:
            if way != attempt.turned and ways.gain(way) >= likely:
                other = self._read(attempt, way)
                is_as_good = other.evidence() >= _AS_GOOD * attempt.evidence()
                is_whole = len(other.digits) == len(attempt.digits)
                if is_as_good and is_whole and other.answer != attempt.answer:
                    return other
        return None

    def _read(self, attempt: Attempt, way: int) -> Attempt:
        """Read the strokes of an attempt, which are turned by `way` degrees clockwise."""
        if attempt.strokes is None or attempt.ways is None:
            return attempt
        known = attempt.ways.as_they_came if way == 0 else {}
        strokes = made_upright(attempt.strokes, way)
        wide = None if attempt.wide is None else np.rot90(attempt.wide, way // 90)
        lines = [
            [
                one
                for one in line
                if wide is None or not _is_outline_of_solid(strokes.contrast, wide, one.box)
            ]
            for line in find_digits(strokes, self._logits_fn, self._min_objectness, known)
        ]
        if attempt.style is InkStyle.PAGE:  # a bar at the edge is a rule of the paper
            shape = strokes.ink.shape
            lines = [
                [one for one in line if one.prediction != 1 or not edges_touched(one.box, shape)]
                for line in lines
            ]
        if sum(_is_solid(one) for line in lines for one in line) > _SOLID * sum(map(len, lines)):
            lines = [[one for one in line if not _is_solid(one)] for line in lines]
        read = replace(attempt, lines=[line for line in lines if line], turned=way)
        explained = self._explained(read, strokes, wide)
        return replace(read, lines=read.lines if explained else (), explained=explained)

    def _explained(self, read: Attempt, strokes: Strokes, wide: NDArray[np.uint8] | None) -> float:
        """Return the share of the ink that the digits explain; 0 if that is too little."""
        digits, mass = read.digits, float(strokes.masses.sum())
        share = sum(one.mass for one in digits) / mass
        least, full = self._min_objectness, MAX_OBJECTNESS * mass
        explained, certain = (
            sum(weigh(one, least) * one.mass for one in digits) / full
            for weigh in (above, evidence)
        )
        kept = 1 - (1 - _NESTED) * min(2 * _overlapping(digits) / max(len(digits), 1), 1)
        if read.style in {InkStyle.PLAIN, InkStyle.PAGE}:
            is_plain = read.style is InkStyle.PLAIN
            is_single = is_plain and len(digits) == 1 and share >= MIN_INK
            is_single &= all(one.form.thickness <= _THICK for one in digits)
            accepted = kept * certain >= _MIN_EXPLAINED or is_single
        else:
            accepted = share >= _MIN_INK_OTHER and kept * explained >= _MIN_EXPLAINED_OTHER
        if len(digits) == 1:
            accepted &= not _runs_out(digits[0], strokes.ink.shape)
        elif all(one.prediction == 1 for one in digits):
            accepted &= len(digits) < _BARS and explained >= _SURE_BARS
        if accepted and read.style is not InkStyle.OUTLINED:  # where ink is what is within
            pixels = np.rot90(read.patch.pixels, read.turned // 90)
            shares = (runs_on(pixels, strokes, one.box, wide) for one in digits)
            accepted = _is_median_at_most(MAX_RUNS_ON, shares, len(digits))
        # Ink at the edge may be further digits, joined by lines.
        return kept * explained * mass / (mass + strokes.at_edge) if accepted else 0.0


def _runs_out(one: Candidate, shape: tuple[int, ...]) -> bool:
    """Whether a candidate runs out of the picture, as an arm or a neck does.

    It touches an edge and its objectness is below `_CUT_OFF`, which a digit that the edge cuts off
    still reaches. `shape` is the height and width of the picture.
    """
    return bool(edges_touched(one.box, shape)) and one.objectness < _CUT_OFF


def _is_median_at_most(limit: float, values: Iterable[float], count: int) -> bool:
    """Whether the median of values is at most `limit`, from the first of them if these tell."""
    seen: list[float] = []
    low = 0
    for value in values:
        seen.append(value)
        low += value <= limit
        if 2 * max(low, len(seen) - low) > count:
            return 2 * low > count
    return bool(np.median(seen) <= limit)


def _is_solid(one: Candidate) -> bool:
    """Whether a candidate is a solid shape rather than written by a pen."""
    limit = _MAX_THICKNESS_BAR if one.prediction == 1 else MAX_THICKNESS
    return one.form.thickness > limit


def _overlapping(digits: Sequence[Candidate]) -> int:
    """Return the number of pairs of digits that overlap by more than a half of the smaller box."""
    boxes = np.array([one.box for one in digits]).reshape(-1, 1, 4)
    low, high = boxes[..., :2], boxes[..., 2:]
    sides = np.minimum(high, high.swapaxes(0, 1)) - np.maximum(low, low.swapaxes(0, 1))
    areas = (high - low).prod(axis=-1)
    shared = sides.clip(0).prod(axis=-1) / np.minimum(areas, areas.T)
    return int(np.count_nonzero(np.triu(shared > _MAX_OVERLAP, 1)))


def _is_outline_of_solid(ink: NDArray[np.uint8], wide: NDArray[np.uint8], box: Box) -> bool:
    """Whether the ink in a box is the outline of a solid shape in the wide ink map.

    In a shadow, what is around the box is as dark as what is within.
    """
    left, top, right, bottom = box
    here, there = ink[top:bottom, left:right], wide[top:bottom, left:right]
    is_stroke = here > otsu(here)
    if is_stroke.all() or not is_stroke.any():
        return False
    strong = _AS_STRONG * np.median(there[is_stroke])
    around = max(bottom - top, right - left) // 4
    near = wide[max(top - around, 0) : bottom + around, max(left - around, 0) : right + around]
    within, inside = np.count_nonzero(there >= strong), np.mean(there[~is_stroke] >= strong)
    outside = (np.count_nonzero(near >= strong) - within) / max(near.size - there.size, 1)
    return bool(inside > _FILLED and outside < _FILLED)
