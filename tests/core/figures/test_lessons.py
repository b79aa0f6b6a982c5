"""The lessons' pictures show the real numbers."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.figures.lessons import parts
from core.figures.lessons.digits import draw_digit
from core.figures.lessons.reading import draw_row, likeness
from core.figures.lessons.training import Axes, draw_loss
from core.figures.palette import EXPLAINED_RGB, GROUND_RGB

RAMP = np.linspace(0, 1, 49, dtype=np.float32).reshape(7, 7)


def opened(file: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(file)) as image:
        assert image.format == "PNG"
        assert image.width == parts.WIDTH
        return np.asarray(image)


def orange(pixels: NDArray[np.uint8]) -> int:
    return int((pixels == EXPLAINED_RGB).all(axis=-1).sum())


def test_each_pixel_of_a_digit_is_a_square() -> None:
    image = np.zeros((28, 28), np.float32)
    image[3, 5] = 1

    panel = parts.grey(image, 336)

    assert (panel[36:48, 60:72] == 255).all()
    assert panel.sum() == 12 * 12 * 3 * 255


def test_signs_have_their_colours_and_zero_is_the_ground() -> None:
    panel = parts.signed(np.array([[1, -1], [0, 0.5]], np.float32), 100)

    assert tuple(panel[25, 25]) == EXPLAINED_RGB
    assert tuple(panel[25, 75]) == parts.SKY_RGB
    assert tuple(panel[75, 25]) == GROUND_RGB


def test_an_empty_map_is_hatched_and_says_so() -> None:
    empty = parts.heat_or_nothing(np.zeros((7, 7), np.float32), 224)

    assert not np.array_equal(empty, parts.heat(np.zeros((7, 7), np.float32), 224))
    assert np.array_equal(parts.heat_or_nothing(RAMP, 224), parts.heat(RAMP, 224))


def test_where_there_is_no_heat_the_digit_is_as_it_was() -> None:
    image = np.full((28, 28), 0.5, np.float32)

    laid = parts.overlay(image, np.zeros((7, 7), np.float32), 224)

    assert np.array_equal(laid, parts.grey(image, 224))
    assert not np.array_equal(parts.overlay(image, RAMP, 224), laid)


@pytest.mark.parametrize("digit", [0, 9])
def test_one_place_of_ten_is_hot(digit: int) -> None:
    pixels = opened(draw_digit(np.zeros((28, 28), np.float32), digit))
    rows = np.flatnonzero((pixels[56:, 480:560] == EXPLAINED_RGB).all(axis=-1).any(axis=1))

    assert rows.min() // 33 == rows.max() // 33 == digit


def test_a_dearer_mistake_stands_higher_on_the_curve() -> None:
    def height(p: float) -> float:
        probabilities = np.full(10, (1 - p) / 9, np.float32)
        probabilities[3] = p
        pixels = opened(
            draw_loss(np.zeros((28, 28), np.float32), probabilities, 3, float(-np.log(p)))
        )
        rows = np.flatnonzero((pixels[:, 320:] == EXPLAINED_RGB).all(axis=-1).any(axis=1))
        return float(rows.mean())

    assert height(0.01) < height(0.3) < height(0.99)


def test_points_of_a_plot_are_where_their_numbers_say() -> None:
    axes = Axes(parts.blank(400), (100, 50, 300, 250), (0, 10), (0, 1))

    assert axes.at(0, 0) == (100, 250)
    assert axes.at(10, 1) == (300, 50)
    assert axes.at(5, 0.5) == (200, 150)


def test_rows_of_two_three_and_four_maps_fit() -> None:
    image = np.zeros((28, 28), np.float32)
    for count in (2, 3, 4):
        file = draw_row(image, [("a", "b", RAMP)] * count, 3)
        assert opened(file).shape[0] < 700


def test_maps_are_like_themselves_and_unlike_their_opposites() -> None:
    assert likeness(RAMP, RAMP) == pytest.approx(1)
    assert likeness(RAMP, 1 - RAMP) == pytest.approx(-1)
    assert likeness(RAMP, np.zeros((7, 7), np.float32)) == 0
