import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit as digit_of_the_test_set
from core.figures.comparison import Tile, draw_comparison, draw_sheet
from core.figures.heatmaps import Colormap

NINE = digit_of_the_test_set(7).image


def pixels(picture: bytes) -> NDArray[np.int16]:
    with Image.open(io.BytesIO(picture)) as image:
        assert (image.format, image.width) == ("JPEG", 768)
        return np.asarray(image.convert("RGB"), np.int16)


def spot(row: int, column: int, value: float, side: int = 7) -> NDArray[np.float32]:
    heatmap = np.zeros((side, side), np.float32)
    heatmap[row, column] = value
    return heatmap


@pytest.mark.parametrize("count", [1, 2, 3, 14])
def test_a_sheet_has_three_in_a_row_after_the_digit(count: int) -> None:
    tiles = [Tile(str(i), spot(0, 0, 1), Colormap.VIRIDIS) for i in range(count)]
    picture = pixels(draw_sheet(NINE, "99.8%", tiles))

    assert len(picture) == 310 * (1 + count // 3) + 24
    for i in range(1, count + 1):
        top, left = 40 + i // 3 * 310, 24 + i % 3 * 248
        red, green, blue = picture[top + 16, left + 16]
        assert min(red, green) > blue + 60  # yellow: the hottest cell of viridis
    assert picture[40 + 8, 24 + 8].max() < 30  # the digit itself has no heat


def test_fine_and_empty_heatmaps_are_shown_without_the_digit() -> None:
    fine = Tile("fine", spot(0, 0, -1, 28), Colormap.DIVERGING)
    empty = Tile("empty", np.zeros((7, 7), np.float32), Colormap.VIRIDIS)
    picture = pixels(draw_sheet(NINE, "", [fine, empty]))

    y, x = np.argwhere(NINE == 1)[0] * 8 + 4
    assert picture[40 + y, 272 + x].max() < 60
    assert picture[40 + 4, 272 + 4].tolist() == pytest.approx([86, 180, 233], abs=40)
    assert picture[40 + y, 520 + x].max() < 200


def test_a_warning_is_seen() -> None:
    tiles = [Tile("Grad-CAM++", spot(3, 3, 1), Colormap.VIRIDIS, warning=w) for w in (False, True)]
    picture = pixels(draw_sheet(NINE, "", tiles))

    for left, expected in ((272, False), (520, True)):
        title = picture[8:30, left : left + 200]
        orange = (title[..., 0] > 180) & (title[..., 2] < 90)
        assert (orange.sum() > 50) == expected


def test_a_pair_is_smooth_above_and_in_cells_below_on_one_scale() -> None:
    strong, weak = spot(3, 3, 1), spot(3, 3, 0.5)
    picture = pixels(
        draw_comparison(NINE, [Tile("a", each, Colormap.VIRIDIS) for each in (strong, weak)])
    )

    middle = 40 + 336 + 48 + 168
    for left, value in ((24, 255), (408, 128)):
        cell = picture[middle, left + 168]
        assert cell.tolist() == pytest.approx(Colormap.VIRIDIS.table[value].tolist(), abs=12)
        edge = picture[40 + 144 - 6, left + 168], picture[middle - 24 - 6, left + 168]
        assert edge[0].max() > 20  # the smooth one reaches beyond its cell
        assert edge[1].tolist() == pytest.approx(Colormap.VIRIDIS.table[0].tolist(), abs=12)
