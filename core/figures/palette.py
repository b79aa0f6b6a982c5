"""The 256 colours of an indexed canvas: one byte a pixel is quick to draw and small to send.

    0 to 63      greys from black to white: the digit, the ground and the text
    64 to 127    the colormap: the heatmap's cells
    128 to 229   the overlay: 6 greys of the digit by 17 strengths of the heatmap
    230 to 242   from the predicted class's blue to white
    243 to 255   from the ground to the explained class's orange

The steps of digit and heatmap are too fine to be seen; those of the overlay are dithered.
"""

from functools import cache

import numpy as np

from core.figures.arrays import DigitImage, Greys, Heatmap, Indices
from core.figures.heatmaps import Colormap, enlarge, overlay
from core.figures.style import EXPLAINED, GROUND, PREDICTED, WHITE, Theme

_GREYS, _HEATS, _INKS, _TINTS, _STEPS = 64, 64, 6, 17, 13
_HEAT = _GREYS
_OVERLAY = _HEAT + _HEATS
_BLUE = _OVERLAY + _INKS * _TINTS
_ORANGE = _BLUE + _STEPS
_GROUND, _DIM, _WHITE = 8, 42, _GREYS - 1

_BAYER = np.array([[31, 159], [223, 95]], np.uint16)
"""Thresholds of ordered dithering, in 255ths of a step."""

COLORMAP: Indices = np.arange(_HEAT, _OVERLAY, dtype=np.uint8)
"""(64,), the colormap from 0 to 1."""


def _ramp(ground: int, text: int) -> Indices:
    return np.rint(np.linspace(ground, text, 256)).astype(np.uint8)


INDEXED = Theme(
    ground=_GROUND,
    line=22,
    track=12,
    bar=34,
    predicted=_BLUE,
    explained=_ORANGE + _STEPS - 1,
    text=_ramp(_GROUND, _WHITE),
    dim_text=_ramp(_GROUND, _DIM),
    explained_text=_ramp(_ORANGE, _ORANGE + _STEPS - 1),
)
"""The theme of an indexed canvas."""

TEXT_ON_PREDICTED = _ramp(_BLUE, _BLUE + _STEPS - 1)
"""White text on the predicted class's blue."""


def image_indices(image: DigitImage) -> Indices:
    """Return the greys of an image, in 64 steps."""
    return np.rint(image * (_GREYS - 1)).astype(np.uint8)


def heatmap_indices(heatmap: Heatmap) -> Indices:
    """Return the colours of a heatmap's cells, in 64 steps."""
    return _HEAT + np.rint(heatmap * (_HEATS - 1)).astype(np.uint8)


def overlay_indices(image: DigitImage, heatmap: Greys) -> Indices:
    """Return an image with an upsampled heatmap over it, dithered between 17 strengths.

    The image is enlarged to the size of the heatmap, a multiple of 28. Where the heatmap is 0 it
    has its own grey.
    """
    side = len(heatmap)
    threshold = np.tile(_BAYER, (side // 2, side // 2))
    tint = ((heatmap * np.uint16(_TINTS) + threshold) // 255).astype(np.uint8)  # 0 to 17
    ink = np.rint(image * (_INKS - 1)).astype(np.uint8) * np.uint8(_TINTS)
    greys = enlarge(image_indices(image), side)
    return np.where(tint == 0, greys, _OVERLAY - 1 + enlarge(ink, side) + tint)


@cache
def palette_of(colormap: Colormap) -> bytes:
    """Return red, green and blue of every index, 768 bytes."""
    heat = colormap.table[np.rint(np.linspace(0, 255, _HEATS)).astype(np.uint8)]
    inks = np.linspace(0, 255, _INKS).astype(np.uint8)[:, np.newaxis, np.newaxis]
    tints = np.rint(np.linspace(0, 255, _TINTS + 1)[1:]).astype(np.uint8)
    pixels, heatmap = np.tile(inks, (1, _TINTS, 3)), np.tile(tints, (_INKS, 1))
    blended = overlay(pixels, heatmap, colormap).reshape(-1, 3)
    greys = np.linspace((0, 0, 0), WHITE, _GREYS)
    blue = np.linspace(PREDICTED, WHITE, _STEPS)
    orange = np.linspace(GROUND, EXPLAINED, _STEPS)
    rows = np.concatenate([greys, heat, blended, blue, orange])
    return bytes(np.rint(rows).astype(np.uint8).ravel())
