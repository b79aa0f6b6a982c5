"""What is drawn on a person's own picture: lines, discs and text on an array of RGB pixels.

Whatever reaches beyond the canvas is cut off at its edge.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.canvas import Align
from core.figures.fonts import text_mask

Pixels = NDArray[np.uint8]
"""(h, w, 3) uint8 RGB."""

Rgb = tuple[int, int, int]

_FINE = 16
"""A disc is drawn this many times as large, for a smooth edge."""

_QUALITY = 88


def fill(canvas: Pixels, box: Box, colour: Rgb) -> None:
    """Fill a box with one colour."""
    left, top, right, bottom = (max(edge, 0) for edge in box)
    canvas[top:bottom, left:right] = colour


def outline(canvas: Pixels, box: Box, colour: Rgb, *, width: int) -> None:
    """Draw a line along the inside of a box's edges."""
    left, top, right, bottom = box
    fill(canvas, (left, top, right, top + width), colour)
    fill(canvas, (left, bottom - width, right, bottom), colour)
    fill(canvas, (left, top, left + width, bottom), colour)
    fill(canvas, (right - width, top, right, bottom), colour)


def write(
    canvas: Pixels,
    text: str,
    at: tuple[int, int],
    colour: Rgb,
    *,
    size: int,
    bold: bool = False,
    align: Align = Align.LEFT,
) -> None:
    """Write one line.

    Args:
        canvas: is drawn on.
        text: what to write.
        at: x as `align` says, and y of the middle of a digit's height.
        colour: of the letters.
        size: of the font, in pixels.
        bold: in the bold face.
        align: of the text to x.
    """
    mask = text_mask(text, size, bold=bold)
    height, width = mask.shape
    _stamp(canvas, mask, (at[0] - round(align.value * width), at[1] - height // 2), colour)


def disc(canvas: Pixels, middle: tuple[int, int], radius: int, colour: Rgb) -> None:
    """Fill a circle."""
    _stamp(canvas, _disc_mask(radius), (middle[0] - radius, middle[1] - radius), colour)


@lru_cache(maxsize=64)
def _disc_mask(radius: int) -> NDArray[np.uint8]:
    side = 2 * radius * _FINE
    fine = np.zeros((side, side), np.uint8)
    cv2.circle(fine, (side // 2, side // 2), side // 2, 255, cv2.FILLED)
    mask = cv2.resize(fine, (2 * radius, 2 * radius), interpolation=cv2.INTER_AREA)
    return np.asarray(mask, np.uint8)


def jpeg(canvas: Pixels) -> bytes:
    """Write a picture as a JPEG that keeps thin lines of colour sharp."""
    colour = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, *colour]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR), options)
    return data.tobytes()


def enlarged(pixels: Pixels, zoom: int) -> Pixels:
    """Copy a picture, each pixel a square of `zoom` by `zoom`."""
    rows, columns, _ = pixels.shape
    size = (columns * zoom, rows * zoom)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def grown(box: Box, by: int) -> Box:
    """Move every edge of a box outwards."""
    left, top, right, bottom = box
    return left - by, top - by, right + by, bottom + by


def _stamp(canvas: Pixels, mask: NDArray[np.uint8], at: tuple[int, int], colour: Rgb) -> None:
    """Lay a colour on the canvas, as opaque as the mask is from 0 to 255."""
    x, y = at
    rows, columns = canvas.shape[:2]
    seen = mask[max(-y, 0) : max(rows - y, 0), max(-x, 0) : max(columns - x, 0)]
    height, width = seen.shape
    under = canvas[max(y, 0) : max(y, 0) + height, max(x, 0) : max(x, 0) + width]
    opacity = seen[..., np.newaxis] / 255
    under[:] = np.rint(under + (np.array(colour) - under) * opacity)


def scaled(box: Box, scale: NDArray[np.float64]) -> Box:
    """Multiply a box's edges, across and down, and round them to whole pixels."""
    edges = np.rint(np.array(box).reshape(2, 2) * scale).astype(int)
    left, top, right, bottom = edges.ravel().tolist()
    return left, top, right, bottom
