"""The regions in which a heatmap is strongest, on a 3x3 grid, for alt text."""

from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

_SIDE = 3
_MAX_REGIONS = 3
_MIN_SHARE = 0.5
"""A region is named if its mean heat is at least this share of the strongest region's."""


class Region(StrEnum):
    """A region of a 3x3 grid over the digit, in reading order."""

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
    """Return the regions of a heatmap with the highest mean heat.

    The grid divides each side into three equal lengths. A cell on a border counts for each region
    by the share of its area there: of seven cells, the third belongs to the first region by one
    third.

    Args:
        heatmap: (h, w) float32, not negative.

    Returns:
        Up to three regions in descending order of mean heat, each with at least half that of the
        strongest; ties in reading order. Empty for an empty heatmap.
    """
    means = _means(heatmap)
    least = _MIN_SHARE * means.max()
    order = np.argsort(-means, kind="stable")[:_MAX_REGIONS]
    regions = tuple(Region)
    return tuple(regions[i] for i in order if means[i] > 0 and means[i] >= least)


def region_shares(heatmap: NDArray[np.float32]) -> tuple[float, ...]:
    """Return each region's share of the heat.

    Args:
        heatmap: (h, w) float32, not negative.

    Returns:
        Nine shares in reading order that sum to 1, or nine zeros for an empty heatmap.
    """
    means = _means(heatmap)
    shares: list[float] = (means / (means.sum() or 1)).tolist()
    return tuple(shares)


def _means(heatmap: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean heat of each region, (9,), in reading order."""
    height, width = heatmap.shape
    means = (_averages(height) @ heatmap.astype(np.float64) @ _averages(width).T).ravel()
    return np.round(means, 9)  # so that ties do not depend on the order of summation


@cache
def _averages(cells: int) -> NDArray[np.float64]:
    """Return the weight of each cell in the mean of each third, (3, cells)."""
    borders = np.arange(cells + 1) * _SIDE / cells  # in thirds of the side
    start = np.arange(_SIDE)[:, np.newaxis]
    overlap: NDArray[np.float64] = np.minimum(borders[1:], start + 1)
    overlap -= np.maximum(borders[:-1], start)
    return np.maximum(overlap, 0)
