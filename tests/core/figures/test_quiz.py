"""Pictures of quiz questions: what they show, and that every file is different."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit
from core.figures.quiz import (
    draw_digit,
    draw_grid,
    draw_heatmap,
    draw_overlay,
    draw_pair,
    draw_shares,
)

_SEVEN = test_digit(0).image
_COLD = np.zeros((7, 7), np.float32)
_HOT = np.zeros((7, 7), np.float32)
_HOT[6, 0] = 1
_SHARES = (0.0,) * 6 + (1.0, 0.0, 0.0)

Draw = Callable[[int], bytes]
_ALL: dict[str, Draw] = {
    "heat": lambda salt: draw_heatmap(_HOT, salt),
    "overlay": lambda salt: draw_overlay(_SEVEN, _HOT, salt),
    "digit": lambda salt: draw_digit(_SEVEN, salt),
    "pair": lambda salt: draw_pair(_SEVEN, (_HOT, _COLD), salt),
    "marked": lambda salt: draw_pair(_SEVEN, (_HOT, _COLD), salt, right=0),
    "grid": lambda salt: draw_grid(_SEVEN, salt),
    "shares": lambda salt: draw_shares(_SEVEN, _HOT, _SHARES, salt),
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


def test_the_field_with_the_largest_share_is_framed() -> None:
    grid = pixels(draw_shares(_SEVEN, _HOT, _SHARES, 1))[24:472, 24:472]

    assert grid[300:303, 60:140].mean(axis=(0, 1)) == pytest.approx((230, 159, 0), abs=25)
    assert grid[1:4, 60:140].mean() < 40
