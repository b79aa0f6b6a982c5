"""Ink of any size → MNIST's normal form.

As MNIST's authors describe it, a digit is fitted into 20 x 20 pixels with its aspect ratio kept,
which leaves grey edges, and placed in 28 x 28 with its centre of mass in the middle.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 28
_DIGIT = 20

_THINNEST, _THICKEST = 2.0, 4.5
"""Stroke widths in between are kept, in pixels of the normal form. MNIST's are 1.9 to 4.1 wide from
the 5th to the 95th percentile."""

_WIDENED, _NARROWED = 2.2, 4.2
"""The stroke widths to which thinner and thicker strokes are changed."""

_FINE, _FINEST = 80, 160
"""Bounds, in pixels, of the longer side to which a digit is resized to measure its stroke width."""


@dataclass(frozen=True, eq=False, slots=True)
class NormalForm:
    """A digit in MNIST's normal form.

    Attributes:
        image: (28, 28) float32 in [0, 1], 0 outside of the ink, with a maximum of 1.
        warp: (2, 3) float64, the affine map from a point (x, y) of `image`, 0 to 28, to the ink map
            it was made of.
        thickness: Diameter of the largest disc within the ink, as a share of the longer side. A
            pen's strokes are thin; a solid shape is thick somewhere.
    """

    image: NDArray[np.float32]
    warp: NDArray[np.float64]
    thickness: float


def normalise(ink: NDArray[np.float32]) -> NormalForm:
    """Bring a digit's ink to MNIST's normal form.

    Args:
        ink: (h, w) float32 in [0, 1], cropped to the digit, with a maximum above 0.5.
    """
    changed, (left, top), scale, thickness = _adjust_strokes(ink)
    rows, columns = changed.shape
    fitted = _fit(changed, _DIGIT)
    scale_x, scale_y = columns / fitted.shape[1] / scale, rows / fitted.shape[0] / scale
    image, x, y = _centre(fitted)
    warp = np.array([[scale_x, 0, left - x * scale_x], [0, scale_y, top - y * scale_y]])
    return NormalForm(image, warp, thickness)


def ink_window(ink: NDArray[np.generic]) -> tuple[slice, slice]:
    """Return the rows and columns of the smallest window that holds all ink.

    Args:
        ink: (h, w), not all zeros.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def distance(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the distance of each pixel inside to the nearest one outside, in pixels."""
    mask = inside.astype(np.uint8)
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _adjust_strokes(
    ink: NDArray[np.float32],
) -> tuple[NDArray[np.float32], tuple[float, float], float, float]:
    """Widen thin strokes and narrow thick ones, by the distance from the outline.

    Returns:
        The digit, the position of its upper left corner in `ink`, its scale, and the diameter of
        the largest disc within it, as a share of the longer side.
    """
    longer = min(max(*ink.shape, _FINE), _FINEST)
    fine = ink if max(ink.shape) == longer else _fit(ink, longer)
    scale = max(fine.shape) / max(ink.shape)
    pixel = max(fine.shape) / _DIGIT
    margin = int(pixel * _WIDENED)
    framed = cv2.copyMakeBorder(fine, *(margin,) * 4, cv2.BORDER_CONSTANT, value=0)
    fine = np.asarray(framed, np.float32)
    inside = distance(fine > 0.5)
    # Across a stroke the distance rises from 0 to half the width: a quarter of it on average.
    width = 4 * float(inside[inside > 0].mean()) / pixel
    thickness = 2 * float(inside.max()) / max(ink.shape) / scale
    if _THINNEST <= width <= _THICKEST:
        return ink, (0, 0), 1, thickness
    if width < _THINNEST:
        growth = (_WIDENED - width) / 2 * pixel
        changed = np.maximum(fine, np.clip(growth + 1 - distance(fine <= 0.5), 0, 1))
    else:
        loss = (width - _NARROWED) / 2 * pixel
        changed = np.minimum(fine, np.clip(inside - loss, 0, 1))
    window = ink_window(changed)
    corner = ((window[1].start - margin) / scale, (window[0].start - margin) / scale)
    return changed[window].astype(np.float32, copy=False), corner, scale, thickness


def _fit(ink: NDArray[np.float32], longer: int) -> NDArray[np.float32]:
    """Resize to a longer side, with the aspect ratio kept and the maximum scaled to 1."""
    rows, columns = (max(round(side * longer / max(ink.shape)), 1) for side in ink.shape)
    method = cv2.INTER_AREA if longer < max(ink.shape) else cv2.INTER_CUBIC
    fitted = cv2.resize(ink, (columns, rows), interpolation=method)
    return np.asarray(np.clip(fitted / fitted.max(), 0, 1), np.float32)


def _centre(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], int, int]:
    """Place a digit with its centre of mass in the middle, and return its left and top too."""
    image = np.zeros((_SIDE, _SIDE), np.float32)
    rows, columns = ink.shape
    top = _start(ink.sum(axis=1))
    left = _start(ink.sum(axis=0))
    image[top : top + rows, left : left + columns] = ink
    return image, left, top


def _start(profile: NDArray[np.float32]) -> int:
    centre = float(profile @ np.arange(len(profile))) / float(profile.sum())
    return min(max(round(_SIDE / 2 - centre), 0), _SIDE - len(profile))
