"""Numbered panels that show, step by step, how a digit is read from a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit
from core.figures.arrays import DigitImage, Greys, Pixels, Warp
from core.figures.canvas import (
    Point,
    blank,
    disc,
    fill,
    grown,
    outline,
    polyline,
    put,
    scaled,
    write,
)
from core.figures.heatmaps import grey
from core.figures.style import EXPLAINED, GROUND, SKY, WHITE
from core.uploads.decoded_image import DecodedImage

_ABOVE = 30  # pixels from the middle of a caption to its panel
_RADIUS = 18

_CONTEXT = 2
"""A digit is shown in a square of this many times its length."""

_PAPER, _INK = 25, 99.5
"""Percentiles of the ink: in the panel, shown as black, and in a box, shown as white."""


class Panel(NamedTuple):
    """A panel, its upper left corner, and a caption."""

    pixels: Pixels
    at: Point
    caption: str = ""


def draw_panels(height: int, panels: Sequence[Panel]) -> Pixels:
    """Return a canvas with panels on it, numbered from 1."""
    canvas = blank(height)
    for number, (pixels, (left, top), caption) in enumerate(panels, 1):
        put(canvas, pixels, (left, top))
        centre = (left + _RADIUS, top - _ABOVE)
        disc(canvas, centre, _RADIUS, WHITE)
        write(canvas, str(number), centre, GROUND, size=26, bold=True, ha="center")
        write(canvas, caption, (left + 2 * _RADIUS + 10, top - _ABOVE))
    return canvas


def locate(digit: Digit, picture: DecodedImage) -> tuple[Box, Warp]:
    """Return the box and the warp of a digit in `picture.pixels`.

    Raises:
        ValueError: If it is a test digit, which is in no picture.
    """
    if digit.box is None or digit.warp is None:
        raise ValueError("A test digit is in no picture.")
    scale = 1 / np.array(picture.scale)
    return scaled(digit.box, scale), digit.warp * scale[:, np.newaxis]


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """A square part of a picture, shown in a panel of `side` pixels.

    The corner and the length are in `picture.pixels`; the corner is negative if the part is larger.
    """

    picture: DecodedImage
    corner: Point
    length: int
    side: int

    @classmethod
    def around(cls, picture: DecodedImage, box: Box, side: int, context: int = _CONTEXT) -> Self:
        """Return a view of `context` times the length of a box, within the picture if possible."""
        left, top, right, bottom = box
        rows, columns, _ = picture.pixels.shape
        length = max(min(max(right - left, bottom - top) * context, max(rows, columns)), 1)
        _, x, _ = sorted((0, (left + right - length) // 2, columns - length))
        _, y, _ = sorted((0, (top + bottom - length) // 2, rows - length))
        return cls(picture, (x, y), length, side)

    def show(self) -> Pixels:
        """Return the panel, (side, side, 3)."""
        return self._crop(self.picture.pixels, GROUND[0])

    def show_ink(self, ink: Greys, box: Box, min_ink: int = 1) -> Pixels:
        """Return the panel with the ink map, which may be shrunk, in white on black.

        The ink in the box is white if it differs by at least `min_ink`, of 255, from the paper.
        """
        size = self.picture.pixels.shape[1::-1]
        part = self._crop(np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR)), 0)
        left, top, right, bottom = np.clip(self.locate_box(box), 0, self.side - 1).tolist()
        inked = part[top : max(bottom, top + 1), left : max(right, left + 1)]
        paper = _percentile(part, _PAPER)
        full = max(_percentile(inked, _INK), paper + min_ink)
        white = np.interp(np.arange(256), (paper, full), (0, 255))
        return np.asarray(cv2.cvtColor(np.rint(white).astype(np.uint8)[part], cv2.COLOR_GRAY2RGB))

    def locate_points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map points of the picture, (n, 2), to points of the panel."""
        return (points - self.corner) * (self.side / self.length)

    def locate_box(self, box: Box) -> Box:
        """Map a box of the picture to one of the panel."""
        points = self.locate_points(np.reshape(box, (2, 2)).astype(np.float64))
        left, top, right, bottom = np.rint(points).astype(int).ravel().tolist()
        return left, top, right, bottom

    def _crop(self, pixels: NDArray[np.uint8], background: int) -> NDArray[np.uint8]:
        """Return the part of (h, w) or (h, w, 3) at the size of the panel, on a grey background."""
        (x, y), length = self.corner, self.length
        part = np.full((length, length, *pixels.shape[2:]), background, np.uint8)
        inside = pixels[max(y, 0) : y + length, max(x, 0) : x + length]
        rows, columns = inside.shape[:2]
        part[max(-y, 0) : max(-y, 0) + rows, max(-x, 0) : max(-x, 0) + columns] = inside
        size = (self.side, self.side)
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def draw_box(panel: Pixels, view: View, box: Box, warp: Warp) -> None:
    """Draw a digit's box, and the square that becomes its image."""
    corners = np.array([[0, 28, 28, 0], [0, 0, 28, 28], [1, 1, 1, 1]])
    polyline(panel, view.locate_points((warp @ corners).T), SKY, width=2, closed=True)
    outline(panel, grown(view.locate_box(box), 3), EXPLAINED, width=3)


def image_panel(image: DigitImage, side: int) -> Pixels:
    """Return a digit's image, with the 20 x 20 that it was fitted into and its centre of mass."""
    panel, zoom = grey(image, side), side // 28
    outline(panel, (0, 0, side, side), SKY, width=2)
    across, down = image.sum(axis=0), image.sum(axis=1)
    columns, rows = np.flatnonzero(across), np.flatnonzero(down)
    if len(columns):
        left, top = ((ends[0] + ends[-1] + 1) / 2 - 10 for ends in (columns, rows))
        fitted = scaled((left, top, left + 20, top + 20), np.full(2, zoom))
        outline(panel, fitted, EXPLAINED, width=2)
        centres = np.arange(28) + 0.5
        x, y = (round(zoom * float(ink @ centres / ink.sum())) for ink in (across, down))
        for width, colour in ((4, GROUND), (2, WHITE)):
            fill(panel, grown((x - 16, y, x + 16, y), width), colour)
            fill(panel, grown((x, y - 16, x, y + 16), width), colour)
    return panel


def _percentile(grey: Greys, percent: float) -> int:
    """Return a percentile, by counting; NumPy's function takes twenty times as long."""
    counts = np.bincount(grey.ravel(), minlength=256)
    return int(np.searchsorted(counts.cumsum(), percent / 100 * grey.size))
