"""The explanation on the uploaded picture: heatmaps, and a box around each digit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.arrays import Greys, Heatmap, Pixels, Warp
from core.figures.canvas import grown, scaled, to_jpeg
from core.figures.crop import HIGHEST, crop_to
from core.figures.heatmaps import Colormap, overlay, smoothstep, warp_heatmap
from core.figures.letters import letter_in_line
from core.figures.line_numbers import GUTTER, draw_line_numbers
from core.figures.tags import DARK, Tag, Tone, draw_tags
from core.uploads.decoded_image import DecodedImage

_WIDTH = 1080
"""Pixels: three for each of the 360 that a picture is wide on a phone."""

_PAPER = 150
"""The picture is darkened until its median brightness is at most this, of 255: the brightest colour
of a heatmap, a yellow, is hardly visible on white paper."""

_SAMPLE = 4  # step in pixels, across and down, at which that brightness is sampled

_BLUR = 3
"""Half the width of the edge between heatmaps of neighbours, in the 28 pixels of a digit."""

_MOST_NAMED = 9
"""Largest number of shown digits that get letters although they are on several lines."""


@dataclass(frozen=True, eq=False, slots=True)
class Detection:
    """A digit that was found in a picture, and its heatmap.

    The box and the warp are in the picture's own pixels, before it was shrunk. A prediction that is
    not `confident` is shown with a question mark. Lines are numbered from 0.
    """

    box: Box
    warp: Warp
    heatmap: Heatmap
    prediction: int
    confident: bool
    line: int = 0


def draw_photo(
    picture: DecodedImage,
    detections: Sequence[Detection],
    shown: Sequence[int],
    colormap: Colormap,
) -> bytes:
    """Draw a picture, cropped to some of its digits, with their heatmaps over it.

    Every digit in the lines of the shown ones has a box with its prediction above. If only one
    digit is shown, its box is orange. Letters below the boxes name the digits within a line, if
    digits of one line or at most nine digits are shown. On a page of several lines, line numbers
    from 1 are at the left. A bright picture is darkened evenly, so that all heatmap colours are
    visible.

    Args:
        picture: The decoded picture.
        detections: All digits that were found in it, in reading order.
        shown: Indices of the detections whose heatmaps are shown.
        colormap: The colours of the heatmaps.

    Returns:
        A JPEG 1080 pixels wide, and at most 4/3 as high without the room that tags need. The same
        arguments always give the same bytes.
    """
    rows, columns, _ = picture.pixels.shape
    scale = 1 / np.array(picture.scale)
    crop = crop_to([scaled(detections[i].box, scale) for i in shown], columns, rows)
    lines = [one.line for one in detections]
    is_page = len(set(lines)) > 1
    canvas, zoom, corner = _enlarge(picture.pixels, crop, _WIDTH - is_page * GUTTER)
    placed = [_place(one, scale * zoom, corner) for one in detections]
    heat = _merge_heatmaps(placed, shown, canvas.shape[:2])
    canvas = overlay(canvas, heat, colormap, _light(picture.pixels, crop))
    tags = _tags(placed, shown, canvas.shape[:2])
    others = [one.box for i, one in enumerate(placed) if i not in tags]
    canvas, strip = draw_tags(canvas, list(tags.values()), others)
    if is_page:
        firsts = {lines[i] + 1: placed[lines.index(lines[i])].box for i in shown}
        canvas = draw_line_numbers(canvas, firsts, strip)
    return to_jpeg(canvas)


def _enlarge(pixels: Pixels, crop: Box, width: int) -> tuple[Pixels, float, NDArray[np.float64]]:
    """Return a part of a picture at a width, between bars if it is narrow.

    Returns:
        The canvas; its pixels per pixel of the picture; and its corner in the picture, scaled so.
    """
    left, top, right, bottom = crop
    zoom = min(width / (right - left), HIGHEST * width / (bottom - top))
    size = max(round((right - left) * zoom), 1), max(round((bottom - top) * zoom), 1)
    part = cv2.resize(pixels[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    bar = (width - size[0]) // 2
    bars = ((0, 0), (bar, width - size[0] - bar), (0, 0))
    canvas = np.pad(np.asarray(part, np.uint8), bars, constant_values=DARK[0])
    return canvas, zoom, np.array([left * zoom - bar, top * zoom])


def _place(one: Detection, scale: NDArray[np.float64], corner: NDArray[np.float64]) -> Detection:
    """Return a detection in the pixels of the canvas."""
    edges = np.reshape(one.box, (2, 2)) * scale - corner
    left, top, right, bottom = np.rint(edges).astype(int).ravel().tolist()
    warp = one.warp * scale[:, np.newaxis]
    warp[:, 2] -= corner
    return replace(one, box=(left, top, right, bottom), warp=warp)


def _light(pixels: Pixels, crop: Box) -> float:
    """Return the factor by which a part of a picture is darkened."""
    left, top, right, bottom = crop
    sample = np.ascontiguousarray(pixels[top:bottom:_SAMPLE, left:right:_SAMPLE])
    paper = float(np.median(cv2.cvtColor(sample, cv2.COLOR_RGB2GRAY)))
    return min(1.0, _PAPER / max(paper, 1))


def _merge_heatmaps(
    detections: Sequence[Detection], shown: Sequence[int], shape: tuple[int, int]
) -> Greys:
    """Return the warped heatmaps of the digits shown, at their maximum where they overlap.

    A digit's image may reach into its neighbours' boxes, but their ink was removed from it, so its
    heatmap fades out on the way there.
    """
    merged = np.zeros(shape, np.uint8)
    for i in shown:
        one = detections[i]
        heat, part = warp_heatmap(one.heatmap, one.warp, shape)
        blur = _BLUR * float(np.hypot(*one.warp[:, 0]))
        own = _distance(one.box, part)
        for other in detections:
            if other is not one and _overlap(grown(other.box, round(blur)), part):
                nearer = (_distance(other.box, part) - own) / (2 * blur) + 0.5
                heat = np.rint(heat * smoothstep(nearer)).astype(np.uint8)
        left, top, right, bottom = part
        under = merged[top:bottom, left:right]
        np.maximum(under, heat, out=under)
    return merged


def _distance(box: Box, part: Box) -> NDArray[np.float32]:
    """Return how far each pixel of a part is outside of a box, negative within it."""
    left, top, right, bottom = box
    x = np.arange(part[0], part[2], dtype=np.float32) + 0.5
    y = np.arange(part[1], part[3], dtype=np.float32) + 0.5
    down, across = np.maximum(top - y, y - bottom), np.maximum(left - x, x - right)
    distance: NDArray[np.float32] = np.maximum(down[:, np.newaxis], across)
    return distance


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _tags(
    detections: Sequence[Detection], shown: Sequence[int], shape: tuple[int, int]
) -> dict[int, Tag]:
    """Return the tags of the digits of the lines that are shown, by their places.

    Digits that reach beyond the canvas have none.
    """
    rows, columns = shape
    lines = [one.line for one in detections]
    shown_lines = {lines[i] for i in shown}
    named = len(lines) > 1 and (len(shown_lines) == 1 or len(shown) <= _MOST_NAMED)
    tags = {}
    for i, one in enumerate(detections):
        left, top, right, bottom = one.box
        inside = left >= 0 <= top and right <= columns and bottom <= rows
        if i in shown or (one.line in shown_lines and inside):
            tone = Tone.DIM if i not in shown else Tone.CHOSEN if len(shown) == 1 else Tone.PLAIN
            name = letter_in_line(i, lines) if named else None
            tags[i] = Tag(one.box, one.prediction, one.confident, name, tone)
    return tags
