"""Images, heatmaps and feature maps as panels: enlarged, upsampled, coloured and overlaid."""

from enum import StrEnum
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.arrays import ColourTable, DigitImage, FeatureMap, Greys, Heatmap, Pixels, Warp
from core.figures.canvas import fill, frame, write
from core.figures.style import EXPLAINED, GROUND, RGB, SKY, Colour, Theme

_MIN_CELL = 9  # pixels a side: lines between smaller cells would hide them
_SIDE, _FINE = 28, 112  # of a digit's image, and of a heatmap that is upsampled to be warped

_OPACITY = 0.65
"""Opacity of a strong heatmap: a third of the contrast between ink and paper stays visible."""

_OPAQUE_FROM = 0.5
"""Share of the maximum from which a heatmap has its full opacity; of a signed one only the maximum
has it. Below it the opacity falls smoothly to 0, so that weak values do not veil the ink."""

_EDGE = 4
"""Pixels of the 28 at the edges of a digit's image, beside the 20 that its ink was fitted into."""


class Colormap(StrEnum):
    """The colormaps that a heatmap can be drawn with."""

    VIRIDIS = "viridis"
    JET = "jet"
    DIVERGING = "diverging"
    """For signed heatmaps: orange is evidence for the class, sky blue evidence against it."""

    @property
    def table(self) -> ColourTable:
        """The colours of heatmaps from 0 to 1, or of signed ones from -1 to 1."""
        return _table(self)

    @property
    def least(self) -> int:
        """The value of the first colour: 0, or -1 for signed heatmaps."""
        return -1 if self is Colormap.DIVERGING else 0

    def scale(self, heatmap: Heatmap) -> Heatmap:
        """Map a heatmap to [0, 1], from the first colour to the last."""
        least = np.float32(self.least)
        return (heatmap - least) / (1 - least)


def to_uint8(values: FeatureMap) -> Greys:
    """Scale values in [0, 1] to 0 to 255; others are clipped."""
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def enlarge(pixels: Pixels, width: int) -> Pixels:
    """Resize (h, w) or (h, w, 3) to a width in pixels, in proportion and without smoothing.

    Pixels of this width are returned as they are, not copied.
    """
    if pixels.shape[1] == width:
        return pixels
    size = (width, width * pixels.shape[0] // pixels.shape[1])
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def grey(values: DigitImage | FeatureMap, side: int, vmax: float = 1.0) -> Pixels:
    """Return an image or a feature map, `side` pixels wide; 0 is black, and `vmax` is white."""
    levels = enlarge(to_uint8(values / (vmax or 1)), side)
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_GRAY2RGB), np.uint8)


def diverging(values: FeatureMap, side: int, vmax: float | None = None) -> Pixels:
    """Return values in orange where they are positive, and in sky blue where negative.

    The magnitude `vmax`, by default the largest, has the full colour, and zero that of the ground.
    """
    largest = float(np.abs(values).max()) if vmax is None else vmax
    share = np.clip(np.abs(values) / (largest or 1), 0, 1)[..., np.newaxis]
    full = np.where(values[..., np.newaxis] > 0, EXPLAINED, SKY)
    panel = enlarge(np.rint(GROUND + (full - GROUND) * share).astype(np.uint8), side)
    draw_cell_lines(panel, values.shape)
    return panel


def heatmap_cells(heatmap: Heatmap, side: int, colormap: Colormap = Colormap.VIRIDIS) -> Pixels:
    """Return the cells of a heatmap as they were computed, or a panel that marks it as empty."""
    panel = enlarge(colormap.table[to_uint8(colormap.scale(heatmap))], side)
    if heatmap.any():
        draw_cell_lines(panel, heatmap.shape)
    else:
        mark_empty(panel, RGB)
    return panel


def draw_cell_lines(panel: Pixels, cells: tuple[int, ...], colour: Colour = 0) -> None:
    """Draw thin lines between the cells of a panel, if each cell is at least 9 pixels a side.

    Args:
        panel: (h, w, 3) RGB or (h, w) palette indices, uint8; drawn on in place.
        cells: The number of rows and of columns of cells.
        colour: The colour of the lines; black by default.
    """
    (height, width), (rows, columns) = panel.shape[:2], cells
    if min(height / rows, width / columns) >= _MIN_CELL:
        panel[np.rint(np.arange(1, rows) * height / rows).astype(int)] = colour
        panel[:, np.rint(np.arange(1, columns) * width / columns).astype(int)] = colour


def mark_empty(panel: Pixels, theme: Theme) -> None:
    """Hatch the panel of a heatmap that is zero everywhere, and write `max = 0` on it."""
    side = len(panel)
    middle, size = side // 2, side // 8
    panel[_hatching(side)] = theme.line
    fill(panel, (side // 6, middle - size, side - side // 6, middle + size), theme.ground)
    write(panel, "max = 0", (middle, middle), theme.text, size=size, bold=True, ha="center")


@cache
def _hatching(side: int) -> tuple[NDArray[np.intp], ...]:
    """Return the rows and columns of diagonal lines in a square."""
    x, y = np.ogrid[:side, :side]
    return np.nonzero((x + y) % 16 < 3)


def upsample(heatmap: Heatmap, side: int) -> Greys:
    """Interpolate a heatmap smoothly to `side` by `side` pixels."""
    cells = to_uint8(heatmap)
    return np.asarray(cv2.resize(cells, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)


def warp_heatmap(heatmap: Heatmap, warp: Warp, shape: tuple[int, int]) -> tuple[Greys, Box]:
    """Map a heatmap to the picture that its digit was read from.

    The edge of the digit's image is nothing that can be seen in the picture, so the heatmap fades
    out over the outer 4 of the 28 pixels, which have no ink as a rule.

    Returns:
        The part of the picture that the image covers, with the upsampled heatmap, 0 elsewhere; and
        the box of that part.
    """
    corners = warp @ np.array([[0, _SIDE, 0, _SIDE], [0, 0, _SIDE, _SIDE], [1, 1, 1, 1]])
    size = shape[::-1]
    left, top = np.clip(np.floor(corners.min(axis=1)), 0, size).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=1)), 0, size).astype(int).tolist()
    warped = np.zeros((bottom - top, right - left), np.uint8)
    if warped.size:  # OpenCV aborts on an empty array
        # OpenCV's coordinates are those of pixel centres, the warp's of pixel edges.
        to_part = warp.copy()
        to_part[:, :2] *= _SIDE / _FINE
        to_part[:, 2] += to_part[:, :2].sum(axis=1) / 2 - 0.5 - (left, top)
        faded = cv2.multiply(upsample(heatmap, _FINE), _fade(), scale=1 / 255)
        cv2.warpAffine(faded, to_part, (right - left, bottom - top), warped)
    return warped, (left, top, right, bottom)


@cache
def _fade() -> Greys:
    """Return how much of an upsampled heatmap is shown: 255, and 0 at the edges."""
    half, edge = 0.5 / _FINE, _EDGE / _SIDE
    x = np.linspace(half / edge, (1 - half) / edge, _FINE, dtype=np.float32)
    kept = smoothstep(np.minimum(x, x[::-1]))
    return to_uint8(np.minimum(kept[:, np.newaxis], kept))


def smoothstep(x: FeatureMap) -> FeatureMap:
    """Rise from 0 to 1, as x does, without a kink at either end."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def overlay(pixels: Pixels, heatmap: Greys, colormap: Colormap, light: float = 1.0) -> Pixels:
    """Return an image with a heatmap of the same size blended into it.

    Each pixel becomes `(1 - a) * pixel + a * colour`. The opacity a rises smoothly from 0 where the
    heatmap is 0, so that the image does not change there, to 0.65 from half of the maximum on.

    With less `light` than 1 the image is darker by this factor where the heatmap is 0, and less so
    the more opaque the heatmap is: on white paper, the brightest colours are hardly visible.
    """
    blended = np.asarray(cv2.convertScaleAbs(pixels, alpha=light), np.uint8)
    left, top, width, height = cv2.boundingRect(heatmap)
    if width:  # OpenCV aborts on an empty array
        part = np.s_[top : top + height, left : left + width]
        blended[part] = blend(pixels[part], heatmap[part], colormap, light)
    return blended


def blend(pixels: Pixels, heatmap: Greys, colormap: Colormap, light: float = 1.0) -> Pixels:
    """Return an image with a heatmap blended into it, as `overlay`, also a signed one.

    A signed heatmap is 255 where it is 1, and 0 where it is -1. Its opacity rises with the
    magnitude, and its colours are the two ends of the colormap.
    """
    kept, added = _blending(colormap, light)
    under = cv2.multiply(pixels, cv2.applyColorMap(heatmap, kept), scale=1 / 255)
    return np.asarray(cv2.add(under, cv2.applyColorMap(heatmap, added)), np.uint8)


def overlay_digit(image: DigitImage, heatmap: Heatmap, side: int) -> Pixels:
    """Return a digit with its upsampled heatmap over it."""
    return overlay(grey(image, side), upsample(heatmap, side), Colormap.VIRIDIS)


@lru_cache(maxsize=128)
def _blending(colormap: Colormap, light: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return what is kept of a pixel and what is added to it, (256, 1, 3) each, by heat."""
    x, colours = np.linspace(0, 1, 256, dtype=np.float32) / _OPAQUE_FROM, colormap.table
    if colormap is Colormap.DIVERGING:
        x, colours = (
            np.abs(np.linspace(-1, 1, 256, dtype=np.float32)),
            colours[[0, -1]].repeat(128, 0),
        )
    rise = np.repeat(smoothstep(x), 3).reshape(256, 1, 3)
    opacity = _OPACITY * rise
    kept = (1 - opacity) * (light + (1 - light) * rise)
    added = opacity * colours[:, np.newaxis]
    return np.rint(255 * kept).astype(np.uint8), np.rint(added).astype(np.uint8)


def draw_colorbar(
    canvas: Pixels,
    left: int,
    right: int,
    middle: int,
    colours: NDArray[np.uint8],
    theme: Theme,
    least: int = 0,
) -> None:
    """Draw a colour scale from the number `least` at the left to the number 1 at the right.

    The colours are (n, 3) for an RGB canvas, and (n,) for an indexed one.
    """
    start, end = left + (27 if least == 0 else 43), right - 27
    steps = np.rint(np.linspace(0, len(colours) - 1, end - start)).astype(int)
    frame(canvas, (start, middle - 8, end, middle + 8), theme.line, width=2)
    canvas[middle - 8 : middle + 8, start:end] = colours[steps]
    write(canvas, str(least).replace("-", "−"), (left, middle), theme.text)
    write(canvas, "1", (right, middle), theme.text, ha="right")


@cache
def _table(colormap: Colormap) -> ColourTable:
    """Return viridis from OpenCV, or compute Matplotlib's jet, which is piecewise linear.

    The lightness of viridis rises evenly, also for colour-blind eyes and in greyscale (Smith, van
    der Walt and Firing, https://bids.github.io/colormap). That of jet rises and falls, which shows
    edges where the data have none; it is offered because many tutorials use it. The diverging
    colormap leaves the ground's grey for sky blue or orange, which colour-blind eyes tell apart.
    """
    if colormap is Colormap.VIRIDIS:
        bgr = cv2.applyColorMap(np.arange(256, dtype=np.uint8), cv2.COLORMAP_VIRIDIS)
        table = bgr.reshape(256, 3)[:, ::-1].astype(np.uint8)
    elif colormap is Colormap.DIVERGING:
        x, stops = np.linspace(-1, 1, 256), np.array([SKY, GROUND, EXPLAINED]).T
        table = np.rint([np.interp(x, (-1, 0, 1), stop) for stop in stops]).T.astype(np.uint8)
    else:
        x = np.linspace(0, 1, 256)
        red = np.interp(x, (0.35, 0.66, 0.89, 1), (0, 1, 1, 0.5))
        green = np.interp(x, (0.125, 0.375, 0.64, 0.91), (0, 1, 1, 0))
        blue = np.interp(x, (0, 0.11, 0.34, 0.65), (0.5, 1, 1, 0))
        table = np.rint(255 * np.stack([red, green, blue], axis=1)).astype(np.uint8)
    table.setflags(write=False)
    return table
