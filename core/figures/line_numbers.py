"""The numbers of lines of text, at the left of a picture."""

from collections.abc import Mapping

import numpy as np

from core.digit import Box
from core.figures.arrays import Pixels
from core.figures.canvas import fill, write
from core.figures.style import DIM, WHITE
from core.figures.tags import DARK

GUTTER = 72
"""Pixels: how wide the ground of the numbers is."""

_LARGEST, _SMALLEST = 42, 24  # font sizes


def draw_line_numbers(canvas: Pixels, firsts: Mapping[int, Box], offset: int) -> Pixels:
    """Draw the numbers of lines, each with a bracket beside its first digit.

    Args:
        canvas: It gets a ground for the numbers at its left.
        firsts: The boxes of the first digits, by the numbers of their lines.
        offset: By how many rows the boxes are lower on the canvas.
    """
    canvas = np.pad(canvas, ((0, 0), (GUTTER, 0), (0, 0)), constant_values=DARK[0])
    middles = sorted((top + bottom) // 2 for _, top, _, bottom in firsts.values())
    closest = min(np.diff(middles).tolist(), default=_LARGEST)
    size = max(min(_LARGEST, closest), _SMALLEST)
    for number, (_, top, _, bottom) in firsts.items():
        bracket = (GUTTER - 12, top + offset, GUTTER - 6, bottom + offset)
        fill(canvas, bracket, DIM)
        at = (GUTTER - 20, (top + bottom) // 2 + offset)
        write(canvas, str(number), at, WHITE, size=size, ha="right")
    return canvas
