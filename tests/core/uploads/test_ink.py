"""Ink is told from paper, whatever the light and the colours."""

import cv2
import numpy as np
import pytest

from core.uploads.ink import NARROW, WIDE, find_ink
from tests.core.uploads.sheets import (
    BLACK,
    WHITE,
    Colour,
    Sheet,
    across,
    lit,
    on_paper,
    placed,
    written,
)

_INK = placed(written(0))
_THERE, _FAR = _INK > 0.9, cv2.dilate(_INK, np.ones((25, 25), np.uint8)) == 0


def _contrast(sheet: Sheet, within: float = WIDE) -> tuple[float, float]:
    """How strong the faintest ink is, and the most of paper far from it."""
    found = find_ink(sheet, within)
    return float(np.percentile(found[_THERE], 5)), float(np.percentile(found[_FAR], 99))


@pytest.mark.parametrize("within", [WIDE, NARROW])
@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        (WHITE, BLACK),
        (BLACK, WHITE),
        ((235, 230, 220), (90, 90, 96)),
        ((40, 84, 62), (226, 228, 214)),
        ((244, 220, 110), (36, 60, 170)),
        ((50, 150, 43), (220, 60, 60)),
    ],
)
def test_ink_is_what_differs_from_its_paper(paper: Colour, pen: Colour, within: float) -> None:
    ink, bare = _contrast(on_paper(_INK, paper, pen), within)

    assert ink > 60
    assert bare < 6


@pytest.mark.parametrize("inverted", [False, True])
def test_polarity_does_not_matter(inverted: bool) -> None:
    sheet = on_paper(_INK, *(BLACK, WHITE) if inverted else (WHITE, BLACK))

    assert find_ink(sheet)[_THERE].min() > 150


@pytest.mark.parametrize("falloff", [0.15, 0.3])
def test_light_that_falls_off_all_around_does_not_turn_paper_and_ink_round(falloff: float) -> None:
    sheet = on_paper(_INK)
    y, x = across(sheet)

    ink, bare = _contrast(lit(sheet, 1 - falloff * (x**2 + y**2)))

    assert ink > 2 * bare


def test_a_hard_shadow_is_weaker_than_ink_where_paper_is_looked_for_near() -> None:
    sheet = on_paper(_INK)
    _, x = across(sheet)

    ink, bare = _contrast(lit(sheet, np.where(x > 0.7, 0.6, 1.0)), NARROW)

    assert ink > 1.5 * bare


@pytest.mark.parametrize("pen", [BLACK, WHITE])
def test_a_fat_digit_that_fills_the_picture_is_still_the_ink(pen: Colour) -> None:
    paper = WHITE if pen == BLACK else BLACK
    sheet = np.full((200, 140, 3), paper, np.uint8)
    cv2.ellipse(sheet, (70, 100), (47, 77), 0, 0, 360, pen, 45)

    found = find_ink(sheet)

    assert (sheet[..., 0] == pen[0]).mean() > 0.5
    assert found[100, 10] > 200
    assert found[100, 70] < 50


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (28, 28), (64, 2000)])
def test_a_picture_of_any_shape_has_an_ink_map_of_its_shape(shape: tuple[int, int]) -> None:
    found = find_ink(np.full((*shape, 3), 200, np.uint8))

    assert found.shape == shape
    assert found.max() <= 1
