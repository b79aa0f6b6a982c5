"""Numbers as lessons write them: with a sign, and in the cells of a panel."""

import numpy as np

from core.figures.arrays import FeatureMap, Greys, Pixels
from core.figures.canvas import Point, write
from core.figures.style import BLACK, WHITE

_LIGHT = 0.55  # text on a lighter grey is black


def signed(value: float, decimals: int = 2) -> str:
    """Write a number with its sign; what rounds to 0 is +0."""
    return f"{round(value, decimals) + 0.0:+.{decimals}f}".replace("-", "−")


def write_values(
    canvas: Pixels,
    values: FeatureMap | Greys,
    at: Point,
    side: int,
    spec: str,
    *,
    size: int,
    greys: FeatureMap | None = None,
) -> None:
    """Write each value of (n, n) in the middle of its cell in a panel, in a format such as `.2f`.

    The greys are those of the cells, (n, n) in [0, 1]; `None` if all cells are dark.
    """
    cell = side / len(values)
    for (row, column), value in np.ndenumerate(values):
        centre = (round(at[0] + (column + 0.5) * cell), round(at[1] + (row + 0.5) * cell))
        colour = BLACK if greys is not None and greys[row, column] > _LIGHT else WHITE
        write(canvas, f"{value:{spec}}".replace("-", "−"), centre, colour, size=size, ha="center")
