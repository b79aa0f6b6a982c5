"""The card: the picture of a reply, with the digit, its heatmap and the prediction.

Its text is numbers, symbols and terms of the field, so that one card serves every language.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from core.figures import palette
from core.figures.arrays import Classes, DigitImage, Heatmap, Indices
from core.figures.canvas import fill, frame, to_png, write
from core.figures.heatmaps import (
    Colormap,
    draw_cell_lines,
    draw_colorbar,
    enlarge,
    mark_empty,
)
from core.figures.palette import INDEXED
from core.figures.probabilities import draw_probabilities, format_percent
from core.figures.style import WIDTH

_HEIGHT = 512
_PANEL = 224  # a side, 8 times 28: whole pixels for 7, 14 and 28 cells
_LEFT, _MIDDLE, _RIGHT = 24, 272, 520  # the left edges of the three columns
_HEADER = 27  # the middle of the line above the panels
_TOP = 51  # of the panels
_FOOTER = 299  # the middle of the line below the panels
_ROWS = 323  # the top of the predicted class's box and of the first probability
_ROW, _PITCH = 28, 34  # the height of a probability, and the distance from one to the next
_BOTTOM = _ROWS + 4 * _PITCH + _ROW
_BARS = [
    (left, top, left + _PANEL, top + _ROW)
    for left in (_MIDDLE, _RIGHT)
    for top in range(_ROWS, _BOTTOM, _PITCH)
]

_DOT = 2  # pixels a side of the overlay's dots; finer ones double the size of the file


@dataclass(frozen=True, eq=False)
class Card:
    """What a card shows.

    Attributes:
        image: The digit as the network read it.
        heatmap: (h, w) float32 in [0, 1], or in [-1, 1] with the diverging colormap.
        target: The explained class.
        layer: The explained layer; `None` for the input.
        score: The score that was differentiated: `log_odds`, `logit` or `probability`.
        method: The title of the method.
        against: The class whose logit the target's lead was explained over, in place of the score.
        label: The true class; `None` if it is not known.
    """

    image: DigitImage
    heatmap: Heatmap
    probabilities: Classes
    target: int
    layer: str | None
    score: str
    method: str = "Grad-CAM"
    label: int | None = None
    colormap: Colormap = Colormap.VIRIDIS
    against: int | None = None


def draw_card(card: Card) -> bytes:
    """Draw a card.

    The method, the layer and the score stand above the digit, the heatmap's cells and the overlay,
    which are side by side above the colour scale. Below
    are the true class y, the predicted class ŷ with its probability, and all ten probabilities. The
    explained class has an orange frame and arrow.

    Returns:
        A PNG of 768 x 512 pixels in 256 colours; the same card always gives the same bytes.
    """
    canvas = _background(card.colormap.least).copy()
    _draw_header(canvas, card)
    _draw_panels(canvas, card)
    _draw_prediction(canvas, card)
    draw_probabilities(canvas, _BARS, card.probabilities, INDEXED, target=card.target)
    return to_png(canvas, palette.palette_of(card.colormap))


@cache
def _background(least: int) -> Indices:
    """Draw what all cards have in common whose colour scale begins at the same number."""
    canvas = np.full((_HEIGHT, WIDTH), INDEXED.ground, np.uint8)
    for left in (_LEFT, _MIDDLE, _RIGHT):
        frame(canvas, (left, _TOP, left + _PANEL, _TOP + _PANEL), INDEXED.line, width=2)
    draw_colorbar(canvas, _MIDDLE, _RIGHT + _PANEL, _FOOTER, palette.COLORMAP, INDEXED, least)
    fill(canvas, (_LEFT, _ROWS, _LEFT + _PANEL, _BOTTOM), INDEXED.predicted)
    write(canvas, "ŷ", (_LEFT + 11, _ROWS + 22), palette.TEXT_ON_PREDICTED)
    return canvas


def _draw_header(canvas: Indices, card: Card) -> None:
    height, width = card.heatmap.shape
    layer = card.layer or "input"
    write(canvas, card.method, (_LEFT, _HEADER), INDEXED.text)
    write(canvas, f"{layer} · {height}×{width}", (_MIDDLE, _HEADER), INDEXED.text)
    score = f"▶ {card.score.replace('_', '-')}({card.target})"
    if card.against is not None:
        score = f"▶ z({card.target}) − z({card.against})"
    at, ink = (_RIGHT + _PANEL, _HEADER), INDEXED.explained_text
    write(canvas, score, at, ink, size=21, bold=True, ha="right")


def _draw_panels(canvas: Indices, card: Card) -> None:
    colormap, side = card.colormap, _PANEL // _DOT
    cells = enlarge(palette.heatmap_indices(card.heatmap, colormap), _PANEL)
    if card.heatmap.any():
        draw_cell_lines(cells, card.heatmap.shape)
    else:
        mark_empty(cells, INDEXED)
    overlay = palette.overlay_indices(card.image, card.heatmap, side, colormap)
    for left, panel in (
        (_LEFT, enlarge(palette.image_indices(card.image), _PANEL)),
        (_MIDDLE, cells),
        (_RIGHT, enlarge(overlay, _PANEL)),
    ):
        canvas[_TOP : _TOP + _PANEL, left : left + _PANEL] = panel


def _draw_prediction(canvas: Indices, card: Card) -> None:
    predicted = int(card.probabilities.argmax())
    percent, ink = format_percent(card.probabilities[predicted]), palette.TEXT_ON_PREDICTED
    middle = _LEFT + _PANEL // 2
    write(canvas, str(predicted), (middle, _ROWS + 61), ink, size=112, bold=True, ha="center")
    write(canvas, percent, (middle, _BOTTOM - 30), ink, size=38, bold=True, ha="center")
    if card.label is not None:
        write(canvas, f"y = {card.label}", (_LEFT, _FOOTER), INDEXED.text)
        verdict, at = "✓" if predicted == card.label else "✗", (_LEFT + _PANEL, _FOOTER)
        write(canvas, verdict, at, INDEXED.text, size=29, ha="right")
