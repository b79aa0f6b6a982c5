"""Reading maps: a digit before and after a change, three scores, four layers, two networks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.lessons.parts import (
    DIM_RGB,
    MARGIN,
    WIDTH,
    blank,
    centred,
    ends,
    grey,
    heat_or_nothing,
    label,
    mark,
    overlay,
    png,
    probability_bars,
    put,
)
from core.figures.palette import EXPLAINED_RGB

_LARGEST = 224


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """A digit, what was made of it, and a map."""

    image: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    heatmap: NDArray[np.float32]


def draw_change(before: Seen, after: Seen, target: int) -> bytes:
    """Draw a digit with its map and probabilities, as it was and as it is after a change."""
    side, top = 168, 52
    canvas = blank(top + side + 24 + 300 + 16)
    half = WIDTH // 2
    for left, seen in ((MARGIN, before), (half + 8, after)):
        put(canvas, grey(seen.image, side), (left, top))
        second = left + side + 8
        laid = overlay(seen.image, seen.heatmap, side)
        put(
            canvas,
            laid if seen.heatmap.any() else heat_or_nothing(seen.heatmap, side),
            (second, top),
        )
        box = (left, top + side + 20, left + 2 * side + 8, top + side + 320)
        probability_bars(canvas, seen.probabilities, box, target=target)
    row, column = divmod(int(before.heatmap.argmax()), before.heatmap.shape[1])
    if before.heatmap.any():
        cell = side // len(before.heatmap)
        x, y = MARGIN + side + 8 + column * cell, top + row * cell
        mark(canvas, (x, y, x + cell, y + cell), width=3)
    label(canvas, "x", (MARGIN, 26))
    label(canvas, "x′", (half + 8, 26))
    ends(canvas, f"▶ {target}", (half - 24, 26), EXPLAINED_RGB, bold=True)
    ends(canvas, f"▶ {target}", (WIDTH - MARGIN, 26), EXPLAINED_RGB, bold=True)
    return png(canvas)


def draw_row(
    image: NDArray[np.float32],
    panels: Sequence[tuple[str, str, NDArray[np.float32]]],
    target: int,
) -> bytes:
    """Draw several maps of one digit side by side: cells above, overlays below.

    Args:
        image: the digit.
        panels: of each map what is written above and below it, and the map itself.
        target: the class explained.
    """
    count = len(panels)
    gap = 16
    side = min((WIDTH - 2 * MARGIN - (count - 1) * gap) // count // 28 * 28, _LARGEST)
    top = 88
    canvas = blank(top + 2 * side + gap + 56)
    label(canvas, f"▶ {target}", (MARGIN, 26), EXPLAINED_RGB, bold=True)
    used = count * side + (count - 1) * gap
    for place, (above, below, heatmap) in enumerate(panels):
        left = (WIDTH - used) // 2 + place * (side + gap)
        middle = left + side // 2
        centred(canvas, above, (middle, top - 24), size=19)
        put(canvas, heat_or_nothing(heatmap, side), (left, top))
        put(canvas, overlay(image, heatmap, side), (left, top + side + gap))
        centred(canvas, below, (middle, top + 2 * side + gap + 28), DIM_RGB, size=19)
    return png(canvas)


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Correlate two maps, cell by cell: 1 where they are alike, about 0 where they are not."""
    a, b = one.ravel() - one.mean(), other.ravel() - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size else 0.0
