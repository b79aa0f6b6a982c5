"""Heatmaps beside each other: before and after a change, by score, by layer, by network."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.figures.arrays import Classes, DigitImage, Heatmap
from core.figures.canvas import blank, frame, put, to_png, write
from core.figures.heatmaps import grey, heatmap_cells, overlay_digit
from core.figures.probabilities import draw_probabilities
from core.figures.style import DIM, EXPLAINED, MARGIN, RGB, SMALL_TEXT, WIDTH

_MAX_SIDE = 224


@dataclass(frozen=True, eq=False, slots=True)
class ExplainedDigit:
    """A digit with its probabilities and its heatmap."""

    image: DigitImage
    probabilities: Classes
    heatmap: Heatmap


def draw_change(before: ExplainedDigit, after: ExplainedDigit, target: int) -> bytes:
    """Draw a digit x and its changed version x′, each with its heatmap and probabilities.

    The strongest cell of the first heatmap is framed.
    """
    side, top, half = 168, 52, WIDTH // 2
    canvas = blank(top + side + 24 + 300 + 16)
    for left, end, name, digit in (
        (MARGIN, half - 24, "x", before),
        (half + 8, WIDTH - MARGIN, "x′", after),
    ):
        second = left + side + 8
        put(canvas, grey(digit.image, side), (left, top))
        draw = partial(overlay_digit, digit.image) if digit.heatmap.any() else heatmap_cells
        put(canvas, draw(digit.heatmap, side), (second, top))
        tops = range(top + side + 20, top + side + 320, 30)
        rows = [(left, y + 3, second + side - 10, y + 27) for y in tops]
        draw_probabilities(canvas, rows, digit.probabilities, RGB, target=target)
        write(canvas, name, (left, 26))
        write(canvas, f"▶ {target}", (end, 26), EXPLAINED, bold=True, ha="right")
    if before.heatmap.any():
        row, column = divmod(int(before.heatmap.argmax()), len(before.heatmap))
        cell = side // len(before.heatmap)
        x, y = MARGIN + side + 8 + column * cell, top + row * cell
        frame(canvas, (x, y, x + cell, y + cell), width=3)
    return to_png(canvas)


def draw_heatmaps(
    image: DigitImage, panels: Sequence[tuple[str, str, Heatmap]], target: int
) -> bytes:
    """Draw heatmaps of one digit side by side: cells above, overlays below.

    The panels, at most four, are the text above, the text below, and the heatmap.
    """
    count, gap, top = len(panels), 16, 88
    side = min((WIDTH - 2 * MARGIN - (count - 1) * gap) // count // 28 * 28, _MAX_SIDE)
    canvas = blank(top + 2 * side + gap + 56)
    write(canvas, f"▶ {target}", (MARGIN, 26), EXPLAINED, bold=True)
    first = (WIDTH - count * side - (count - 1) * gap) // 2
    for i, (above, below, heatmap) in enumerate(panels):
        left = first + i * (side + gap)
        middle, bottom = left + side // 2, top + 2 * side + gap
        write(canvas, above, (middle, top - 24), size=SMALL_TEXT, ha="center")
        put(canvas, heatmap_cells(heatmap, side), (left, top))
        put(canvas, overlay_digit(image, heatmap, side), (left, top + side + gap))
        write(canvas, below, (middle, bottom + 28), DIM, size=SMALL_TEXT, ha="center")
    return to_png(canvas)


def correlation(a: Heatmap, b: Heatmap) -> float:
    """Return Pearson's correlation of two heatmaps, -1 to 1; 0 if one of them is constant."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) if a.std() and b.std() else 0.0
