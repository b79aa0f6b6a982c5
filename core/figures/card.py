"""The card: the picture of a reply, with the heatmap over the digit, its cells and the prediction.

Its text is numbers, symbols and the names of methods and layers, so that one card serves every
language.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from core.figures import palette
from core.figures.arrays import Classes, DigitImage, Heatmap, Indices
from core.figures.canvas import fill, frame, outline, to_png, write
from core.figures.heatmaps import (
    Colormap,
    draw_cell_lines,
    draw_colorbar,
    enlarge,
    mark_empty,
)
from core.figures.palette import INDEXED
from core.figures.probabilities import draw_probabilities, format_percent
from core.figures.style import WIDTH, Colour

_HEIGHT = 512
_OVERLAY, _PANEL = 336, 168  # sides, 12 and 6 times 28: whole pixels for 7, 14 and 28 cells
_LEFT, _MIDDLE, _RIGHT = 24, 384, 576  # the left edges of the overlay, the digit and the cells
_END = 744
_HEADER = 27  # the middle of the line above the panels
_TOP, _BOTTOM = 51, 387  # of the overlay
_SCALE = 248  # the middle of the colour scale
_PREDICTION = 278  # the top of the prediction's box
_CHIP = 30  # a side of a class at the end of the colour scale
_BARS = [
    (left, top, left + _OVERLAY, top + 34)
    for top in (411, 453)
    for left in (_LEFT, _END - _OVERLAY)
]

_LARGE, _MEDIUM = 80, 28  # font sizes
_DOT = 3  # pixels a side of the overlay's dots; finer ones double the size of the file


@dataclass(frozen=True, eq=False)
class Card:
    """What a card shows.

    Attributes:
        image: The digit as the network read it.
        heatmap: (h, w) float32 in [0, 1], or in [-1, 1] with the diverging colormap.
        target: The explained class; `None` if the method explains none.
        layer: The explained layer; `None` for the input.
        method: The title of the method.
        against: The class whose logit the target's lead was explained over.
        label: The true class; `None` if it is not known.
    """

    image: DigitImage
    heatmap: Heatmap
    probabilities: Classes
    target: int | None
    layer: str | None
    method: str = "Grad-CAM"
    label: int | None = None
    colormap: Colormap = Colormap.VIRIDIS
    against: int | None = None


def draw_card(card: Card) -> bytes:
    """Draw a card.

    The heatmap over the digit is large. Beside it are the digit and the heatmap's cells, and below
    these the colour scale and the predicted class with its probability, then a tick or a cross and
    the true class, if it is known. At the bottom are the probabilities of the most likely classes,
    the explained one among them. It has an orange frame, here and at the end of the scale, if the
    method explains a class, and the class that it is compared with a sky blue one.

    Returns:
        A PNG of 768 x 512 pixels in 256 colours; the same card always gives the same bytes.
    """
    canvas = _background().copy()
    _draw_panels(canvas, card)
    _draw_scale(canvas, card)
    _draw_prediction(canvas, card)
    draw_probabilities(
        canvas,
        _BARS,
        card.probabilities,
        INDEXED,
        classes=_shown(card),
        target=card.target,
        against=card.against,
        size=_MEDIUM,
    )
    return to_png(canvas, palette.palette_of(card.colormap))


@cache
def _background() -> Indices:
    """Draw what all cards have in common."""
    canvas = np.full((_HEIGHT, WIDTH), INDEXED.ground, np.uint8)
    for left, side in ((_LEFT, _OVERLAY), (_MIDDLE, _PANEL), (_RIGHT, _PANEL)):
        frame(canvas, (left, _TOP, left + side, _TOP + side), INDEXED.line, width=2)
    return canvas


def _draw_panels(canvas: Indices, card: Card) -> None:
    height, width = card.heatmap.shape
    cells_of = f"{card.layer or 'input'} · {height}×{width}"
    write(canvas, card.method, (_LEFT, _HEADER), INDEXED.text)
    write(canvas, cells_of, (_END, _HEADER), INDEXED.text, ha="right")
    cells = enlarge(palette.heatmap_indices(card.heatmap, card.colormap), _PANEL)
    if card.heatmap.any():
        draw_cell_lines(cells, card.heatmap.shape)
    else:
        mark_empty(cells, INDEXED)
    overlay = palette.overlay_indices(card.image, card.heatmap, _OVERLAY // _DOT, card.colormap)
    for left, panel in (
        (_LEFT, enlarge(overlay, _OVERLAY)),
        (_MIDDLE, enlarge(palette.image_indices(card.image), _PANEL)),
        (_RIGHT, cells),
    ):
        canvas[_TOP : _TOP + len(panel), left : left + len(panel)] = panel


def _draw_scale(canvas: Indices, card: Card) -> None:
    """Draw the colour scale, and at its ends the classes that its colours are evidence for."""
    left, right = _MIDDLE, _END
    if card.target is not None:
        _draw_chip(canvas, _END - _CHIP, card.target, INDEXED.explained)
        right -= _CHIP + 10
    if card.against is not None:
        _draw_chip(canvas, left, card.against, INDEXED.compared)
        left += _CHIP + 10
    least = card.colormap.least
    draw_colorbar(canvas, left, right, _SCALE, palette.COLORMAP, INDEXED, least)


def _draw_chip(canvas: Indices, left: int, digit: int, colour: Colour) -> None:
    top = _SCALE - _CHIP // 2
    outline(canvas, (left, top, left + _CHIP, top + _CHIP), colour, width=3)
    at = (left + _CHIP // 2, _SCALE)
    write(canvas, str(digit), at, INDEXED.text, bold=True, ha="center")


def _draw_prediction(canvas: Indices, card: Card) -> None:
    predicted = int(card.probabilities.argmax())
    middle, right, size = (_PREDICTION + _BOTTOM) // 2, _END, 48
    if card.label is not None:
        right, size = _END - 128, _MEDIUM
        box = (_END - 72, _PREDICTION, _END, _BOTTOM)
        outline(canvas, box, INDEXED.text[-1], width=3)
        at = (_END - 36, middle)
        write(canvas, str(card.label), at, INDEXED.text, size=_LARGE, bold=True, ha="center")
        verdict, at = "✓" if predicted == card.label else "✗", (right + 28, middle)
        write(canvas, verdict, at, INDEXED.text, size=56, bold=True, ha="center")
    fill(canvas, (_MIDDLE, _PREDICTION, right, _BOTTOM), INDEXED.predicted)
    ink, at = palette.TEXT_ON_PREDICTED, (_MIDDLE + 14, middle)
    write(canvas, str(predicted), at, ink, size=_LARGE, bold=True)
    percent, at = format_percent(card.probabilities[predicted]), (right - 14, middle)
    write(canvas, percent, at, ink, size=size, bold=True, ha="right")


def _shown(card: Card) -> list[int]:
    """Return the most likely classes in order, among them all that the card is about."""
    order = np.argsort(-card.probabilities, kind="stable").tolist()
    asked = {order[0], card.target, card.against, card.label} - {None}
    others = [digit for digit in order if digit not in asked][: len(_BARS) - len(asked)]
    return [digit for digit in order if digit in asked or digit in others]
