"""Colour tables: from a number in [0, 1] to a colour."""

from enum import StrEnum
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

ColourTable = NDArray[np.uint8]
"""(256, 3) uint8, red, green and blue: row `round(255 * x)` is the colour of x. Not writable."""


class Colours(StrEnum):
    """The colour tables that a heatmap can be drawn with."""

    VIRIDIS = "viridis"
    JET = "jet"

    @property
    def table(self) -> ColourTable:
        """The colours, from 0 to 1."""
        return _viridis() if self is Colours.VIRIDIS else _jet()


@cache
def _viridis() -> ColourTable:
    """Take Smith, van der Walt and Firing's table, as OpenCV carries it.

    Its lightness grows evenly from dark to bright, for a colour-blind eye too and on grey paper:
    https://bids.github.io/colormap.
    """
    steps = np.arange(256, dtype=np.uint8)
    return _table(cv2.applyColorMap(steps, cv2.COLORMAP_VIRIDIS).reshape(256, 3)[:, ::-1])


@cache
def _jet() -> ColourTable:
    """Compute the rainbow that Matplotlib calls jet, three functions made of straight lines.

    Its lightness rises and falls, which shows borders where the data have none. It is here for
    those who follow a text that uses it.
    """
    x = np.linspace(0, 1, 256)
    red = np.interp(x, (0.35, 0.66, 0.89, 1), (0, 1, 1, 0.5))
    green = np.interp(x, (0.125, 0.375, 0.64, 0.91), (0, 1, 1, 0))
    blue = np.interp(x, (0, 0.11, 0.34, 0.65), (0.5, 1, 1, 0))
    return _table(np.rint(255 * np.stack([red, green, blue], axis=1)))


def _table(rows: NDArray[np.generic]) -> ColourTable:
    table = np.ascontiguousarray(rows, dtype=np.uint8)
    table.setflags(write=False)
    return table
