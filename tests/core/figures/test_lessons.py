"""The pictures of the lessons show the real numbers."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit as load_digit
from core.explain.explainer import Explainer
from core.explain.intermediates import compute_intermediates
from core.figures.canvas import blank
from core.figures.heatmaps import Colormap
from core.figures.lessons.axes import Axes
from core.figures.lessons.code import CELL, draw_cells, draw_product, draw_rows, draw_scale
from core.figures.lessons.digits import draw_bars, draw_digit
from core.figures.lessons.faithfulness import Row, draw_sum, draw_table
from core.figures.lessons.gradcam import draw_tangent
from core.figures.lessons.heatmaps import correlation, draw_heatmaps
from core.figures.lessons.training import draw_loss
from core.figures.style import EXPLAINED, SKY, WHITE, WIDTH

RAMP = np.linspace(0, 1, 49, dtype=np.float32).reshape(7, 7)
BLACK = np.zeros((28, 28), np.float32)


def opened(file: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(file)) as image:
        assert image.format == "PNG"
        assert image.width == WIDTH
        return np.asarray(image)


@pytest.mark.parametrize("label", [0, 9])
def test_one_of_ten_places_is_hot(label: int) -> None:
    pixels = opened(draw_digit(BLACK, label))
    rows = np.flatnonzero((pixels[56:, 480:560] == EXPLAINED).all(axis=-1).any(axis=1))

    assert rows.min() // 33 == rows.max() // 33 == label


@pytest.mark.parametrize("label", [2, 7])
def test_the_true_class_has_a_tick_beside_its_bar(label: int) -> None:
    probabilities = np.full(10, 0.1, np.float32)
    pixels = opened(draw_bars(BLACK, probabilities, probabilities, label))
    rows = np.flatnonzero((pixels[56:, 402:420] > 200).any(axis=(1, 2)))

    assert rows.min() // 34 == rows.max() // 34 == label


def test_a_larger_loss_is_higher_on_the_curve() -> None:
    def height(p: float) -> float:
        probabilities = np.full(10, (1 - p) / 9, np.float32)
        probabilities[3] = p
        pixels = opened(draw_loss(BLACK, probabilities, 3, float(-np.log(p))))
        rows = np.flatnonzero((pixels[:, 320:] == EXPLAINED).all(axis=-1).any(axis=1))
        return float(rows.mean())

    assert height(0.01) < height(0.3) < height(0.99)


def test_axes_map_values_to_pixels() -> None:
    axes = Axes(blank(400), (100, 50, 300, 250), (0, 10), (0, 1))

    assert axes.at(0, 0) == (100, 250)
    assert axes.at(10, 1) == (300, 50)
    assert axes.at(5, 0.5) == (200, 150)


def test_a_line_is_clipped_to_its_axes() -> None:
    canvas = blank(400)
    axes = Axes(canvas, (100, 50, 300, 250), (0, 10), (0, 1))
    before = canvas.copy()

    axes.line(np.array([4.0, 6.0]), np.array([-9.5, 10.5]), EXPLAINED)

    rows, columns = np.nonzero((canvas != before).any(axis=-1))
    assert rows.min() == 50
    assert rows.max() == 249
    assert 190 < columns.min() <= columns.max() < 210


def test_the_tangent_touches_the_curve(explainer: Explainer) -> None:
    found = compute_intermediates(explainer.closed_form, load_digit(7).image, "max_pooling2d_1")
    dense = explainer.model.get_weights()[4].reshape(49, 64, 10)
    pixels = opened(draw_tangent(found, dense))

    for x in (420, 450, 580, 610):  # beside a = 0, where a dot is
        column = pixels[70:385, x]
        tangent = np.flatnonzero((column == EXPLAINED).all(-1)).mean()
        both = np.flatnonzero(column[:, 0] > 120).mean()
        assert tangent == pytest.approx(both, abs=0.6)


def test_cells_are_orange_for_and_blue_against_the_class() -> None:
    cells = np.zeros((7, 7), np.float32)
    cells[0, 0], cells[6, 6] = 2, -2
    pixels = opened(draw_sum(BLACK, cells, 0.5, 3))

    assert tuple(pixels[60, 28]) == EXPLAINED
    assert tuple(pixels[584, 552]) == SKY


def test_one_cell_is_framed_and_numbers_are_read_on_any_colour() -> None:
    panel = np.zeros((7 * CELL, 7 * CELL, 3), np.uint8)
    panel[:, 3 * CELL :] = 255
    pixels = opened(draw_cells(panel, RAMP, ".2f", "x", ("(7, 7)",), (2, 1)))

    cells = pixels[56:588, 24:556]
    framed = cells[2 * CELL + 1 : 3 * CELL - 1, CELL + 1 : 2 * CELL - 1]
    assert (framed[1] == WHITE).all()
    assert (framed[:, 1] == WHITE).all()
    assert all(
        np.ptp(cells[:, i * CELL + 8 : (i + 1) * CELL - 8].astype(int)) == 255 for i in range(7)
    )


def test_products_are_bars_up_in_orange_and_down_in_blue() -> None:
    features, weights = np.ones(64, np.float32), np.linspace(-1, 1, 64, dtype=np.float32)
    pixels = opened(draw_product(features, weights, (0, 0)))[380:520]

    up, down = (np.argwhere((pixels == colour).all(-1)) for colour in (EXPLAINED, SKY))
    assert up[:, 0].max() <= down[:, 0].min()
    assert down[:, 1].max() < up[:, 1].min()


def test_each_row_that_is_used_has_a_mark_below_its_colour() -> None:
    levels = np.array([[0, 100], [200, 100]], np.uint8)
    marks = opened(draw_rows(Colormap.JET.table, levels, 200))[120, 20:748]

    starts = np.flatnonzero(np.diff((marks > 60).any(-1).astype(int)) == 1) + 20 + 1
    assert (starts - 23) / 719 * 255 == pytest.approx([0, 100, 200], abs=1)
    assert (marks == EXPLAINED).all(-1).sum() == 3


def test_viridis_gets_lighter_all_the_way_and_jet_does_not() -> None:
    jet, viridis = (
        draw_scale(colormap.table, 168)[::-1, -1, 0].astype(int)
        for colormap in (Colormap.JET, Colormap.VIRIDIS)
    )

    assert (np.diff(viridis) >= 0).all()
    assert jet[84] > 2 * max(jet[0], jet[-1])


@pytest.mark.parametrize("count", [2, 3])
def test_the_panels_of_a_table_keep_apart(count: int) -> None:
    panels = [lambda side: np.full((side, side, 3), 255, np.uint8)] * count
    row = Row(("trained", "y"), panels, ["r"] * count)
    pixels = opened(draw_table(["a"] * count, [row, row], 3))

    white = (pixels[100:120] == 255).all((0, 2))
    assert np.flatnonzero(np.diff(white.astype(int)) == 1).size == count
    assert not white[:180].any()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_two_to_four_heatmaps_fit_side_by_side(count: int) -> None:
    assert opened(draw_heatmaps(BLACK, [("a", "b", RAMP)] * count, 3)).shape[0] < 700


def test_the_correlation_of_a_heatmap_is_1_with_itself_and_minus_1_with_its_inverse() -> None:
    assert correlation(RAMP, RAMP) == pytest.approx(1)
    assert correlation(RAMP, 1 - RAMP) == pytest.approx(-1)
    assert correlation(RAMP, np.zeros((7, 7), np.float32)) == 0
