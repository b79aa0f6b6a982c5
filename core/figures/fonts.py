"""Text as pixels, in DejaVu Sans. Matplotlib brings this font, so none is shipped here."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.figures.arrays import Greys

_CAP_HEIGHT = 0.729
"""The height of a digit or a capital in DejaVu Sans, as a share of the font size."""


@lru_cache(maxsize=1024)
def text_mask(text: str, size: int, *, bold: bool = False) -> Greys:
    """Render one line of text.

    Args:
        text: One line.
        size: Of the font, in pixels.
        bold: Whether to use the bold face.

    Returns:
        (h, w), read-only: how much of each pixel is covered. The middle row is the middle of a
        digit's height, so that text of different sizes lines up.
    """
    font = _font(size, bold=bold)
    width, height = round(font.getlength(text)), 2 * (size // 2 + size // 8)
    baseline = (height + round(_CAP_HEIGHT * size)) // 2
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((0, baseline), text, fill=255, font=font, anchor="ls")
    mask = np.array(image)
    mask.setflags(write=False)
    return mask


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    matplotlib = find_spec("matplotlib")  # finds the package without importing it
    if matplotlib is None or matplotlib.origin is None:
        raise FileNotFoundError("The font DejaVu Sans comes with Matplotlib, which is missing.")
    folder = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"
    file = folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
