"""Ink of any size → MNIST's normal form.

As its authors describe it: the digit is fitted into 20 x 20 pixels with its proportions kept, which
leaves grey edges, and is placed in 28 x 28 so that its centre of mass is in the middle.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 28
_DIGIT = 20

_THINNEST, _FATTEST = 2.0, 4.5
"""Strokes between these widths, in pixels of the normal form, stay as they are. From the 5th to the
95th percentile, MNIST's are 1.9 to 4.1 wide."""

_WIDENED, _NARROWED = 2.2, 4.2
"""Strokes of other widths are brought to these."""

_FINE, _FINEST = 80, 320
"""Widths are measured on a digit at least, and at most, this long."""


@dataclass(frozen=True, eq=False, slots=True)
class NormalForm:
    """A digit in MNIST's normal form.

    Attributes:
        image: (28, 28) float32 in [0, 1], its paper exactly 0 and its darkest ink 1.
        warp: (2, 3) float64, takes a point (x, y) of `image`, 0 to 28 from edge to edge, to the
            point of the ink map that it was read from.
    """

    image: NDArray[np.float32]
    warp: NDArray[np.float64]


def normalise(ink: NDArray[np.float32]) -> NormalForm:
    """Bring a digit's ink to MNIST's normal form.

    Args:
        ink: (h, w) in [0, 1], cut to the digit; some of it above 0.5.
    """
    usual, (left, top), scale = _with_usual_strokes(ink)
    rows, columns = usual.shape
    fitted = _fit(usual, _DIGIT)
    across, down = columns / fitted.shape[1] / scale, rows / fitted.shape[0] / scale
    image, x, y = _centre(fitted)
    warp = np.array([[across, 0, left - x * across], [0, down, top - y * down]])
    return NormalForm(image, warp)


def _with_usual_strokes(
    ink: NDArray[np.float32],
) -> tuple[NDArray[np.float32], tuple[float, float], float]:
    """Widen hair-thin strokes, and narrow very fat ones, by the distance from their outline.

    Returns:
        The digit, where its left upper corner stands in `ink`, and how many of its pixels are one
        of `ink`.
    """
    longer = min(max(*ink.shape, _FINE), _FINEST)
    fine = ink if max(ink.shape) == longer else _fit(ink, longer)
    scale = max(fine.shape) / max(ink.shape)
    pixel = max(fine.shape) / _DIGIT
    margin = int(pixel * _WIDENED)
    framed = cv2.copyMakeBorder(fine, *(margin,) * 4, cv2.BORDER_CONSTANT, value=0)
    fine = np.asarray(framed, np.float32)
    inside = _distance(fine > 0.5)
    # Across a stroke the distance from its outline rises from 0 to half its width and falls again:
    # on average it is a quarter.
    width = 4 * float(inside[inside > 0].mean()) / pixel
    if _THINNEST <= width <= _FATTEST:
        return ink, (0, 0), 1
    if width < _THINNEST:
        growth = (_WIDENED - width) / 2 * pixel
        changed = np.maximum(fine, np.clip(growth + 1 - _distance(fine <= 0.5), 0, 1))
    else:
        loss = (width - _NARROWED) / 2 * pixel
        changed = np.minimum(fine, np.clip(inside - loss, 0, 1))
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    trimmed = changed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    corner = ((columns[0] - margin) / scale, (rows[0] - margin) / scale)
    return trimmed.astype(np.float32, copy=False), corner, scale


def _fit(ink: NDArray[np.float32], longer: int) -> NDArray[np.float32]:
    """Resize to a longer side, keeping the proportions, with the darkest ink at 1."""
    rows, columns = (max(round(side * longer / max(ink.shape)), 1) for side in ink.shape)
    shrinks = longer < max(ink.shape)
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    fitted = cv2.resize(ink, (columns, rows), interpolation=method)
    return np.asarray(np.clip(fitted / fitted.max(), 0, 1), np.float32)


def _centre(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], int, int]:
    """Place a digit such that its centre of mass is nearest to the middle; says where."""
    image = np.zeros((_SIDE, _SIDE), np.float32)
    rows, columns = ink.shape
    top = _start(ink.sum(axis=1))
    left = _start(ink.sum(axis=0))
    image[top : top + rows, left : left + columns] = ink
    return image, left, top


def _start(profile: NDArray[np.float32]) -> int:
    centre = float(profile @ np.arange(len(profile))) / float(profile.sum())
    return min(max(round(_SIDE / 2 - centre), 0), _SIDE - len(profile))


def _distance(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Measure how far each pixel inside is from the nearest that is not."""
    mask = inside.astype(np.uint8)
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)
