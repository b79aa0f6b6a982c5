"""Why no digit was found in a picture, in two steps, or in five where something comes near to one.

| panel | shows |
| --- | --- |
| 1 | the whole picture |
| 2 | its ink, apart from the paper |
| 3 | the shape that is likeliest to be a digit, and the square that becomes its normal form |
| 4 | that normal form |
| 5 | which digit it would be, and its evidence beside the least that is needed |
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.digit import Digit
from core.figures.canvas import Align
from core.figures.paint import Pixels, jpeg, scaled, write
from core.figures.palette import EXPLAINED_RGB, GROUND_RGB, WHITE_RGB
from core.figures.panels import Place, View, draw_box, draw_normal_form, squares, white_ink
from core.uploads.decoded_image import DecodedImage

_WIDTH, _SHORT, _TALL = 768, 420, 712
_LARGE, _SMALL = 28 * 12, 28 * 8
_PLACES = (
    *(Place(left, 60, _LARGE) for left in (24, 408)),
    *(Place(left, 464, _SMALL) for left in (24, 272, 520)),
)

_FULL = 99.5
"""The percentile of a page's ink that is shown as white: strokes are a small part of it."""

_FAINTEST = 24
"""Ink that differs from its paper by no more than this, of 255, is not made white: it is none."""


@dataclass(frozen=True, eq=False, slots=True)
class Refused:
    """A shape that was refused.

    Attributes:
        digit: the shape, as if it were one.
        likely: which digit it would be.
        evidence: log-odds of its being one at all.
        needed: the least that is taken for a digit.
    """

    digit: Digit
    likely: int
    evidence: float
    needed: float

    @property
    def short_of(self) -> bool:
        """Whether its evidence is what it lacks."""
        return self.evidence < self.needed


def format_evidence(evidence: float) -> str:
    """Write log-odds with one decimal, rounded down, so that too little never looks enough."""
    return f"{math.floor(evidence * 10) / 10:.1f}".replace("-", "−")


def draw_refusal(picture: DecodedImage, ink: NDArray[np.uint8], shape: Refused | None) -> bytes:
    """Draw why no digit was found.

    Args:
        picture: the person's own.
        ink: (h, w) how much ink there is at each pixel of it, perhaps shrunk.
        shape: what comes nearest to a digit; `None` where nothing comes near.

    Returns:
        A JPEG 768 pixels wide, always the same for the same arguments.
    """
    rows, columns, _ = picture.pixels.shape
    whole = (0, 0, columns, rows)
    canvas = np.full((_SHORT if shape is None else _TALL, _WIDTH, 3), GROUND_RGB, np.uint8)
    view = View.of(whole, _LARGE)
    white = white_ink(ink, whole, whole, (rows, columns), full=_FULL, faintest=_FAINTEST)
    for place, pixels in zip(_PLACES, (picture.pixels, white), strict=False):
        view.show(pixels, place.framed(canvas))
    width, height = picture.size
    captions = [f"{width}×{height}", ""]
    if shape is not None:
        _draw_shape(canvas, picture, ink, shape)
        captions += ["", "28×28", ""]
    for number, (place, caption) in enumerate(zip(_PLACES, captions, strict=False), 1):
        place.caption(canvas, number, caption)
    return jpeg(canvas)


def _draw_shape(
    canvas: Pixels, picture: DecodedImage, ink: NDArray[np.uint8], shape: Refused
) -> None:
    """Draw the three steps in which a shape was shape."""
    digit = shape.digit
    if digit.box is None or digit.warp is None:
        raise ValueError("a test digit stands in no picture")
    scale = 1 / np.array(picture.scale)
    box, warp = scaled(digit.box, scale), digit.warp * scale[:, np.newaxis]
    rows, columns, _ = picture.pixels.shape
    view = View.around(box, (rows, columns), _SMALL)
    third, fourth, fifth = (place.framed(canvas) for place in _PLACES[2:])
    view.show(white_ink(ink, view.part, box, (rows, columns)), third)
    draw_box(third, view, box, warp)
    fourth[:] = squares(digit.image, _SMALL)
    draw_normal_form(fourth, digit.image)
    middle, sign = _SMALL // 2, "<" if shape.short_of else "≥"
    at = (middle, middle - 24)
    write(fifth, f"{shape.likely}?", at, WHITE_RGB, size=96, bold=True, align=Align.CENTRE)
    verdict = f"{format_evidence(shape.evidence)} {sign} {format_evidence(shape.needed)}"
    at = (middle, _SMALL - 44)
    write(fifth, verdict, at, EXPLAINED_RGB, size=29, bold=True, align=Align.CENTRE)
