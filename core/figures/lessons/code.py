"""What the lines of the tutorial's two functions make of one digit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.figures.arrays import ColourTable, FeatureMap, Greys, Pixels
from core.figures.canvas import Point, blank, fill, frame, put, to_png, write
from core.figures.lessons.tables import signed, write_values
from core.figures.style import DIM, EXPLAINED, LINE, MARGIN, SKY, TEXT, WHITE, WIDTH

CELL = 76
"""Pixels a side of a cell that holds a number."""

_TOP = 56
_LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601
_BAR_HEIGHT = 56


def draw_cells(
    panel: Pixels,
    values: FeatureMap | Greys,
    spec: str,
    title: str,
    lines: Sequence[str],
    marked: Point | None = None,
) -> bytes:
    """Draw the cells of a panel with a number in each, and lines of text beside them.

    Args:
        panel: The coloured cells, `CELL` pixels each.
        values: (n, n), the numbers.
        spec: Their format, such as `+.2f`.
        title: The title of the panel.
        lines: The first in white, the others dimmed.
        marked: The row and the column of a cell to frame.
    """
    side = len(panel)
    canvas = blank(_TOP + side + MARGIN)
    put(canvas, panel, (MARGIN, _TOP), title=title)
    colours = panel[CELL // 2 :: CELL, CELL // 4 :: CELL]
    light = (colours @ np.array(_LUMINANCE) / 255).astype(np.float32)
    write_values(canvas, values, (MARGIN, _TOP), side, spec, size=TEXT, greys=light)
    if marked is not None:
        x, y = MARGIN + marked[1] * CELL, _TOP + marked[0] * CELL
        frame(canvas, (x + 5, y + 5, x + CELL - 4, y + CELL - 4), WHITE)
    for i, line in enumerate(lines):
        at = (MARGIN + side + 24, _TOP + 20 + 44 * i)
        write(canvas, line, at, DIM if i else WHITE, bold=not i)
    return to_png(canvas)


def draw_product(features: NDArray[np.float32], weights: NDArray[np.float32], cell: Point) -> bytes:
    """Draw a dot product: the values of a cell, (k,), times the weights, (k,), and their sum."""
    row, column = cell
    products = features * weights
    canvas = blank(560)
    names = (f"maps[0][{row}, {column}]", "× weights", "= maps × weights")
    for i, (name, values) in enumerate(zip(names, (features, weights, products), strict=True)):
        top = 40 + 165 * i
        write(canvas, name, (MARGIN, top - 8), bold=True)
        write(canvas, f"({len(values)},)", (WIDTH - MARGIN, top - 8), DIM, ha="right")
        _draw_signed_bars(canvas, values, top + 10 + _BAR_HEIGHT)
    at = (WIDTH - MARGIN, 530)
    write(
        canvas,
        f"Σ = {signed(float(products.sum()))}",
        at,
        EXPLAINED,
        size=28,
        bold=True,
        ha="right",
    )
    return to_png(canvas)


def _draw_signed_bars(canvas: Pixels, values: NDArray[np.float32], zero: int) -> None:
    """Draw values as bars, orange up and blue down from a height."""
    left, right = MARGIN, WIDTH - MARGIN
    edges = np.rint(np.linspace(left, right, len(values) + 1)).astype(int).tolist()
    heights = np.rint(values / (np.abs(values).max() or 1) * _BAR_HEIGHT).astype(int).tolist()
    for x, end, height in zip(edges, edges[1:], heights, strict=False):
        top, bottom = sorted((zero - height, zero))
        fill(canvas, (x, top, end - 2, bottom), EXPLAINED if height > 0 else SKY)
    fill(canvas, (left, zero, right, zero + 2), LINE)


def draw_rows(table: ColourTable, levels: Greys, marked: int) -> bytes:
    """Draw rows of a colour table as numbers, and above them all 256 with those that are used.

    Args:
        table: The colours.
        levels: The rows that a heatmap uses, any shape.
        marked: The row to show beside 0, 64, 128, 192 and 255.
    """
    canvas = blank(480)
    left, right = MARGIN, WIDTH - MARGIN
    strip = np.rint(np.linspace(0, 255, right - left)).astype(int)
    put(canvas, np.repeat(table[strip][np.newaxis], 48, 0), (left, _TOP), title="(256, 3) · uint8")
    for level in np.unique(levels).tolist():
        x = left + round(level / 255 * (right - left - 1))
        fill(canvas, (x - 1, _TOP + 56, x + 2, _TOP + 76), EXPLAINED if level == marked else WHITE)
    for i, level in enumerate(sorted({0, 64, 128, 192, 255, marked})):
        y, is_marked = 172 + 50 * i, level == marked
        ink = EXPLAINED if is_marked else WHITE
        write(canvas, f"[{level}]", (left + 90, y), ink, bold=is_marked, ha="right")
        fill(canvas, (left + 120, y - 18, left + 240, y + 18), tuple(table[level].tolist()))
        for channel, x in zip(table[level].tolist(), (360, 460, 560), strict=True):
            write(canvas, str(channel), (x, y), ink, bold=is_marked, ha="right")
    return to_png(canvas)


def draw_scale(table: ColourTable, side: int) -> Pixels:
    """Return a colour table from 255 down to 0, beside how light its colours are."""
    levels = np.rint(np.linspace(255, 0, side)).astype(int)
    light = np.rint(table @ np.array(_LUMINANCE)).astype(np.uint8)
    half = side // 2
    colours = np.repeat(table[levels][:, np.newaxis], half, 1)
    greys = np.repeat(light[levels][:, np.newaxis, np.newaxis], side - half, 1).repeat(3, 2)
    return np.concatenate([colours, greys], axis=1)
