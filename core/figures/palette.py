"""The 256 colours of a card: one byte a pixel makes it quick to draw and small to send.

    0 to 63      greys, from black to white: the digit, and the card's own ground and text
    64 to 127    the colour table: the heat
    128 to 229   the overlay: 6 amounts of ink by 17 of heat; where there is no heat it is grey
    230 to 242   from the predicted class's blue to white
    243 to 255   from the card's ground to the explained class's orange

Blue and orange are Okabe and Ito's, which colour-blind people tell apart
(https://jfly.uni-koeln.de/color). The steps of digit and heat are too fine to be seen; those of the
overlay are dithered.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.figures.colours import Colours

Indices = NDArray[np.uint8]
"""Of any shape: places in the palette."""

_GREYS, _HEATS, _INKS, _TINTS, _STEPS = 64, 64, 6, 17, 13

_HEAT = _GREYS
_OVERLAY = _HEAT + _HEATS
_BLUE = _OVERLAY + _INKS * _TINTS
_ORANGE = _BLUE + _STEPS

BLACK, GROUND, TRACK, LINE, BAR, DIM, WHITE = 0, 8, 12, 22, 34, 42, _GREYS - 1
PREDICTED = _BLUE
EXPLAINED = _ORANGE + _STEPS - 1

PREDICTED_RGB = (0, 114, 178)
EXPLAINED_RGB = (230, 159, 0)
GROUND_RGB, LINE_RGB, WHITE_RGB = (32, 32, 32), (89, 89, 89), (255, 255, 255)
"""For pictures that are no palette's."""


def _ramp(background: int, foreground: int) -> Indices:
    return np.rint(np.linspace(background, foreground, 256)).astype(np.uint8)


WHITE_TEXT = _ramp(GROUND, WHITE)
DIM_TEXT = _ramp(GROUND, DIM)
PREDICTED_TEXT = _ramp(PREDICTED, PREDICTED + _STEPS - 1)
EXPLAINED_TEXT = _ramp(_ORANGE, EXPLAINED)
"""(256,) each: from how much of a pixel a letter covers to its smooth edge. White, dim and orange
stand on the card's ground; `PREDICTED_TEXT` is white on blue."""


def ink_indices(ink: NDArray[np.float32]) -> Indices:
    """Find the greys of a digit in [0, 1], in 64 steps."""
    return np.rint(ink * (_GREYS - 1)).astype(np.uint8)


def heat_indices(heat: NDArray[np.float32]) -> Indices:
    """Find the colours of heat in [0, 1], in 64 steps of the colour table."""
    return _HEAT + np.rint(heat * (_HEATS - 1)).astype(np.uint8)


def overlay_indices(
    ink: NDArray[np.float32], heat: Indices, threshold: NDArray[np.uint16]
) -> Indices:
    """Find the colours of heat laid over a digit.

    Args:
        ink: in [0, 1].
        heat: 0 to 255.
        threshold: 0 to 254, what decides between the two nearest of the 17 steps of heat. An
            ordered pattern mixes them, as print does, so that the steps do not show.

    Returns:
        Indices of the overlay, and of plain grey where there is no heat.
    """
    tint = ((heat * np.uint16(_TINTS) + threshold) // 255).astype(np.uint8)  # 0 to 17
    mixed = _OVERLAY - 1 + np.rint(ink * (_INKS - 1)).astype(np.uint8) * np.uint8(_TINTS) + tint
    return np.where(tint == 0, ink_indices(ink), mixed)


@cache
def palette(colours: Colours) -> bytes:
    """Give red, green and blue of every index.

    Args:
        colours: for the heat and the overlay.

    Returns:
        768 bytes.
    """
    grey = np.linspace((0, 0, 0), (255, 255, 255), _GREYS)
    heat = colours.table[np.rint(np.linspace(0, 255, _HEATS)).astype(np.uint8)]
    blue = np.linspace(PREDICTED_RGB, (255, 255, 255), _STEPS)
    orange = np.linspace(grey[GROUND], EXPLAINED_RGB, _STEPS)
    rows = np.concatenate([grey, heat, _overlay(colours).reshape(-1, 3), blue, orange])
    return bytes(np.rint(rows).astype(np.uint8).ravel())


def _overlay(colours: Colours) -> NDArray[np.float64]:
    """Blend heat into ink, (inks, tints, 3).

    Weak heat is hardly there, so that it does not veil the digit. Strong heat keeps its hue, dimmed
    beside the ink and whitened upon it, so that the digit still stands out.
    """
    ink = np.linspace(0, 1, _INKS)[:, np.newaxis, np.newaxis]
    heat = np.linspace(0, 1, _TINTS + 1)[1:]
    colour = colours.table[np.rint(255 * heat).astype(np.uint8)].astype(np.float64)  # (tints, 3)
    x = np.minimum(heat / 0.5, 1)[:, np.newaxis]
    opacity = 0.92 * x * x * (3 - 2 * x)  # rises smoothly, and is level from 0.5 on
    tinted = (1 - ink) * 0.8 * colour + ink * (0.7 * colour + 0.3 * 255)
    blended: NDArray[np.float64] = (1 - opacity) * 255 * ink + opacity * tinted
    return blended
