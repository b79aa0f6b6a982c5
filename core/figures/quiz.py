"""Pictures for guessing: heat without its digit, a digit without its heat, two maps, a grid.

No two pictures are alike to the byte: a grain that nobody sees, drawn from a salt, keeps them from
being looked up among others of the same digit. The same salt gives the same bytes.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.figures.canvas import Align
from core.figures.colours import Colours
from core.figures.heat import lay
from core.figures.paint import Pixels, fill, jpeg, outline, write
from core.figures.palette import EXPLAINED_RGB, GROUND_RGB, LINE_RGB, WHITE_RGB

_LARGE, _SMALL = 448, 336  # pixels: 28 times 16 and 12, and as many whole cells of 7 and 14 a side
_MARGIN = 24
_SCALE = 40  # the height of the colour scale with its numbers
_HEADER = 44
_GRAIN = 3
_SIDE = 3
_TEXT = 22

Map = NDArray[np.float32]
"""(h, w) in [0, 1]."""


def draw_heat(heatmap: Map, salt: int) -> bytes:
    """Draw a map's cells over their colour scale, without the digit.

    Args:
        heatmap: 7, 14 or 28 cells a side.
        salt: of the grain.

    Returns:
        A JPEG.
    """
    canvas = _canvas(_LARGE, _LARGE + _SCALE)
    panel = _panel(canvas, _MARGIN, _MARGIN, _LARGE)
    cells = _coloured(heatmap)
    side = _LARGE // len(heatmap)
    panel[:] = cells.repeat(side, axis=0).repeat(side, axis=1)
    panel[side::side] = panel[:, side::side] = GROUND_RGB
    _draw_scale(canvas, _MARGIN + _LARGE + 28)
    return _grained(canvas, salt)


def draw_overlay(image: Map, heatmap: Map, salt: int) -> bytes:
    """Draw heat smoothly over a digit, so that the size of its cells is to be guessed.

    Args:
        image: (28, 28), the digit.
        heatmap: the map.
        salt: of the grain.

    Returns:
        A JPEG.
    """
    canvas = _canvas(_LARGE, _LARGE + _SCALE)
    _overlay(_panel(canvas, _MARGIN, _MARGIN, _LARGE), image, heatmap)
    _draw_scale(canvas, _MARGIN + _LARGE + 28)
    return _grained(canvas, salt)


def draw_digit(image: Map, salt: int) -> bytes:
    """Draw a digit as the network reads it.

    Args:
        image: (28, 28).
        salt: of the grain.

    Returns:
        A JPEG.
    """
    canvas = _canvas(_LARGE, _LARGE)
    _digit(_panel(canvas, _MARGIN, _MARGIN, _LARGE), image)
    return _grained(canvas, salt)


def draw_pair(image: Map, maps: Sequence[Map], salt: int, right: int | None = None) -> bytes:
    """Draw two maps of one digit over it, A and B.

    Args:
        image: (28, 28), the digit.
        maps: two.
        salt: of the grain.
        right: which of them to mark, 0 or 1; `None` while it is to be guessed.

    Returns:
        A JPEG.
    """
    canvas = _canvas(2 * _SMALL + _MARGIN, _HEADER + _SMALL + _SCALE)
    for place, (name, heatmap) in enumerate(zip("AB", maps, strict=True)):
        left, top = _MARGIN + place * (_SMALL + _MARGIN), _MARGIN + _HEADER
        marked = place == right
        colour = EXPLAINED_RGB if marked else WHITE_RGB
        text = f"{name} ✓" if marked else name
        at = (left + _SMALL // 2, top - 22)
        write(canvas, text, at, colour, size=32, bold=True, align=Align.CENTRE)
        if marked:
            fill(canvas, (left - 4, top - 4, left + _SMALL + 4, top + _SMALL + 4), colour)
        _overlay(_panel(canvas, left, top, _SMALL), image, heatmap)
    _draw_scale(canvas, _MARGIN + _HEADER + _SMALL + 28)
    return _grained(canvas, salt)


def draw_grid(image: Map, salt: int) -> bytes:
    """Draw a digit under a grid of nine numbered fields.

    Args:
        image: (28, 28).
        salt: of the grain.

    Returns:
        A JPEG.
    """
    canvas = _canvas(_LARGE, _LARGE)
    panel = _panel(canvas, _MARGIN, _MARGIN, _LARGE)
    _digit(panel, image)
    _draw_fields(panel, [str(number) for number in range(1, _SIDE**2 + 1)])
    return _grained(canvas, salt)


def draw_shares(image: Map, heatmap: Map, shares: Sequence[float], salt: int) -> bytes:
    """Draw where the heat lay: smoothly over the digit, with each field's share of it.

    Args:
        image: (28, 28), the digit.
        heatmap: the map.
        shares: of nine fields in reading order, each 0 to 1; the largest is framed.
        salt: of the grain.

    Returns:
        A JPEG.
    """
    canvas = _canvas(_LARGE, _LARGE + _SCALE)
    panel = _panel(canvas, _MARGIN, _MARGIN, _LARGE)
    _overlay(panel, image, heatmap)
    _draw_fields(panel, [f"{i}  {share:.0%}" for i, share in enumerate(shares, 1)])
    row, column = divmod(int(np.argmax(shares)), _SIDE)
    edges = [round(_LARGE * i / _SIDE) for i in range(_SIDE + 1)]
    hottest = (edges[column], edges[row], edges[column + 1], edges[row + 1])
    outline(panel, hottest, EXPLAINED_RGB, width=5)
    _draw_scale(canvas, _MARGIN + _LARGE + 28)
    return _grained(canvas, salt)


def _canvas(width: int, height: int) -> Pixels:
    shape = (height + 2 * _MARGIN, width + 2 * _MARGIN)
    return np.full((*shape, 3), GROUND_RGB, np.uint8)


def _panel(canvas: Pixels, left: int, top: int, side: int) -> Pixels:
    return canvas[top : top + side, left : left + side]


def _digit(panel: Pixels, image: Map) -> None:
    zoom = len(panel) // len(image)
    ink = np.rint(image * 255).astype(np.uint8).repeat(zoom, axis=0).repeat(zoom, axis=1)
    panel[:] = ink[..., np.newaxis]


def _overlay(panel: Pixels, image: Map, heatmap: Map) -> None:
    _digit(panel, image)
    cells = np.rint(heatmap * 255).astype(np.uint8)
    smooth = cv2.resize(cells, panel.shape[:2], interpolation=cv2.INTER_CUBIC)
    over = np.ascontiguousarray(panel)
    lay(over, np.asarray(smooth, np.uint8), Colours.VIRIDIS)
    panel[:] = over


def _coloured(values: Map) -> Pixels:
    """(h, w, 3), the colours of heat."""
    table = np.asarray(Colours.VIRIDIS.table, np.uint8)
    return table[np.rint(values * 255).astype(np.uint8)]


def _draw_scale(canvas: Pixels, middle: int) -> None:
    left, right = _MARGIN + 28, canvas.shape[1] - _MARGIN - 28
    scale = np.linspace(0, 1, right - left, dtype=np.float32)
    canvas[middle - 8 : middle + 8, left:right] = _coloured(scale)
    write(canvas, "0", (_MARGIN, middle), WHITE_RGB, size=_TEXT)
    at = (canvas.shape[1] - _MARGIN, middle)
    write(canvas, "1", at, WHITE_RGB, size=_TEXT, align=Align.RIGHT)


def _draw_fields(panel: Pixels, texts: Sequence[str]) -> None:
    """Part a panel into nine, each with a text in its corner."""
    side = len(panel)
    edges = [round(side * i / _SIDE) for i in range(_SIDE + 1)]
    for edge in edges[1:-1]:
        fill(panel, (0, edge - 1, side, edge + 1), WHITE_RGB)
        fill(panel, (edge - 1, 0, edge + 1, side), WHITE_RGB)
    for place, text in enumerate(texts):
        row, column = divmod(place, _SIDE)
        left, top = edges[column] + 6, edges[row] + 6
        width = 16 + 13 * len(text)
        fill(panel, (left, top, left + width, top + 30), LINE_RGB)
        write(panel, text, (left + 8, top + 15), WHITE_RGB, size=_TEXT, bold=True)


def _grained(canvas: Pixels, salt: int) -> bytes:
    grain = np.random.default_rng(salt).integers(-_GRAIN, _GRAIN + 1, canvas.shape[:2], np.int16)
    return jpeg(np.clip(canvas + grain[..., np.newaxis], 0, 255).astype(np.uint8))
