from collections.abc import Sequence
from dataclasses import replace
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


def tag(box: Box, letter: str | None = None, tone: Tone = Tone.PLAIN) -> Tag:
    return Tag(box, 8, confident=True, letter=letter, tone=tone)


def drawn(size: tuple[int, int], marked: Sequence[Tag]) -> tuple[Pixels, int]:
    return draw_tags(np.zeros((size[1], size[0], 3), np.uint8), marked, [])


def places(
    size: tuple[int, int], boxes: Sequence[Box], *, named: bool = True, others: Sequence[Box] = ()
) -> list[Box]:
    """Return where the labels are put: the predictions, and then the letters."""
    marked = [tag(box, letter(i) if named else None) for i, box in enumerate(boxes)]
    _, placed = tags._lay_out(tags._labels(marked), boxes, others, size[::-1])
    return [place for place in placed if place is not None]


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
def test_labels_of_a_few_digits_are_there_and_not_beside_the_picture(
    picture: tuple[tuple[int, int], list[Box]],
) -> None:
    (width, height), boxes = picture
    placed = places((width, height), boxes)

    assert len(placed) == 2 * len(boxes)
    for left, _, right, _ in placed:
        assert left >= 0
        assert right <= max(width, right - left)


def test_strips_are_added_if_labels_have_no_room() -> None:
    marked = [tag((x, 5, x + 250, 295), name) for x, name in ((10, "A"), (300, "B"))]

    canvas, above = drawn((600, 300), marked)

    assert 40 < above < 80
    assert 30 < len(canvas) - 300 - above < 70
    white = canvas.min(axis=-1) > 200
    assert white[: above - 2, 10:560].sum() > 50  # the predictions
    assert white[above + 100, 0:20].any()  # the boxes are lower by as much


def test_the_predictions_of_a_row_of_digits_are_in_a_row() -> None:
    boxes: list[Box] = [(40 + 110 * i, 100 + 8 * i, 120 + 110 * i, 260) for i in range(7)]

    placed = places((900, 400), boxes)

    assert [place[3] for place in placed[:7]] == [box[1] for box in boxes]
    assert [place[1] for place in placed[7:]] == [box[3] for box in boxes]


@pytest.mark.parametrize("gap", [40, 60, 100])
@pytest.mark.parametrize("per_line", [6, 12, 25])
def test_labels_of_a_page_hide_neither_digits_nor_each_other(gap: int, per_line: int) -> None:
    pitch = 1000 // per_line
    boxes: list[Box] = [
        (40 + pitch * i, 90 + (60 + gap) * j, 40 + pitch * i + pitch // 2, 150 + (60 + gap) * j)
        for j in range(4)
        for i in range(per_line)
    ]
    others: list[Box] = [(left, 20, right, 80) for left, _, right, _ in boxes[:per_line]]
    placed = places((1080, 1080), boxes, named=False, others=others)

    assert len(placed) == len(boxes)
    assert not any(overlap(one, other) for one, other in combinations(placed, 2))
    hidden = [(place, box) for place in placed for box in [*boxes, *others] if overlap(place, box)]
    for place, box in hidden:  # at most an edge
        assert min(place[3], box[3]) - max(place[1], box[1]) <= 3
    assert all(bottom - top >= 28 for _, top, _, bottom in placed)  # 9 pixels on a phone


def test_in_a_crowd_labels_without_room_are_left_out() -> None:
    boxes: list[Box] = [
        (22 * i, 22 * j, 22 * i + 21, 22 * j + 21) for i in range(9) for j in range(9)
    ]

    assert len(places((400, 400), boxes, named=False)) < 20


def test_the_tag_of_a_single_digit_at_the_upper_edge_is_beside_it() -> None:
    canvas, above = drawn((600, 450), [tag((200, 0, 300, 200))])
    assert canvas.shape == (450, 600, 3)
    assert above == 0


@pytest.mark.parametrize("ground", [0, 90, 170, 255])
@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("confident", [True, False])
def test_a_box_is_visible_on_any_ground(ground: int, tone: Tone, *, confident: bool) -> None:
    canvas = np.full((400, 400, 3), ground, np.uint8)
    marked = [replace(tag((100, 100, 300, 300), tone=tone), confident=confident)]
    across = draw_tags(canvas, marked, [])[0][150:250, 80:120]

    difference = np.abs(across @ np.array([0.2126, 0.7152, 0.0722]) - ground).max(axis=1)
    assert difference.max() > 70


def test_the_line_of_a_doubtful_box_is_broken() -> None:
    canvas = np.zeros((400, 400, 3), np.uint8)
    doubtful = replace(tag((100, 100, 300, 300)), confident=False)

    sure, _ = draw_tags(canvas.copy(), [tag((100, 100, 300, 300))], [])
    unsure, _ = draw_tags(canvas.copy(), [doubtful], [])

    sides = [each[110:290, 85:100].min(axis=-1).max(axis=1) > 200 for each in (sure, unsure)]
    assert sides[0].all()
    assert 0.3 < sides[1].mean() < 0.7


def test_the_chosen_box_is_drawn_over_the_others() -> None:
    chosen = tag((100, 100, 200, 200), "A", Tone.CHOSEN)
    other = tag((150, 150, 250, 250), "B", Tone.DIM)

    for marked in ([chosen, other], [other, chosen]):
        canvas, above = drawn((400, 400), marked)
        orange = (canvas[above:] == Tone.CHOSEN.value[0]).all(axis=-1)
        assert orange[206, 110:190].all()


def test_without_tags_nothing_changes() -> None:
    canvas = np.zeros((30, 40, 3), np.uint8)
    assert np.array_equal(draw_tags(canvas, [], [])[0], canvas)
