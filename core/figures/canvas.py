"""What a card is drawn with: text, frames and bars on an array of palette indices."""

from enum import Enum

import numpy as np

from core.figures.fonts import text_mask
from core.figures.palette import Indices


class Align(Enum):
    """Which part of a text stands at the given place; the value is that part's share of width."""

    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


def write(
    canvas: Indices,
    text: str,
    at: tuple[int, int],
    ramp: Indices,
    *,
    size: int,
    bold: bool = False,
    align: Align = Align.LEFT,
) -> None:
    """Write one line.

    Args:
        canvas: (h, w), is drawn on.
        text: what to write.
        at: x as `align` says, and y of the middle of a digit's height.
        ramp: (256,) indices from the ground there to the letters' colour.
        size: of the font, in pixels.
        bold: in the bold face.
        align: of the text to x.
    """
    mask = text_mask(text, size, bold=bold)
    height, width = mask.shape
    left, top = at[0] - round(align.value * width), at[1] - height // 2
    np.copyto(canvas[top : top + height, left : left + width], ramp[mask], where=mask > 0)


def frame(canvas: Indices, box: tuple[int, int, int, int], index: int, *, width: int) -> None:
    """Draw a frame around a box.

    Args:
        canvas: (h, w), is drawn on.
        box: left, top, right and bottom of what lies within.
        index: its colour.
        width: in pixels, outwards.
    """
    left, top, right, bottom = box
    around = canvas[top - width : bottom + width, left - width : right + width]
    around[:width] = around[-width:] = index
    around[:, :width] = around[:, -width:] = index
