"""Numbers written into the cells of a panel."""

import numpy as np

from core.figures.arrays import FeatureMap, Pixels
from core.figures.canvas import Point, write
from core.figures.style import BLACK, WHITE

_LIGHT = 0.55
"""Text on a lighter grey is black."""


def write_values(
    canvas: Pixels,
    values: FeatureMap,
    at: Point,
    side: int,
    spec: str,
    *,
    size: int,
    greys: FeatureMap | None = None,
) -> None:
    """Write each value in the middle of its cell.

    Args:
        canvas: Drawn on.
        values: (n, n).
        at: The upper left corner of the panel.
        side: Of the panel, in pixels.
        spec: The format, for example `.2f`.
        size: Of the font, in pixels.
        greys: (n, n) in [0, 1], the greys of the cells; `None` if all cells are dark.
    """
    cell = side / len(values)
    for (row, column), value in np.ndenumerate(values):
        centre = (round(at[0] + (column + 0.5) * cell), round(at[1] + (row + 0.5) * cell))
        colour = BLACK if greys is not None and greys[row, column] > _LIGHT else WHITE
        write(canvas, f"{value:{spec}}", centre, colour, size=size, ha="center")
