"""Readings of pictures that are turned, turned upright to be shown."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit
from core.uploads import Reading
from core.uploads.orientation import from_upright


def upright(reading: Reading) -> Reading:
    """Return a reading whose picture, ink map, boxes and warps are turned upright.

    The file of the picture, and how it would be read another way up, are as they were uploaded.
    """
    if not reading.turned:
        return reading
    quarters = reading.turned // 90
    pixels = np.ascontiguousarray(np.rot90(reading.picture.pixels, quarters))
    return replace(
        reading,
        picture=replace(reading.picture, pixels=pixels, size=upright_size(reading)),
        ink=np.ascontiguousarray(np.rot90(reading.ink, quarters)),
        digits=tuple(upright_digit(digit, reading) for digit in reading.digits),
        turned=0,
    )


def upright_size(reading: Reading) -> tuple[int, int]:
    """Return the width and height of a reading's picture when it is upright."""
    width, height = reading.picture.size
    return (height, width) if reading.turned in {90, 270} else (width, height)


def upright_digit(digit: Digit, reading: Reading) -> Digit:
    """Return a digit of a reading with its box and warp in the picture turned upright.

    Raises:
        ValueError: If it is a test digit, which is in no picture.
    """
    if digit.box is None or digit.warp is None:
        raise ValueError("A test digit is in no picture.")
    if not reading.turned:
        return digit
    to_upright = _to_upright(reading.turned, *reading.picture.size)
    warp = to_upright[:, :2] @ digit.warp
    warp[:, 2] += to_upright[:, 2]
    return replace(digit, box=_turned_box(digit.box, to_upright), warp=warp)


def _to_upright(turned: int, width: int, height: int) -> NDArray[np.float64]:
    """Return the affine map, (2, 3), from points of a turned picture to those of the upright."""
    to_upright = np.linalg.inv(from_upright(turned, (height, width)))[:2]
    return np.rint(to_upright.astype(np.float64))


def _turned_box(box: Box, to_upright: NDArray[np.float64]) -> Box:
    corners = to_upright @ np.array([box[0::2], box[1::2], (1, 1)], np.float64)
    (left, right), (top, bottom) = np.sort(corners.astype(int), axis=1).tolist()
    return left, top, right, bottom
