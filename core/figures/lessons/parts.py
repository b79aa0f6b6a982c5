"""What the lessons' pictures are put together from."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.canvas import Align
from core.figures.colours import Colours
from core.figures.paint import Pixels, Rgb, fill, grown, outline, write
from core.figures.palette import (
    EXPLAINED_RGB,
    GROUND_RGB,
    LINE_RGB,
    PREDICTED_RGB,
    WHITE_RGB,
)
from core.figures.percent import format_percent

WIDTH = 768
MARGIN = 24
TEXT = 22
DIM_RGB: Rgb = (170, 170, 170)
TRACK_RGB: Rgb = (49, 49, 49)
SKY_RGB: Rgb = (86, 180, 233)
"""Okabe and Ito's: what speaks against a class, beside the orange of what speaks for it."""

_LEAST_CELL = 8
"""Cells of so many pixels are parted by lines."""


def blank(height: int) -> Pixels:
    """Begin a picture, as wide as all of them."""
    return np.full((height, WIDTH, 3), GROUND_RGB, np.uint8)


def png(canvas: Pixels) -> bytes:
    """Write a picture; the same pixels give the same bytes."""
    bgr = cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 4])
    return data.tobytes()


def grey(values: NDArray[np.float32], side: int) -> Pixels:
    """Show numbers from 0 to 1 as greys, each a square."""
    levels = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return _squares(np.repeat(levels[..., np.newaxis], 3, axis=-1), side)


def heat(heatmap: NDArray[np.float32], side: int) -> Pixels:
    """Show numbers from 0 to 1 as heat, cell by cell."""
    levels = np.rint(np.clip(heatmap, 0, 1) * 255).astype(np.uint8)
    return _parted(_squares(Colours.VIRIDIS.table[levels], side), len(heatmap))


def feature(values: NDArray[np.float32], largest: float, side: int) -> Pixels:
    """Show a feature map: greys from 0 to the largest of those that are shown together."""
    return grey(values / largest if largest else values, side)


def signed(values: NDArray[np.float32], side: int, largest: float | None = None) -> Pixels:
    """Show numbers of either sign: orange above zero, blue below, the ground's colour at zero."""
    most = float(np.abs(values).max()) if largest is None else largest
    share = np.clip(np.abs(values) / (most or 1), 0, 1)[..., np.newaxis]
    full = np.where(values[..., np.newaxis] > 0, EXPLAINED_RGB, SKY_RGB)
    mixed = np.rint(GROUND_RGB + (full - np.array(GROUND_RGB)) * share).astype(np.uint8)
    return _parted(_squares(mixed, side), len(values))


def overlay(image: NDArray[np.float32], heatmap: NDArray[np.float32], side: int) -> Pixels:
    """Lay a map over its digit, smoothly."""
    size = (side, side)
    warmth = np.clip(cv2.resize(heatmap, size, interpolation=cv2.INTER_CUBIC), 0, 1)
    colours = Colours.VIRIDIS.table[np.rint(warmth * 255).astype(np.uint8)].astype(np.float32)
    x = np.minimum(warmth / 0.5, 1)[..., np.newaxis]
    opacity = 0.75 * x * x * (3 - 2 * x)
    ink = grey(image, side).astype(np.float32)
    tinted = 0.7 * colours + 0.3 * ink
    mixed: Pixels = np.rint(ink * (1 - opacity) + tinted * opacity).astype(np.uint8)
    return mixed


def nothing(side: int) -> Pixels:
    """Show that a map is empty."""
    y, x = np.ogrid[:side, :side]
    hatched = ((x + y) % 16 < 3)[..., np.newaxis]
    panel = np.where(hatched, np.array(LINE_RGB), np.array(GROUND_RGB)).astype(np.uint8)
    fill(panel, (side // 2 - 60, side // 2 - 18, side // 2 + 60, side // 2 + 18), GROUND_RGB)
    centred(panel, "max = 0", (side // 2, side // 2), size=TEXT)
    return panel


def heat_or_nothing(heatmap: NDArray[np.float32], side: int) -> Pixels:
    """Show a map, or that it is empty."""
    return heat(heatmap, side) if heatmap.any() else nothing(side)


def put(canvas: Pixels, panel: Pixels, at: tuple[int, int], edge: Rgb = LINE_RGB) -> None:
    """Set a panel on the canvas by its left upper corner, in a frame."""
    left, top = at
    height, width = panel.shape[:2]
    outline(canvas, grown((left, top, left + width, top + height), 2), edge, width=2)
    canvas[top : top + height, left : left + width] = panel


def mark(canvas: Pixels, box: Box, colour: Rgb = EXPLAINED_RGB, *, width: int = 4) -> None:
    """Frame a part of a panel, from outside of it."""
    outline(canvas, grown(box, width), colour, width=width)


def label(
    canvas: Pixels,
    text: str,
    at: tuple[int, int],
    colour: Rgb = WHITE_RGB,
    *,
    size: int = TEXT,
    bold: bool = False,
) -> None:
    """Write from the left."""
    write(canvas, text, at, colour, size=size, bold=bold)


def centred(
    canvas: Pixels,
    text: str,
    at: tuple[int, int],
    colour: Rgb = WHITE_RGB,
    *,
    size: int = TEXT,
    bold: bool = False,
) -> None:
    """Write around a point."""
    write(canvas, text, at, colour, size=size, bold=bold, align=Align.CENTRE)


def ends(
    canvas: Pixels,
    text: str,
    at: tuple[int, int],
    colour: Rgb = WHITE_RGB,
    *,
    size: int = TEXT,
    bold: bool = False,
) -> None:
    """Write up to the right."""
    write(canvas, text, at, colour, size=size, bold=bold, align=Align.RIGHT)


def figures(
    canvas: Pixels,
    values: Sequence[Sequence[str]],
    box: Box,
    colours: Sequence[Sequence[Rgb]],
    *,
    size: int,
) -> None:
    """Write a table of numbers, each in the middle of its cell."""
    left, top, right, bottom = box
    height, width = (bottom - top) / len(values), (right - left) / len(values[0])
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            at = (round(left + (j + 0.5) * width), round(top + (i + 0.5) * height))
            centred(canvas, value, at, colours[i][j], size=size)


def on_grey(share: float) -> Rgb:
    """Find the colour of letters that are read on a grey."""
    return (0, 0, 0) if share > 0.55 else WHITE_RGB


def probability_bars(
    canvas: Pixels,
    probabilities: NDArray[np.float32],
    box: Box,
    *,
    true: int | None = None,
    target: int | None = None,
) -> None:
    """Draw the ten classes as bars: the predicted one in blue, the true one with a tick.

    Args:
        canvas: is drawn on.
        probabilities: (10,).
        box: where.
        true: is ticked.
        target: is framed in orange.
    """
    left, top, right, bottom = box
    pitch = (bottom - top) / 10
    size = min(TEXT, round(pitch * 0.72))
    predicted = int(probabilities.argmax())
    start, end = left + 52, right - 108
    for digit, probability in enumerate(probabilities.tolist()):
        upper, lower = round(top + digit * pitch), round(top + (digit + 1) * pitch)
        middle = (upper + lower) // 2
        colour = WHITE_RGB if probability >= 0.0005 else DIM_RGB
        bold = digit == predicted
        label(canvas, str(digit), (left + 8, middle), colour, size=size, bold=bold)
        if digit == true:
            label(canvas, "✓", (left + 28, middle), WHITE_RGB, size=size)
        fill(canvas, (start, upper + 5, end, lower - 5), TRACK_RGB)
        length = max(round(probability * (end - start)), 2)
        bar = PREDICTED_RGB if bold else DIM_RGB
        fill(canvas, (start, upper + 5, start + length, lower - 5), bar)
        ends(canvas, format_percent(probability), (right - 6, middle), colour, size=size, bold=bold)
        if digit == target:
            outline(canvas, (left, upper + 1, right, lower - 1), EXPLAINED_RGB, width=3)


def _squares(pixels: Pixels, side: int) -> Pixels:
    large = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)


def _parted(panel: Pixels, cells: int) -> Pixels:
    """Part cells by thin lines, where they are large enough."""
    side = len(panel) / cells
    if side >= _LEAST_CELL:
        for edge in np.rint(np.arange(1, cells) * side).astype(int):
            panel[edge] = panel[:, edge] = (0, 0, 0)
    return panel
