"""Turned pictures, turned upright."""

from dataclasses import replace

import numpy as np
import pytest

from core.dataset import test_digit as digit_of_the_test_set
from core.figures.upright import upright, upright_digit, upright_size
from core.uploads import Reading
from tests.core.figures.test_steps import extent, photographed

_PIXELS = np.array([[200, 100], [423, 100], [200, 323]])
"""The first, the last in the first row, and the first in the last row of the photographed digit."""
_IN_IMAGE = np.array([[1, 1], [447, 1], [1, 447]]) / 16
"""Their middles in the digit's image of 28 x 28."""


def turned(reading: Reading, degrees: int) -> Reading:
    """Turn a reading of the photographed digit clockwise, with every point looked up."""
    quarters = -degrees // 90
    (digit,), picture = reading.digits, reading.picture
    y, x = (np.rot90(each, quarters) for each in np.indices(reading.ink.shape))
    middles = [np.argwhere((x == i) & (y == j))[0][::-1] + 0.5 for i, j in _PIXELS]
    warp = np.linalg.solve(np.column_stack([_IN_IMAGE, np.ones(3)]), np.array(middles)).T
    assert digit.box is not None
    left, top, right, bottom = digit.box
    box = extent((x >= left) & (x < right) & (y >= top) & (y < bottom))
    pixels = np.rot90(picture.pixels, quarters)
    return replace(
        reading,
        picture=replace(picture, pixels=pixels, size=(pixels.shape[1], pixels.shape[0])),
        ink=np.rot90(reading.ink, quarters),
        digits=(replace(digit, box=box, warp=warp),),
        turned=degrees % 360,
    )


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_picture_is_shown_as_if_it_had_come_upright(degrees: int) -> None:
    picture, ink, digit = photographed()
    reading = Reading(picture, ink, (digit,), (0,), left_out=0)

    shown = upright(turned(reading, degrees))

    assert np.array_equal(shown.picture.pixels, picture.pixels)
    assert np.array_equal(shown.ink, ink)
    assert shown.picture.size == picture.size == upright_size(turned(reading, degrees))
    assert shown.digits[0].box == digit.box
    assert shown.digits[0].warp == pytest.approx(digit.warp)
    assert shown.turned == 0


def test_a_test_digit_is_in_no_picture() -> None:
    picture, ink, digit = photographed()
    reading = Reading(picture, ink, (digit,), (0,), left_out=0)

    with pytest.raises(ValueError, match="no picture"):
        upright_digit(digit_of_the_test_set(7), reading)
