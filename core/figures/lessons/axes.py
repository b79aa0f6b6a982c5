"""Axes of a plot, drawn on a canvas."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.arrays import Pixels
from core.figures.canvas import Point, disc, fill, polyline, write
from core.figures.style import DIM, LINE, Rgb

_GROUND: Rgb = (20, 20, 20)


@dataclass(frozen=True, eq=False, slots=True)
class Axes:
    """A plot on part of a canvas: maps values to pixels, and draws axes and ticks when created.

    Attributes:
        canvas: (h, w, 3) uint8 RGB; drawn on in place.
        box: The area of the plot, in pixels of the canvas.
        xlim: The values at its left and right edges.
        ylim: The values at its lower and upper edges.
        xticks: Values to write below it.
        yticks: Values to write at its left, each with a grid line.
        yformat: The format of `yticks`, such as `+.1f`.
    """

    canvas: Pixels
    box: Box
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    xticks: Sequence[float] = ()
    yticks: Sequence[float] = ()
    yformat: str = "g"

    def __post_init__(self) -> None:
        """Draw the ground, the axes and the ticks."""
        left, top, right, bottom = self.box
        fill(self.canvas, self.box, _GROUND)
        fill(self.canvas, (left, bottom, right, bottom + 2), LINE)
        fill(self.canvas, (left - 2, top, left, bottom + 2), LINE)
        for x in self.xticks:
            at = (self.at(x, 0)[0], bottom + 24)
            write(self.canvas, f"{x:g}".replace("-", "−"), at, DIM, ha="center")
        for y in self.yticks:
            height = self.at(0, y)[1]
            write(
                self.canvas,
                f"{y:{self.yformat}}".replace("-", "−"),
                (left - 12, height),
                DIM,
                ha="right",
            )
            fill(self.canvas, (left, height, right, height + 1), LINE)

    def at(self, x: float, y: float) -> Point:
        """Return the pixel of a value."""
        (point,) = np.rint(self._points(np.array([x]), np.array([y]))).astype(int).tolist()
        return point[0], point[1]

    def line(
        self, x: NDArray[np.float64], y: NDArray[np.float64], colour: Rgb, *, width: int = 4
    ) -> None:
        """Draw a line through values, (n,) each, clipped to the box."""
        left, top, right, bottom = self.box
        part = self.canvas[top:bottom, left:right]
        polyline(part, self._points(x, y) - (left, top), colour, width=width)

    def dot(self, x: float, y: float, colour: Rgb, radius: int = 8) -> None:
        """Mark a value with a disc."""
        disc(self.canvas, self.at(x, y), radius, colour)

    def _points(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values as points of the canvas, (n, 2)."""
        left, top, right, bottom = self.box
        across = (x - self.xlim[0]) / (self.xlim[1] - self.xlim[0])
        up = (y - self.ylim[0]) / (self.ylim[1] - self.ylim[0])
        return np.stack([left + across * (right - left), bottom - up * (bottom - top)], axis=1)
