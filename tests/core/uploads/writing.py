"""Lines of digits as hands write them: (h, w) ink, and where each digit is in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.dataset import load_test_digits
from core.negatives import glyphs
from tests.core.uploads.defects import spine
from tests.core.uploads.sheets import Ink, beside, clipped, cut, printed, written

Box = tuple[float, float, float, float]
Matrix = NDArray[np.float64]

WORDS = ("name", "team", "rent", "paper", "water", "march", "week", "under", "pay", "tea", "exam")
"""Of letters that nobody takes for a digit."""

_FONTS = 102
"""Number of fonts in `core.negatives.glyphs`; each has all Latin letters."""

_REFERENCES = 3000  # digits that others are compared with
_LARGE = 120  # pixels of a digit's height where the middle of its stroke is found
_TALL, _LOW = "dfhktAEFHKMNPRTUVWXY", "py"
_SMALL = {0: 0.55, 2: 0.72, 5: 0.75}
_LONG = (7, 9)
_LOOPS = {0: (1,), 2: (0, 1), 4: (0, 1), 6: (1,), 8: (2,), 9: (1,)}
"""Numbers of loops by class; others have none. A 6 whose loop is filled becomes a C if thin."""


@dataclass(frozen=True, eq=False, slots=True)
class Writing:
    """Ink on nothing yet.

    Attributes:
        ink: (h, w).
        lines: The digits of each line, in reading order.
        boxes: Left, top, right, bottom of each digit, in reading order.
    """

    ink: Ink
    lines: tuple[str, ...]
    boxes: tuple[Box, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.ink.shape[1], self.ink.shape[0]


@dataclass(frozen=True, slots=True)
class Hand:
    """How a person writes.

    Attributes:
        height: Of a digit, in pixels.
        pen: Width of the stroke as a share of the height; `None` for what MNIST has.
        gap: Range of the gaps between digits, as shares of the height; if negative, they touch.
        uneven: Zeros, twos and fives are small, sevens and nines reach under the line.
        font: The letters' font.
    """

    height: float = 60
    pen: float | None = None
    gap: tuple[float, float] = (0.18, 0.4)
    uneven: bool = False
    font: int = 1


def some_digits(rng: Generator, count: int) -> list[int]:
    """Choose test digits, by their index, that a pen of any width can write legibly."""
    labels, chosen = load_test_digits().labels, []
    for digit in rng.integers(0, 10, count):
        of_class = np.flatnonzero(labels == digit)
        while not _is_legible(index := int(rng.choice(of_class))):
            pass
        chosen.append(index)
    return chosen


def row(rng: Generator, what: Sequence[int | str], hand: Hand) -> Writing:
    """Write test digits, by their index, words, signs and spaces in a line.

    The line that they stand on is 1.5 times the height below the upper edge.
    """
    labels, height = load_test_digits().labels, hand.height
    base, right = 1.5 * height, round(0.2 * height)
    ink = np.zeros(
        (
            round(2.3 * height),
            round(
                (sum(len(each) if isinstance(each, str) else 1 for each in what) + 1) * 1.8 * height
            ),
        ),
        np.float32,
    )
    line, boxes = "", []
    for each in what:
        if each == " ":
            right += round(0.7 * height)
            continue
        glyph, drop = _drawn(rng, each, hand)
        rows, columns = glyph.shape
        top = round(base - rows + (drop + rng.uniform(-0.05, 0.05)) * height)
        between = round(rng.uniform(*hand.gap) * height)
        left = max(right + between, 0)
        if between < 0 and line:
            left = max(beside(ink, glyph, top, right) + between, 0)
        window = ink[top : top + rows, left : left + columns]
        np.maximum(window, glyph, out=window)
        right = left + columns
        if isinstance(each, int):
            line += str(labels[each])
            boxes.append((float(left), float(top), float(right), float(top + rows)))
    return Writing(ink[:, : right + round(0.2 * height)], (line,) if line else (), tuple(boxes))


def blank(size: tuple[float, float]) -> Writing:
    """Nothing yet, on (width, height)."""
    return Writing(np.zeros((round(size[1]), round(size[0])), np.float32), (), ())


def in_one_line(writing: Writing) -> Writing:
    """The same, where all is read as one line."""
    return replace(writing, lines=("".join(writing.lines),) if writing.lines else ())


def joined(parts: Sequence[tuple[Writing, float, float]]) -> Writing:
    """Put writings, each with its left and top, side by side or under one another."""
    height = max(round(top) + part.ink.shape[0] for part, _, top in parts)
    width = max(round(left) + part.ink.shape[1] for part, left, _ in parts)
    ink, boxes = np.zeros((height, width), np.float32), []
    for part, x, y in parts:
        left, top = round(x), round(y)
        window = ink[top : top + part.ink.shape[0], left : left + part.ink.shape[1]]
        np.maximum(window, part.ink, out=window)
        boxes += [(a + left, b + top, c + left, d + top) for a, b, c, d in part.boxes]
    return Writing(ink, tuple(line for part, _, _ in parts for line in part.lines), tuple(boxes))


def stacked(
    rng: Generator, rows: Sequence[Writing], pitch: tuple[float, float], indent: float = 0.3
) -> Writing:
    """Put lines under one another.

    Args:
        rng: The random generator.
        rows: The lines.
        pitch: Range of the distances from line to line, as shares of the lower line's height.
        indent: Most that a line is moved to the right, as a share of its height.
    """
    parts, base = [], 0.0
    for number, each in enumerate(rows):
        height = each.ink.shape[0] / 2.3
        base += rng.uniform(*pitch) * height if number else 1.5 * height
        parts.append((each, rng.uniform(0, indent) * height, max(base - 1.5 * height, 0)))
    return joined(parts)


def trimmed(writing: Writing) -> Writing:
    """Cut to where ink is."""
    rows = np.flatnonzero((writing.ink > 0.1).any(axis=1))
    columns = np.flatnonzero((writing.ink > 0.1).any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    ink = writing.ink[top : rows[-1] + 1, left : columns[-1] + 1]
    boxes = tuple((a - left, b - top, c - left, d - top) for a, b, c, d in writing.boxes)
    return Writing(ink, writing.lines, boxes)


def put(
    writing: Writing, size: tuple[int, int], at: tuple[float, float] = (0.5, 0.5), margin: int = 20
) -> Writing:
    """Put writing on a blank of (width, height), at least; `at` (0, 0) is its upper left corner."""
    writing = trimmed(writing)
    rows, columns = writing.ink.shape
    width, height = max(size[0], columns + 2 * margin), max(size[1], rows + 2 * margin)
    left = round(margin + (width - 2 * margin - columns) * at[0])
    top = round(margin + (height - 2 * margin - rows) * at[1])
    return joined([(blank((width, height)), 0, 0), (writing, left, top)])


def warped(writing: Writing, matrix: Matrix, size: tuple[int, int]) -> Writing:
    """Move by a (3, 3) matrix, on a blank of (width, height)."""
    ink = clipped(cv2.warpPerspective(writing.ink, matrix, size, flags=cv2.INTER_LINEAR))
    return Writing(ink, writing.lines, moved_boxes(writing.boxes, matrix))


def moved_boxes(boxes: Sequence[Box], matrix: Matrix) -> tuple[Box, ...]:
    """Return the boxes around the moved corners of boxes."""
    moved = []
    for left, top, right, bottom in boxes:
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        there = cv2.perspectiveTransform(corners[None], matrix)[0]
        moved.append((*there.min(axis=0).tolist(), *there.max(axis=0).tolist()))
    return tuple(moved)


def rotation(degrees: float, size: tuple[int, int]) -> Matrix:
    """Return the (3, 3) matrix of a turn, counter-clockwise, about a middle."""
    turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), degrees, 1)
    return np.vstack([turn, [0, 0, 1]])


def _drawn(rng: Generator, each: int | str, hand: Hand) -> tuple[Ink, float]:
    """Draw a digit, a sign or a letter, and how far it reaches under the line."""
    if isinstance(each, int):
        digit = int(load_test_digits().labels[each])
        size, drop = rng.uniform(0.92, 1.08), 0.0
        if hand.uneven:
            size *= 1.3 if digit in _LONG else _SMALL.get(digit, 0.95)
            drop = 0.35 if digit in _LONG else 0.0
        return _digit(each, hand.height * size, hand.pen), drop
    if each.isalpha():
        return _word(each, hand), 0.3
    large = printed(each, thickness=max(round(168 * (hand.pen or 0.1)), 4), size=8)
    factor = 0.9 * hand.height / 168
    sign = clipped(cv2.resize(large, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    return sign, -(1 - sign.shape[0] / hand.height) / 2


def _digit(index: int, height: float, pen: float | None) -> Ink:
    image = load_test_digits().images[index]
    tall, wide = (int(image.any(axis=axis).sum()) for axis in (1, 0))
    height *= min(1, 1.1 * tall / wide)  # lying digits are no wider than others
    factor = height / _LARGE
    if pen is None:
        large = written(index, _LARGE)
        return clipped(cv2.resize(large, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    there = cv2.resize(_from_spine(index), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cut(clipped((pen * height + 1) / 2 - factor * there))


@cache
def _is_legible(index: int) -> bool:
    """Whether a digit is in one part, has the loops of its class, and looks like others of it."""
    label = load_test_digits().labels[index]
    ink = (np.pad(written(index, _LARGE), 2) > 0.5).astype(np.uint8)
    parts = cv2.connectedComponents(ink, connectivity=8)[0] - 1
    loops = cv2.connectedComponents(1 - ink, connectivity=4)[0] - 2
    if parts > 1 or loops not in _LOOPS.get(int(label), (0,)):
        return False
    looks = _looks()
    away = ((looks[:_REFERENCES] - looks[index]) ** 2).sum(axis=1)
    nearest = np.argpartition(away, 5)[:5]
    return bool((load_test_digits().labels[nearest] == label).all())


@cache
def _looks() -> NDArray[np.float32]:
    """The test digits at a quarter of their size: (n, 49)."""
    parts = load_test_digits().images.reshape(-1, 7, 4, 7, 4)
    return np.asarray(parts.mean(axis=(2, 4)), np.float32).reshape(-1, 49)


@cache
def _from_spine(index: int) -> NDArray[np.float32]:
    """How far each pixel is from the middle of the stroke of a large digit."""
    middle = spine(np.pad(written(index, _LARGE), 30))
    away = cv2.distanceTransform((middle == 0).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(away, np.float32)


def _word(word: str, hand: Hand) -> Ink:
    """Write letters of a font, to 0.3 of the height under the line."""
    size = round(1.5 * hand.height), round(len(word) * 1.6 * hand.height)
    ink, right = np.zeros(size, np.float32), 0
    images, codes = glyphs()
    for letter in word:
        drop = 0.3 if letter in _LOW else 0.0
        height = hand.height * ((1.0 if letter in _TALL else 0.62) + drop)
        of_all_fonts = np.flatnonzero(codes == ord(letter))
        glyph = cut(images[of_all_fonts[hand.font % _FONTS]].astype(np.float32))
        factor = height / glyph.shape[0]
        method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        glyph = clipped(cv2.resize(glyph, None, fx=factor, fy=factor, interpolation=method))
        rows, columns = glyph.shape
        top = round((1.2 + drop) * hand.height) - rows
        ink[top : top + rows, right : right + columns] = glyph
        right += columns + round(0.08 * hand.height)
    return ink[:, :right]
