"""Negatives: letters, signs and scribbles, which the uploads' network learns to reject."""

from functools import cache
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.augmentation import enlarge

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


def draw_negative(
    letters: NDArray[np.bool_], digits: NDArray[np.uint8], rng: Generator
) -> NDArray[np.float32]:
    """Draw a negative on the canvas of `core.augmentation`, not yet augmented.

    Args:
        letters: (n, 64, 64) bool, glyphs other than digits.
        digits: (m, 28, 28) uint8, MNIST digits to put into rows.
        rng: The random generator.
    """
    chance = rng.random()
    if chance < 0.5:
        return enlarge(letters[rng.integers(len(letters))])
    if chance < 0.72:
        return _row(digits, rng)
    for limit, draw in ((0.79, _lines), (0.86, _scribble), (0.93, _shape)):
        if chance < limit:
            return draw(rng)
    return _blots(rng)


def _row(images: NDArray[np.uint8], rng: Generator) -> NDArray[np.float32]:
    """Draw two or three digits in a row."""
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


def _lines(rng: Generator) -> NDArray[np.float32]:
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


def _scribble(rng: Generator) -> NDArray[np.float32]:
    """Draw a long curve through many points."""
    ink = _blank()
    points = rng.uniform(15, 69, (int(rng.integers(6, 14)), 2))
    steps = np.linspace(0, len(points) - 1, 60)
    curve = [np.interp(steps, np.arange(len(points)), axis) for axis in points.T]
    kernel = np.ones(int(rng.integers(3, 9)))
    smooth = [np.convolve(axis, kernel / kernel.sum(), "valid") for axis in curve]
    _stroke(ink, np.stack(smooth, axis=1), rng)
    return ink


def _shape(rng: Generator) -> NDArray[np.float32]:
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


def _blots(rng: Generator) -> NDArray[np.float32]:
    """Draw thresholded noise, as textures and shadows leave it."""
    cells = int(rng.integers(3, 24))
    grain = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    field = cv2.resize(grain, (84, 84), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[-1:1:84j, -1:1:84j]
    wide, tall = rng.uniform(0.2, 0.7, 2)
    inside = (x / wide) ** 2 + (y / tall) ** 2 < 1 if rng.random() < 0.6 else abs(x) + abs(y) < 9
    blots: NDArray[np.float32] = ((field > rng.uniform(-0.6, 0.8)) & inside).astype(np.float32)
    return blots


def _blank() -> NDArray[np.float32]:
    return np.zeros((84, 84), np.float32)


def _stroke(ink: NDArray[np.float32], points: NDArray[np.float64], rng: Generator) -> None:
    line = [points.round().astype(np.int32).reshape(-1, 1, 2)]
    cv2.polylines(ink, line, False, 1, int(rng.integers(2, 7)), cv2.LINE_AA)
