"""How a digit was read from a picture, in five panels.

| panel | shows |
| --- | --- |
| 1 | the picture around the digit |
| 2 | its ink, separated from the paper |
| 3 | the digit's box, and the square that becomes the network's input |
| 4 | this input: the digit fitted into 20 x 20, its centre of mass in the middle of 28 x 28 |
| 5 | the heatmap over it, cell by cell |
"""

import numpy as np

from core.digit import Digit
from core.figures.arrays import DigitImage, Greys, Heatmap, Pixels
from core.figures.canvas import fill, polyline, to_jpeg, write
from core.figures.heatmaps import Colormap, draw_cell_lines, enlarge, grey, overlay, to_uint8
from core.figures.panels import Panel, View, draw_box, draw_panels, image_panel, locate
from core.figures.style import GROUND, WHITE
from core.uploads.decoded_image import DecodedImage

_HEIGHT = 712
_SMALL, _LARGE = 224, 28 * 12
_UPPER, _LOWER = 60, 348


def draw_steps(
    picture: DecodedImage, ink: Greys, digit: Digit, heatmap: Heatmap, colormap: Colormap
) -> bytes:
    """Draw how a digit was read from a picture with an ink map, which may be shrunk.

    Returns:
        A JPEG of 768 x 712 pixels; the same arguments always give the same bytes.

    Raises:
        ValueError: If it is a test digit, which is in no picture.
    """
    box, warp = locate(digit, picture)
    view = View.around(picture, box, _SMALL)
    white = view.show_ink(ink, box)
    boxed = white.copy()
    draw_box(boxed, view, box, warp)
    width, height = picture.size
    cells = _overlaid_cells(digit.image, heatmap, colormap)
    canvas = draw_panels(
        _HEIGHT,
        [
            Panel(view.show(), (24, _UPPER), f"{width}×{height}"),
            Panel(white, (272, _UPPER)),
            Panel(boxed, (520, _UPPER)),
            Panel(image_panel(digit.image, _LARGE), (24, _LOWER), "28×28"),
            Panel(cells, (408, _LOWER), f"{heatmap.shape[1]}×{heatmap.shape[0]}"),
        ],
    )
    _draw_arrows(canvas)
    return to_jpeg(canvas)


def _overlaid_cells(image: DigitImage, heatmap: Heatmap, colormap: Colormap) -> Pixels:
    """Return the digit with the heatmap's cells over it, and lines between them."""
    panel = overlay(grey(image, _LARGE), enlarge(to_uint8(heatmap), _LARGE), colormap)
    draw_cell_lines(panel, heatmap.shape, GROUND)
    if not heatmap.any():
        fill(panel, (90, _LARGE - 52, _LARGE - 90, _LARGE - 4), GROUND)
        write(panel, "max = 0", (_LARGE // 2, _LARGE - 28), size=29, bold=True, ha="center")
    return panel


def _draw_arrows(canvas: Pixels) -> None:
    """Point from each panel to the next."""
    middle = _UPPER + _SMALL // 2
    for x in (260, 508):
        write(canvas, "▶", (x, middle), size=20, ha="center")
    write(canvas, "▶", (384, _LOWER + _LARGE // 2), size=29, ha="center")
    start, turn, end = 520 + _SMALL // 2, _UPPER + _SMALL + 14, 24 + _LARGE // 2
    points = [(start, _UPPER + _SMALL + 3), (start, turn), (end, turn), (end, _LOWER - 20)]
    polyline(canvas, np.array(points), WHITE, width=3)
    write(canvas, "▼", (end, _LOWER - 13), size=20, ha="center")
