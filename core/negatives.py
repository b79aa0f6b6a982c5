"""Negatives: what the uploads' network learns to reject, from letters to silhouettes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core import silhouettes
from core.augmentation import Ink, enlarge
from core.dataset import DigitSet

GLYPHS_FILE = Path(str(resources.files("core"))) / "data" / "glyphs.npz"
"""Glyphs of handwriting fonts, made by `scripts/derive_glyphs.py`."""

DIGITS = "0123456789"

# Without lookalikes of digits: O and 0, l, ( and 1, S and 5.
_LATIN = "AEFHKMNPRTUVWXY" + "acdefhkmnprtuvwxy"
_GREEK = "αβγδεζηθκλμνξπρτυφχψωΓΔΘΛΞΠΣΦΨΩ"
_CYRILLIC = "ЖЯЮФЦДЛИЙабвгджюяф"
_HANGUL = "가나다라마바사아자차카타파하한글숫자눈손힘물꽃별집길을은는이"
_KANA = "あいうえおかきくけこさしすせそアイカキサナ"
_SIGNS = "+×÷=−<>#%&@?*~^$€∞∑√≠≤≥±→←↑★♥☺✓✗π∂∇∈∀∃°§"

_TURNS = {2: (1, 3), 3: (1, 2, 3), 4: (1, 3), 6: (1, 3), 7: (1, 2, 3), 9: (1, 3)}
"""The quarter turns after which a class of digits looks like no digit. A 5 on its side can be an
open 4 or a 6, and a 4 on its head a 6."""

LETTERS = frozenset(DIGITS + _LATIN + _GREEK + _CYRILLIC + _HANGUL + _KANA + _SIGNS)
"""The characters whose glyphs are in the file, from every font that has them."""


@cache
def glyphs() -> tuple[NDArray[np.bool_], NDArray[np.uint32]]:
    """Load all glyphs.

    Returns:
        (n, 64, 64) bool, true for ink, and (n,) uint32, the code points.
    """
    with np.load(GLYPHS_FILE) as file:
        return np.unpackbits(file["images"], axis=-1).astype(bool), file["letters"]


@dataclass(frozen=True, eq=False, slots=True)
class Sources:
    """What examples are drawn from.

    Attributes:
        digits: MNIST digits.
        printed: (n, 64, 64) bool, glyphs of digits.
        printed_labels: (n,) uint8, their classes.
        letters: (m, 64, 64) bool, glyphs of letters and signs.
    """

    digits: DigitSet
    printed: NDArray[np.bool_]
    printed_labels: NDArray[np.uint8]
    letters: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of negative.

    Attributes:
        share: Its share of all negatives.
        draw: Draws one on the canvas of `core.augmentation`, not yet augmented.
        solid: Whether it is a solid shape, which no pen has drawn.
    """

    share: float
    draw: Callable[[Sources, Generator], Ink]
    solid: bool = False


def _letter(sources: Sources, rng: Generator) -> Ink:
    return enlarge(sources.letters[rng.integers(len(sources.letters))])


def _word(sources: Sources, rng: Generator) -> Ink:
    """Draw two to four letters, joined or close to each other."""
    line = np.zeros((64, 300), np.uint8)
    left = 0
    for _ in range(int(rng.integers(2, 5))):
        glyph = sources.letters[rng.integers(len(sources.letters))]
        height = int(rng.integers(36, 64))
        letter = cv2.resize(_cropped(glyph), None, fx=height / 64, fy=height / 64)
        rows, columns = letter.shape
        space = line[64 - rows :, left : left + columns]
        np.maximum(space, letter[:, : space.shape[1]], out=space)
        left += columns + int(rng.integers(-8, 5))
    if rng.random() < 0.4:
        y = int(rng.integers(44, 62))
        cv2.line(line, (4, y), (max(left - 4, 5), y), 255, int(rng.integers(3, 8)), cv2.LINE_AA)
    return enlarge(line)


def _turned_digit(sources: Sources, rng: Generator) -> Ink:
    """Draw a digit that lies on its side or stands on its head, and is no other digit that way."""
    printed = rng.random() < 0.2
    labels = sources.printed_labels if printed else sources.digits.labels
    while True:
        i = rng.integers(len(labels))
        turns = _TURNS.get(int(labels[i]))
        if turns is not None:
            digit = enlarge(sources.printed[i] if printed else sources.digits.images[i])
            return np.ascontiguousarray(np.rot90(digit, rng.choice(turns)))


def _row(sources: Sources, rng: Generator) -> Ink:
    """Draw two or three digits in a row."""
    images = sources.digits.images
    count = 2 if rng.random() < 0.8 else 3
    gap = int(rng.integers(-3, 5))
    parts = [images[rng.integers(len(images))] for _ in range(count)]
    row = np.zeros((40, 40 + 28 * count), np.uint8)
    left = 10
    for digit in parts:
        columns = np.flatnonzero(digit.any(axis=0))
        part = digit[:, columns[0] : columns[-1] + 1]
        top = 6 + int(rng.integers(-3, 4))
        space = row[top : top + 28, left : left + part.shape[1]]
        np.maximum(space, part, out=space)
        left += part.shape[1] + gap
    return enlarge(row)


def _lines(_: Sources, rng: Generator) -> Ink:
    """Draw dashes, equals signs, corners and crosses; a single line is never upright, like a 1."""
    ink = _blank()
    angle, count = rng.uniform(-35, 35), int(rng.choice([1, 1, 2, 2, 3]))
    across = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
    for i in range(count):
        turned = across if not i or rng.random() < 0.6 else across[::-1] * (1, -1)
        middle = np.array([42, 42]) + (rng.uniform(-18, 18, 2) if i else 0)
        half = turned * rng.uniform(10, 26)
        _stroke(ink, np.stack([middle - half, middle + half]), rng)
    return ink


def _scribble(_: Sources, rng: Generator) -> Ink:
    """Draw a long curve through many points."""
    ink = _blank()
    points = rng.uniform(15, 69, (int(rng.integers(6, 14)), 2))
    steps = np.linspace(0, len(points) - 1, 60)
    curve = [np.interp(steps, np.arange(len(points)), axis) for axis in points.T]
    kernel = np.ones(int(rng.integers(3, 9)))
    smooth = [np.convolve(axis, kernel / kernel.sum(), "valid") for axis in curve]
    _stroke(ink, np.stack(smooth, axis=1), rng)
    return ink


def _shape(_: Sources, rng: Generator) -> Ink:
    """Draw a polygon, filled or outlined, or a filled ellipse, wider than tall."""
    ink = _blank()
    corners = int(rng.integers(3, 12))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners)) + rng.uniform(0, np.pi)
    radii = rng.uniform(9, 26, corners)
    points = 42 + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    if rng.random() < 0.3:
        axes = tuple(int(x) for x in rng.integers(8, 24, 2))
        cv2.ellipse(ink, (42, 42), axes, rng.uniform(0, 180), 0, 360, 1, -1, cv2.LINE_AA)
    elif rng.random() < 0.5 or corners > 5:
        cv2.fillPoly(ink, [points.round().astype(np.int32)], 1, cv2.LINE_AA)
    else:
        _stroke(ink, np.concatenate([points, points[:1]]), rng)
    # A slim upright shape would be a 1.
    tall, wide = (np.ptp(axis) for axis in np.nonzero(ink))
    return np.ascontiguousarray(ink.T) if tall > wide else ink


def _blots(sources: Sources, rng: Generator) -> Ink:
    """Draw thresholded noise, as textures and shadows leave it."""
    cells = int(rng.integers(3, 24))
    grain = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    field = cv2.resize(grain, (84, 84), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[-1:1:84j, -1:1:84j]
    wide, tall = rng.uniform(0.2, 0.7, 2)
    inside = (x / wide) ** 2 + (y / tall) ** 2 < 1 if rng.random() < 0.6 else abs(x) + abs(y) < 9
    blots: Ink = ((field > rng.uniform(-0.6, 0.8)) & inside).astype(np.float32)
    return blots if blots.any() else _blots(sources, rng)


def _texture(_: Sources, rng: Generator) -> Ink:
    """Draw what a threshold leaves of a thing in a photograph: ragged edges and shades."""
    field = np.zeros((84, 84), np.float32)
    for octave in range(5):
        cells = 2 + (2 << octave)
        grain = rng.normal(0, 0.55**octave, (cells, cells)).astype(np.float32)
        field += cv2.resize(grain, (84, 84), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[-1:1:84j, -1:1:84j]
    wide, tall = rng.uniform(0.35, 0.75, 2)
    field -= 2 * np.maximum((x / wide) ** 2 + (y / tall) ** 2 - 1, 0)
    level = float(np.quantile(field, rng.uniform(0.5, 0.9)))
    shades = (field - level) / (field.max() - level) * rng.uniform(1, 6) + rng.uniform(0.2, 1)
    return np.where(field > level, np.clip(shades, 0, 1), 0).astype(np.float32)


def _rules(_: Sources, rng: Generator) -> Ink:
    """Draw a piece of a table, of a form or of a plot."""
    ink = _blank()
    pieces = (_junction, _grid, _ticked_box, _axes)
    pieces[rng.integers(len(pieces))](ink, rng)
    return ink


def _junction(ink: Ink, rng: Generator) -> None:
    """Draw a corner, a T or a cross of rules, but none that is like a 1, a 4 or a 7."""
    arms = ("right down", "right up", "left right down", "left right up down", "right up down")
    length = dict(zip(("left", "right", "up", "down"), rng.uniform(12, 26, 4), strict=True))
    length["left"] = length["right"] = max(length["left"], length["right"])
    width = int(rng.integers(2, 7))
    for arm in arms[rng.integers(len(arms))].split():
        x, y = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}[arm]
        end = round(42 + x * length[arm]), round(42 + y * length[arm])
        cv2.line(ink, (42, 42), end, 1, width, cv2.LINE_AA)


def _grid(ink: Ink, rng: Generator) -> None:
    """Draw cells of a table, at least two in a row, for two on top of each other are an 8."""
    rows, columns = int(rng.integers(1, 4)), int(rng.integers(2, 4))
    wide, tall = rng.uniform(14, 24), rng.uniform(10, 20)
    open_ends = rng.integers(0, 8, 4)
    width = int(rng.integers(1, 5))
    left, top = 42 - columns * wide / 2, 42 - rows * tall / 2
    right, bottom = left + columns * wide, top + rows * tall
    for y in np.linspace(top, bottom, rows + 1):
        ends = round(left - open_ends[0]), round(right + open_ends[1])
        cv2.line(ink, (ends[0], round(y)), (ends[1], round(y)), 1, width, cv2.LINE_AA)
    for x in np.linspace(left, right, columns + 1):
        ends = round(top - open_ends[2]), round(bottom + open_ends[3])
        cv2.line(ink, (round(x), ends[0]), (round(x), ends[1]), 1, width, cv2.LINE_AA)


def _ticked_box(ink: Ink, rng: Generator) -> None:
    """Draw a box with a tick or a cross."""
    half = int(rng.integers(14, 23))
    cv2.rectangle(ink, (42 - half,) * 2, (42 + half,) * 2, 1, int(rng.integers(2, 5)), cv2.LINE_AA)
    if rng.random() < 0.5:
        low = 42 + rng.uniform(0, 0.6) * half
        tick = [(42 - 0.7 * half, 42), (42 - 0.2 * half, low), (42 + 1.3 * half, 42 - 1.1 * half)]
        _stroke(ink, np.array(tick), rng)
        return
    for side in (-1, 1):
        ends = np.array([(-0.7 * side, -0.7), (0.7 * side, 0.7)]) + rng.normal(0, 0.1, (2, 2))
        _stroke(ink, 42 + half * ends, rng)


def _axes(ink: Ink, rng: Generator) -> None:
    """Draw two axes with ticks, and a curve, points or bars."""
    width = int(rng.integers(1, 4))
    at = np.linspace(22, 62, int(rng.integers(4, 8))).round().astype(int)
    cv2.polylines(ink, [np.array([(18, 16), (18, 66), (68, 66)])], False, 1, width, cv2.LINE_AA)
    for x in at.tolist():
        cv2.line(ink, (x, 66), (x, 70), 1, width, cv2.LINE_AA)
        cv2.line(ink, (14, x), (18, x), 1, width, cv2.LINE_AA)
    heights = np.clip(np.cumsum(rng.normal(0, 9, len(at))) + rng.uniform(30, 55), 18, 60)
    points = np.stack([at, heights], axis=1)
    style = rng.random()
    if style < 0.5:
        _stroke(ink, points, rng)
        return
    for x, y in points.round().astype(int).tolist():
        if style < 0.7:
            cv2.circle(ink, (x, y), 2, 1, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(ink, (x - 2, y), (x + 2, 66), 1, -1)


def _arrow(_: Sources, rng: Generator) -> Ink:
    """Draw an arrow of lines or with a solid head, with one head or two.

    It is never upright, for then a worn one is a 1.
    """
    ink = _blank()
    angle, half = np.deg2rad(rng.uniform(-65, 65)), rng.uniform(18, 27)
    if rng.random() < 0.5:
        angle += np.pi
    along = np.array([np.cos(angle), np.sin(angle)])
    across = along[::-1] * (1, -1)
    bend = across * rng.normal(0, 3)
    width = int(rng.integers(2, 9))
    shaft = np.stack([42 - half * along, 42 + bend, 42 + half * along])
    _polyline(ink, shaft, width)
    long, wide = half * rng.uniform(0.4, 0.8), half * rng.uniform(0.35, 0.65)
    for end in (1, -1) if rng.random() < 0.2 else (1,):
        tip = 42 + end * half * along
        back = tip - end * long * along
        head = np.stack([back + wide * across, tip, back - wide * across])
        if rng.random() < 0.4:
            cv2.fillPoly(ink, [head.round().astype(np.int32)], 1, cv2.LINE_AA)
        else:
            _polyline(ink, head, width)
    return ink


def _logo(sources: Sources, rng: Generator) -> Ink:
    """Draw a star, a letter in a frame or cut out of a box, or crescents around a centre."""
    style = rng.random()
    ink = _blank()
    if style < 0.3:
        corners = int(rng.integers(4, 9))
        angles = np.arange(2 * corners) * np.pi / corners + rng.uniform(0, 2 * np.pi)
        radii = np.where(np.arange(2 * corners) % 2, 24 * rng.uniform(0.3, 0.65), 24)
        points = 42 + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        if rng.random() < 0.6:
            cv2.fillPoly(ink, [points.round().astype(np.int32)], 1, cv2.LINE_AA)
        else:
            _stroke(ink, np.concatenate([points, points[:1]]), rng)
    elif style < 0.75:
        framed = rng.random() < 0.5
        width = int(rng.integers(2, 6)) if framed else -1
        cv2.rectangle(ink, (18, 20), (66, 64), 1, width, cv2.LINE_AA)
        letter = cv2.resize(_letter(sources, rng)[15:69, 15:69], (36, 36))
        inside = ink[24:60, 24:60]
        np.copyto(inside, np.maximum(inside, letter) if framed else np.minimum(inside, 1 - letter))
    else:
        turns = np.arange(count := int(rng.integers(4, 7))) * 360 / count + rng.uniform(0, 360)
        radius, bend = int(rng.integers(8, 14)), int(rng.integers(150, 260))
        for turn in turns.tolist():
            x, y = 42 + 14 * np.cos(np.deg2rad(turn)), 42 + 14 * np.sin(np.deg2rad(turn))
            at, width = (round(x), round(y)), int(rng.integers(3, 7))
            cv2.ellipse(ink, at, (radius, radius), turn, 0, bend, 1, width, cv2.LINE_AA)
    return ink


def _silhouette(
    draw: Callable[[Generator], silhouettes.Mask],
) -> Callable[[Sources, Generator], Ink]:
    """Draw a silhouette, often with frayed edges and shades."""

    def drawn(_: Sources, rng: Generator) -> Ink:
        mask = draw(rng)
        return enlarge(silhouettes.weather(mask, rng) if rng.random() < 0.4 else mask)

    return drawn


def _blank() -> NDArray[np.float32]:
    return np.zeros((84, 84), np.float32)


def _stroke(ink: NDArray[np.float32], points: NDArray[np.float64], rng: Generator) -> None:
    _polyline(ink, points, int(rng.integers(2, 7)))


def _polyline(ink: Ink, points: NDArray[np.float64], width: int) -> None:
    line = [points.round().astype(np.int32).reshape(-1, 1, 2)]
    cv2.polylines(ink, line, False, 1, width, cv2.LINE_AA)


def _cropped(glyph: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Crop a glyph to its columns."""
    columns = np.flatnonzero(glyph.any(axis=0))
    return glyph[:, columns[0] : columns[-1] + 1].astype(np.uint8) * np.uint8(255)


KINDS: Mapping[str, Kind] = {
    "letters and signs": Kind(0.36, _letter),
    "words": Kind(0.04, _word),
    "rows of digits": Kind(0.17, _row),
    "turned digits": Kind(0.06, _turned_digit),
    "lines": Kind(0.05, _lines),
    "scribbles": Kind(0.05, _scribble),
    "shapes": Kind(0.05, _shape),
    "arrows": Kind(0.02, _arrow),
    "logos": Kind(0.02, _logo),
    "tables and plots": Kind(0.03, _rules),
    "blots": Kind(0.04, _blots),
    "textures": Kind(0.02, _texture, solid=True),
    "hands": Kind(0.03, _silhouette(silhouettes.draw_hand), solid=True),
    "clothes": Kind(0.02, _silhouette(silhouettes.draw_clothes), solid=True),
    "things": Kind(0.02, _silhouette(silhouettes.draw_thing), solid=True),
    "parts of silhouettes": Kind(0.01, _silhouette(silhouettes.draw_part), solid=True),
    "outlines of silhouettes": Kind(0.01, _silhouette(silhouettes.draw_outline)),
}
"""All kinds of negatives, by name."""
