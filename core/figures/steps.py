"""How a digit was read from a picture, in five steps.

| panel | shows |
| --- | --- |
| 1 | the picture around the digit |
| 2 | its ink, apart from the paper |
| 3 | the digit's box, and the square that becomes the normal form |
| 4 | MNIST's normal form: the digit in 20 x 20, its centre of mass in the middle of 28 x 28 |
| 5 | the map on it, cell by cell |
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit
from core.figures.canvas import Align
from core.figures.colours import Colours
from core.figures.heat import lay
from core.figures.paint import (
    Pixels,
    Rgb,
    disc,
    enlarged,
    fill,
    grown,
    jpeg,
    outline,
    scaled,
    write,
)
from core.figures.palette import EXPLAINED_RGB, GROUND_RGB, LINE_RGB, WHITE_RGB
from core.uploads.picture import Picture

_WIDTH, _HEIGHT = 768, 712
_SMALL, _ZOOM = 224, 12
_LARGE = 28 * _ZOOM
_UPPER, _LOWER = 60, 348
_PLACES = ((24, _UPPER), (272, _UPPER), (520, _UPPER), (24, _LOWER), (408, _LOWER))
"""Left upper corners of the panels, three small ones over two large."""

_RADIUS, _TEXT = 18, 22

_CONTEXT = 2
"""The picture is shown for this many times the digit's length around it."""

_PAPER, _FULL = 25, 98
"""Percentiles of the ink that are shown as black and as white: of what is around the digit, and of
what is in its box."""

_FIELD_RGB: Rgb = (86, 180, 233)
"""Okabe and Ito's sky blue."""


@dataclass(frozen=True, slots=True)
class _View:
    """A part of the picture, as it is shown in a panel.

    Attributes:
        part: in the pixels of the picture.
        zoom: how many of the panel's pixels one of them takes.
        left: where the part begins in the panel.
        top: the same, downwards.
    """

    part: Box
    zoom: float
    left: int
    top: int

    @classmethod
    def around(cls, box: Box, shape: tuple[int, int]) -> "_View":
        """View a square around a digit, as far as there is a picture."""
        left, top, right, bottom = box
        side = max(right - left, bottom - top) * _CONTEXT
        x, width = _span(left, right, side, shape[1])
        y, height = _span(top, bottom, side, shape[0])
        zoom = _SMALL / max(width, height)
        return cls(
            (x, y, x + width, y + height),
            zoom,
            round((_SMALL - width * zoom) / 2),
            round((_SMALL - height * zoom) / 2),
        )

    def show(self, pixels: Pixels, panel: Pixels) -> None:
        """Draw the part of a picture on a panel."""
        left, top, right, bottom = self.part
        size = (round((right - left) * self.zoom), round((bottom - top) * self.zoom))
        part = cv2.resize(pixels[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
        panel[self.top : self.top + size[1], self.left : self.left + size[0]] = part

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn points of the picture, (n, 2) x and y, into points of the panel."""
        return (points - self.part[:2]) * self.zoom + (self.left, self.top)


def draw_steps(
    picture: Picture,
    ink: NDArray[np.uint8],
    digit: Digit,
    heatmap: NDArray[np.float32],
    colours: Colours,
) -> bytes:
    """Draw how one digit was read.

    Args:
        picture: the person's own.
        ink: (h, w) how much ink there is at each pixel of it, perhaps shrunk.
        digit: one that was found in it.
        heatmap: (h, w) float32 in [0, 1], 7, 14 or 28 cells a side; all zeros where no cell speaks
            for the class.
        colours: of the heat.

    Returns:
        A JPEG of 768 by 712 pixels, always the same for the same arguments.

    Raises:
        ValueError: the digit is of the test set, and stands in no picture.
    """
    if digit.box is None or digit.warp is None:
        raise ValueError("a test digit stands in no picture")
    scale = 1 / np.array(picture.scale)
    box, warp = scaled(digit.box, scale), digit.warp * scale[:, np.newaxis]
    rows, columns, _ = picture.pixels.shape
    view = _View.around(box, (rows, columns))
    canvas = np.full((_HEIGHT, _WIDTH, 3), GROUND_RGB, np.uint8)
    first, second, third, fourth, fifth = _panels(canvas)

    view.show(picture.pixels, first)
    view.show(_white_ink(ink, view.part, box, (rows, columns)), second)
    third[:] = second
    _draw_box(third, view, box, warp)
    fourth[:] = fifth[:] = _squares(digit.image)
    _draw_normal_form(fourth, digit.image)
    _draw_cells(fifth, heatmap, colours)

    _draw_arrows(canvas)
    width, height = picture.size
    captions = (f"{width}×{height}", "", "", "28×28", f"{heatmap.shape[1]}×{heatmap.shape[0]}")
    for number, (caption, (left, top)) in enumerate(zip(captions, _PLACES, strict=True), 1):
        middle = top - 30
        disc(canvas, (left + _RADIUS, middle), _RADIUS, WHITE_RGB)
        at = (left + _RADIUS, middle)
        write(canvas, str(number), at, GROUND_RGB, size=26, bold=True, align=Align.CENTRE)
        write(canvas, caption, (left + 2 * _RADIUS + 10, middle), WHITE_RGB, size=_TEXT)
    return jpeg(canvas)


def _span(start: int, end: int, side: int, length: int) -> tuple[int, int]:
    """Find where `side` pixels around a stretch begin, and how many of them there are."""
    side = max(min(side, length), 1)
    return min(max((start + end - side) // 2, 0), length - side), side


def _panels(canvas: Pixels) -> list[Pixels]:
    """Frame the five panels."""
    panels = []
    for (left, top), side in zip(_PLACES, (_SMALL,) * 3 + (_LARGE,) * 2, strict=True):
        box = (left, top, left + side, top + side)
        outline(canvas, grown(box, 2), LINE_RGB, width=2)
        panels.append(canvas[top : top + side, left : left + side])
    return panels


def _white_ink(ink: NDArray[np.uint8], around: Box, box: Box, shape: tuple[int, int]) -> Pixels:
    """Show ink as white on black at the picture's size, from the paper to the digit's full ink."""
    large = np.asarray(cv2.resize(ink, shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    paper = float(np.percentile(_part(large, around), _PAPER))
    full = max(float(np.percentile(_part(large, box), _FULL)), paper + 1)
    table = np.interp(np.arange(256), (paper, full), (0, 255))
    grey = cv2.LUT(large, np.rint(table).astype(np.uint8))
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _part(ink: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    left, top, right, bottom = box
    return ink[top : max(bottom, top + 1), left : max(right, left + 1)]


def _draw_box(panel: Pixels, view: _View, box: Box, warp: NDArray[np.float64]) -> None:
    """Draw the digit's box, and the square that its normal form is made of."""
    corners = np.array([[0, 28, 28, 0], [0, 0, 28, 28], [1, 1, 1, 1]])
    field = np.rint(view.at((warp @ corners).T)).astype(np.int32)
    cv2.polylines(
        panel, [field], isClosed=True, color=_FIELD_RGB, thickness=2, lineType=cv2.LINE_AA
    )
    edges = np.rint(view.at(np.array(box, np.float64).reshape(2, 2))).astype(int)
    (left, top), (right, bottom) = edges.tolist()
    outline(panel, grown((left, top, right, bottom), 3), EXPLAINED_RGB, width=3)


def _squares(image: NDArray[np.float32]) -> Pixels:
    grey = np.rint(image * 255).astype(np.uint8)
    return enlarged(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8), _ZOOM)


def _draw_normal_form(panel: Pixels, image: NDArray[np.float32]) -> None:
    """Mark the 20 x 20 pixels that the digit was fitted into, and cross its centre of mass."""
    outline(panel, (0, 0, _LARGE, _LARGE), _FIELD_RGB, width=2)
    across, down = image.sum(axis=0), image.sum(axis=1)
    columns, rows = np.flatnonzero(across), np.flatnonzero(down)
    if not len(columns):
        return
    left, top = ((ends[0] + ends[-1] + 1) / 2 - 10 for ends in (columns, rows))
    box = scaled((left, top, left + 20, top + 20), np.full(2, _ZOOM))
    outline(panel, box, EXPLAINED_RGB, width=2)
    middles = np.arange(28) + 0.5
    x, y = (round(_ZOOM * float(p @ middles / p.sum())) for p in (across, down))
    for width, colour in ((4, GROUND_RGB), (2, WHITE_RGB)):
        fill(panel, grown((x - 16, y, x + 16, y), width), colour)
        fill(panel, grown((x, y - 16, x, y + 16), width), colour)


def _draw_cells(panel: Pixels, heatmap: NDArray[np.float32], colours: Colours) -> None:
    """Lay a map on the digit as it is, in cells parted by thin lines."""
    cells = np.rint(heatmap * 255).astype(np.uint8)
    side = _LARGE // len(cells)
    lay(panel, cells.repeat(side, axis=0).repeat(side, axis=1), colours)
    panel[side::side] = panel[:, side::side] = GROUND_RGB
    if not cells.any():
        at = (_LARGE // 2, _LARGE - 28)
        fill(panel, (90, _LARGE - 52, _LARGE - 90, _LARGE - 4), GROUND_RGB)
        write(panel, "max = 0", at, WHITE_RGB, size=29, bold=True, align=Align.CENTRE)


def _draw_arrows(canvas: Pixels) -> None:
    """Point from each panel to the next."""
    middle = _UPPER + _SMALL // 2
    for x in (260, 508):
        write(canvas, "▶", (x, middle), WHITE_RGB, size=20, align=Align.CENTRE)
    write(canvas, "▶", (384, _LOWER + _LARGE // 2), WHITE_RGB, size=29, align=Align.CENTRE)
    start, turn, end = 520 + _SMALL // 2, _UPPER + _SMALL + 14, 24 + _LARGE // 2
    fill(canvas, (start - 1, _UPPER + _SMALL + 2, start + 2, turn + 2), WHITE_RGB)
    fill(canvas, (end - 1, turn - 1, start + 2, turn + 2), WHITE_RGB)
    fill(canvas, (end - 1, turn - 1, end + 2, _LOWER - 18), WHITE_RGB)
    write(canvas, "▼", (end, _LOWER - 13), WHITE_RGB, size=20, align=Align.CENTRE)
