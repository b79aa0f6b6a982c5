"""Boxes are put into the order in which one reads them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.uploads.lines import reading_order


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    lengths=st.lists(st.integers(1, 8), min_size=1, max_size=8),
    tilt=st.floats(-0.12, 0.12),
    apart=st.floats(1.35, 2.2),
)
def test_any_page_of_tilted_ragged_lines_comes_back_in_order(
    seed: int, lengths: list[int], tilt: float, apart: float
) -> None:
    rng, boxes, places = np.random.default_rng(seed), [], []
    for line, length in enumerate(lengths):
        x = rng.uniform(0, 30)
        for place in range(length):
            height = 60 * rng.uniform(0.85, 1.15)
            width = height * rng.uniform(0.25, 0.8)
            y = line * apart * 60 + rng.uniform(-5, 5) + tilt * x
            boxes.append([x, y - height / 2, x + width, y + height / 2])
            places.append((line, place))
            x += width + rng.uniform(16, 34)
    shuffled = rng.permutation(len(boxes))
    order = reading_order(np.rint(np.array(boxes)[shuffled]).astype(np.int32))

    assert [places[shuffled[i]] for line in order for i in line] == places


def test_nothing_has_no_lines() -> None:
    assert reading_order(np.empty((0, 4), np.int32)) == []


def test_lines_are_told_apart() -> None:
    boxes = np.array([[0, 0, 10, 20], [30, 0, 40, 20], [0, 50, 10, 70]], np.int32)

    assert reading_order(boxes) == [[0, 1], [2]]


def _boxes(*lines: tuple[float, float, int]) -> NDArray[np.int32]:
    """Boxes of 20 x 30 in lines, each from (x, y) on and with so many boxes."""
    return np.array(
        [[x + 30 * i, y, x + 30 * i + 20, y + 30] for x, y, count in lines for i in range(count)],
        np.int32,
    )


def test_two_columns_are_read_one_after_the_other() -> None:
    boxes = _boxes((0, 0, 4), (0, 60, 3), (260, 20, 3), (260, 80, 4))

    assert reading_order(boxes) == [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12, 13]]


def test_a_table_is_read_by_its_rows() -> None:
    boxes = _boxes(*((x, y, 2) for y in (0, 60, 120) for x in (0, 150, 300)))

    assert [len(line) for line in reading_order(boxes)] == [6, 6, 6]


def test_lines_of_small_writing_below_large_are_lines() -> None:
    large = np.array([[0, 0, 60, 100], [80, 0, 140, 100], [160, 0, 220, 100]])
    small = np.array([[x, y, x + 10, y + 18] for y in (130, 158) for x in range(0, 200, 20)])

    order = reading_order(np.concatenate([large, small]).astype(np.int32))

    assert [len(line) for line in order] == [3, 10, 10]
