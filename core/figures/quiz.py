"""Pictures of quiz questions: a digit, a heatmap, both, two heatmaps, and a grid of fields.

Invisible noise, drawn from a salt, makes every file different, so that the answer cannot be looked
up by the file. The same salt always gives the same bytes.
"""

from collections.abc import Sequence

import numpy as np

from core.figures.arrays import DigitImage, Heatmap, Pixels
from core.figures.canvas import blank, fill, frame, outline, to_jpeg, write
from core.figures.heatmaps import Colormap, draw_colorbar, grey, heatmap_cells, overlay_digit
from core.figures.style import EXPLAINED, LINE, MARGIN, RGB, WHITE

_LARGE, _SMALL = 448, 336  # a side of a panel: whole pixels for 7, 14 and 28 cells
_HEADER, _FOOTER = 44, 40  # the heights of the names above panels, and of the colour scale
_NOISE = 3
_FIELDS = 3
_EDGES = [round(_LARGE * i / _FIELDS) for i in range(_FIELDS + 1)]


def draw_heatmap(heatmap: Heatmap, salt: int) -> bytes:
    """Draw the cells of a heatmap, without the digit, as a JPEG."""
    return _single_panel(heatmap_cells(heatmap, _LARGE), salt, colorbar=True)


def draw_overlay(image: DigitImage, heatmap: Heatmap, salt: int) -> bytes:
    """Draw an upsampled heatmap over a digit, which hides the size of its cells, as a JPEG."""
    return _single_panel(overlay_digit(image, heatmap, _LARGE), salt, colorbar=True)


def draw_digit(image: DigitImage, salt: int) -> bytes:
    """Draw a digit as a JPEG."""
    return _single_panel(grey(image, _LARGE), salt)


def draw_grid(image: DigitImage, salt: int) -> bytes:
    """Draw a digit under nine numbered fields, as a JPEG."""
    panel = grey(image, _LARGE)
    _draw_fields(panel, [str(number) for number in range(1, _FIELDS**2 + 1)])
    return _single_panel(panel, salt)


def draw_shares(image: DigitImage, heatmap: Heatmap, shares: Sequence[float], salt: int) -> bytes:
    """Draw a heatmap over a digit, with the share of it in each of nine fields, as a JPEG.

    The shares are 0 to 1, in reading order. The largest is framed.
    """
    panel = overlay_digit(image, heatmap, _LARGE)
    _draw_fields(panel, [f"{i}  {share:.0%}" for i, share in enumerate(shares, 1)])
    row, column = divmod(int(np.argmax(shares)), _FIELDS)
    largest = (_EDGES[column], _EDGES[row], _EDGES[column + 1], _EDGES[row + 1])
    outline(panel, largest, EXPLAINED, width=5)
    return _single_panel(panel, salt, colorbar=True)


def draw_pair(
    image: DigitImage, heatmaps: Sequence[Heatmap], salt: int, right: int | None = None
) -> bytes:
    """Draw a digit with each of two heatmaps over it, A and B, as a JPEG.

    The one at place `right`, 0 or 1, is marked.
    """
    canvas = blank(_HEADER + _SMALL + _FOOTER + 2 * MARGIN, 2 * _SMALL + 3 * MARGIN)
    top = MARGIN + _HEADER
    for i, heatmap in enumerate(heatmaps):
        left, is_right = MARGIN + i * (_SMALL + MARGIN), i == right
        name, colour = ("AB"[i] + " ✓", EXPLAINED) if is_right else ("AB"[i], WHITE)
        write(canvas, name, (left + _SMALL // 2, top - 22), colour, size=32, bold=True, ha="center")
        canvas[top : top + _SMALL, left : left + _SMALL] = overlay_digit(image, heatmap, _SMALL)
        if is_right:
            frame(canvas, (left, top, left + _SMALL, top + _SMALL))
    _draw_colorbar(canvas)
    return _encode(canvas, salt)


def _single_panel(panel: Pixels, salt: int, *, colorbar: bool = False) -> bytes:
    height = _LARGE + (_FOOTER if colorbar else 0)
    canvas = blank(height + 2 * MARGIN, _LARGE + 2 * MARGIN)
    canvas[MARGIN : MARGIN + _LARGE, MARGIN : MARGIN + _LARGE] = panel
    if colorbar:
        _draw_colorbar(canvas)
    return _encode(canvas, salt)


def _draw_colorbar(canvas: Pixels) -> None:
    height, width, _ = canvas.shape
    middle = height - MARGIN - 12
    draw_colorbar(canvas, MARGIN, width - MARGIN, middle, Colormap.VIRIDIS.table, RGB)


def _draw_fields(panel: Pixels, texts: Sequence[str]) -> None:
    """Divide a panel into nine fields, each with a text in its upper left corner."""
    for edge in _EDGES[1:-1]:
        fill(panel, (0, edge - 1, _LARGE, edge + 1), WHITE)
        fill(panel, (edge - 1, 0, edge + 1, _LARGE), WHITE)
    for i, text in enumerate(texts):
        row, column = divmod(i, _FIELDS)
        left, top = _EDGES[column] + 6, _EDGES[row] + 6
        fill(panel, (left, top, left + 16 + 13 * len(text), top + 30), LINE)
        write(panel, text, (left + 8, top + 15), bold=True)


def _encode(canvas: Pixels, salt: int) -> bytes:
    """Add noise and encode as a JPEG."""
    noise = np.random.default_rng(salt).integers(-_NOISE, _NOISE + 1, canvas.shape[:2], np.int16)
    return to_jpeg(np.clip(canvas + noise[..., np.newaxis], 0, 255).astype(np.uint8))
