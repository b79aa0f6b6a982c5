import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.explain.regions import Region, region_shares, strongest_regions


def heat(side: int, *cells: tuple[int, int, float]) -> NDArray[np.float32]:
    """A map that is cold but for (row, column, heat)."""
    heatmap = np.zeros((side, side), np.float32)
    for row, column, value in cells:
        heatmap[row, column] = value
    return heatmap


def test_an_empty_map_has_no_region() -> None:
    assert strongest_regions(heat(7)) == ()


@pytest.mark.parametrize("side", [7, 14, 28])
@pytest.mark.parametrize("region", Region)
def test_heat_in_the_middle_of_a_field_is_named_by_it(side: int, region: Region) -> None:
    row, column = divmod(list(Region).index(region), 3)
    middles = [side // 6, side // 2, side - 1 - side // 6]
    assert strongest_regions(heat(side, (middles[row], middles[column], 1.0))) == (region,)


def test_the_strongest_comes_first_and_weak_ones_are_left_out() -> None:
    heatmap = heat(7, (0, 0, 0.6), (6, 6, 1.0), (0, 6, 0.4))
    assert strongest_regions(heatmap) == (Region.LOWER_RIGHT, Region.UPPER_LEFT)


def test_half_the_strongest_is_enough() -> None:
    heatmap = heat(14, (0, 0, 1.0), (13, 13, 0.5))
    assert strongest_regions(heatmap) == (Region.UPPER_LEFT, Region.LOWER_RIGHT)


def test_at_most_three_are_named_and_equals_in_reading_order() -> None:
    heatmap = np.ones((7, 7), np.float32)
    assert strongest_regions(heatmap) == (
        Region.UPPER_LEFT,
        Region.UPPER_CENTRE,
        Region.UPPER_RIGHT,
    )


@pytest.mark.parametrize("side", [7, 14, 28])
def test_equal_corners_come_in_reading_order_too(side: int) -> None:
    last = side - 1
    heatmap = heat(side, *((row, column, 0.7) for row in (0, last) for column in (0, last)))
    assert strongest_regions(heatmap) == (
        Region.UPPER_LEFT,
        Region.UPPER_RIGHT,
        Region.LOWER_LEFT,
    )


def test_a_cell_on_a_border_counts_where_most_of_it_lies() -> None:
    # A third is 7/3 cells wide: cell 2 lies to 1/3 in the first field and to 2/3 in the second, so
    # that it has half as much heat in the one as in the other; of cell 0 all is in the first.
    assert strongest_regions(heat(7, (0, 2, 1.0))) == (Region.UPPER_CENTRE, Region.UPPER_LEFT)
    assert strongest_regions(heat(7, (0, 2, 1.0), (0, 0, 0.34))) == (
        Region.UPPER_LEFT,
        Region.UPPER_CENTRE,
    )


def test_a_corner_of_four_fields_is_shared_by_area() -> None:
    # Cell (2, 2): 4/9 of it in the centre, 2/9 above and to the left, 1/9 in the upper left.
    assert strongest_regions(heat(7, (2, 2, 1.0))) == (
        Region.CENTRE,
        Region.UPPER_CENTRE,
        Region.LEFT,
    )


@given(st.integers(0, 2**32 - 1), st.sampled_from([7, 14, 28]))
def test_a_mirrored_map_has_mirrored_regions(seed: int, side: int) -> None:
    heatmap = np.random.default_rng(seed).random((side, side), dtype=np.float32)
    flipped = {region: list(Region)[3 * (i // 3) + 2 - i % 3] for i, region in enumerate(Region)}
    there = strongest_regions(heatmap)
    assert strongest_regions(heatmap[:, ::-1]) == tuple(flipped[region] for region in there)


def test_the_amount_of_heat_does_not_matter() -> None:
    heatmap = np.random.default_rng(1).random((14, 14), dtype=np.float32)
    assert strongest_regions(heatmap) == strongest_regions(heatmap * np.float32(0.25))


def test_the_heat_is_shared_out_among_the_fields() -> None:
    heatmap = np.zeros((7, 7), np.float32)
    heatmap[0, 0] = heatmap[6, 6] = 0.5
    heatmap[0, 2] = 1  # one third in the first field, two thirds in the second

    shares = region_shares(heatmap)

    assert shares == pytest.approx((5 / 12, 1 / 3, 0, 0, 0, 0, 0, 0, 1 / 4))
    assert region_shares(np.zeros((14, 14), np.float32)) == (0.0,) * 9
