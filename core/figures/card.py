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

_WIDTH, _HEIGHT = 960, 640
_PANEL = 280  # pixels: 28 times 10, and as many whole cells of 7, 14 and 28 a side
_LEFT, _MIDDLE, _RIGHT = 30, 340, 650  # where the three columns begin
_HEADER = 36  # the middle of the line above the panels
_TOP = 70  # of the panels
_SCALE = 386  # the middle of the line below them
_ROWS = 420  # the top of the predicted class's box and of the first row of bars
_ROW, _PITCH = 36, 40  # height of a row, and from one to the next
_BOTTOM = _ROWS + 4 * _PITCH + _ROW

_Pixel = TypeVar("_Pixel", bound=np.generic)

_TEXT, _SMALL = 28, 26
_BAR_LEFT, _BAR_RIGHT = 40, 156  # in a row; the class stands before it, its probability behind

_DITHER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.uint16)
_THRESHOLD = np.tile(_DITHER * 16 + 7, (_PANEL // 4, _PANEL // 4))
"""Bayer's ordered pattern over a panel, 7 to 247 in 16 even steps."""


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

    Digit, cells and overlay stand side by side over the colour scale. Below, the predicted class
    and its probability, and all ten as bars: the predicted one's in blue, the explained one marked
    by an orange frame and arrow.

    Args:
        card: what to show.

    Returns:
        A PNG of 960 by 640 pixels and 256 colours, always the same for the same card.
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
    start, end = _MIDDLE + 34, _RIGHT + _PANEL - 34
    scale = palette.heat_indices(np.linspace(0, 1, end - start, dtype=np.float32))
    canvas[_SCALE - 9 : _SCALE + 9, start:end] = scale
    write(canvas, "0", (_MIDDLE, _SCALE), palette.WHITE_TEXT, size=_TEXT)
    right = _RIGHT + _PANEL
    write(canvas, "1", (right, _SCALE), palette.WHITE_TEXT, size=_TEXT, align=Align.RIGHT)
    canvas[_ROWS:_BOTTOM, _LEFT : _LEFT + _PANEL] = palette.PREDICTED
    for left, i in product((_MIDDLE, _RIGHT), range(5)):
        top = _ROWS + i * _PITCH
        canvas[top + 7 : top + _ROW - 7, left + _BAR_LEFT : left + _BAR_RIGHT] = palette.TRACK
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
    ink = _enlarged(card.image)
    canvas[rows, _LEFT : _LEFT + _PANEL] = palette.ink_indices(ink)
    canvas[rows, _MIDDLE : _MIDDLE + _PANEL] = (
        _cells(card.heatmap) if card.heatmap.any() else _nothing()
    )
    heat = Image.fromarray(np.rint(card.heatmap * 255).astype(np.uint8))
    smooth = np.asarray(heat.resize((_PANEL, _PANEL), Image.Resampling.BICUBIC))
    overlay = palette.overlay_indices(ink, smooth, _THRESHOLD)
    canvas[rows, _RIGHT : _RIGHT + _PANEL] = overlay


def _cells(heatmap: NDArray[np.float32]) -> Indices:
    cells = _enlarged(palette.heat_indices(heatmap))
    side = _PANEL // len(heatmap)
    cells[side::side] = cells[:, side::side] = palette.BLACK
    return cells


@cache
def _nothing() -> Indices:
    """Draw an empty map: the sign of the empty set on hatched ground."""
    x, y = np.ogrid[:_PANEL, :_PANEL]
    panel = np.where((x + y) % 20 < 3, palette.LINE, palette.GROUND).astype(np.uint8)
    panel[90:190, 90:190] = palette.GROUND
    middle = (_PANEL // 2, _PANEL // 2)
    write(panel, "∅", middle, palette.WHITE_TEXT, size=100, align=Align.CENTRE)
    return panel


def _draw_prediction(canvas: Indices, card: Card) -> None:
    predicted = int(card.probabilities.argmax())
    middle = _LEFT + _PANEL // 2
    for text, y, size in (
        (str(predicted), _ROWS + 72, 140),
        (format_percent(card.probabilities[predicted]), _BOTTOM - 37, 46),
    ):
        ramp = palette.PREDICTED_TEXT
        write(canvas, text, (middle, y), ramp, size=size, bold=True, align=Align.CENTRE)
    if card.label is not None:
        write(canvas, f"y = {card.label}", (_LEFT, _SCALE), palette.WHITE_TEXT, size=_TEXT)
        verdict = "✓" if predicted == card.label else "✗"
        at = (_LEFT + _PANEL, _SCALE)
        write(canvas, verdict, at, palette.WHITE_TEXT, size=_TEXT, align=Align.RIGHT)


def _draw_row(canvas: Indices, card: Card, digit: int) -> None:
    left = _MIDDLE if digit < 5 else _RIGHT
    top = _ROWS + digit % 5 * _PITCH
    middle = top + _ROW // 2
    probability = float(card.probabilities[digit])
    is_predicted = digit == card.probabilities.argmax()

    bar_left = left + _BAR_LEFT
    length = max(round(probability * (_BAR_RIGHT - _BAR_LEFT)), 2)
    bar = canvas[top + 7 : top + _ROW - 7, bar_left : bar_left + length]
    bar[:] = palette.PREDICTED if is_predicted else palette.BAR

    is_there = probability >= 0.0005  # the least that is not written as < 0.1%
    ramp = palette.WHITE_TEXT if is_there else palette.DIM_TEXT
    write(canvas, str(digit), (left + 12, middle), ramp, size=_TEXT, bold=is_predicted)
    at, value = (left + _PANEL - 12, middle), format_percent(probability)
    write(canvas, value, at, ramp, size=_SMALL, bold=is_predicted, align=Align.RIGHT)

    if digit == card.target:
        frame(canvas, (left, top, left + _PANEL, top + _ROW), palette.EXPLAINED, width=3)
        arrow = (left - 17, middle)
        write(canvas, "▶", arrow, palette.EXPLAINED_TEXT, size=24, align=Align.CENTRE)


def _enlarged(pixels: NDArray[_Pixel]) -> NDArray[_Pixel]:
    """Make each pixel or cell a square, so that they fill a panel."""
    side = _PANEL // len(pixels)
    return pixels.repeat(side, axis=0).repeat(side, axis=1)
