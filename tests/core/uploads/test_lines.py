"""Boxes are put into the order in which one reads them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

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
