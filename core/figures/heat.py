"""Heat laid over a picture, where the network saw what it speaks of."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.colours import Colours
from core.figures.paint import Pixels

_SIDE = 28
_FINE = 112
"""Cells are smoothed to so many samples a side, before they are warped."""

_OPACITY = 0.65
"""Of strong heat: a third of the contrast between ink and paper stays."""

_OPAQUE_FROM = 0.5
"""Less heat than this is fainter, down to none at all, so that it does not veil the ink."""


def warped(
    heatmap: NDArray[np.float32], warp: NDArray[np.float64], shape: tuple[int, int]
) -> tuple[NDArray[np.uint8], Box]:
    """Carry a map from the normal form to a picture.

    Args:
        heatmap: (h, w) in [0, 1], its cells spread evenly over the 28 x 28 normal form.
        warp: (2, 3), takes a point of the normal form, 0 to 28 from edge to edge, to one of the
            picture.
        shape: the picture's rows and columns.

    Returns:
        The part of the picture that the normal form covers, smoothly filled with heat from 0 to
        255, 0 outside of the normal form; and where that part is.
    """
    edges = warp @ np.array([[0, _SIDE, 0, _SIDE], [0, 0, _SIDE, _SIDE], [1, 1, 1, 1]])
    rows, columns = shape
    left, top = np.clip(np.floor(edges.min(axis=1)), 0, (columns, rows)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(edges.max(axis=1)), 0, (columns, rows)).astype(int).tolist()
    box = (left, top, right, bottom)
    heat = np.zeros((bottom - top, right - left), np.uint8)
    if not heat.size:  # OpenCV would end the process
        return heat, box
    cells = np.rint(heatmap * 255).astype(np.uint8)
    samples = cv2.resize(cells, (_FINE, _FINE), interpolation=cv2.INTER_CUBIC)
    # OpenCV counts from the middles of pixels, and the warp from their edges.
    to_part = warp.copy()
    to_part[:, :2] *= _SIDE / _FINE
    to_part[:, 2] += to_part[:, :2].sum(axis=1) / 2 - 0.5 - (left, top)
    cv2.warpAffine(samples, to_part, (right - left, bottom - top), heat)
    return heat, box


def lay(canvas: Pixels, heat: NDArray[np.uint8], colours: Colours) -> None:
    """Colour a picture by heat; where there is none, nothing changes.

    Args:
        canvas: (h, w, 3), is drawn on.
        heat: (h, w) from 0 to 255.
        colours: of the heat.
    """
    left, top, width, height = cv2.boundingRect(heat)
    if not width:  # OpenCV would end the process
        return
    warm = np.s_[top : top + height, left : left + width]
    kept, added = _blend(colours)
    under = cv2.multiply(canvas[warm], cv2.applyColorMap(heat[warm], kept), scale=1 / 255)
    canvas[warm] = cv2.add(under, cv2.applyColorMap(heat[warm], added))


@cache
def _blend(colours: Colours) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """How much of the picture is kept and what is added to it, (256, 1, 3) each, by heat."""
    x = np.minimum(np.linspace(0, 1, 256) / _OPAQUE_FROM, 1)
    opacity = np.repeat(_OPACITY * x * x * (3 - 2 * x), 3).reshape(256, 1, 3)
    added = opacity * colours.table[:, np.newaxis]
    return np.rint(255 * (1 - opacity)).astype(np.uint8), np.rint(added).astype(np.uint8)
