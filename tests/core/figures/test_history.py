"""Bars of points week by week."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.figures.history import draw_history


def pixels(bars: list[tuple[str, int]]) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(draw_history(bars))).convert("RGB"))


def heights(bars: list[tuple[str, int]]) -> list[int]:
    """Return the heights in pixels of at most six bars."""
    picture, slot = pixels(bars), 120
    middles = [24 + slot * place + slot // 2 + 40 for place in range(len(bars))]
    return [int((picture[60:264, x] != (32, 32, 32)).any(axis=1).sum()) for x in middles]


def test_the_height_of_a_bar_is_its_number() -> None:
    assert heights([("W1", 100), ("W2", 50), ("W3", 0), ("W4", 25)]) == [204, 104, 0, 52]


def test_a_single_point_has_a_visible_bar_beside_thousands() -> None:
    assert heights([("W1", 1), ("W2", 9000)])[0] == 2


def test_the_last_bar_is_blue_and_the_others_are_grey() -> None:
    picture = pixels([("W1", 5), ("W2", 5)])

    assert len(set(map(int, picture[260, 84]))) == 1
    assert tuple(picture[260, 204]) == (0, 114, 178)


def test_twelve_bars_of_any_size_fit_and_always_give_the_same_bytes() -> None:
    bars = [(f"W{week}", 10**week) for week in range(8)] + [
        (f"W{w}", 123_456) for w in range(50, 54)
    ]

    assert Image.open(io.BytesIO(draw_history(bars))).size == (768, 320)
    assert draw_history(bars) == draw_history(bars)
    assert draw_history([]) == draw_history([])


@pytest.mark.parametrize("bars", [[("W1", 1)] * 13, [("W1", -1)]])
def test_too_many_bars_and_negative_numbers_raise(bars: list[tuple[str, int]]) -> None:
    with pytest.raises(ValueError, match="At most 12 bars"):
        draw_history(bars)
