"""Whole pages are read line by line, whichever way up they are and whatever is around them."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from core.uploads import MAX_DIGITS, Reader, Reading
from tests.core.uploads.pages import (
    PAGES,
    Page,
    PageKind,
    beside_words,
    drawn,
    laid,
    squared_paper,
    touching_digits,
    turned,
)
from tests.core.uploads.scenes import grid
from tests.core.uploads.sheets import PEN, as_picture, on_paper, over
from tests.core.uploads.writing import Hand, blank, in_one_line, joined, put, row, stacked

Answer = Callable[[Reading], str]

_READABLE = [3, 2, 35, 30, 4, 15, 21, 0, 110, 7]
"""A test digit of each class, written legibly."""

_HAND = Hand(gap=(0.25, 0.35))

_orders = st.permutations(_READABLE)

_few = settings(max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""Reading a page takes too long for shrinking."""


@pytest.mark.sampled(5)
@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_a_page_is_read_line_by_line(
    kind: PageKind, reader: Reader, answer: Answer, thorough: bool
) -> None:
    wrong = misplaced = total = seed = 0
    while total < (30 if thorough else 12):
        page = drawn(kind, seed)
        reading = reader.read(page.picture)
        read, label = answer(reading), page.digits[:MAX_DIGITS]
        wrong += min(Levenshtein.distance(read, label), len(label))
        misplaced += _misplaced(page, reading) if read == label else 0
        total += len(label)
        seed += 1

    assert wrong <= _WRONG_AT_MOST.get(kind, 0.05) * total + (0 if thorough else 1)
    assert misplaced == 0


_WRONG_AT_MOST: dict[PageKind, float] = {
    touching_digits: 0.1,
    beside_words: 0.1,
    squared_paper: 0.25,
}
"""Where more digits are read wrong than 1 of 20: letters and slashes are taken for digits, and
squares that are as dark as the writing cut it up."""


@_few
@given(order=_orders, degrees=st.sampled_from([90, 180, 270]))
def test_a_page_is_read_alike_whichever_way_up(
    order: list[int], degrees: int, reader: Reader, answer: Answer
) -> None:
    page = turned(_page(order), degrees)

    reading = reader.read(page.picture)

    assert (answer(reading), reading.turned) == (page.digits, degrees)
    assert _misplaced(page, reading) == 0


@_few
@given(
    order=_orders,
    height=st.integers(24, 100),
    at=st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)),
)
@example(order=_READABLE, height=24, at=(1.0, 1.0))
def test_lines_are_read_wherever_they_stand_on_a_page(
    order: list[int], height: int, at: tuple[float, float], reader: Reader, answer: Answer
) -> None:
    page = _page(order, height, (1200, 900), at)

    reading = reader.read(page.picture)

    assert answer(reading) == page.digits
    assert _misplaced(page, reading) == 0


@_few
@given(order=_orders, thickness=st.integers(1, 6), rule=st.sampled_from([PEN, (150, 170, 196)]))
def test_the_rules_of_a_table_change_no_answer(
    order: list[int],
    thickness: int,
    rule: tuple[int, int, int],
    reader: Reader,
    answer: Answer,
) -> None:
    wide, tall, rng = 130, 110, np.random.default_rng(0)
    parts = [(blank((5.5 * wide, 2.5 * tall)), 0, 0)]
    for y, line in enumerate((order[:5], order[5:])):
        cells = [(row(rng, [index], _HAND), 20 + wide * x, 0) for x, index in enumerate(line)]
        parts.append((in_one_line(joined(cells)), 0, 10 + tall * y))
    writing = joined(parts)
    xs, ys = [30 + wide * x for x in range(6)], [13 + tall * y for y in range(3)]
    rules = grid(writing.size, xs, ys, thickness)
    sheet = over(on_paper(rules, pen=rule), writing.ink)

    reading = reader.read(as_picture(sheet))

    assert answer(reading) == "".join(writing.lines)


@_few
@given(
    order=_orders,
    desk=st.integers(0, 2),
    share=st.floats(0.15, 0.6),
    chance=st.integers(0, 1000),
)
def test_a_desk_under_a_page_changes_no_answer(
    order: list[int], desk: int, share: float, chance: int, reader: Reader, answer: Answer
) -> None:
    page = laid(np.random.default_rng(chance), _page(order), desk, share)

    reading = reader.read(page.picture)

    assert answer(reading) == page.digits
    assert _misplaced(page, reading) == 0


def _page(
    order: Sequence[int],
    height: int = 60,
    size: tuple[int, int] = (640, 480),
    at: tuple[float, float] = (0.5, 0.5),
) -> Page:
    """Two lines of five digits."""
    hand, rng = Hand(height, gap=(0.25, 0.35)), np.random.default_rng(0)
    lines = stacked(rng, [row(rng, order[:5], hand), row(rng, order[5:], hand)], (1.6, 1.8))
    writing = put(lines, size, at)
    return Page(on_paper(writing.ink), writing.lines, writing.boxes)


def _misplaced(page: Page, reading: Reading) -> int:
    """Count digits that are not in their line, or whose middle is not in their box."""
    lines = [number for number, line in enumerate(page.lines) for _ in line]
    wrong = 0
    for digit, of, line, box in zip(reading.digits, reading.lines, lines, page.boxes, strict=False):
        assert digit.box is not None
        left, top, right, bottom = box
        x, y = (digit.box[0] + digit.box[2]) / 2, (digit.box[1] + digit.box[3]) / 2
        wrong += of != line or not (left <= x <= right and top <= y <= bottom)
    return wrong
