"""The explanation of any picture: the picture, its overlay, the cells, and the classes."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.arrays import Pixels
from core.figures.canvas import blank, fill, frame, put, text_mask, to_png, write
from core.figures.heatmaps import Colormap, blend, draw_cell_lines, draw_colorbar, to_uint8
from core.figures.probabilities import format_percent
from core.figures.style import (
    BAR,
    DIM,
    EXPLAINED,
    GROUND,
    MARGIN,
    PREDICTED,
    RGB,
    SKY,
    SMALL_TEXT,
    TEXT,
    TRACK,
)

_SIDE = 400  # pixels of the longer side of a panel
_MIN_COLUMN = 256
_ROW, _PERCENT = 34, 100  # the height of a class's row, and the width of its percentage

_MOST = 5
"""Classes that are shown, besides the explained one and the one that it is compared with."""

_LAST_LETTER = "\u024f"
"""The last Latin letter. A class whose name has a later character is shown by its number, because
the font may have no glyph for it."""


@dataclass(frozen=True, eq=False, slots=True)
class ExplainedPicture:
    """A picture and why a network takes it for a class.

    Attributes:
        pixels: (h, w, 3) uint8 RGB, the whole of which the network saw.
        heatmap: (h', w') float32 in [0, 1], or in [-1, 1] with the diverging colormap.
        probabilities: (classes,) float32.
        labels: The names of the classes.
        target: The class that is explained.
        against: The class that it is compared with, if any.
        receipt: Lines of small print: layer, method, score, weights.
    """

    pixels: Pixels
    heatmap: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    labels: Sequence[str]
    target: int
    against: int | None
    receipt: Sequence[str]
    colormap: Colormap


def draw_explained_picture(one: ExplainedPicture) -> bytes:
    """Draw a picture, its overlay, and the cells of the heatmap; below, the most likely classes.

    The heatmap is over the picture in greyscale, so that every colour is the heatmap's. The
    explained class has an orange frame, and the one that it is compared with a sky blue one: the
    colours of their evidence. A class whose name is not in Latin letters is named by its number.

    Returns:
        A PNG. The same arguments always give the same bytes.
    """
    picture = _fitted(one.pixels)
    height, width, _ = picture.shape
    column = max(width, _MIN_COLUMN)
    classes = _shown(one)
    rows = max(len(classes), len(one.receipt) + 1)
    below = 2 * MARGIN + height
    canvas = blank(below + rows * _ROW + MARGIN, 3 * column + 4 * MARGIN)
    lefts = [MARGIN + place * (column + MARGIN) for place in range(3)]
    for left, panel in zip(
        lefts, (picture, _overlay(picture, one), _cells(picture, one)), strict=True
    ):
        put(canvas, panel, (left + (column - width) // 2, MARGIN))
    for place, index in enumerate(classes):
        top = below + place * _ROW
        _draw_class(canvas, (lefts[0] + 20, top + 2, lefts[1] + column, top + _ROW - 4), one, index)
    middle = below + _ROW // 2
    scale = one.colormap
    draw_colorbar(canvas, lefts[2], lefts[2] + column, middle, scale.table, RGB, scale.least)
    for place, line in enumerate(one.receipt, start=1):
        text = _shortened(line, column, SMALL_TEXT)
        write(canvas, text, (lefts[2], middle + place * _ROW), DIM, size=SMALL_TEXT)
    return to_png(canvas)


def _fitted(pixels: Pixels) -> Pixels:
    """Return a picture whose longer side is `_SIDE`, or a small one enlarged by a whole number."""
    rows, columns, _ = pixels.shape
    zoom = _SIDE / max(rows, columns)
    zoom = int(zoom) if zoom >= 1 else zoom
    size = (max(round(columns * zoom), 1), max(round(rows * zoom), 1))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _overlay(picture: Pixels, one: ExplainedPicture) -> Pixels:
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    heat = _enlarged(np.maximum(one.heatmap, 0), picture)
    heat -= _enlarged(np.maximum(-one.heatmap, 0), picture)
    return blend(np.asarray(grey, np.uint8), to_uint8(one.colormap.scale(heat)), one.colormap)


def _enlarged(heatmap: NDArray[np.float32], picture: Pixels) -> NDArray[np.float32]:
    """Interpolate a heatmap, not negative, smoothly to the size of a picture."""
    rows, columns = heatmap.shape
    height, width, _ = picture.shape
    finer = rows * columns > height * width
    how = cv2.INTER_AREA if finer else cv2.INTER_CUBIC
    return np.clip(cv2.resize(heatmap, (width, height), interpolation=how), 0, 1)


def _cells(picture: Pixels, one: ExplainedPicture) -> Pixels:
    """Return the values as they were computed, at the size of a picture."""
    height, width, _ = picture.shape
    colours = one.colormap.table[to_uint8(one.colormap.scale(one.heatmap))]
    resized = cv2.resize(colours, (width, height), interpolation=cv2.INTER_NEAREST)
    panel = np.asarray(resized, np.uint8)
    draw_cell_lines(panel, one.heatmap.shape)
    if not one.heatmap.any():
        panel[:] = GROUND
        write(panel, "max = 0", (width // 2, height // 2), DIM, ha="center")
    return panel


def _shown(one: ExplainedPicture) -> list[int]:
    """Return the most likely classes, in order, including the two that are compared."""
    order = np.argsort(-one.probabilities, kind="stable").tolist()
    compared = {one.target, one.against}
    return [index for place, index in enumerate(order) if place < _MOST or index in compared]


def _draw_class(canvas: Pixels, row: Box, one: ExplainedPicture, index: int) -> None:
    """Draw the name of a class, the bar of its probability, and the percentage."""
    left, top, right, bottom = row
    middle = (top + bottom) // 2
    predicted = index == int(one.probabilities.argmax())
    probability = float(one.probabilities[index])
    start = (left + right) // 2
    write(
        canvas,
        _shortened(_name(one, index), start - left - 16, TEXT),
        (left + 8, middle),
        bold=predicted,
    )
    end = right - _PERCENT
    fill(canvas, (start, middle - 8, end, middle + 8), TRACK)
    length = max(round(probability * (end - start)), 2)  # 0 is visible too
    fill(canvas, (start, middle - 8, start + length, middle + 8), PREDICTED if predicted else BAR)
    percent = format_percent(probability)
    write(canvas, percent, (right - 8, middle), size=SMALL_TEXT, bold=predicted, ha="right")
    for compared, colour in ((one.target, EXPLAINED), (one.against, SKY)):
        if index == compared:
            frame(canvas, row, colour, width=3)
            write(canvas, "▶", (left - 14, middle), colour, size=SMALL_TEXT, ha="center")


def _name(one: ExplainedPicture, index: int) -> str:
    label = one.labels[index]
    is_drawn = label.isprintable() and all(letter <= _LAST_LETTER for letter in label)
    return label if is_drawn else f"#{index}"


def _shortened(text: str, width: int, size: int) -> str:
    """Shorten a text so that in bold it is at most `width` pixels wide."""

    def is_wider(shown: str) -> bool:
        return bool(text_mask(shown, size, bold=True).shape[1] > width)

    if not is_wider(text):
        return text
    kept = bisect_left(range(len(text)), True, key=lambda last: is_wider(f"{text[: last + 1]}…"))
    return f"{text[:kept]}…"
