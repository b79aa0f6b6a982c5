"""Pictures of quiz questions: what they show, and that every file is different."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit
from core.faithfulness.deletion import DeletionTest
from core.figures.quiz import (
    draw_digit,
    draw_grid,
    draw_heatmap,
    draw_overlay,
    draw_pair,
    draw_shares,
    draw_tests,
)

_SEVEN = test_digit(0).image
_COLD = np.zeros((7, 7), np.float32)
_HOT = np.zeros((7, 7), np.float32)
_HOT[6, 0] = 1
_SHARES = (0.0,) * 6 + (1.0, 0.0, 0.0)
_TESTS = (DeletionTest(1.0, 0.25, 0.75), DeletionTest(1.0, 0.999_99, 0.75))
_NAMES = ("Grad-CAM++", "XGrad-CAM")

Draw = Callable[[int], bytes]
_ALL: dict[str, Draw] = {
    "heat": lambda salt: draw_heatmap(_HOT, salt),
    "overlay": lambda salt: draw_overlay(_SEVEN, _HOT, salt),
    "digit": lambda salt: draw_digit(_SEVEN, salt),
    "pair": lambda salt: draw_pair(_SEVEN, (_HOT, _COLD), salt),
    "marked": lambda salt: draw_pair(_SEVEN, (_HOT, _COLD), salt, right=0),
    "grid": lambda salt: draw_grid(_SEVEN, salt),
    "shares": lambda salt: draw_shares(_SEVEN, (_HOT, _COLD), (_SHARES, (0.0,) * 9), _NAMES, salt),
    "tests": lambda salt: draw_tests(_SEVEN, (_HOT, _COLD), _TESTS, _NAMES, salt, right=0),
}


def pixels(file: bytes) -> NDArray[np.int16]:
    with Image.open(BytesIO(file)) as picture:
        assert picture.format == "JPEG"
        return np.asarray(picture.convert("RGB"), np.int16)


@pytest.mark.parametrize("draw", _ALL.values(), ids=_ALL)
def test_a_salt_changes_the_bytes_and_nothing_visible(draw: Draw) -> None:
    first, again, other = draw(1), draw(1), draw(2)

    assert first == again
    assert first != other
    difference = np.abs(pixels(first) - pixels(other))
    assert difference.mean() < 4
    assert (difference.max(axis=2) > 0).mean() > 0.5  # everywhere


@pytest.mark.parametrize("draw", _ALL.values(), ids=_ALL)
def test_a_picture_is_small_enough_for_a_phone(draw: Draw) -> None:
    file = draw(1)

    assert len(file) < 200_000
    rows, columns, _ = pixels(file).shape
    assert max(rows, columns) < 800


def test_a_heatmap_has_its_cells_and_no_digit() -> None:
    panel = pixels(draw_heatmap(_HOT, 1))[24:472, 24:472]
    corner, elsewhere = panel[400:440, 10:50], panel[10:50, 10:50]

    assert corner.mean(axis=(0, 1)) == pytest.approx((253, 231, 37), abs=8)  # the end of viridis
    assert elsewhere.mean(axis=(0, 1)) == pytest.approx((68, 1, 84), abs=8)  # and its beginning
    assert np.abs(panel[10:50].mean(axis=(0, 1)) - elsewhere.mean(axis=(0, 1))).max() < 8


def test_only_the_right_heatmap_is_marked() -> None:
    plain = pixels(draw_pair(_SEVEN, (_HOT, _COLD), 1))
    left = np.abs(pixels(draw_pair(_SEVEN, (_HOT, _COLD), 1, right=0)) - plain)
    right = np.abs(pixels(draw_pair(_SEVEN, (_HOT, _COLD), 1, right=1)) - plain)
    middle = plain.shape[1] // 2

    assert left[:, :middle].max() > 100 > left[:, middle + 20 :].max()
    assert right[:, middle:].max() > 100 > right[:, : middle - 20].max()


def test_the_field_with_the_largest_share_of_the_first_heatmap_is_framed() -> None:
    shares = (_SHARES, (1.0, *(0.0,) * 8))
    picture = pixels(draw_shares(_SEVEN, (_HOT, _HOT), shares, _NAMES, 1))
    first, second = picture[68:404, 24:360], picture[68:404, 384:720]

    assert first[226:229, 20:100].mean(axis=(0, 1)) == pytest.approx((230, 159, 0), abs=25)
    assert first[1:4, 20:100].mean() < 40
    assert second[1:4, 20:100].mean() < 40  # though its largest is there


def test_one_heatmap_has_a_picture_as_wide_as_itself() -> None:
    one = pixels(draw_shares(_SEVEN, (_HOT,), (_SHARES,), ("Grad-CAM",), 1))

    assert one.shape[1] == 336 + 2 * 24


def test_a_deletion_test_is_the_digits_without_ink_and_bars() -> None:
    stem = np.zeros((7, 7), np.float32)
    stem[5, 3] = 1
    picture = pixels(draw_tests(_SEVEN, (stem, _COLD), _TESTS, _NAMES, 1, right=0))
    rows = [picture[top : top + 84] for top in (456, 552, 648)]
    ink = [[row[:, left : left + 84].mean() for left in (24, 384)] for row in rows]

    for column in (0, 1):
        whole, rest, random = (each[column] for each in ink)
        assert 0.7 < rest / whole < 0.9
        assert 0.7 < random / whole < 0.9
    assert np.abs(rows[1][:, 24:108] - rows[1][:, 384:468]).max() > 200  # what each takes away
    widths = [
        [int((row[42, left : left + 120, 0] > 100).sum()) for left in (122, 482)] for row in rows
    ]
    assert widths == [[120, 120], [30, 120], [90, 90]]
