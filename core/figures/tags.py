"""Boxes around digits, each with its prediction above it and its letter below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.arrays import Pixels
from core.figures.canvas import fill, grown, outline, text_mask, write
from core.figures.style import EXPLAINED, WHITE, Rgb

_TEXT_SIZES = (60, 48, 40, 34, 28)
"""The first is taken at which all labels have room; a phone shows three pixels as one."""

_FEW = 9
"""With more boxes than this, labels that would hide something are left out. A line that is shown
alone has more room."""

_IRREGULAR = 0.1
"""Share of the labels that may leave their first choice of place, beyond the fewest at any font
size, so that all labels can be larger."""

_MAX_HIDDEN = 0.1
"""A label that hides something with more than this share of its area has no room."""

_LETTER = 0.75
"""Font size of a letter, as a share of that of a prediction."""

_LINE = 12
"""Least length of a box, in multiples of the width of its lines."""

DARK: Rgb = (16, 16, 16)


class Tone(Enum):
    """How prominent a digit is: its colour, and the width of its box's line in pixels."""

    CHOSEN = (EXPLAINED, 9)
    PLAIN = (WHITE, 6)
    DIM = ((176, 176, 176), 3)


@dataclass(frozen=True, slots=True)
class Tag:
    """What is drawn at a digit.

    A prediction that is not confident has a question mark and inverted colours, and the line of the
    box is broken. The letter names the digit among others.
    """

    box: Box
    prediction: int
    confident: bool
    letter: str | None
    tone: Tone

    @property
    def text(self) -> str:
        """The prediction."""
        return str(self.prediction) if self.confident else f"{self.prediction}?"


class _Label(NamedTuple):
    """A text on a ground, for the box at some place."""

    text: str
    box: int
    ink: Rgb
    ground: Rgb
    is_letter: bool


def draw_tags(canvas: Pixels, tags: Sequence[Tag], others: Sequence[Box]) -> tuple[Pixels, int]:
    """Draw boxes, predictions and letters.

    Predictions are above their boxes and letters below them, or beside if they would hide another
    digit or label there; the boxes in `others` have no tags, and are not to be hidden either. Light
    lines have dark edges, and light text has a dark ground, so that they are visible on any
    picture.

    Returns:
        The canvas, with strips added above and below if labels have no other room; and the height
        of the one above.
    """
    shape = canvas.shape[:2]
    boxes = [_outer_edge(tag, shape) for tag in tags]
    labels = _labels(tags)
    size, places = _lay_out(labels, boxes, others, shape)
    above = max([0, *(-place[1] for place in places if place)])
    below = max([0, *(place[3] - shape[0] for place in places if place)])
    if above or below:
        canvas = np.pad(canvas, ((above, below), (0, 0), (0, 0)), constant_values=DARK[0])
    chosen_last = sorted(range(len(tags)), key=lambda i: tags[i].tone is Tone.CHOSEN)
    for i in chosen_last:
        _draw_box(canvas[above:], boxes[i], tags[i])
    for label, place in zip(labels, places, strict=True):
        if place is not None:
            _draw_label(canvas, label, place, above, _size(label, size))
    return canvas, above


def _labels(tags: Sequence[Tag]) -> list[_Label]:
    """Return the predictions of all tags, doubtful ones first, and then their letters."""
    predictions, letters = list[_Label](), list[_Label]()
    for i, tag in sorted(enumerate(tags), key=lambda each: each[1].confident):
        colour, _ = tag.tone.value
        ink, ground = (colour, DARK) if tag.confident else (DARK, colour)
        predictions.append(_Label(tag.text, i, ink, ground, is_letter=False))
        if tag.letter is not None:
            letters.append(_Label(tag.letter, i, Tone.DIM.value[0], DARK, is_letter=True))
    return predictions + letters


def _lay_out(
    labels: Sequence[_Label],
    boxes: Sequence[Box],
    others: Sequence[Box],
    shape: tuple[int, int],
) -> tuple[int, list[Box | None]]:
    """Choose one font size for all labels, and a place for each.

    The size is the largest at which no label hides much, and at most `_IRREGULAR` of the labels
    more than at the best size leave their first choice. If no size fits, it is the smallest.

    Returns:
        The font size, and the place of each label: `None` for one that would hide something where
        there are more than `_FEW` boxes.
    """
    sizes = [(size, *_place_all(labels, size, boxes, others, shape)) for size in _TEXT_SIZES]
    fitting = [each for each in sizes if not each[2]] or sizes[-1:]
    most = min(beside for *_, beside in fitting) + _IRREGULAR * len(labels)
    size, places, hiding, _ = next(each for each in fitting if each[3] <= most)
    is_dense = len(boxes) > _FEW
    return size, [None if is_dense and i in hiding else place for i, place in enumerate(places)]


def _place_all(
    labels: Sequence[_Label],
    size: int,
    boxes: Sequence[Box],
    others: Sequence[Box],
    shape: tuple[int, int],
) -> tuple[list[Box], set[int], int]:
    """Find a place for each label at a font size.

    Returns:
        The places; the labels that hide something there; and how many are not at the first choice.
    """
    count = len(boxes) + len(others)
    taken = np.zeros((count + len(labels), 4), np.int_)
    taken[:count] = np.reshape([*boxes, *others], (-1, 4))
    places, hiding, beside = list[Box](), set[int](), 0
    for i, label in enumerate(labels):
        choices = _choices(label, size, boxes[label.box], shape, single=len(taken) == 2)
        hidden = _hidden(np.array(choices), taken)
        best = int(hidden.argmin())
        left, top, right, bottom = place = choices[best]
        taken[count + i] = place
        if hidden[best] > _MAX_HIDDEN * (right - left) * (bottom - top):
            hiding.add(i)
        beside += best > 0
        places.append(place)
    return places, hiding, beside


def _size(label: _Label, size: int) -> int:
    return round(_LETTER * size) if label.is_letter else size


def _choices(
    label: _Label, size: int, box: Box, shape: tuple[int, int], *, single: bool
) -> list[Box]:
    """Return the places for a label, the best first.

    The first choice is above the box for a prediction, and below it for a letter, in a strip beside
    the picture if need be: several are found more easily in a row. A single label takes the strip
    last.
    """
    size = _size(label, size)
    width = text_mask(label.text, size, bold=True).shape[1] + round(0.3 * size)
    height = round(1.05 * size)
    left, top, right, bottom = box
    x = max(min((left + right - width) // 2, shape[1] - width), 0)
    y = max(min(top, shape[0] - height), 0)
    above, below = (x, top - height), (x, bottom)
    beside = [(right, y), (left - width, y)]
    corners = [below, *beside, above] if label.is_letter else [above, *beside, below]
    first, *_ = places = [(x, y, x + width, y + height) for x, y in corners]
    inside = [p for p in places if p[0] >= 0 <= p[1] and p[2] <= shape[1] and p[3] <= shape[0]]
    return [*inside, first] if single else [first, *inside]


def _hidden(places: NDArray[np.int_], boxes: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return how many pixels of the boxes, (m, 4), each place hides: (n, 4) to (n,)."""
    places = places[:, np.newaxis]
    across = np.minimum(places[..., 2], boxes[:, 2]) - np.maximum(places[..., 0], boxes[:, 0])
    down = np.minimum(places[..., 3], boxes[:, 3]) - np.maximum(places[..., 1], boxes[:, 1])
    pixels: NDArray[np.int_] = (across.clip(0) * down.clip(0)).sum(axis=1)
    return pixels


def _outer_edge(tag: Tag, shape: tuple[int, int]) -> Box:
    """Return the outer edge of the lines around a box, within the picture."""
    line, edge = _line_widths(tag)
    left, top, right, bottom = grown(tag.box, line + 2 * edge)
    return max(left, 0), max(top, 0), min(right, shape[1]), min(bottom, shape[0])


def _line_widths(tag: Tag) -> tuple[int, int]:
    """Return the widths of a box's line and of the dark edges along it, in pixels."""
    left, top, right, bottom = tag.box
    line = max(min(tag.tone.value[1], max(right - left, bottom - top) // _LINE), 2)
    return line, max(line // 3, 1)


def _draw_box(canvas: Pixels, box: Box, tag: Tag) -> None:
    line, edge = _line_widths(tag)
    outline(canvas, box, DARK, width=line + 2 * edge)
    light = grown(box, -edge)
    outline(canvas, light, tag.tone.value[0], width=line)
    if not tag.confident:
        _break_line(canvas, light, line)


def _draw_label(canvas: Pixels, label: _Label, place: Box, offset: int, size: int) -> None:
    left, top, right, bottom = place
    fill(canvas, (left, top + offset, right, bottom + offset), label.ground)
    middle = (left + right) // 2, (top + bottom) // 2 + offset
    write(canvas, label.text, middle, label.ink, size=size, bold=True, ha="center")


def _break_line(canvas: Pixels, box: Box, width: int) -> None:
    """Leave out every other piece of a line along the inside of a box."""
    left, top, right, bottom = box
    step = 4 * width
    for x in range(left + step, right - width, 2 * step):
        fill(canvas, (x, top, min(x + step, right), top + width), DARK)
        fill(canvas, (x, bottom - width, min(x + step, right), bottom), DARK)
    for y in range(top + step, bottom - width, 2 * step):
        fill(canvas, (left, y, left + width, min(y + step, bottom)), DARK)
        fill(canvas, (right - width, y, right, min(y + step, bottom)), DARK)
