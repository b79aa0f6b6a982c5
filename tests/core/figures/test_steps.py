import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit as digit_of_the_test_set
from core.digit import Digit
from core.figures.heatmaps import Colormap
from core.figures.steps import draw_steps
from core.uploads.decoded_image import DecodedImage

Pixels = NDArray[np.int16]

PHOTO, INK, BOX = (np.s_[60:284, left : left + 224] for left in (24, 272, 520))
IMAGE, CELLS = (np.s_[348:684, left : left + 336] for left in (24, 408))
ORANGE, SKY = (230, 159, 0), (86, 180, 233)

SEVEN = digit_of_the_test_set(0).image
COLD = np.zeros((7, 7), np.float32)
"""Empty, so that only the marks of the panels are coloured."""


def photographed(
    size: tuple[int, int] = (600, 450), at: tuple[int, int] = (200, 100), zoom: int = 8
) -> tuple[DecodedImage, NDArray[np.uint8], Digit]:
    """Return a 7 of the test set on paper, its ink, and the digit as it is read."""
    ink = np.zeros((size[1], size[0]), np.uint8)
    large = np.rint(SEVEN * 150).astype(np.uint8).repeat(zoom, axis=0).repeat(zoom, axis=1)
    x, y = at
    ink[y : y + 28 * zoom, x : x + 28 * zoom] = large[: size[1] - y, : size[0] - x]
    pixels = np.repeat((200 - ink)[..., np.newaxis], 3, axis=-1)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    warp = np.array([[zoom, 0, x], [0, zoom, y]], np.float64)
    return DecodedImage(pixels, size, b"", animated=False), ink, Digit(SEVEN, box=box, warp=warp)


def drawn(
    picture: DecodedImage,
    ink: NDArray[np.uint8],
    digit: Digit,
    heatmap: NDArray[np.float32] = COLD,
    colormap: Colormap = Colormap.VIRIDIS,
) -> Pixels:
    with Image.open(io.BytesIO(draw_steps(picture, ink, digit, heatmap, colormap))) as image:
        assert (image.format, image.size) == ("JPEG", (768, 712))
        return np.asarray(image).astype(np.int16)


def near(pixels: Pixels, colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    close: NDArray[np.bool_] = np.abs(pixels - np.array(colour)).max(axis=-1) < 50
    return close


def extent(where: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(where)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_photo_and_ink_show_the_same_part_of_the_picture() -> None:
    steps = drawn(*photographed())
    photo, ink = steps[PHOTO].mean(axis=-1), steps[INK].mean(axis=-1)

    assert ink.max() > 240  # faint ink is made visible
    assert np.corrcoef(photo.ravel(), ink.ravel())[0, 1] < -0.98
    left, top, right, bottom = extent(ink > 100)
    assert max(right - left, bottom - top) == pytest.approx(112, abs=4)  # half of the panel
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((112, 112), abs=3)


def test_the_box_is_around_the_digit() -> None:
    picture, ink, digit = photographed()
    assert digit.box is not None
    left, top, right, bottom = digit.box
    zoom = 112 / max(right - left, bottom - top)
    across, down = (right - left) * zoom / 2, (bottom - top) * zoom / 2

    framed = extent(near(drawn(picture, ink, digit)[BOX], ORANGE))

    expected = (112 - across, 112 - down, 112 + across, 112 + down)
    assert np.subtract(framed, (-3, -3, 3, 3)) == pytest.approx(expected, abs=2)


@pytest.mark.parametrize("degrees", [0, 20])
def test_the_square_is_where_the_input_of_the_network_comes_from(degrees: int) -> None:
    picture, ink, digit = photographed()
    turn = np.deg2rad(degrees)
    scale = 6.0
    turned = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([300, 200])
    warp = np.hstack([turned, (middle - turned @ [14, 14])[:, np.newaxis]])

    panel = drawn(picture, ink, replace(digit, warp=warp))[BOX]

    assert digit.box is not None
    left, top, right, bottom = digit.box
    zoom = 112 / max(right - left, bottom - top)
    x, y = (middle - [(left + right) / 2, (top + bottom) / 2]) * zoom + 112
    half = 14 * scale * (np.cos(turn) + np.sin(turn)) * zoom
    assert extent(near(panel, SKY)) == pytest.approx(
        (x - half, y - half, x + half, y + half), abs=4
    )


def test_the_input_is_shown_pixel_by_pixel() -> None:
    picture, ink, digit = photographed()
    image = np.zeros((28, 28), np.float32)
    image[4:24, 9:19] = np.random.default_rng(0).random((20, 10))
    seen = drawn(picture, ink, replace(digit, image=image))[CELLS].mean(axis=-1)

    squares = seen.reshape(28, 12, 28, 12)[:22, 4:8, :, 4:8].mean(axis=(1, 3))
    assert np.abs(squares - 255 * image[:22]).mean() < 8


def test_the_input_has_its_frame_and_its_centre_of_mass() -> None:
    picture, ink, digit = photographed()
    image = np.zeros((28, 28), np.float32)
    image[3:23, 8:13] = 0.5
    image[18:23, 8:18] = 0.5

    panel = drawn(picture, ink, replace(digit, image=image))[IMAGE]

    frame = near(panel, ORANGE)
    assert extent(frame) == pytest.approx((3 * 12, 3 * 12, 23 * 12, 23 * 12), abs=3)
    y, x = (image.sum(axis=axis) @ (np.arange(28) + 0.5) / image.sum() * 12 for axis in (1, 0))
    left, top, right, bottom = extent(near(panel, (255, 255, 255)))
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((x, y), abs=1.5)


@pytest.mark.parametrize("side", [7, 14, 28])
@pytest.mark.parametrize("colormap", [Colormap.VIRIDIS, Colormap.JET])
def test_the_heatmap_is_shown_cell_by_cell(side: int, colormap: Colormap) -> None:
    picture, ink, digit = photographed()
    heatmap = np.zeros((side, side), np.float32)
    heatmap[1, side - 2] = 1
    dark = replace(digit, image=np.zeros((28, 28), np.float32))

    panel = drawn(picture, ink, dark, heatmap, colormap)[CELLS]

    cell = 336 // side
    left, top, right, bottom = extent(panel.max(axis=-1) > 70)
    expected = ((side - 2) * cell, cell, (side - 1) * cell, 2 * cell)
    assert (left, top, right, bottom) == pytest.approx(expected, abs=3)
    middle = panel[cell + cell // 2, (side - 2) * cell + cell // 2]
    assert middle == pytest.approx(0.65 * colormap.table[255], abs=16)


def test_an_empty_heatmap_is_marked() -> None:
    picture, ink, digit = photographed()
    dark = replace(digit, image=np.zeros((28, 28), np.float32))
    faint = np.full((7, 7), 0.03, np.float32)
    sign = np.s_[290:330, 100:236]

    assert (drawn(picture, ink, dark)[CELLS][sign] > 200).sum() > 500
    assert not (drawn(picture, ink, dark, faint)[CELLS][sign] > 200).any()


@pytest.mark.parametrize("at", [(0, 0), (376, 0), (0, 226), (376, 226)])
def test_the_panels_of_a_digit_at_an_edge_have_no_empty_space(at: tuple[int, int]) -> None:
    picture, ink, digit = photographed(at=at)

    steps = drawn(picture, ink, digit)

    assert digit.box is not None
    left, top, right, bottom = digit.box
    zoom = 112 / max(right - left, bottom - top)
    width, height = (right - left) * zoom, (bottom - top) * zoom
    boxed = extent(near(steps[BOX], ORANGE))
    inked = extent(steps[INK].mean(axis=-1) > 60)
    assert np.subtract(boxed[2:], boxed[:2]) == pytest.approx((width + 6, height + 6), abs=2)
    assert np.subtract(inked[2:], inked[:2]) == pytest.approx((width, height), abs=4)
    assert (steps[PHOTO].mean(axis=-1) > 42).mean() > 0.98  # paper and ink, no empty space


@pytest.mark.parametrize("size", [(28, 28), (60, 1600), (1600, 60)])
def test_small_and_elongated_pictures(size: tuple[int, int]) -> None:
    picture, ink, digit = photographed(size, at=(0, 0), zoom=1)

    steps = drawn(picture, ink, digit)

    assert (steps[INK] > 200).any()
    assert near(steps[BOX], ORANGE).sum() > 500


def test_a_shrunk_picture_and_shrunk_ink_give_the_same_panels() -> None:
    picture, ink, digit = photographed()
    assert digit.box is not None
    assert digit.warp is not None
    left, top, right, bottom = digit.box
    larger = replace(picture, size=(1200, 900))
    there = replace(digit, box=(2 * left, 2 * top, 2 * right, 2 * bottom), warp=2 * digit.warp)

    as_large = drawn(picture, ink, digit)
    shrunk = drawn(larger, np.ascontiguousarray(ink[::2, ::2]), there)

    assert np.array_equal(shrunk[PHOTO], as_large[PHOTO])
    assert np.abs(shrunk[BOX] - as_large[BOX]).mean() < 12
    assert not np.array_equal(shrunk[:48, :248], as_large[:48, :248])  # the caption is 1200×900


def test_a_box_without_ink_is_drawn() -> None:
    picture, ink, digit = photographed()
    nothing = np.zeros_like(ink)
    assert drawn(picture, nothing, replace(digit, box=(5, 5, 5, 5), image=SEVEN * 0)).any()


def test_the_same_arguments_give_the_same_bytes() -> None:
    picture, ink, digit = photographed()
    heatmap = np.random.default_rng(0).random((7, 7), dtype=np.float32)

    first = draw_steps(picture, ink, digit, heatmap, Colormap.VIRIDIS)

    assert draw_steps(picture, ink, digit, heatmap.copy(), Colormap.VIRIDIS) == first
    assert len(first) < 150_000


def test_a_test_digit_raises() -> None:
    picture, ink, _ = photographed()
    with pytest.raises(ValueError, match="no picture"):
        draw_steps(picture, ink, digit_of_the_test_set(7), COLD, Colormap.VIRIDIS)
