"""Replacement of transparency by paper: one on which the ink is visible, or white."""

import numpy as np
from PIL import Image, ImageFilter

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)

_UNIFORM = 64
"""Ink alone has a range of luminance below this, or fills less than half of its bounding box. Paper
with ink on it does neither."""


def on_white(image: Image.Image) -> Image.Image:
    """Return an image, RGB or RGBA, in RGB on white."""
    if image.mode == "RGB":
        return image
    paper = Image.new("RGB", image.size, _WHITE)
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return paper


def flatten(image: Image.Image) -> Image.Image:
    """Return an image, RGB or RGBA, in RGB on paper of one colour.

    Ink alone gets contrasting paper: black under light ink, white under dark. A cut-out of paper
    gets the colour of its edge, so that its outline does not look like ink.
    """
    if image.mode == "RGB":
        return image
    colours, alpha = image.convert("RGB"), image.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return colours
    box = alpha.getbbox()
    if box is None:
        return Image.new("RGB", image.size, _WHITE)
    paper = Image.new("RGB", image.size, _paper_colour(colours.crop(box), alpha.crop(box)))
    paper.paste(colours, mask=alpha)
    return paper


def _paper_colour(colours: Image.Image, alpha: Image.Image) -> tuple[int, ...]:
    """Choose the colour of the paper for an image, cropped to what is visible."""
    strongest = alpha.getextrema()[1]
    opaque = alpha.point(lambda coverage: 255 * (2 * coverage > strongest))
    visible = np.asarray(opaque) > 0
    low, typical, high = np.percentile(np.asarray(colours.convert("L"))[visible], (5, 50, 95))
    if high - low < _UNIFORM or visible.mean() < 0.5:
        return _BLACK if typical >= 128 else _WHITE
    inner = np.asarray(opaque.filter(ImageFilter.MinFilter(3))) > 0
    edge = visible & ~inner
    colour = np.median(np.asarray(colours)[edge if edge.any() else visible], axis=0)
    return tuple(int(channel) for channel in colour)
