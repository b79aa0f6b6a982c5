"""Augmentation of digits and negatives, such that they look like digits found in uploads.

An example is enlarged, changed as hands, pens, paper and cameras change it, and brought to the
normal form by the same function as an upload.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.uploads.normalise import distance, ink_window, normalise

_SIDE = 84  # of the canvas on which examples are augmented, in pixels
_LONGER = 48  # longer side of an enlarged digit, in pixels

Ink = NDArray[np.float32]
"""(84, 84) in [0, 1]: the canvas."""


def enlarge(image: NDArray[np.uint8] | NDArray[np.bool_]) -> Ink:
    """Enlarge an MNIST digit or a glyph and put it in the middle of the canvas."""
    cut = image[ink_window(image)].astype(np.float32)
    scale = _LONGER / max(cut.shape)
    height, width = (max(round(side * scale), 1) for side in cut.shape)
    large = cv2.resize(cut / cut.max(), (width, height), interpolation=cv2.INTER_CUBIC)
    square = np.zeros((_SIDE, _SIDE), np.float32)
    top, left = (_SIDE - height) // 2, (_SIDE - width) // 2
    square[top : top + height, left : left + width] = large
    return np.clip(square, 0, 1)


def augment(ink: Ink, rng: Generator, *, solid: bool = False) -> NDArray[np.float32]:
    """Change ink as a hand, a pen, paper and a camera would, and bring it to the normal form.

    Args:
        ink: The canvas.
        rng: The random generator.
        solid: Whether it is a solid shape, which no pen has drawn.

    Returns:
        (28, 28) float32 in [0, 1]; all zeros if there is hardly any ink.
    """
    ink = _sharpen(_warp(ink, rng), rng)
    written = ink = ink if solid else _change_pen(ink, rng)
    for chance, step in _AUGMENTATIONS:
        if rng.random() < chance:
            ink = step(ink, rng)
    ink = _segment(ink)
    if ink.sum() < 0.6 * written.sum():  # what is left is not legible
        ink = _segment(written)
    if not ink.any():
        return np.zeros((28, 28), np.float32)
    image = normalise(ink).image
    return _misplace(image, rng) if rng.random() < 0.4 else image


def jitter(image: NDArray[np.uint8], rng: Generator) -> NDArray[np.float32]:
    """Rotate, scale and shift an MNIST digit slightly, in its own 28 x 28 pixels."""
    turned = cv2.getRotationMatrix2D((13.5, 13.5), rng.uniform(-12, 12), rng.uniform(0.85, 1.12))
    turned += np.pad(rng.uniform(-1.5, 1.5, (2, 1)), ((0, 0), (2, 0)))
    turned[0, 1] += rng.uniform(-0.15, 0.15)
    return _clipped(cv2.warpAffine(image.astype(np.float32) / 255, turned, (28, 28)))


def _warp(ink: Ink, rng: Generator) -> Ink:
    """Rotate, shear, stretch and distort elastically, in one resampling."""
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


def _sharpen(ink: Ink, rng: Generator) -> Ink:
    """Undo the blur of the enlarging."""
    return _clipped((ink - 0.5) * rng.uniform(1, 6) + 0.5)


def _change_pen(ink: Ink, rng: Generator) -> Ink:
    """Make strokes thinner or thicker, by the distance from the outline."""
    if rng.random() < 0.3:
        return ink
    inside = distance(ink > 0.5)
    if not inside.any():
        return ink
    half = 2 * float(inside[inside > 0].mean())
    wanted = np.exp(rng.uniform(np.log(1.0), np.log(8.5)))
    by = np.clip(wanted - half, -0.5 * half, 5.5)
    outside = distance(ink <= 0.5)
    return _clipped(by + 0.5 + np.where(inside > 0, inside - 0.5, 0.5 - outside))


def _dry(ink: Ink, rng: Generator) -> Ink:
    """Let the paper's grain show through, as with pencil, chalk or a dry brush."""
    grain = _noise(rng, int(rng.choice([12, 21, 42, 84])))
    return _clipped(ink * np.clip(grain * rng.uniform(0.1, 0.3) + rng.uniform(0.85, 1.2), 0, 1))


def _uneven(ink: Ink, rng: Generator) -> Ink:
    """Fade the ink towards one side."""
    y, x = np.mgrid[-1 : 1 : _SIDE * 1j, -1 : 1 : _SIDE * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    return _clipped(ink * (1 - rng.uniform(0.1, 0.4) * (1 + np.cos(angle) * x + np.sin(angle) * y)))


def _blur(ink: Ink, rng: Generator) -> Ink:
    return _clipped(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 2.6)))


def _add_line(ink: Ink, rng: Generator) -> Ink:
    """Add a piece of a ruled line or a frame."""
    at, faint = int(rng.integers(10, _SIDE - 10)), rng.uniform(0.1, 0.7)
    line = np.zeros_like(ink)
    start, end = sorted(int(x) for x in rng.integers(0, _SIDE, 2))
    width = int(rng.integers(1, 4))
    ends = ((start, at), (end, at)) if rng.random() < 0.5 else ((at, start), (at, end))
    cv2.line(line, *ends, faint, width, cv2.LINE_AA)
    return np.maximum(ink, line)


def _add_specks(ink: Ink, rng: Generator) -> Ink:
    ink = ink.copy()
    for _ in range(int(rng.integers(1, 6))):
        at = tuple(int(x) for x in rng.integers(8, _SIDE - 8, 2))
        cv2.circle(ink, at, int(rng.integers(0, 3)), rng.uniform(0.3, 1), -1, cv2.LINE_AA)
    return ink


def _cut_out(ink: Ink, rng: Generator) -> Ink:
    """Remove a disc of ink, as a lifted pen, a fold or a glare does."""
    ink = ink.copy()
    ys, xs = np.nonzero(ink > 0.5)
    if len(ys):
        i = int(rng.integers(len(ys)))
        cv2.circle(ink, (int(xs[i]), int(ys[i])), int(rng.integers(1, 4)), 0, -1, cv2.LINE_AA)
    return ink


def _cut_off(ink: Ink, rng: Generator) -> Ink:
    """Remove up to an eighth at one side, as the picture's edge does."""
    ys, xs = np.nonzero(ink > 0.5)
    if not len(ys):
        return ink
    ink, part, side = ink.copy(), rng.uniform(0, 0.12), int(rng.integers(4))
    turned, along = (ink, ys) if side < 2 else (ink.T, xs)
    if side % 2:
        turned[int(along.max() - part * np.ptp(along)) :] = 0
    else:
        turned[: int(along.min() + part * np.ptp(along))] = 0
    return ink


def _add_stubs(ink: Ink, rng: Generator) -> Ink:
    """Add the ends of strokes of a touching neighbour."""
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


def _add_noise(ink: Ink, rng: Generator) -> Ink:
    """Add noise near the ink; elsewhere it is removed when an upload is read."""
    near = cv2.dilate((ink > 0.3).astype(np.uint8), np.ones((5, 5), np.uint8))
    noise = rng.normal(0, rng.uniform(0.02, 0.15), ink.shape).astype(np.float32)
    return _clipped(ink + noise * near)


_AUGMENTATIONS: tuple[tuple[float, Callable[[Ink, Generator], Ink]], ...] = (
    (0.25, _dry),
    (0.25, _uneven),
    (0.06, _cut_out),
    (0.12, _cut_off),
    (0.07, _add_stubs),
    (0.12, _add_line),
    (0.12, _add_specks),
    (0.45, _blur),
    (0.25, _add_noise),
)
"""Augmentations in the order in which they are applied, each with its probability."""


def _segment(ink: Ink) -> Ink:
    """Cut the ink out as an upload's is: scaled to 1, without faint ink and specks."""
    if not (ink > 0.25).any():
        return np.zeros((1, 1), np.float32)
    ink = np.clip(ink / max(float(np.quantile(ink[ink > 0.25], 0.75)), 0.3), 0, 1)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0.25).astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    ink = np.where((areas > 0.02 * areas.max())[labels], ink, 0).astype(np.float32)
    return ink[ink_window(ink)]


def _misplace(image: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    """Shift and scale in the normal form, as happens when a speck is mistaken for ink."""
    scale = rng.uniform(0.82, 1.05)
    moved = np.array([[scale, 0, 0], [0, scale, 0]])
    moved[:, 2] = 14 - 14 * scale + rng.uniform(-1.5, 1.5, 2)
    return _clipped(cv2.warpAffine(image, moved, (28, 28), flags=cv2.INTER_AREA))


def _noise(rng: Generator, cells: int) -> Ink:
    """Return smooth noise of about mean 0 and standard deviation 1."""
    grain = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(grain, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC), np.float32)


def _clipped(ink: cv2.typing.MatLike) -> Ink:
    return np.clip(ink, 0, 1).astype(np.float32)


def photograph(image: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """Render a photograph of an MNIST digit, (28, 28) uint8, on a sheet of paper.

    Returns:
        (112, 112, 3) uint8 RGB: dark ink on light paper or the reverse, the digit rotated by up to
        15 degrees, scaled by 0.7 to 1.3 and shifted by up to a seventh of the sheet, on grained,
        unevenly lit paper.
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
