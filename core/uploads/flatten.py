"""A picture with transparency → one on paper, such that its ink stays visible."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)

_UNIFORM = 64
"""Ink alone varies less in luminance than this, or fills less than half of the box around it;
paper with ink on it does neither."""


def flatten(image: Image.Image) -> Image.Image:
    """Lay a picture on paper of one colour.

    Ink alone needs paper unlike itself: black under light ink, white under dark. A cut-out that
    brings its own paper needs that paper carried on, so that its outline does not become ink.

    Args:
        image: of mode RGB or RGBA.

    Returns:
        One of mode RGB.
    """
    if image.mode == "RGB":
        return image
    colours, alpha = image.convert("RGB"), image.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return colours
    box = alpha.getbbox()
    if box is None:
        return Image.new("RGB", image.size, _WHITE)
    paper = Image.new("RGB", image.size, _paper_for(colours.crop(box), alpha.crop(box)))
    paper.paste(colours, mask=alpha)
    return paper


def _paper_for(colours: Image.Image, alpha: Image.Image) -> tuple[int, ...]:
    """Choose the paper's colour.

    Args:
        colours: of mode RGB, cut to what can be seen.
        alpha: of mode L, and somewhere above 0.
    """
    strongest = alpha.getextrema()[1]
    opaque = alpha.point(lambda coverage: 255 * (2 * coverage > strongest))
    seen = np.asarray(opaque) > 0
    low, typical, high = np.percentile(np.asarray(colours.convert("L"))[seen], (5, 50, 95))
    if high - low < _UNIFORM or seen.mean() < 0.5:
        return _BLACK if typical >= 128 else _WHITE
    inner = np.asarray(opaque.filter(ImageFilter.MinFilter(3))) > 0
    rim = seen & ~inner
    return _median(np.asarray(colours)[rim if rim.any() else seen])


def _median(colours: NDArray[np.uint8]) -> tuple[int, ...]:
    return tuple(int(part) for part in np.median(colours, axis=0))
