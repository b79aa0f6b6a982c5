"""The part of a picture that is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.digit import Box
from core.figures.crop import crop_to


@st.composite
def pages(draw: st.DrawFn) -> tuple[tuple[int, int], list[Box]]:
    """Draw the size of a picture, and boxes in it."""
    width, height = draw(st.integers(1, 2048)), draw(st.integers(1, 2048))
    boxes = []
    for _ in range(draw(st.integers(1, 6))):
        left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
        boxes.append((left, top, right, bottom))
    return (width, height), boxes


@given(pages())
def test_all_boxes_are_shown_and_nothing_beyond_the_picture(
    page: tuple[tuple[int, int], list[Box]],
) -> None:
    (width, height), boxes = page

    left, top, right, bottom = crop_to(boxes, width, height)

    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    for box in boxes:
        assert left <= box[0]
        assert top <= box[1]
        assert box[2] <= right
        assert box[3] <= bottom


def test_a_small_digit_in_a_large_portrait_photo_is_shown_large_and_not_high() -> None:
    left, top, right, bottom = crop_to([(700, 1400, 760, 1500)], 1536, 2048)

    assert (bottom - top) / (right - left) == pytest.approx(0.75, abs=0.01)
    assert 0.1 < 100 / (bottom - top) < 0.34
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((730, 1450), abs=1)


def test_a_large_digit_in_a_portrait_photo_is_not_shown_higher_than_it_needs() -> None:
    left, top, right, bottom = crop_to([(370, 300, 600, 700)], 960, 1280)

    assert (left, right) == (0, 960)
    assert (top, bottom) == pytest.approx((140, 860), abs=1)


def test_around_lines_there_is_room_of_about_a_digit() -> None:
    boxes: list[Box] = [
        (400 + 90 * i, y, 460 + 90 * i, y + 100) for i in range(8) for y in (700, 900)
    ]

    left, top, right, bottom = crop_to(boxes, 2000, 2000)

    assert [400 - left, 700 - top, right - 1090, bottom - 1000] == pytest.approx([160] * 4, abs=1)


def test_a_row_has_something_above_and_below_it() -> None:
    left, top, right, bottom = crop_to([(100, 500, 150, 560), (1800, 500, 1850, 560)], 2000, 1600)

    assert (bottom - top) / (right - left) == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize("size", [(640, 480), (300, 300), (89, 28)])
def test_a_picture_that_is_mostly_writing_is_whole(size: tuple[int, int]) -> None:
    width, height = size
    boxes: list[Box] = [
        (width // 8, height // 6, width // 3, height - 2),
        (width // 2, height // 6, width - 9, height - 2),
    ]
    assert crop_to(boxes, width, height) == (0, 0, width, height)


def test_without_boxes_the_picture_is_whole() -> None:
    assert crop_to([], 640, 480) == (0, 0, 640, 480)
