"""The picture, the heat on it, its cells, and the classes."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.figures.explained import ExplainedPicture, draw_explained_picture
from core.figures.heatmaps import Colormap
from core.figures.style import EXPLAINED, GROUND, MARGIN, SKY

SIDE = 400
GREY = (130, 130, 130)


def explained(**changes: Any) -> ExplainedPicture:
    usual = ExplainedPicture(
        pixels=np.full((400, 400, 3), GREY, np.uint8),
        heatmap=corners(1, 0),
        probabilities=np.array([0.1, 0.7, 0.2], np.float32),
        labels=("red", "green", "blue"),
        target=1,
        against=None,
        receipt=("Grad-CAM", "conv2d_1 · 4×4", "log-odds(1)", "12345678"),
        colormap=Colormap.VIRIDIS,
    )
    return replace(usual, **changes)


def corners(upper_left: float, lower_right: float, cells: int = 4) -> NDArray[np.float32]:
    heatmap = np.zeros((cells, cells), np.float32)
    heatmap[0, 0], heatmap[-1, -1] = upper_left, lower_right
    return heatmap


def drawn(one: ExplainedPicture) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(draw_explained_picture(one))) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def panels(
    canvas: NDArray[np.uint8], height: int = SIDE, width: int = SIDE
) -> list[NDArray[np.uint8]]:
    """The picture, the heat on it, and the cells."""
    lefts = (MARGIN + place * (width + MARGIN) for place in range(3))
    return [canvas[MARGIN : MARGIN + height, left : left + width] for left in lefts]


def test_the_heat_is_on_the_picture_and_beside_it_both_as_they_are() -> None:
    picture, overlay, cells = panels(drawn(explained()))

    assert (picture == GREY).all()
    assert (overlay[200:, 200:] == GREY).all()  # where there is no heat it does not change
    assert overlay[30, 30, 1] > overlay[30, 30, 2] + 60  # viridis' yellow
    assert tuple(cells[50, 50]) == tuple(Colormap.VIRIDIS.table[255])
    assert tuple(cells[350, 350]) == tuple(Colormap.VIRIDIS.table[0])
    assert (cells[100] == 0).all()  # a line between cells


def test_signed_heat_is_orange_for_the_class_and_sky_blue_against_it() -> None:
    one = explained(heatmap=corners(1, -1), colormap=Colormap.DIVERGING)

    _, overlay, cells = panels(drawn(one))

    assert tuple(cells[50, 50]) == EXPLAINED
    assert tuple(cells[350, 350]) == SKY
    assert np.abs(cells[150, 150].astype(int) - GROUND).max() <= 2
    red, _, blue = overlay[30, 30].astype(int)
    assert red > blue + 60
    red, _, blue = overlay[370, 370].astype(int)
    assert blue > red + 60
    assert np.abs(overlay[200, 200].astype(int) - GREY).max() <= 1


def test_no_colour_of_the_picture_is_taken_for_heat() -> None:
    pixels = np.full((400, 400, 3), EXPLAINED, np.uint8)

    picture, overlay, _ = panels(drawn(explained(pixels=pixels, heatmap=corners(0, 0))))

    assert (picture == EXPLAINED).all()
    assert (overlay.max(-1) == overlay.min(-1)).all()


def test_an_empty_heatmap_says_so() -> None:
    _, overlay, cells = panels(drawn(explained(heatmap=corners(0, 0))))

    assert (overlay == GREY).all()
    assert tuple(cells[50, 50]) == GROUND
    assert cells[180:220, 150:250].max() > 120  # max = 0


@pytest.mark.parametrize(
    ("size", "panel"),
    [
        ((600, 900), (267, 400)),
        ((900, 300), (400, 133)),
        ((30, 40), (300, 400)),  # enlarged by a whole number
        ((1, 2000), (1, 400)),
        ((2000, 1), (400, 1)),
        ((1, 1), (400, 400)),
    ],
)
@pytest.mark.parametrize("cells", [2, 7, 600])
def test_a_picture_keeps_its_proportions(
    size: tuple[int, int], panel: tuple[int, int], cells: int
) -> None:
    pixels = np.full((*size, 3), GREY, np.uint8)

    canvas = drawn(explained(pixels=pixels, heatmap=corners(1, 0, cells)))

    height, width = panel
    column = max(width, 256)
    left = MARGIN + (column - width) // 2
    assert canvas.shape[1] == 3 * column + 4 * MARGIN
    assert (canvas[MARGIN : MARGIN + height, left : left + width] == GREY).all()
    assert (canvas[MARGIN + height + 4, left : left + width] == GROUND).all()


def test_the_compared_classes_are_shown_however_unlikely_they_are() -> None:
    probabilities = np.array([0.4, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02, 0], np.float32)
    one = explained(probabilities=probabilities, labels=tuple("abcdefgh"), target=7, against=6)
    alone = explained(probabilities=probabilities, labels=tuple("abcdefgh"), target=0)

    two_more, likeliest = drawn(one), drawn(alone)

    assert len(two_more) == len(likeliest) + 2 * 34
    assert _has(two_more, SKY)
    assert not _has(likeliest, SKY)
    assert _has(two_more, EXPLAINED)


def test_a_name_that_the_font_may_not_have_is_a_number() -> None:
    korean = drawn(explained(labels=("빨강", "초록", "파랑")))
    numbers = drawn(explained(labels=("#0", "#1", "#2")))

    np.testing.assert_array_equal(korean, numbers)


def test_long_names_are_shortened_and_the_same_bytes_drawn_again() -> None:
    one = explained(labels=("red", "g" * 500, "blue"), receipt=("layer/" * 100,))

    assert draw_explained_picture(one) == draw_explained_picture(one)
    assert (drawn(one)[:, -MARGIN + 4 :] == GROUND).all()


def _has(canvas: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    below = canvas[MARGIN + SIDE + 10 :]
    return bool((below == colour).all(-1).any())
