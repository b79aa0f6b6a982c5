"""Images, heatmaps and feature maps as panels."""

import numpy as np
import pytest

from core.figures.heatmaps import (
    Colormap,
    diverging,
    enlarge,
    grey,
    heatmap_cells,
    overlay,
    overlay_digit,
    upsample,
)
from core.figures.style import EXPLAINED, GROUND, SKY

EMPTY = np.zeros((7, 7), np.float32)
RAMP = np.linspace(0, 1, 49, dtype=np.float32).reshape(7, 7)


def test_each_pixel_of_an_image_is_a_square() -> None:
    image = np.zeros((28, 28), np.float32)
    image[3, 5] = 1

    panel = grey(image, 336)

    assert (panel[36:48, 60:72] == 255).all()
    assert panel.sum() == 12 * 12 * 3 * 255


def test_vmax_is_white_and_larger_values_are_too() -> None:
    panel = grey(np.array([[0, 2], [4, 8]], np.float32), 2, vmax=4)

    assert panel[..., 0].tolist() == [[0, 128], [255, 255]]


def test_an_image_keeps_its_proportions_when_it_is_enlarged() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)

    np.testing.assert_array_equal(enlarge(pixels, 12), pixels.repeat(4, 0).repeat(4, 1))


def test_positive_and_negative_values_have_their_colours() -> None:
    panel = diverging(np.array([[1, -1], [0, 0.5]], np.float32), 100)

    assert tuple(panel[25, 25]) == EXPLAINED
    assert tuple(panel[25, 75]) == SKY
    assert tuple(panel[75, 25]) == GROUND


def test_cells_have_the_colours_of_the_colormap() -> None:
    middles = heatmap_cells(RAMP, 224)[16::32, 16::32]

    np.testing.assert_array_equal(
        middles, Colormap.VIRIDIS.table[np.rint(RAMP * 255).astype(np.uint8)]
    )


def test_an_empty_heatmap_is_hatched_and_says_so() -> None:
    faint = heatmap_cells(np.full((7, 7), 1e-4, np.float32), 224)
    empty = heatmap_cells(EMPTY, 224)

    assert (empty != faint).any(axis=-1).mean() > 0.2
    assert (empty[98:126, 40:184] == 255).all(axis=-1).sum() > 100


def test_an_upsampled_heatmap_has_its_maximum_where_the_cell_is() -> None:
    heatmap = EMPTY.copy()
    heatmap[1, 5] = 1

    smooth = upsample(heatmap, 224)

    assert np.unravel_index(smooth.argmax(), smooth.shape) == pytest.approx((48, 176), abs=2)
    assert len(np.unique(smooth)) > 100


def test_an_overlay_changes_nothing_where_the_heatmap_is_0() -> None:
    image = np.full((28, 28), 0.5, np.float32)

    np.testing.assert_array_equal(overlay_digit(image, EMPTY, 224), grey(image, 224))
    assert (overlay_digit(image, RAMP, 224) != grey(image, 224)).any()


@pytest.mark.parametrize("colormap", [Colormap.VIRIDIS, Colormap.JET])
@pytest.mark.parametrize("value", [0, 200])
def test_an_overlay_blends_the_colour_with_the_documented_opacity(
    colormap: Colormap, value: int
) -> None:
    pixels = np.full((1, 256, 3), value, np.uint8)
    heatmap = np.arange(256, dtype=np.uint8)[np.newaxis]

    blended = overlay(pixels, heatmap, colormap)

    x = np.minimum(heatmap[0] / 127.5, 1)[:, np.newaxis]
    opacity = 0.65 * (3 * x**2 - 2 * x**3)
    expected = (1 - opacity) * value + opacity * colormap.table
    assert np.abs(blended[0] - expected).max() <= 1.5
    assert (pixels == value).all()  # the image itself is not changed
