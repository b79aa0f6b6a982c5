"""The explanation on the uploaded picture: heatmaps, and a box around each digit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.digit import Box
from core.figures.arrays import Greys, Heatmap, Warp
from core.figures.canvas import scaled, to_jpeg
from core.figures.heatmaps import Colormap, enlarge, overlay, warp_heatmap
from core.figures.letters import letter
from core.figures.tags import Tag, Tone, draw_tags
from core.uploads.decoded_image import DecodedImage

_MIN_SIDE = 320  # pixels of the longer side, below which a picture is enlarged


@dataclass(frozen=True, eq=False, slots=True)
class Detection:
    """A digit that was found in a picture, and its heatmap.

    The box and the warp are in the picture's own pixels. A prediction that is not `confident` is
    shown with a question mark.
    """

    box: Box
    warp: Warp
    heatmap: Heatmap
    prediction: int
    confident: bool


def draw_photo(
    picture: DecodedImage, detections: Sequence[Detection], selected: int | None, colormap: Colormap
) -> bytes:
    """Draw the detected digits and their heatmaps on the picture.

    Each digit has a box and a tag with its prediction, and with its letter in reading order if
    there are several. Where the heatmaps are 0 the picture does not change.

    The only one whose heatmap is shown is at the place `selected`, in an orange box; `None` shows
    all heatmaps.

    Returns:
        A JPEG of the size of `picture.pixels`. A small picture is enlarged by a whole number, and a
        strip is added above if tags find no other room. The same arguments always give the same
        bytes.
    """
    rows, columns, _ = picture.pixels.shape
    zoom = -(-_MIN_SIDE // max(rows, columns))
    scale = zoom / np.array(picture.scale)
    shown = [
        replace(one, box=scaled(one.box, scale), warp=one.warp * scale[:, np.newaxis])
        for one in detections
    ]
    heat = _merged_heatmaps(shown, selected, (rows * zoom, columns * zoom))
    canvas = overlay(enlarge(picture.pixels, columns * zoom), heat, colormap)
    return to_jpeg(draw_tags(canvas, [_tag(shown, i, selected) for i in range(len(shown))]))


def _merged_heatmaps(
    detections: Sequence[Detection], selected: int | None, shape: tuple[int, int]
) -> Greys:
    """Return the warped heatmap of the selected digit or of all, at its maximum where they overlap.

    A digit's image may reach into its neighbours' boxes, but their ink was removed from it, so its
    heatmap is not shown there.
    """
    merged = np.zeros(shape, np.uint8)
    for one in detections if selected is None else [detections[selected]]:
        heat, part = warp_heatmap(one.heatmap, one.warp, shape)
        own = _slices(one.box, part)
        kept = heat[own].copy()
        for other in detections:
            heat[_slices(other.box, part)] = 0
        heat[own] = kept
        under = merged[_slices(part)]
        np.maximum(under, heat, out=under)
    return merged


def _tag(detections: Sequence[Detection], i: int, selected: int | None) -> Tag:
    tone = Tone.PLAIN if selected is None else Tone.CHOSEN if selected == i else Tone.DIM
    one = detections[i]
    text = str(one.prediction) if one.confident else f"{one.prediction}?"
    return Tag(one.box, text, letter(i) if len(detections) > 1 else None, tone)


def _slices(box: Box, within: Box = (0, 0, 0, 0)) -> tuple[slice, slice]:
    """Return the rows and columns of a box in an array that begins at the corner of another box."""
    left, top, right, bottom = box
    x, y, _, _ = within
    return np.s_[max(top - y, 0) : max(bottom - y, 0), max(left - x, 0) : max(right - x, 0)]
