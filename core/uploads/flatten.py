"""A picture with transparency → one on paper, such that its ink stays visible."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_UNIFORM = 64
"""Ink alone varies less in luminance than this, or fills less than half of the box around it;
paper with ink on it does neither."""


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
    paper = Image.new("L", image.size, _paper_for(visible, opaque))
    paper.paste(grey, mask=alpha)
    return np.asarray(paper)


def _paper_for(grey: NDArray[np.uint8], opaque: NDArray[np.bool_]) -> int:
    """Choose the paper's grey.

    Args:
        grey: (h, w) luminance, cut to what is opaque.
        opaque: (h, w) where something is to be seen; somewhere it is.
    """
    low, typical, high = np.percentile(grey[opaque], (5, 50, 95))
    if high - low < _UNIFORM or opaque.mean() < 0.5:
        return 0 if typical >= 128 else 255
    inner = cv2.erode(opaque.astype(np.uint8), np.ones((3, 3), np.uint8))
    rim = opaque & (inner == 0)
    return int(np.median(grey[rim] if rim.any() else grey[opaque]))
