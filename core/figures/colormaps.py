"""Colormaps: from a number in [0, 1] to a colour."""

from enum import StrEnum
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.figures.arrays import ColourTable


class Colormap(StrEnum):
    """The colormaps that a heatmap can be drawn with."""

    VIRIDIS = "viridis"
    JET = "jet"

    @property
    def table(self) -> ColourTable:
        """The colours from 0 to 1."""
        return _viridis() if self is Colormap.VIRIDIS else _jet()


@cache
def _viridis() -> ColourTable:
    """Return the table by Smith, van der Walt and Firing, from OpenCV.

    Its lightness rises evenly, also for colour-blind eyes and in greyscale:
    https://bids.github.io/colormap.
    """
    steps = np.arange(256, dtype=np.uint8)
    return _read_only(cv2.applyColorMap(steps, cv2.COLORMAP_VIRIDIS).reshape(256, 3)[:, ::-1])


@cache
def _jet() -> ColourTable:
    """Compute Matplotlib's jet, a rainbow of three piecewise linear functions.

    Its lightness rises and falls, which shows edges where the data have none. It is offered because
    many tutorials use it.
    """
    x = np.linspace(0, 1, 256)
    red = np.interp(x, (0.35, 0.66, 0.89, 1), (0, 1, 1, 0.5))
    green = np.interp(x, (0.125, 0.375, 0.64, 0.91), (0, 1, 1, 0))
    blue = np.interp(x, (0, 0.11, 0.34, 0.65), (0.5, 1, 1, 0))
    return _read_only(np.rint(255 * np.stack([red, green, blue], axis=1)))


def _read_only(rows: NDArray[np.generic]) -> ColourTable:
    table = np.ascontiguousarray(rows, dtype=np.uint8)
    table.setflags(write=False)
    return table
