"""Boxes around digits, each with a tag that shows its prediction."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.arrays import Pixels
from core.figures.canvas import disc, fill, grown, outline, text_mask, write
from core.figures.style import EXPLAINED, WHITE, Rgb

_UNITS = 400
"""Sizes are in this part of the picture's longer side, about a pixel on a phone."""

_TEXT_SIZES = (18, 15, 12, 9)
"""In units. The first is taken at which every tag has room above its box."""

_DARK: Rgb = (16, 16, 16)


class Tone(Enum):
    """How prominent a tag is: its colour, and the width of its box's line in units."""

    CHOSEN = (EXPLAINED, 3.0)
    PLAIN = (WHITE, 2.0)
    DIM = ((176, 176, 176), 1.0)


@dataclass(frozen=True, slots=True)
class Tag:
    """A box, a prediction, and its letter in reading order; `None` for a single digit."""

    box: Box
    text: str
    letter: str | None
    tone: Tone


def draw_tags(canvas: Pixels, tags: Sequence[Tag]) -> Pixels:
    """Draw boxes and tags.

    A tag is above its box, or beside or below it if it would hide another digit there. Light lines
    have dark edges, and light text has a dark ground, so that they are visible on any picture.

    Returns:
        The canvas, with a strip added above if a tag has no other room.
    """
    shape = canvas.shape[:2]
    unit = max(shape) / _UNITS
    boxes = [_outer_edge(tag, unit, shape) for tag in tags]
    size, places = _lay_out(tags, boxes, unit, shape)
    strip = max([0, *(-top for _, top, _, _ in places)])
    if strip:
        canvas = np.pad(canvas, ((strip, 0), (0, 0), (0, 0)), constant_values=_DARK[0])
    chosen_last = sorted(range(len(tags)), key=lambda i: tags[i].tone is Tone.CHOSEN)
    for i in chosen_last:
        _draw_box(canvas[strip:], boxes[i], tags[i].tone, unit)
    for i in chosen_last:
        left, top, right, bottom = places[i]
        _draw_tag(canvas, (left, top + strip, right, bottom + strip), tags[i], size)
    return canvas


def _lay_out(
    tags: Sequence[Tag], boxes: Sequence[Box], unit: float, shape: tuple[int, int]
) -> tuple[int, list[Box]]:
    """Choose one font size for all tags, in pixels, and a place for each tag."""
    taken = np.zeros((2 * len(tags), 4), np.int_)  # the boxes, then the tags already placed
    taken[: len(tags)] = np.reshape(boxes, (-1, 4))
    for units in _TEXT_SIZES:
        size = _fitting_size(tags, round(units * unit), shape[1])
        taken[len(tags) :] = 0
        places = []
        for i, (tag, box) in enumerate(zip(tags, boxes, strict=True), len(tags)):
            places.append(_find_place(_tag_size(tag, size), box, taken, shape))
            taken[i] = places[-1]
        all_above = all(place[3] == box[1] for place, box in zip(places, boxes, strict=True))
        if all_above or len(tags) == 1:
            break
    return size, places


def _fitting_size(tags: Sequence[Tag], size: int, columns: int) -> int:
    """Reduce a font size until the widest tag is no wider than the picture."""
    widest = max([1, *(_tag_size(tag, size)[0] for tag in tags)])
    return max(min(size, size * columns // widest), 6)


def _tag_size(tag: Tag, size: int) -> tuple[int, int]:
    """Return the width and height of a tag at a font size, in pixels."""
    letter = 0 if tag.letter is None else round(1.05 * size)
    width = text_mask(tag.text, size, bold=True).shape[1] + round(0.5 * size) + letter
    return width, round(1.15 * size)


def _outer_edge(tag: Tag, unit: float, shape: tuple[int, int]) -> Box:
    """Return the outer edge of the lines around a box, within the picture."""
    line, edge = _line_widths(tag.tone, unit)
    left, top, right, bottom = grown(tag.box, line + 2 * edge)
    return max(left, 0), max(top, 0), min(right, shape[1]), min(bottom, shape[0])


def _line_widths(tone: Tone, unit: float) -> tuple[int, int]:
    """Return the widths of a box's line and of the dark edges along it, in pixels."""
    line = max(round(tone.value[1] * unit), 1)
    return line, max(line // 2, 1)


def _find_place(
    size: tuple[int, int], box: Box, taken: NDArray[np.int_], shape: tuple[int, int]
) -> Box:
    """Return the place for a tag, of width and height `size`, that covers the fewest pixels.

    The first choice is above its box, in a strip above the picture if need be: several tags are
    found more easily in a row. A single tag takes the strip last. What is taken, (2 n, 4), are n
    boxes and as many tags; zeros for tags that are not placed yet.
    """
    width, height = size
    left, top, right, bottom = box
    x = max(min(left, shape[1] - width), 0)
    y = max(min(top, shape[0] - height), 0)
    corners = [(x, top - height), (right, y), (left - width, y), (x, bottom)]
    above, *_ = places = [(x, y, x + width, y + height) for x, y in corners]
    inside = [p for p in places if p[0] >= 0 <= p[1] and p[2] <= shape[1] and p[3] <= shape[0]]
    is_single = len(taken) == 2
    choices = [*inside, above] if is_single else [above, *inside]
    return choices[int(_covered(np.array(choices), taken).argmin())]


def _covered(places: NDArray[np.int_], boxes: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return how many pixels of the boxes, (m, 4), each place covers: (n, 4) to (n,)."""
    places = places[:, np.newaxis]
    across = np.minimum(places[..., 2], boxes[:, 2]) - np.maximum(places[..., 0], boxes[:, 0])
    down = np.minimum(places[..., 3], boxes[:, 3]) - np.maximum(places[..., 1], boxes[:, 1])
    pixels: NDArray[np.int_] = (across.clip(0) * down.clip(0)).sum(axis=1)
    return pixels


def _draw_box(canvas: Pixels, box: Box, tone: Tone, unit: float) -> None:
    line, edge = _line_widths(tone, unit)
    outline(canvas, box, _DARK, width=line + 2 * edge)
    outline(canvas, grown(box, -edge), tone.value[0], width=line)


def _draw_tag(canvas: Pixels, place: Box, tag: Tag, size: int) -> None:
    """Draw the prediction, light on dark, and before it the letter, dark on a grey disc."""
    left, top, right, bottom = place
    middle = (top + bottom) // 2
    fill(canvas, place, _DARK)
    at, (colour, _) = (right - round(0.25 * size), middle), tag.tone.value
    write(canvas, tag.text, at, colour, size=size, bold=True, ha="right")
    if tag.letter is not None:
        centre = left + round(0.6 * size), middle
        disc(canvas, centre, round(0.42 * size), Tone.DIM.value[0])
        small = round((0.7 if len(tag.letter) == 1 else 0.55) * size)
        write(canvas, tag.letter, centre, _DARK, size=small, ha="center")
