"""Where a map's heat lies, in the nine fields of a 3x3 grid: a map for whoever cannot see one."""

from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

_SIDE = 3
_AT_MOST = 3
_SHARE = 0.5
"""Of the strongest field's mean heat: what a field must hold to be named beside it."""


class Region(StrEnum):
    """A field of a 3x3 grid laid over the digit, in reading order."""

    UPPER_LEFT = "upper_left"
    UPPER_CENTRE = "upper_centre"
    UPPER_RIGHT = "upper_right"
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    LOWER_LEFT = "lower_left"
    LOWER_CENTRE = "lower_centre"
    LOWER_RIGHT = "lower_right"


def strongest_regions(heatmap: NDArray[np.float32]) -> tuple[Region, ...]:
    """Name the fields in which the heat lies.

    The grid cuts each side of the map into three equal lengths. Where the cells cannot be shared
    out evenly, a cell that straddles a border counts in each field by the part of its area that
    lies there: of seven cells, the third lies to one third in the first field and to two thirds in
    the second.

    Args:
        heatmap: (h, w) float32, not negative.

    Returns:
        At most three fields, the strongest by mean heat first, each with at least half the mean
        heat of the strongest; equally strong ones in reading order. None for an empty map.
    """
    means = _means(heatmap)
    least = _SHARE * means.max()
    order = np.argsort(-means, kind="stable")[:_AT_MOST]
    regions = tuple(Region)
    return tuple(regions[i] for i in order if means[i] > 0 and means[i] >= least)


def field_shares(heatmap: NDArray[np.float32]) -> tuple[float, ...]:
    """Say how the heat is shared out among the fields.

    Args:
        heatmap: (h, w) float32, not negative.

    Returns:
        Nine numbers in reading order that sum to 1; nine zeros for an empty map.
    """
    means = _means(heatmap)
    shares: list[float] = (means / (means.sum() or 1)).tolist()
    return tuple(shares)


def _means(heatmap: NDArray[np.float32]) -> NDArray[np.float64]:
    """(9,): the mean heat of each field in reading order."""
    height, width = heatmap.shape
    fields = (_averages(height) @ heatmap.astype(np.float64) @ _averages(width).T).ravel()
    # Sums of equal cells in another order differ in the last digits, and must still tie.
    return np.round(fields, 9)


@cache
def _averages(cells: int) -> NDArray[np.float64]:
    """(3, cells): how much each cell adds to the mean of each third; every row sums to 1."""
    borders = np.arange(cells + 1) * _SIDE / cells  # in thirds of the side
    start = np.arange(_SIDE)[:, np.newaxis]
    overlap: NDArray[np.float64] = np.minimum(borders[1:], start + 1)
    overlap -= np.maximum(borders[:-1], start)
    return np.maximum(overlap, 0)
