from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.digit import Box
from core.figures import tags
from core.figures.arrays import Pixels
from core.figures.letters import letter
from core.figures.tags import Tag, Tone, draw_tags


def drawn(size: tuple[int, int], marked: Sequence[Tag]) -> Pixels:
    return draw_tags(np.zeros((size[1], size[0], 3), np.uint8), marked)


def places(size: tuple[int, int], boxes: Sequence[Box], text: str = "8?") -> list[Box]:
    """Return where the tags are put."""
    marked = [Tag(box, text, letter(i), Tone.PLAIN) for i, box in enumerate(boxes)]
    return tags._lay_out(marked, boxes, max(size) / 400, size[::-1])[1]


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@st.composite
def pictures(draw: st.DrawFn) -> tuple[tuple[int, int], list[Box]]:
    """Draw a size, elongated or square, and boxes anywhere in it."""
    width, height = draw(st.integers(60, 2048)), draw(st.integers(60, 2048))
    boxes = []
    for _ in range(draw(st.integers(1, 5))):
        left, right = sorted(draw(st.tuples(st.integers(0, width), st.integers(0, width))))
        top, bottom = sorted(draw(st.tuples(st.integers(0, height), st.integers(0, height))))
        boxes.append((left, top, right, bottom))
    return (width, height), boxes


@given(pictures())
def test_tags_are_within_the_picture(picture: tuple[tuple[int, int], list[Box]]) -> None:
    size, boxes = picture
    for left, _, right, bottom in places(size, boxes):
        assert left >= 0
        assert right <= size[0]
        assert bottom <= size[1]  # above it, a strip is added


def test_a_strip_is_added_above_if_tags_have_no_room() -> None:
    marked = [Tag((x, 5, x + 50, 90), "8", None, Tone.CHOSEN) for x in (10, 90)]

    canvas = drawn((400, 100), marked)

    strip = len(canvas) - 100
    assert 15 < strip < 25
    orange = (canvas == Tone.CHOSEN.value[0]).all(axis=-1)
    assert orange[: strip - 2, 10:140].sum() > 50  # both letters
    assert orange[strip + 90 : strip + 95, 10:60].any()  # the boxes are lower by as much


def test_the_tags_of_a_row_of_digits_are_in_a_row() -> None:
    boxes: list[Box] = [(40 + 110 * i, 100 + 8 * i, 120 + 110 * i, 260) for i in range(7)]

    assert [place[3] for place in places((900, 400), boxes)] == [box[1] for box in boxes]


@pytest.mark.parametrize("gap", [40, 60, 100])
def test_tags_of_lines_of_digits_cover_neither_digits_nor_each_other(gap: int) -> None:
    pitch = 120 + gap
    boxes: list[Box] = [
        (60 + 150 * i, 60 + pitch * j, 140 + 150 * i, 180 + pitch * j)
        for j in range(4)
        for i in range(6)
    ]
    placed = places((1000, 1000), boxes)

    assert not any(overlap(one, other) for one, other in combinations(placed, 2))
    assert not any(overlap(place, box) for place in placed for box in boxes)


def test_the_tag_of_a_single_digit_at_the_upper_edge_is_beside_it() -> None:
    assert drawn((600, 450), [Tag((200, 0, 300, 200), "8", None, Tone.PLAIN)]).shape == (
        450,
        600,
        3,
    )


@pytest.mark.parametrize("top", [0, 8, 20, 200])
def test_a_single_tag_has_the_same_size_anywhere(top: int) -> None:
    ((_, upper, _, lower),) = places((400, 400), [(100, top, 300, top + 200)])

    assert lower - upper == 21


@pytest.mark.parametrize("ground", [0, 90, 170, 255])
@pytest.mark.parametrize("tone", Tone)
def test_a_box_is_visible_on_any_ground(ground: int, tone: Tone) -> None:
    canvas = np.full((400, 400, 3), ground, np.uint8)
    across = draw_tags(canvas, [Tag((100, 100, 300, 300), "8", None, tone)])[200, 80:120]

    assert np.abs(across @ np.array([0.2126, 0.7152, 0.0722]) - ground).max() > 70


def test_the_chosen_box_is_drawn_over_the_others() -> None:
    chosen = Tag((100, 100, 200, 200), "8", "A", Tone.CHOSEN)
    other = Tag((150, 150, 250, 250), "9", "B", Tone.DIM)

    for marked in ([chosen, other], [other, chosen]):
        orange = (drawn((400, 400), marked) == Tone.CHOSEN.value[0]).all(axis=-1)
        assert orange[202, 100:200].all()


def test_without_tags_nothing_changes() -> None:
    canvas = np.zeros((30, 40, 3), np.uint8)
    assert np.array_equal(draw_tags(canvas, []), canvas)
