"""Text as pixels, in DejaVu Sans: Matplotlib brings this font, so that none is shipped here."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_CAP_HEIGHT = 0.729
"""Height of a digit or a capital in DejaVu Sans, in font sizes."""


@lru_cache(maxsize=1024)
def text_mask(text: str, size: int, *, bold: bool = False) -> NDArray[np.uint8]:
    """Draw one line of text.

    Args:
        text: what to write.
        size: of the font, in pixels.
        bold: in the bold face.

    Returns:
        (h, w) uint8, not writable: how much of each pixel is covered, from 0 to 255. The middle
        row is the middle of a digit's height, so that texts of any size line up.
    """
    font = _font(size, bold=bold)
    width, height = round(font.getlength(text)), 2 * (size // 2 + size // 8)
    baseline = (height + round(_CAP_HEIGHT * size)) // 2
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((0, baseline), text, fill=255, font=font, anchor="ls")
    mask = np.array(image)
    mask.setflags(write=False)
    return mask


def text_width(text: str, size: int, *, bold: bool = False) -> int:
    """Measure how many pixels wide `text_mask` is."""
    return round(_font(size, bold=bold).getlength(text))


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    matplotlib = find_spec("matplotlib")  # finds the package without importing it
    if matplotlib is None or matplotlib.origin is None:
        raise FileNotFoundError("DejaVu Sans is Matplotlib's, which is not installed.")
    folder = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"
    file = folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
