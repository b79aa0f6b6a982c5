"""Heatmaps of one digit side by side: of all methods on a sheet, or of two of anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.figures.arrays import DigitImage, Heatmap, Pixels
from core.figures.canvas import blank, put, text_mask, to_jpeg, write
from core.figures.heatmaps import (
    Colormap,
    blend,
    draw_cell_lines,
    draw_colorbar,
    enlarge,
    grey,
    heatmap_cells,
    to_uint8,
    upsample,
)
from core.figures.style import DIM, EXPLAINED, LINE, MARGIN, RGB, SMALL_TEXT, TEXT, WIDTH

_COLUMNS = 3
_SMALL, _LARGE = 224, 336  # a side of a panel: whole pixels for 7, 14 and 28 cells
_PITCH = 310  # from one row of a sheet to the next
_ABOVE, _BELOW = 40, 24  # a panel's title above it, and the middle of the line below it
_FOOTER = 44  # the height of the colour scale


@dataclass(frozen=True, eq=False)
class Tile:
    """A heatmap beside others.

    Attributes:
        title: What it is: a method, a class, a layer or a network.
        heatmap: (h, w) float32 in [0, 1], or in [-1, 1] with the diverging colormap.
        colormap: The colormap of the heatmap.
        left: A number below it, at the left.
        right: A number below it, at the right.
        warning: Whether the title is marked.
    """

    title: str
    heatmap: Heatmap
    colormap: Colormap
    left: str = ""
    right: str = ""
    warning: bool = False


def draw_sheet(image: DigitImage, caption: str, tiles: Sequence[Tile]) -> bytes:
    """Draw a digit and many heatmaps of it, cell by cell, three in a row.

    Args:
        image: The digit, which comes first.
        caption: Is written below it.
        tiles: The heatmaps, in reading order.

    Returns:
        A JPEG 768 pixels wide.
    """
    rows = -(-(1 + len(tiles)) // _COLUMNS)
    canvas = blank(rows * _PITCH + MARGIN)
    panels = [(Tile("28×28", image, Colormap.VIRIDIS, caption), grey(image, _SMALL))]
    panels += [(tile, _overlaid_cells(image, tile)) for tile in tiles]
    for i, (tile, panel) in enumerate(panels):
        row, column = divmod(i, _COLUMNS)
        at = (MARGIN + column * (_SMALL + MARGIN), _ABOVE + row * _PITCH)
        put(canvas, panel, at)
        _caption(canvas, tile, at, _SMALL)
    return to_jpeg(canvas)


def draw_comparison(image: DigitImage, tiles: Sequence[Tile]) -> bytes:
    """Draw two heatmaps side by side: smooth over the digit, and below as they were computed.

    Both have the colormap of the first, and one colour scale.

    Returns:
        A JPEG 768 pixels wide.
    """
    gap = WIDTH - 2 * (MARGIN + _LARGE)
    canvas = blank(_ABOVE + 2 * _LARGE + gap + 2 * _BELOW + _FOOTER)
    for i, tile in enumerate(tiles):
        left = MARGIN + i * (_LARGE + gap)
        smooth = upsample(tile.colormap.scale(tile.heatmap), _LARGE)
        put(canvas, blend(grey(image, _LARGE), smooth, tile.colormap), (left, _ABOVE))
        below = (left, _ABOVE + _LARGE + gap)
        put(canvas, heatmap_cells(tile.heatmap, _LARGE, tile.colormap), below)
        _caption(canvas, tile, (left, _ABOVE), _LARGE, below=below)
    colormap = tiles[0].colormap
    middle = len(canvas) - _FOOTER // 2
    draw_colorbar(canvas, MARGIN, WIDTH - MARGIN, middle, colormap.table, RGB, colormap.least)
    return to_jpeg(canvas)


def _caption(
    canvas: Pixels,
    tile: Tile,
    at: tuple[int, int],
    side: int,
    below: tuple[int, int] | None = None,
) -> None:
    left, top = at
    title = f"⚠ {tile.title}" if tile.warning else tile.title
    fits = text_mask(title, TEXT).shape[1] <= side
    ink = EXPLAINED if tile.warning else RGB.text
    write(canvas, title, (left, top - 22), ink, size=TEXT if fits else SMALL_TEXT)
    middle = (below or at)[1] + side + _BELOW
    write(canvas, tile.left, (left, middle), bold=True)
    write(canvas, tile.right, (left + side, middle), DIM, ha="right")


def _overlaid_cells(image: DigitImage, tile: Tile) -> Pixels:
    """Lay the cells over the digit, if they are larger than its pixels and not all zero."""
    if tile.heatmap.shape == image.shape or not tile.heatmap.any():
        return heatmap_cells(tile.heatmap, _SMALL, tile.colormap)
    cells = enlarge(to_uint8(tile.colormap.scale(tile.heatmap)), _SMALL)
    panel = blend(grey(image, _SMALL), cells, tile.colormap)
    draw_cell_lines(panel, tile.heatmap.shape, LINE)
    return panel
