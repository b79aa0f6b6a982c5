"""The picture of a reply: what the network read, where it saw evidence, and what it made of it.

It holds digits, symbols and the field's terms, no sentences, so that it serves every language.
"""

import io
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.figures import palette
from core.figures.canvas import Align, frame, write
from core.figures.colours import Colours
from core.figures.palette import Indices
from core.figures.percent import format_percent

_WIDTH, _HEIGHT = 768, 512
_PANEL = 224  # pixels: 28 times 8, and as many whole cells of 7, 14 and 28 a side
_LEFT, _MIDDLE, _RIGHT = 24, 272, 520  # where the three columns begin
_HEADER = 27  # the middle of the line above the panels
_TOP = 51  # of the panels
_SCALE = 299  # the middle of the line below them
_ROWS = 323  # the top of the predicted class's box and of the first row of bars
_ROW, _PITCH = 28, 34  # height of a row, and from one to the next
_BOTTOM = _ROWS + 4 * _PITCH + _ROW

_TEXT, _SMALL = 22, 21  # pixels: 10 where the card is shown 360 wide

_BAR_LEFT, _BAR_RIGHT = 29, 109  # in a row; the class stands before it, its probability behind
_BAR_TOP, _BAR_BOTTOM = 6, 22

_DOT = 2  # pixels of the overlay: heat is smooth, and finer dots double the file
_DOTS = _PANEL // _DOT
_THRESHOLD = np.tile(np.array([[31, 159], [223, 95]], np.uint16), (_DOTS // 2, _DOTS // 2))
"""Bayer's ordered pattern over the dots of the overlay."""

_Pixel = TypeVar("_Pixel", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Card:
    """What a reply's picture shows.

    Attributes:
        image: (28, 28) float32 in [0, 1], the digit as the network read it.
        heatmap: (h, w) float32 in [0, 1], 7, 14 or 28 cells a side; all zeros where no cell speaks
            for the class.
        probabilities: (10,) float32, the network's.
        target: the class explained.
        layer: whose feature maps were read.
        score: of the class, that was differentiated: `log_odds`, `logit` or `probability`.
        label: the true class; `None` where nobody knows it.
        colours: of the heat.
    """

    image: NDArray[np.float32]
    heatmap: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    target: int
    layer: str
    score: str
    label: int | None = None
    colours: Colours = Colours.VIRIDIS


def draw_card(card: Card) -> bytes:
    """Draw the picture of a reply.

    The digit x, the map's cells and the overlay stand side by side over the colour scale. Below,
    the true class y, the predicted class ŷ and its probability, and all ten as bars: the predicted
    one's in blue and bold, the explained one marked by an orange frame and arrow.

    Args:
        card: what to show.

    Returns:
        A PNG of 768 by 512 pixels and 256 colours, always the same for the same card.
    """
    canvas = _background().copy()
    _draw_headers(canvas, card)
    _draw_panels(canvas, card)
    _draw_prediction(canvas, card)
    for digit in range(10):
        _draw_row(canvas, card, digit)
    picture = Image.fromarray(canvas)
    picture.putpalette(palette.palette(card.colours))
    png = io.BytesIO()
    picture.save(png, "PNG", compress_level=1)
    return png.getvalue()


@cache
def _background() -> Indices:
    """Draw what is the same on every card."""
    canvas = np.full((_HEIGHT, _WIDTH), palette.GROUND, np.uint8)
    for left in (_LEFT, _MIDDLE, _RIGHT):
        frame(canvas, (left, _TOP, left + _PANEL, _TOP + _PANEL), palette.LINE, width=2)
    write(canvas, "x · 28×28", (_LEFT, _HEADER), palette.WHITE_TEXT, size=_TEXT)

    start, end, top, bottom = _MIDDLE + 27, _RIGHT + _PANEL - 27, _SCALE - 8, _SCALE + 8
    scale = np.linspace(0, 1, end - start, dtype=np.float32)
    canvas[top:bottom, start:end] = palette.heat_indices(scale)
    frame(canvas, (start, top, end, bottom), palette.LINE, width=2)
    write(canvas, "0", (_MIDDLE, _SCALE), palette.WHITE_TEXT, size=_TEXT)
    right = _RIGHT + _PANEL
    write(canvas, "1", (right, _SCALE), palette.WHITE_TEXT, size=_TEXT, align=Align.RIGHT)

    canvas[_ROWS:_BOTTOM, _LEFT : _LEFT + _PANEL] = palette.PREDICTED
    write(canvas, "ŷ", (_LEFT + 11, _ROWS + 22), palette.PREDICTED_TEXT, size=_TEXT)
    for left, i in product((_MIDDLE, _RIGHT), range(5)):
        _bar(canvas, left, _ROWS + i * _PITCH)[:] = palette.TRACK
    return canvas


def _draw_headers(canvas: Indices, card: Card) -> None:
    height, width = card.heatmap.shape
    cells = f"{card.layer} · {height}×{width}"
    write(canvas, cells, (_MIDDLE, _HEADER), palette.WHITE_TEXT, size=_TEXT)
    score = f"▶ {card.score.replace('_', '-')}({card.target})"
    at = (_RIGHT + _PANEL, _HEADER)
    write(canvas, score, at, palette.EXPLAINED_TEXT, size=_SMALL, bold=True, align=Align.RIGHT)


def _draw_panels(canvas: Indices, card: Card) -> None:
    rows = slice(_TOP, _TOP + _PANEL)
    canvas[rows, _LEFT : _LEFT + _PANEL] = _enlarged(palette.ink_indices(card.image), _PANEL)
    canvas[rows, _MIDDLE : _MIDDLE + _PANEL] = (
        _cells(card.heatmap) if card.heatmap.any() else _nothing()
    )
    canvas[rows, _RIGHT : _RIGHT + _PANEL] = _overlay(card.image, card.heatmap)


def _cells(heatmap: NDArray[np.float32]) -> Indices:
    cells = _enlarged(palette.heat_indices(heatmap), _PANEL)
    side = _PANEL // len(heatmap)
    cells[side::side] = cells[:, side::side] = palette.BLACK
    return cells


@cache
def _nothing() -> Indices:
    """Draw an empty map: hatched, in the colour of no heat, so that nothing seems to be missing."""
    y, x = np.ogrid[:_PANEL, :_PANEL]
    none = palette.heat_indices(np.zeros((1, 1), np.float32))
    panel = np.where((x + y) % 16 < 3, np.uint8(palette.LINE), none)
    middle = _PANEL // 2
    panel[middle - 26 : middle + 26, 37:-37] = palette.GROUND
    at, ramp = (middle, middle), palette.WHITE_TEXT
    write(panel, "max = 0", at, ramp, size=29, bold=True, align=Align.CENTRE)
    return panel


def _overlay(image: NDArray[np.float32], heatmap: NDArray[np.float32]) -> Indices:
    cells = Image.fromarray(np.rint(heatmap * 255).astype(np.uint8))
    heat = np.asarray(cells.resize((_DOTS, _DOTS), Image.Resampling.BICUBIC))
    dots = palette.overlay_indices(_enlarged(image, _DOTS), heat, _THRESHOLD)
    return _enlarged(dots, _PANEL)


def _draw_prediction(canvas: Indices, card: Card) -> None:
    predicted = int(card.probabilities.argmax())
    middle, ramp = _LEFT + _PANEL // 2, palette.PREDICTED_TEXT
    for text, y, size in (
        (str(predicted), _ROWS + 61, 112),
        (format_percent(card.probabilities[predicted]), _BOTTOM - 30, 38),
    ):
        write(canvas, text, (middle, y), ramp, size=size, bold=True, align=Align.CENTRE)
    if card.label is not None:
        write(canvas, f"y = {card.label}", (_LEFT, _SCALE), palette.WHITE_TEXT, size=_TEXT)
        verdict, at = "✓" if predicted == card.label else "✗", (_LEFT + _PANEL, _SCALE)
        write(canvas, verdict, at, palette.WHITE_TEXT, size=29, align=Align.RIGHT)


def _draw_row(canvas: Indices, card: Card, digit: int) -> None:
    left = _MIDDLE if digit < 5 else _RIGHT
    top = _ROWS + digit % 5 * _PITCH
    right, bottom, middle = left + _PANEL, top + _ROW, top + _ROW // 2
    probability = float(card.probabilities[digit])
    is_predicted = digit == card.probabilities.argmax()

    track = _bar(canvas, left, top)
    length = max(round(probability * track.shape[1]), 2)  # so that it is seen where it begins
    track[:, :length] = palette.PREDICTED if is_predicted else palette.BAR

    is_there = probability >= 0.0005  # the least that is not written as < 0.1%
    ramp = palette.WHITE_TEXT if is_there else palette.DIM_TEXT
    write(canvas, str(digit), (left + 8, middle), ramp, size=_TEXT, bold=is_predicted)
    value, at = format_percent(probability), (right - 8, middle)
    write(canvas, value, at, ramp, size=_SMALL, bold=is_predicted, align=Align.RIGHT)

    if digit == card.target:
        frame(canvas, (left, top, right, bottom), palette.EXPLAINED, width=3)
        arrow = (left - 14, middle)
        write(canvas, "▶", arrow, palette.EXPLAINED_TEXT, size=19, align=Align.CENTRE)


def _bar(canvas: Indices, left: int, top: int) -> Indices:
    """The part of a row in which its bar may grow."""
    return canvas[top + _BAR_TOP : top + _BAR_BOTTOM, left + _BAR_LEFT : left + _BAR_RIGHT]


def _enlarged(pixels: NDArray[_Pixel], side: int) -> NDArray[_Pixel]:
    """Make each pixel or cell a square, so that they fill `side` by `side`."""
    zoom = side // len(pixels)
    return pixels.repeat(zoom, axis=1).repeat(zoom, axis=0)
