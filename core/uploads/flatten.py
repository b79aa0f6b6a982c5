"""A picture with transparency → one on paper, such that its ink stays visible."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_UNIFORM = 64
"""Ink alone varies less in luminance than this, paper with ink on it more."""


def flatten(image: Image.Image) -> NDArray[np.uint8]:
    """Lay a picture on paper of one grey.

    Ink alone needs paper unlike itself: black under light ink, white under dark. A cut-out that
    brings its own paper needs that paper carried on, so that its outline does not become ink.

    Args:
        image: of mode L or RGBA.

    Returns:
        (h, w) uint8, its luminance.
    """
    if image.mode == "L":
        return np.asarray(image)
    grey, alpha = image.convert("L"), image.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return np.asarray(grey)
    box = alpha.getbbox()
    if box is None:
        return np.zeros((image.height, image.width), np.uint8)
    coverage, visible = np.asarray(alpha.crop(box)), np.asarray(grey.crop(box))
    opaque = coverage > coverage.max() // 2
    paper = Image.new("L", image.size, _paper_for(visible[opaque], float(opaque.mean())))
    paper.paste(grey, mask=alpha)
    return np.asarray(paper)


def _paper_for(visible: NDArray[np.uint8], share: float) -> int:
    """Choose the paper's grey.

    Args:
        visible: the luminance of whatever is opaque.
        share: how much of the box around it that is.
    """
    low, typical, high = np.percentile(visible, (5, 50, 95))
    if high - low < _UNIFORM or share < 0.5:
        return 0 if typical >= 128 else 255
    return int(typical)
