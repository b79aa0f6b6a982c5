"""Digits and negatives as photographs and drawings bring them, after they were read.

Every example goes the way of an upload: it is drawn large, changed as hands, pens, paper and
cameras change it, and brought to the normal form by the same function as a picture.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.uploads.normalise import normalise

_SIDE = 84
"""A digit is changed on a square of so many pixels…"""

_LONGER = 48
"""…on which it is at first this long."""

Ink = NDArray[np.float32]
"""(84, 84) in [0, 1]."""


def enlarged(image: NDArray[np.uint8] | NDArray[np.bool_]) -> Ink:
    """Draw a digit of MNIST, or a glyph, in the middle of the large square."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    scale = _LONGER / max(cut.shape)
    height, width = (max(round(side * scale), 1) for side in cut.shape)
    large = cv2.resize(cut / cut.max(), (width, height), interpolation=cv2.INTER_CUBIC)
    square = np.zeros((_SIDE, _SIDE), np.float32)
    top, left = (_SIDE - height) // 2, (_SIDE - width) // 2
    square[top : top + height, left : left + width] = large
    return np.clip(square, 0, 1)


def change(ink: Ink, rng: Generator) -> NDArray[np.float32]:
    """Change ink as a hand, a pen, paper and a camera would, and read it.

    Returns:
        (28, 28) float32 in [0, 1]; all zeros where there was hardly any ink.
    """
    ink = _sharp(_bent(ink, rng), rng)
    written = ink = _with_other_pen(ink, rng)
    for chance, step in _ACCIDENTS:
        if rng.random() < chance:
            ink = step(ink, rng)
    ink = _as_found(ink)
    if ink.sum() < 0.6 * written.sum():  # nobody could read what is left
        ink = _as_found(written)
    if not ink.any():
        return np.zeros((28, 28), np.float32)
    image = normalise(ink).image
    return _ill_fitted(image, rng) if rng.random() < 0.4 else image


def shifted(image: NDArray[np.uint8], rng: Generator) -> NDArray[np.float32]:
    """Turn, scale and shift a digit of MNIST a little, in its own 28 x 28 pixels."""
    turned = cv2.getRotationMatrix2D((13.5, 13.5), rng.uniform(-12, 12), rng.uniform(0.85, 1.12))
    turned += np.pad(rng.uniform(-1.5, 1.5, (2, 1)), ((0, 0), (2, 0)))
    turned[0, 1] += rng.uniform(-0.15, 0.15)
    return _clipped(cv2.warpAffine(image.astype(np.float32) / 255, turned, (28, 28)))


def _bent(ink: Ink, rng: Generator) -> Ink:
    """Turn, slant, stretch and wobble, in one resampling."""
    angle, slant = np.deg2rad(rng.normal(0, 8)), rng.normal(0, 0.12)
    wide, tall = np.exp(rng.normal(0, 0.13, 2))
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1 / wide, slant], [0, 1 / tall]])
    centre = (_SIDE - 1) / 2
    y, x = np.mgrid[:_SIDE, :_SIDE].astype(np.float32) - np.float32(centre)
    map_x = matrix[0, 0] * x + matrix[0, 1] * y + centre
    map_y = matrix[1, 0] * x + matrix[1, 1] * y + centre
    size = int(rng.integers(4, 9))
    wobble = rng.normal(0, rng.uniform(0, 2.0), (2, size, size)).astype(np.float32)
    map_x += cv2.resize(wobble[0], (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    map_y += cv2.resize(wobble[1], (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    bent = cv2.remap(
        ink, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderValue=0
    )
    return np.asarray(bent, np.float32)


def _sharp(ink: Ink, rng: Generator) -> Ink:
    """Take away what the enlarging blurred."""
    return _clipped((ink - 0.5) * rng.uniform(1, 6) + 0.5)


def _with_other_pen(ink: Ink, rng: Generator) -> Ink:
    """Write with a finer or a broader pen: by the distance from the outline."""
    if rng.random() < 0.3:
        return ink
    inside = _distance(ink > 0.5)
    if not inside.any():
        return ink
    half = 2 * float(inside[inside > 0].mean())
    wanted = np.exp(rng.uniform(np.log(1.0), np.log(8.5)))
    by = np.clip(wanted - half, -0.5 * half, 5.5)
    outside = _distance(ink <= 0.5)
    return _clipped(by + 0.5 + np.where(inside > 0, inside - 0.5, 0.5 - outside))


def _dry(ink: Ink, rng: Generator) -> Ink:
    """Let paper show through: pencil, chalk, a dry brush."""
    grain = _noise(rng, int(rng.choice([12, 21, 42, 84])))
    return _clipped(ink * np.clip(grain * rng.uniform(0.1, 0.3) + rng.uniform(0.85, 1.2), 0, 1))


def _uneven(ink: Ink, rng: Generator) -> Ink:
    """Press harder at one side."""
    y, x = np.mgrid[-1 : 1 : _SIDE * 1j, -1 : 1 : _SIDE * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    return _clipped(ink * (1 - rng.uniform(0.1, 0.4) * (1 + np.cos(angle) * x + np.sin(angle) * y)))


def _blurred(ink: Ink, rng: Generator) -> Ink:
    return _clipped(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 2.6)))


def _lined(ink: Ink, rng: Generator) -> Ink:
    """Leave a piece of a ruled line or a frame beside or across it."""
    at, faint = int(rng.integers(10, _SIDE - 10)), rng.uniform(0.1, 0.7)
    line = np.zeros_like(ink)
    start, end = sorted(int(x) for x in rng.integers(0, _SIDE, 2))
    width = int(rng.integers(1, 4))
    ends = ((start, at), (end, at)) if rng.random() < 0.5 else ((at, start), (at, end))
    cv2.line(line, *ends, faint, width, cv2.LINE_AA)
    return np.maximum(ink, line)


def _specked(ink: Ink, rng: Generator) -> Ink:
    ink = ink.copy()
    for _ in range(int(rng.integers(1, 6))):
        at = tuple(int(x) for x in rng.integers(8, _SIDE - 8, 2))
        cv2.circle(ink, at, int(rng.integers(0, 3)), rng.uniform(0.3, 1), -1, cv2.LINE_AA)
    return ink


def _torn(ink: Ink, rng: Generator) -> Ink:
    """Lift the pen for a moment, or lose a piece to a fold or a glare."""
    ink = ink.copy()
    ys, xs = np.nonzero(ink > 0.5)
    if len(ys):
        i = int(rng.integers(len(ys)))
        cv2.circle(ink, (int(xs[i]), int(ys[i])), int(rng.integers(1, 4)), 0, -1, cv2.LINE_AA)
    return ink


def _cut_off(ink: Ink, rng: Generator) -> Ink:
    """Let the picture's edge, or the cut from a neighbour, take a little of it."""
    ys, xs = np.nonzero(ink > 0.5)
    if not len(ys):
        return ink
    ink, part = ink.copy(), rng.uniform(0, 0.12)
    match int(rng.integers(4)):
        case 0:
            ink[: int(ys.min() + part * np.ptp(ys))] = 0
        case 1:
            ink[int(ys.max() - part * np.ptp(ys)) :] = 0
        case 2:
            ink[:, : int(xs.min() + part * np.ptp(xs))] = 0
        case _:
            ink[:, int(xs.max() - part * np.ptp(xs)) :] = 0
    return ink


def _stubs(ink: Ink, rng: Generator) -> Ink:
    """Leave the ends of a neighbour's strokes on it, where one was cut off."""
    rows, columns = np.nonzero(ink > 0.5)
    if not len(rows):
        return ink
    ink = ink.copy()
    right = rng.random() < 0.5
    edge = np.quantile(columns, 0.93 if right else 0.07)
    near = np.flatnonzero(abs(columns - edge) < 3)
    for i in rng.choice(near, int(rng.integers(1, 3))).tolist() if len(near) else ():
        start = int(columns[i]), int(rows[i])
        reach = int(rng.integers(3, 9)) * (1 if right else -1)
        end = start[0] + reach, start[1] + int(rng.integers(-6, 7))
        cv2.line(ink, start, end, 1, int(rng.integers(2, 6)), cv2.LINE_AA)
    return ink


def _noisy(ink: Ink, rng: Generator) -> Ink:
    """Let the camera's noise roughen the outline; elsewhere the finder takes it away."""
    near = cv2.dilate((ink > 0.3).astype(np.uint8), np.ones((5, 5), np.uint8))
    noise = rng.normal(0, rng.uniform(0.02, 0.15), ink.shape).astype(np.float32)
    return _clipped(ink + noise * near)


_ACCIDENTS: tuple[tuple[float, Callable[[Ink, Generator], Ink]], ...] = (
    (0.25, _dry),
    (0.25, _uneven),
    (0.06, _torn),
    (0.12, _cut_off),
    (0.07, _stubs),
    (0.12, _lined),
    (0.12, _specked),
    (0.45, _blurred),
    (0.25, _noisy),
)
"""What happens on the way, in this order, each with its chance."""


def _as_found(ink: Ink) -> Ink:
    """Keep what the finder would: no paper, full ink at 1, nothing fainter than a quarter of it."""
    if not (ink > 0.25).any():
        return np.zeros((1, 1), np.float32)
    ink = np.clip(ink / max(float(np.quantile(ink[ink > 0.25], 0.75)), 0.3), 0, 1)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0.25).astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    ink = np.where((areas > 0.02 * areas.max())[labels], ink, 0).astype(np.float32)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _ill_fitted(image: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    """Shift and shrink, as a speck does that is taken for a part of it."""
    scale = rng.uniform(0.82, 1.05)
    moved = np.array([[scale, 0, 0], [0, scale, 0]])
    moved[:, 2] = 14 - 14 * scale + rng.uniform(-1.5, 1.5, 2)
    return _clipped(cv2.warpAffine(image, moved, (28, 28), flags=cv2.INTER_AREA))


def _noise(rng: Generator, cells: int) -> Ink:
    """Smooth noise, mean 0 and deviation 1."""
    grain = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(grain, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC), np.float32)


def _distance(inside: NDArray[np.bool_]) -> Ink:
    mask = inside.astype(np.uint8)
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _clipped(ink: cv2.typing.MatLike) -> Ink:
    return np.clip(ink, 0, 1).astype(np.float32)


def photograph(image: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """Put a digit of MNIST on a sheet of paper, turned, shifted, scaled, and photograph it.

    Args:
        image: (28, 28), ink is 255.
        rng: where chance comes from.

    Returns:
        (112, 112, 3) uint8 RGB: dark ink on light paper or the other way round, the digit turned by
        up to 15 degrees, 0.7 to 1.3 times as large as usual and up to a seventh of the sheet off
        its middle, on paper that has a grain and is unevenly lit.
    """
    side = 112
    turned = cv2.getRotationMatrix2D((13.5, 13.5), rng.uniform(-15, 15), 3 * rng.uniform(0.7, 1.3))
    moved = side / 2 - 14 + rng.uniform(-side / 7, side / 7, (2, 1))
    turned += np.pad(moved, ((0, 0), (2, 0)))
    ink = cv2.warpAffine(image, turned, (side, side), flags=cv2.INTER_CUBIC) / np.float32(255)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    light = 1 - rng.uniform(0, 0.15) * (1 + np.cos(angle) * x + np.sin(angle) * y)
    grain = rng.normal(0, 1, (side, side)).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.6, 2)) * rng.uniform(4, 12)
    colour = rng.uniform(190, 255) + rng.uniform(-18, 0, 3)
    pen = rng.uniform(0, 90, 3)
    sheet = (colour + grain[..., None]) * light[..., None]
    sheet = sheet + (pen - sheet) * np.clip(ink, 0, 1)[..., None]
    if rng.random() < 0.5:
        sheet = 255 - sheet
    seen: NDArray[np.uint8] = np.clip(np.rint(sheet), 0, 255).astype(np.uint8)
    return seen
