"""Points week by week, as a bar chart."""

from collections.abc import Sequence

import numpy as np

from core.figures.canvas import fill, to_png, write
from core.figures.heatmaps import Colormap
from core.figures.palette import INDEXED, palette_of
from core.figures.style import MARGIN, WIDTH

_HEIGHT = 320
_LEFT, _RIGHT = MARGIN, WIDTH - MARGIN
_TOP, _BOTTOM = 56, 264  # of the tallest bar
_LABELS = 292  # the middle of the line below
_MIN_SLOTS, _MAX_BARS = 6, 12  # with fewer slots bars would be too wide
_GAP = 8


def draw_history(bars: Sequence[tuple[str, int]]) -> bytes:
    """Draw bars, the last one in blue.

    Args:
        bars: At most twelve, the oldest first: a short label such as `W48`, and a number. A number
            above 0 always has a visible bar.

    Returns:
        A PNG of 768 x 320 pixels; the same bars always give the same bytes.

    Raises:
        ValueError: If there are more than twelve bars, or a number is negative.
    """
    if len(bars) > _MAX_BARS or any(number < 0 for _, number in bars):
        raise ValueError(f"At most {_MAX_BARS} bars of 0 or more can be drawn, not {list(bars)}.")
    canvas = np.full((_HEIGHT, WIDTH), INDEXED.ground, np.uint8)
    fill(canvas, (_LEFT, _BOTTOM, _RIGHT, _BOTTOM + 2), INDEXED.line)
    tallest = max((number for _, number in bars), default=0)
    slot = (_RIGHT - _LEFT) // max(len(bars), _MIN_SLOTS)
    for i, (label, number) in enumerate(bars):
        left, middle, is_last = _LEFT + i * slot, _LEFT + i * slot + slot // 2, i == len(bars) - 1
        height = max(round((_BOTTOM - _TOP) * number / tallest), 2) if number else 0
        box = (left + _GAP, _BOTTOM - height, left + slot - _GAP, _BOTTOM)
        fill(canvas, box, INDEXED.predicted if is_last else INDEXED.bar)
        ink, at = INDEXED.text if number else INDEXED.dim_text, (middle, _BOTTOM - height - 18)
        write(canvas, _short(number), at, ink, bold=is_last, ha="center")
        write(canvas, label, (middle, _LABELS), INDEXED.text, ha="center")
    return to_png(canvas, palette_of(Colormap.VIRIDIS))


def _short(number: int) -> str:
    """Return a number in at most four characters, up to a million."""
    return str(number) if number < 10_000 else f"{number // 1000}k"
