"""Colours and sizes that all figures share.

Blue, orange and sky blue are Okabe and Ito's, which colour-blind people can tell apart
(https://jfly.uni-koeln.de/color).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

Colour = Rgb | int
"""A colour of an RGB canvas, or an index of the palette of an indexed one; 0 is black on both."""

Ink = Rgb | NDArray[np.uint8]
"""The colour of text on an RGB canvas. On an indexed one, (256,) palette indices from the ground to
the text's colour: one for each amount of a pixel that a letter covers."""

BLACK: Rgb = (0, 0, 0)
GROUND: Rgb = (32, 32, 32)
TRACK: Rgb = (49, 49, 49)
LINE: Rgb = (89, 89, 89)
BAR: Rgb = (138, 138, 138)
DIM: Rgb = (170, 170, 170)
WHITE: Rgb = (255, 255, 255)

PREDICTED: Rgb = (0, 114, 178)
"""Blue, for the predicted class."""

EXPLAINED: Rgb = (230, 159, 0)
"""Orange, for the explained class and for evidence for it."""

SKY: Rgb = (86, 180, 233)
"""Sky blue, for evidence against a class, and for a second marking beside orange."""

WIDTH, MARGIN = 768, 24
"""Pixels: the width of a picture, and its free edge."""

TEXT, SMALL_TEXT = 22, 19
"""Font sizes in pixels. 22 is still 10 where a picture is shown 360 pixels wide, on a phone."""


@dataclass(frozen=True, eq=False, slots=True)
class Theme:
    """The colours of a kind of canvas, RGB or indexed, for what is drawn on both."""

    ground: Colour
    line: Colour
    track: Colour
    bar: Colour
    predicted: Colour
    explained: Colour
    compared: Colour
    text: Ink
    dim_text: Ink
    explained_text: Ink


RGB = Theme(GROUND, LINE, TRACK, BAR, PREDICTED, EXPLAINED, SKY, WHITE, DIM, EXPLAINED)
"""The theme of an RGB canvas; that of an indexed one is `palette.INDEXED`."""
