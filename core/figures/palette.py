"""The 256 colours of an indexed canvas: one byte a pixel is quick to draw and small to send.

    0 to 63      greys from black to white: the digit, the ground and the text
    64 to 127    the colormap: the heatmap's cells
    128 to 229   the overlay: 6 greys of the digit by 17 strengths of the heatmap, or by 8 of each
                 sign of a signed one
    230 to 242   from the predicted class's blue to white
    243 to 255   from the ground to the explained class's orange

The steps of digit and heatmap are too fine to be seen; those of the overlay are dithered.
"""

from functools import cache

import numpy as np

from core.figures.arrays import DigitImage, Heatmap, Indices
from core.figures.heatmaps import Colormap, blend, enlarge, upsample
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
"""(64,), the colormap from its first colour to its last."""

_SIGNED = np.linspace(0, 255, _TINTS)
"""(17,), the levels, 0 to 255, of a signed heatmap's strengths; the middle one stands for 0."""


def _ramp(ground: int, text: int) -> Indices:
    return np.rint(np.linspace(ground, text, 256)).astype(np.uint8)


INDEXED = Theme(
    ground=_GROUND,
    line=22,
    track=12,
    bar=34,
    predicted=_BLUE,
    explained=_ORANGE + _STEPS - 1,
    compared=_HEAT,  # sky blue with the diverging colormap, which all comparisons have
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


def heatmap_indices(heatmap: Heatmap, colormap: Colormap) -> Indices:
    """Return the colours of a heatmap's cells, in 64 steps."""
    return _HEAT + np.rint(colormap.scale(heatmap) * (_HEATS - 1)).astype(np.uint8)


def overlay_indices(image: DigitImage, heatmap: Heatmap, side: int, colormap: Colormap) -> Indices:
    """Return an image with an upsampled heatmap over it, dithered between 17 strengths.

    The side is a multiple of 28. Where the heatmap is 0 the image has its own grey.
    """
    heat = upsample(colormap.scale(heatmap), side)
    threshold = np.tile(_BAYER, (side // 2, side // 2))
    if colormap is Colormap.DIVERGING:
        tint = 1 + ((heat * np.uint16(_TINTS - 1) + threshold) // 255).astype(np.uint8)  # 1 to 17
        plain = tint == 1 + _TINTS // 2
    else:
        tint = ((heat * np.uint16(_TINTS) + threshold) // 255).astype(np.uint8)  # 0 to 17
        plain = tint == 0
    ink = np.rint(image * (_INKS - 1)).astype(np.uint8) * np.uint8(_TINTS)
    greys = enlarge(image_indices(image), side)
    return np.where(plain, greys, _OVERLAY - 1 + enlarge(ink, side) + tint)


@cache
def palette_of(colormap: Colormap) -> bytes:
    """Return red, green and blue of every index, 768 bytes."""
    heat = colormap.table[np.rint(np.linspace(0, 255, _HEATS)).astype(np.uint8)]
    inks = np.linspace(0, 255, _INKS).astype(np.uint8)[:, np.newaxis, np.newaxis]
    tints = _SIGNED if colormap is Colormap.DIVERGING else np.linspace(0, 255, _TINTS + 1)[1:]
    pixels = np.tile(inks, (1, _TINTS, 3))
    heatmap = np.tile(np.rint(tints).astype(np.uint8), (_INKS, 1))
    blended = blend(pixels, heatmap, colormap).reshape(-1, 3)
    greys = np.linspace((0, 0, 0), WHITE, _GREYS)
    blue = np.linspace(PREDICTED, WHITE, _STEPS)
    orange = np.linspace(GROUND, EXPLAINED, _STEPS)
    rows = np.concatenate([greys, heat, blended, blue, orange])
    return bytes(np.rint(rows).astype(np.uint8).ravel())
