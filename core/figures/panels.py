"""What the strips of steps have in common: a picture, its ink and its normal form, in panels."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.canvas import Align
from core.figures.paint import Pixels, Rgb, disc, enlarged, fill, grown, outline, scaled, write
from core.figures.palette import EXPLAINED_RGB, GROUND_RGB, LINE_RGB, WHITE_RGB

RADIUS = 18
"""Of the disc that a panel's number stands on."""

_ABOVE = 30  # a panel, in pixels, is the middle of its caption
_TEXT = 22

_CONTEXT = 2
"""The picture is shown for this many times the digit's length around it."""

_PAPER, _FULL = 25, 98
"""Percentiles of the ink that are shown as black and as white: of what is around the digit, and of
what is in its box."""

_FIELD_RGB: Rgb = (86, 180, 233)
"""Okabe and Ito's sky blue."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel is on the canvas: its left upper corner, and how long its sides are."""

    left: int
    top: int
    side: int

    def framed(self, canvas: Pixels) -> Pixels:
        """Frame the panel, and return it to be drawn on."""
        box = (self.left, self.top, self.left + self.side, self.top + self.side)
        outline(canvas, grown(box, 2), LINE_RGB, width=2)
        return canvas[self.top : self.top + self.side, self.left : self.left + self.side]

    def caption(self, canvas: Pixels, number: int, text: str) -> None:
        """Write a panel's number and what it measures above it."""
        middle = self.top - _ABOVE
        at = (self.left + RADIUS, middle)
        disc(canvas, at, RADIUS, WHITE_RGB)
        write(canvas, str(number), at, GROUND_RGB, size=26, bold=True, align=Align.CENTRE)
        write(canvas, text, (self.left + 2 * RADIUS + 10, middle), WHITE_RGB, size=_TEXT)


@dataclass(frozen=True, slots=True)
class View:
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
    def of(cls, part: Box, side: int) -> Self:
        """View a part of the picture as large as a panel of that side shows it."""
        left, top, right, bottom = part
        width, height = right - left, bottom - top
        zoom = side / max(width, height)
        return cls(part, zoom, round((side - width * zoom) / 2), round((side - height * zoom) / 2))

    @classmethod
    def around(cls, box: Box, shape: tuple[int, int], side: int) -> Self:
        """View a square around a digit, as far as there is a picture."""
        left, top, right, bottom = box
        length = max(right - left, bottom - top) * _CONTEXT
        x, width = _span(left, right, length, shape[1])
        y, height = _span(top, bottom, length, shape[0])
        return cls.of((x, y, x + width, y + height), side)

    def show(self, pixels: Pixels, panel: Pixels) -> None:
        """Draw the part of a picture on a panel."""
        left, top, right, bottom = self.part
        size = (
            max(round((right - left) * self.zoom), 1),
            max(round((bottom - top) * self.zoom), 1),
        )
        part = cv2.resize(pixels[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
        panel[self.top : self.top + size[1], self.left : self.left + size[0]] = part

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn points of the picture, (n, 2) x and y, into points of the panel."""
        return (points - self.part[:2]) * self.zoom + (self.left, self.top)


def white_ink(
    ink: NDArray[np.uint8],
    around: Box,
    box: Box,
    shape: tuple[int, int],
    *,
    full: float = _FULL,
    faintest: float = 1,
) -> Pixels:
    """Show ink as white on black at the picture's size, from the paper to the digit's full ink.

    Args:
        ink: how much there is, perhaps shrunk.
        around: what is shown, in pixels of the picture.
        box: where the digit is.
        shape: rows and columns of the picture.
        full: the percentile of the ink in the box that is shown as white.
        faintest: ink no stronger than this is not made so.
    """
    large = np.asarray(cv2.resize(ink, shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    paper = float(np.percentile(_part(large, around), _PAPER))
    strong = max(float(np.percentile(_part(large, box), full)), paper + faintest)
    table = np.interp(np.arange(256), (paper, strong), (0, 255))
    grey = cv2.LUT(large, np.rint(table).astype(np.uint8))
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _part(ink: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    left, top, right, bottom = box
    return ink[top : max(bottom, top + 1), left : max(right, left + 1)]


def draw_box(panel: Pixels, view: View, box: Box, warp: NDArray[np.float64]) -> None:
    """Draw the digit's box, and the square that its normal form is made of."""
    corners = np.array([[0, 28, 28, 0], [0, 0, 28, 28], [1, 1, 1, 1]])
    field = np.rint(view.at((warp @ corners).T)).astype(np.int32)
    cv2.polylines(
        panel, [field], isClosed=True, color=_FIELD_RGB, thickness=2, lineType=cv2.LINE_AA
    )
    edges = np.rint(view.at(np.array(box, np.float64).reshape(2, 2))).astype(int)
    (left, top), (right, bottom) = edges.tolist()
    outline(panel, grown((left, top, right, bottom), 3), EXPLAINED_RGB, width=3)


def squares(image: NDArray[np.float32], side: int) -> Pixels:
    """Show a normal form pixel by pixel, on a panel of that side."""
    grey = np.rint(image * 255).astype(np.uint8)
    return enlarged(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8), side // 28)


def draw_normal_form(panel: Pixels, image: NDArray[np.float32]) -> None:
    """Mark the 20 x 20 pixels that the digit was fitted into, and cross its centre of mass."""
    zoom = len(panel) // 28
    outline(panel, (0, 0, len(panel), len(panel)), _FIELD_RGB, width=2)
    across, down = image.sum(axis=0), image.sum(axis=1)
    columns, rows = np.flatnonzero(across), np.flatnonzero(down)
    if not len(columns):
        return
    left, top = ((ends[0] + ends[-1] + 1) / 2 - 10 for ends in (columns, rows))
    box = scaled((left, top, left + 20, top + 20), np.full(2, zoom))
    outline(panel, box, EXPLAINED_RGB, width=2)
    middles = np.arange(28) + 0.5
    x, y = (round(zoom * float(p @ middles / p.sum())) for p in (across, down))
    for width, colour in ((4, GROUND_RGB), (2, WHITE_RGB)):
        fill(panel, grown((x - 16, y, x + 16, y), width), colour)
        fill(panel, grown((x, y - 16, x, y + 16), width), colour)


def _span(start: int, end: int, side: int, length: int) -> tuple[int, int]:
    """Find where `side` pixels around a stretch begin, and how many of them there are."""
    side = max(min(side, length), 1)
    return min(max((start + end - side) // 2, 0), length - side), side
