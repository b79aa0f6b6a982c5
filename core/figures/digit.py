"""A digit as a picture of its own, from which the digit can be read back."""

import io
from struct import Struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 28
_ZOOM = 8
_WIDTH = _SIDE * _ZOOM

_HEADER = Struct(">8s I4s IIBB")
_START = _HEADER.pack(b"\x89PNG\r\n\x1a\n", 13, b"IHDR", _WIDTH, _WIDTH, 8, 0)
"""How a PNG of this size in 8-bit grey begins."""


def draw_digit(image: NDArray[np.float32]) -> bytes:
    """Draw a digit, each of its pixels a square of 8 by 8.

    Args:
        image: (28, 28) float32 in [0, 1].

    Returns:
        A PNG of 224 by 224 pixels in 8-bit grey; `[::8, ::8]` of it is `round(255 * image)`.
    """
    pixels = np.rint(image * 255).astype(np.uint8)
    squares = pixels.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)
    png = io.BytesIO()
    Image.fromarray(squares).save(png, "PNG")
    return png.getvalue()


def read_digit(png: bytes) -> NDArray[np.float32]:
    """Read the digit back from what `draw_digit` drew.

    Nothing is decoded before the header says that the picture is as small as it should be.

    Args:
        png: the file, from a place that others can write to.

    Returns:
        (28, 28) float32 in [0, 1]: what was drawn, in steps of 1/255.

    Raises:
        ValueError: this is no whole picture of a digit.
    """
    if not png.startswith(_START) or png.count(b"IHDR") != 1:  # a second header would overrule it
        raise ValueError(f"not an 8-bit grey PNG of {_WIDTH}x{_WIDTH} pixels")
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            squares = np.asarray(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError("a broken PNG") from error
    pixels = squares[::_ZOOM, ::_ZOOM]
    if not np.array_equal(squares, pixels.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)):
        raise ValueError("not the picture of a digit: its squares are not of one grey each")
    return pixels.astype(np.float32) / np.float32(255)
