"""Boxes around digits, each with a tag that says what was read there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures import palette
from core.figures.canvas import Align
from core.figures.fonts import text_mask
from core.figures.paint import Pixels, Rgb, disc, fill, grown, outline, write

_ACROSS = 400
"""Sizes are given in this part of the picture's longer side, about a pixel on a phone."""

_TEXTS = (18, 15, 12, 9)
"""Sizes of the text: the first at which every tag finds room above its box. One that is alone may
stand beside its box instead."""

_DARK: Rgb = (16, 16, 16)


class Tone(Enum):
    """How much a tag calls for attention: the colour, and the width of the line."""

    CHOSEN = (palette.EXPLAINED_RGB, 3.0)
    PLAIN = ((255, 255, 255), 2.0)
    DIM = ((176, 176, 176), 1.0)


@dataclass(frozen=True, slots=True)
class Tag:
    """A box and what is written at it.

    Attributes:
        box: in the pixels of the canvas.
        text: what was read.
        ordinal: its number in reading order; `None` where it is alone.
        tone: of the box and the text.
    """

    box: Box
    text: str
    ordinal: int | None
    tone: Tone


def draw_tags(canvas: Pixels, tags: Sequence[Tag]) -> Pixels:
    """Draw boxes and tags.

    A tag stands above its box; beside or below it, where it would hide another digit above. Lines
    are light between dark ones, and letters light on dark, so that they are seen on any paper.

    Args:
        canvas: is drawn on.
        tags: in reading order.

    Returns:
        The canvas, with a strip added above for the tags that find no room elsewhere.
    """
    shape = canvas.shape[:2]
    unit = max(shape) / _ACROSS
    boxes = [_around(tag, unit, shape) for tag in tags]
    size, plates = _lay_out(tags, boxes, unit, shape)
    strip = max([0, *(-top for _, top, _, _ in plates)])
    if strip:
        canvas = np.pad(canvas, ((strip, 0), (0, 0), (0, 0)), constant_values=_DARK[0])
    upwards = sorted(range(len(tags)), key=lambda i: tags[i].tone is Tone.CHOSEN)
    for i in upwards:
        _draw_box(canvas, _lower(boxes[i], strip), tags[i].tone, unit)
    for i in upwards:
        _draw_plate(canvas, _lower(plates[i], strip), tags[i], size)
    return canvas


def _lay_out(
    tags: Sequence[Tag], boxes: Sequence[Box], unit: float, shape: tuple[int, int]
) -> tuple[int, list[Box]]:
    """Choose one size of text for all tags, and find each a place."""
    taken = np.zeros((2 * len(tags), 4), np.int_)  # the boxes, then the tags that stand
    taken[: len(tags)] = np.reshape(boxes, (-1, 4))
    for text in _TEXTS:
        size = _fitting(tags, round(text * unit), shape[1])
        taken[len(tags) :] = 0
        plates = []
        for i, (tag, box) in enumerate(zip(tags, boxes, strict=True), len(tags)):
            plates.append(_place(_plate_size(tag, size), box, taken, shape))
            taken[i] = plates[-1]
        in_rows = all(plate[3] == box[1] for plate, box in zip(plates, boxes, strict=True))
        if in_rows or len(tags) == 1:
            break
    return size, plates


def _fitting(tags: Sequence[Tag], size: int, columns: int) -> int:
    """Reduce a size of text such that the widest tag is no wider than the picture."""
    widest = max([1, *(_plate_size(tag, size)[0] for tag in tags)])
    return max(min(size, size * columns // widest), 6)


def _plate_size(tag: Tag, size: int) -> tuple[int, int]:
    """Width and height of the ground that a tag is written on."""
    width = text_mask(tag.text, size, bold=True).shape[1] + round(0.5 * size)
    if tag.ordinal is not None:
        width += round(1.05 * size)
    return width, round(1.15 * size)


def _around(tag: Tag, unit: float, shape: tuple[int, int]) -> Box:
    """The outer edge of the lines around a box, within the picture."""
    line, edge = _lines(tag.tone, unit)
    left, top, right, bottom = grown(tag.box, line + 2 * edge)
    return max(left, 0), max(top, 0), min(right, shape[1]), min(bottom, shape[0])


def _lines(tone: Tone, unit: float) -> tuple[int, int]:
    """Widths of the line and of the darker ones along it."""
    line = max(round(tone.value[1] * unit), 1)
    return line, max(line // 2, 1)


def _place(size: tuple[int, int], box: Box, taken: NDArray[np.int_], shape: tuple[int, int]) -> Box:
    """Find where a tag hides nothing, or else least; in a strip above the picture, if need be.

    Several tags are found more easily in a row, so that they get the strip before places elsewhere.

    Args:
        size: the tag's width and height.
        box: its own.
        taken: (2 n, 4), n boxes, and as many tags, zeros for those that do not stand yet.
        shape: the picture's rows and columns.
    """
    width, height = size
    left, top, right, bottom = box
    x = max(min(left, shape[1] - width), 0)
    y = max(min(top, shape[0] - height), 0)
    corners = [(x, top - height), (right, y), (left - width, y), (x, bottom)]
    above, *_ = places = [(x, y, x + width, y + height) for x, y in corners]
    inside = [p for p in places if p[0] >= 0 <= p[1] and p[2] <= shape[1] and p[3] <= shape[0]]
    is_alone = len(taken) == 2
    choices = [*inside, above] if is_alone else [above, *inside]
    return choices[int(_hidden(np.array(choices), taken).argmin())]


def _hidden(places: NDArray[np.int_], boxes: NDArray[np.int_]) -> NDArray[np.int_]:
    """How many pixels of the boxes each place covers."""
    places = places[:, np.newaxis]
    across = np.minimum(places[..., 2], boxes[:, 2]) - np.maximum(places[..., 0], boxes[:, 0])
    down = np.minimum(places[..., 3], boxes[:, 3]) - np.maximum(places[..., 1], boxes[:, 1])
    covered: NDArray[np.int_] = (across.clip(0) * down.clip(0)).sum(axis=1)
    return covered


def _lower(box: Box, by: int) -> Box:
    left, top, right, bottom = box
    return left, top + by, right, bottom + by


def _draw_box(canvas: Pixels, box: Box, tone: Tone, unit: float) -> None:
    line, edge = _lines(tone, unit)
    outline(canvas, box, _DARK, width=line + 2 * edge)
    outline(canvas, grown(box, -edge), tone.value[0], width=line)


def _draw_plate(canvas: Pixels, place: Box, tag: Tag, size: int) -> None:
    """Draw a tag: the digit, light on dark, and before it its number, dark on a duller disc."""
    left, top, right, bottom = place
    middle = (top + bottom) // 2
    fill(canvas, place, _DARK)
    at, (colour, _) = (right - round(0.25 * size), middle), tag.tone.value
    write(canvas, tag.text, at, colour, size=size, bold=True, align=Align.RIGHT)
    if tag.ordinal is not None:
        centre, number = (left + round(0.6 * size), middle), str(tag.ordinal)
        disc(canvas, centre, round(0.42 * size), Tone.DIM.value[0])
        small = round((0.7 if len(number) == 1 else 0.55) * size)
        write(canvas, number, centre, _DARK, size=small, align=Align.CENTRE)
