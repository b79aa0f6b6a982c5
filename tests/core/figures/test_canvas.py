"""Drawing on a canvas, RGB or indexed."""

import io
from string import ascii_uppercase

import numpy as np
import pytest
from PIL import Image

from core.figures.arrays import Indices
from core.figures.canvas import (
    blank,
    fill,
    frame,
    outline,
    put,
    scaled,
    text_mask,
    to_jpeg,
    to_png,
    write,
)
from core.figures.heatmaps import Colormap
from core.figures.palette import INDEXED, palette_of
from core.figures.style import EXPLAINED, GROUND, WHITE


def indexed(height: int, width: int) -> Indices:
    return np.full((height, width), INDEXED.ground, np.uint8)


def test_an_outline_is_inside_its_box_and_a_frame_outside() -> None:
    inside, outside = blank(40, 40), blank(40, 40)
    outline(inside, (10, 12, 30, 32), WHITE, width=2)
    frame(outside, (10, 12, 30, 32), WHITE, width=2)

    for canvas, (left, top, right, bottom) in (
        (inside, (10, 12, 30, 32)),
        (outside, (8, 10, 32, 34)),
    ):
        expected = np.zeros((40, 40), bool)
        expected[top:bottom, left:right] = True
        expected[top + 2 : bottom - 2, left + 2 : right - 2] = False
        np.testing.assert_array_equal((canvas == 255).all(axis=-1), expected)


@pytest.mark.parametrize("at", [(-20, 10), (30, -3), (95, 38), (-500, 0), (0, 500)])
def test_what_reaches_beyond_the_canvas_is_cut_off(at: tuple[int, int]) -> None:
    x, y = at
    for whole, ink in ((blank(1200, 1200), WHITE), (indexed(1200, 1200), INDEXED.text)):
        part = whole[:40, :100].copy()

        write(whole, "88", (600 + x, 600 + y), ink)
        write(part, "88", at, ink)

        np.testing.assert_array_equal(part, whole[600:640, 600:700])


@pytest.mark.parametrize("letter", ascii_uppercase)
def test_letters_are_whole(letter: str) -> None:
    alone, between = (text_mask(text, 60, bold=True) for text in (letter, f" {letter} "))

    assert int(alone.sum()) == pytest.approx(int(between.sum()), rel=0.01)


def test_a_box_beyond_the_canvas_is_cut_off() -> None:
    canvas = blank(10, 10)
    fill(canvas, (-5, -5, 3, 2), WHITE)
    fill(canvas, (-9, -9, -1, -1), EXPLAINED)

    white = (canvas == 255).all(axis=-1)
    assert white.sum() == 6
    assert white[:2, :3].all()


@pytest.mark.parametrize(
    ("ha", "first", "last"), [("left", 100, 114), ("center", 93, 107), ("right", 86, 100)]
)
def test_text_is_aligned_to_its_point(ha: str, first: int, last: int) -> None:
    canvas = blank(40, 200)
    write(canvas, "8", (100, 20), ha=ha)  # type: ignore[arg-type]
    columns = np.flatnonzero((canvas != GROUND).any(axis=(0, 2)))

    assert first <= columns.min()
    assert columns.max() < last


def test_text_looks_alike_on_rgb_and_indexed_canvases() -> None:
    rgb, indices = blank(40, 200), indexed(40, 200)
    write(rgb, "98.1%", (10, 20))
    write(indices, "98.1%", (10, 20), INDEXED.text)

    shown = np.frombuffer(palette_of(Colormap.VIRIDIS), np.uint8).reshape(256, 3)[indices]
    assert np.abs(shown.astype(int) - rgb).max() <= 3  # greys have 64 steps


def test_a_panel_has_a_frame_and_a_title() -> None:
    canvas = blank(100, 100)
    put(canvas, np.full((20, 30, 3), 7, np.uint8), (40, 60), EXPLAINED, title="x")

    assert (canvas[60:80, 40:70] == 7).all()
    assert (canvas == EXPLAINED).all(axis=-1).sum() == 24 * 34 - 20 * 30
    assert (canvas[20:45, 40:60] > 200).any()


def test_a_box_is_scaled_to_whole_pixels() -> None:
    assert scaled((10, 20, 31, 40), np.array([0.5, 2])) == (5, 40, 16, 80)


def test_png_keeps_every_pixel_and_jpeg_thin_lines() -> None:
    canvas = blank(64, 64)
    fill(canvas, (32, 0, 33, 64), EXPLAINED)
    png, jpeg = (np.asarray(Image.open(io.BytesIO(f(canvas)))) for f in (to_png, to_jpeg))

    np.testing.assert_array_equal(png, canvas)
    assert np.abs(jpeg[:, 32].astype(int) - EXPLAINED).max() < 50
