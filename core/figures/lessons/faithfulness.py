"""Is a map faithful to the network? Cells that add up to the logit; tables of maps and digits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.figures.arrays import DigitImage, FeatureMap, Pixels
from core.figures.canvas import blank, put, to_png, write
from core.figures.heatmaps import diverging, enlarge, grey, to_uint8
from core.figures.lessons.tables import signed, write_values
from core.figures.style import DIM, EXPLAINED, MARGIN, TEXT, WIDTH

Panel = Callable[[int], Pixels]
"""Draws a square panel; its argument is the side in pixels."""


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """A row of a table: lines of text, and in each column a panel with a line below it."""

    lines: Sequence[str]
    panels: Sequence[Panel]
    below: Sequence[str]


def draw_sum(image: DigitImage, cells: FeatureMap, bias: float, target: int) -> bytes:
    """Draw the signed cells of a map as numbers, the sum of each row, and the logit of all.

    The numbers are those of a complete map: Σ cells + bias is the logit of the target.
    """
    side, top = 7 * 76, 56
    bottom, right = top + side, WIDTH - MARGIN
    canvas = blank(bottom + 168)
    put(canvas, diverging(cells, side), (MARGIN, top), title=f"HiResCAM · z({target})")
    share = np.divide(np.abs(cells), np.abs(cells).max() or 1, dtype=np.float32)
    write_values(canvas, _rounded(cells), (MARGIN, top), side, "+.2f", size=TEXT, greys=share)
    write(canvas, "Σ →", (right, 28), DIM, ha="right")
    for row, total in enumerate(_rounded(cells.sum(axis=1)).tolist()):
        at = (right, top + row * 76 + 38)
        write(canvas, signed(total), at, size=28, ha="right")
    put(canvas, grey(image, 112), (MARGIN, bottom + 32))
    sums = _rounded(np.array([cells.sum(), bias, cells.sum() + bias])).tolist()
    for i, (name, value) in enumerate(zip(("Σ", "b", f"z({target}) = Σ + b"), sums, strict=True)):
        y, is_logit = bottom + 48 + 40 * i, i == 2
        ink = EXPLAINED if is_logit else DIM
        write(canvas, name, (right - 150, y), ink, size=28, bold=is_logit, ha="right")
        write(canvas, signed(value), (right, y), size=28, bold=is_logit, ha="right")
    return to_png(canvas)


def _rounded(values: FeatureMap) -> FeatureMap:
    """Round to two decimals; what rounds to -0 is 0."""
    rounded: FeatureMap = np.round(values, 2) + 0
    return rounded


def draw_table(columns: Sequence[str], rows: Sequence[Row], target: int) -> bytes:
    """Draw two or three columns of panels, with a name above each and lines beside each row."""
    left, gap, top = 190, 24, 76
    side = (WIDTH - MARGIN - left - gap * (len(columns) - 1)) // len(columns) // 28 * 28
    heights = [side + (64 if any(row.below) else gap) for row in rows]
    canvas = blank(top + sum(heights))
    write(canvas, f"▶ {target}", (MARGIN, 28), EXPLAINED, bold=True)
    middles = [left + column * (side + gap) + side // 2 for column in range(len(columns))]
    for name, middle in zip(columns, middles, strict=True):
        write(canvas, name, (middle, top - 30), bold=True, ha="center")
    for row, height in zip(rows, heights, strict=True):
        for panel, below, middle in zip(row.panels, row.below, middles, strict=True):
            put(canvas, panel(side), (middle - side // 2, top))
            write(canvas, below, (middle, top + side + 28), ha="center")
        for i, line in enumerate(row.lines):
            y = top + side // 2 + 36 * i - 18 * (len(row.lines) - 1)
            write(canvas, line, (MARGIN, y), DIM if i else EXPLAINED, bold=not i)
        top += height
    return to_png(canvas)


def draw_removed(image: DigitImage, rest: DigitImage, side: int) -> Pixels:
    """Return a digit as a panel, with the pixels in orange that are no longer in the rest."""
    pixels = np.repeat(to_uint8(image)[..., np.newaxis], 3, axis=-1)
    pixels[rest != image] = EXPLAINED
    return enlarge(pixels, side)
