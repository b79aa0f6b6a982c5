"""Drawing on arrays: boxes, text, panels and lines, and encoding the result.

A canvas is (h, w, 3) RGB or (h, w) palette indices, uint8. Functions draw on it in place, and what
reaches beyond its edges is cut off. Boxes and points are in pixels from the upper left corner; the
right and lower edges of a box are exclusive. The same calls always give the same bytes.

Text is in DejaVu Sans. Matplotlib brings this font, so none is shipped here.
"""

import io
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.digit import Box
from core.figures.arrays import Greys, Pixels
from core.figures.style import EXPLAINED, GROUND, LINE, TEXT, WHITE, WIDTH, Colour, Ink, Rgb

Point = tuple[int, int]
"""x and y."""

_CAP_HEIGHT = 0.729
"""The height of a digit or a capital in DejaVu Sans, as a share of the font size."""

_SHARE_LEFT = {"left": 0.0, "center": 0.5, "right": 1.0}

_FRACTION_BITS = 4  # of the coordinates that OpenCV takes


def blank(height: int, width: int = WIDTH) -> Pixels:
    """Return an empty RGB canvas."""
    return np.full((height, width, 3), GROUND[0], np.uint8)  # a grey; three values take much longer


def grown(box: Box, by: int) -> Box:
    """Return a box with every edge moved outwards."""
    left, top, right, bottom = box
    return left - by, top - by, right + by, bottom + by


def scaled(box: Box, scale: NDArray[np.float64]) -> Box:
    """Return a box multiplied by a scale, (2,) across and down, and rounded to whole pixels."""
    left, top, right, bottom = np.rint(np.reshape(box, (2, 2)) * scale).astype(int).ravel().tolist()
    return left, top, right, bottom


def fill(canvas: Pixels, box: Box, colour: Colour) -> None:
    """Fill a box."""
    left, top, right, bottom = box
    canvas[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = colour


def outline(canvas: Pixels, box: Box, colour: Colour, *, width: int) -> None:
    """Draw a line along the inside of a box."""
    left, top, right, bottom = box
    fill(canvas, (left, top, right, top + width), colour)
    fill(canvas, (left, bottom - width, right, bottom), colour)
    fill(canvas, (left, top, left + width, bottom), colour)
    fill(canvas, (right - width, top, right, bottom), colour)


def frame(canvas: Pixels, box: Box, colour: Colour = EXPLAINED, *, width: int = 4) -> None:
    """Draw a line around the outside of a box."""
    outline(canvas, grown(box, width), colour, width=width)


def put(canvas: Pixels, panel: Pixels, at: Point, line: Rgb = LINE, *, title: str = "") -> None:
    """Copy a panel to an RGB canvas, in a frame around it and with a title 28 pixels above."""
    left, top = at
    height, width, _ = panel.shape
    frame(canvas, (left, top, left + width, top + height), line, width=2)
    canvas[top : top + height, left : left + width] = panel
    write(canvas, title, (left, top - 28))


def write(
    canvas: Pixels,
    text: str,
    at: Point,
    ink: Ink = WHITE,
    *,
    size: int = TEXT,
    bold: bool = False,
    ha: Literal["left", "center", "right"] = "left",
) -> None:
    """Write one line of text.

    Args:
        canvas: RGB or indexed; drawn on in place.
        text: The line.
        at: x is the left edge, the centre or the right edge, as `ha` says; y is the middle of a
            digit's height.
        ink: The colour, for this kind of canvas.
        size: Font size in pixels.
        bold: Whether the text is bold.
        ha: Horizontal alignment.
    """
    mask = text_mask(text, size, bold=bold)
    height, width = mask.shape
    _stamp(canvas, mask, at[0] - round(_SHARE_LEFT[ha] * width), at[1] - height // 2, ink)


@lru_cache(maxsize=1024)
def text_mask(text: str, size: int, *, bold: bool = False) -> Greys:
    """Return how much of each pixel is covered by one line of text, (h, w), read-only.

    The middle row is the middle of a digit's height, so that text of different sizes lines up.
    """
    font = _font(size, bold=bold)
    before = max(-round(font.getbbox(text, anchor="ls")[0]), 0)  # a J begins left of its place
    width, height = before + round(font.getlength(text)), 2 * (size // 2 + size // 8)
    baseline = (height + round(_CAP_HEIGHT * size)) // 2
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((before, baseline), text, fill=255, font=font, anchor="ls")
    mask = np.array(image)
    mask.setflags(write=False)
    return mask


def disc(canvas: Pixels, centre: Point, radius: int, colour: Rgb) -> None:
    """Fill a circle."""
    cv2.circle(canvas, centre, radius, colour, cv2.FILLED, cv2.LINE_AA)


def polyline(
    canvas: Pixels, points: NDArray[np.float64], colour: Rgb, *, width: int, closed: bool = False
) -> None:
    """Draw straight lines from point to point, (n, 2)."""
    fixed = np.rint(points * (1 << _FRACTION_BITS)).astype(np.int32)
    cv2.polylines(canvas, [fixed], closed, colour, width, cv2.LINE_AA, _FRACTION_BITS)


def to_png(canvas: Pixels, palette: bytes | None = None) -> bytes:
    """Encode an RGB canvas, or an indexed one with its palette of 768 bytes, without loss."""
    image = Image.fromarray(canvas)
    if palette is not None:
        image.putpalette(palette)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def to_jpeg(canvas: Pixels) -> bytes:
    """Encode an RGB canvas with colours at full resolution, which keeps thin lines sharp.

    OpenCV is faster here than Pillow, and slower in `to_png`.
    """
    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    bgr = cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR)
    _, file = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 88, *sampling])
    return file.tobytes()


def _stamp(canvas: Pixels, mask: Greys, left: int, top: int, ink: Ink) -> None:
    """Lay ink on the canvas, as opaque as the mask, 0 to 255."""
    rows, columns = canvas.shape[:2]
    mask = mask[max(-top, 0) : max(rows - top, 0), max(-left, 0) : max(columns - left, 0)]
    height, width = mask.shape
    top, left = max(top, 0), max(left, 0)
    under = canvas[top : top + height, left : left + width]
    if isinstance(ink, tuple):
        under[:] = np.rint(under + (np.array(ink) - under) * (mask[..., np.newaxis] / 255))
    elif mask.size:  # OpenCV refuses an empty array
        cv2.copyTo(cv2.LUT(mask, ink), mask, under)


def font_file(*, bold: bool) -> Path:
    """Return the file of the font.

    Raises:
        FileNotFoundError: If Matplotlib, which brings it, is missing.
    """
    matplotlib = find_spec("matplotlib")  # finds the package without importing it
    if matplotlib is None or matplotlib.origin is None:
        raise FileNotFoundError("The font DejaVu Sans comes with Matplotlib, which is missing.")
    folder = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"
    return folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(bold=bold), size, layout_engine=ImageFont.Layout.BASIC)
