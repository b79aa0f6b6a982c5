"""An explanation on the person's own picture: heat, a box around each digit, and what it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.colours import Colours
from core.figures.heat import lay, warped
from core.figures.paint import enlarged, jpeg, scaled
from core.figures.tags import Tag, Tone, draw_tags
from core.uploads.decoded_image import DecodedImage

_SMALLEST = 320
"""A picture both of whose sides are shorter is enlarged."""


@dataclass(frozen=True, eq=False, slots=True)
class Mark:
    """A digit that was read, to be shown where it stands.

    Attributes:
        box: left, top, right, bottom, in the pixels of the picture as it is shown.
        warp: (2, 3) float64, takes a point of the normal form, 0 to 28 from edge to edge, to the
            point of the picture as it is shown that it was read from.
        heatmap: (h, w) float32 in [0, 1], cells spread evenly over the normal form.
        digit: what was read, 0 to 9.
        sure: whether it is told as sure.
    """

    box: Box
    warp: NDArray[np.float64]
    heatmap: NDArray[np.float32]
    digit: int
    sure: bool


def draw_photo(
    picture: DecodedImage, marks: Sequence[Mark], selected: int | None, colours: Colours
) -> bytes:
    """Draw what was read, and why, on the picture it was read from.

    Each digit has a box and a tag: what was read, with `?` where that is unsure, and where there
    are several its number in reading order on a disc. Where there is no heat, the picture is left
    as it is.

    Args:
        picture: the person's own.
        marks: the digits in reading order.
        selected: the place in `marks` of the one that is explained: it alone is given heat, and it
            stands out in orange. `None` shows the heat of all.
        colours: of the heat.

    Returns:
        A JPEG of the size of `picture.pixels`; a small picture is enlarged by a whole number, and
        a strip is added above digits that leave no other room for their tags. The same arguments
        give the same bytes.
    """
    zoom = -(-_SMALLEST // max(picture.pixels.shape[:2]))
    canvas = enlarged(picture.pixels, zoom)
    scale = zoom / np.array(picture.scale)
    shown = [_scaled(mark, scale) for mark in marks]
    lay(canvas, _heat(shown, selected, canvas.shape[:2]), colours)
    return jpeg(draw_tags(canvas, [_tag(shown, i, selected) for i in range(len(shown))]))


def _scaled(mark: Mark, scale: NDArray[np.float64]) -> Mark:
    """Turn a mark in the picture's own pixels into one in those that are drawn on."""
    return replace(mark, box=scaled(mark.box, scale), warp=mark.warp * scale[:, np.newaxis])


def _heat(marks: Sequence[Mark], selected: int | None, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Gather the heat of the selected digit or of all; where theirs overlap, the most.

    A digit's normal form reaches into its neighbours' boxes, but the network did not see them
    there: heat from outside would be taken for theirs.
    """
    gathered = np.zeros(shape, np.uint8)
    for mark in marks if selected is None else [marks[selected]]:
        heat, field = warped(mark.heatmap, mark.warp, shape)
        own = _part(mark.box, field)
        kept = heat[own].copy()
        for other in marks:
            heat[_part(other.box, field)] = 0
        heat[own] = kept
        there = gathered[_part(field)]
        np.maximum(there, heat, out=there)
    return gathered


def _tag(marks: Sequence[Mark], i: int, selected: int | None) -> Tag:
    tone = Tone.PLAIN if selected is None else Tone.CHOSEN if selected == i else Tone.DIM
    text = str(marks[i].digit) if marks[i].sure else f"{marks[i].digit}?"
    return Tag(marks[i].box, text, i + 1 if len(marks) > 1 else None, tone)


def _part(box: Box, within: Box = (0, 0, 0, 0)) -> tuple[slice, slice]:
    """Where a box is in an array that begins at the left upper corner of another."""
    left, top, right, bottom = box
    x, y, _, _ = within
    return np.s_[max(top - y, 0) : max(bottom - y, 0), max(left - x, 0) : max(right - x, 0)]
