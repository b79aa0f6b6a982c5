"""Many uploads on a sheet: what each was, what the network saw of it, and what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.canvas import Align
from core.figures.fonts import text_width
from core.figures.paint import (
    Pixels,
    enlarged,
    grown,
    jpeg,
    outline,
    scaled,
    write,
)
from core.figures.palette import EXPLAINED_RGB, GROUND_RGB, LINE_RGB, WHITE_RGB
from core.figures.percent import format_percent
from core.uploads.decoded_image import DecodedImage

_COLUMNS, _ROWS = 8, 7

_WIDTH, _HEIGHT = 256, 292  # of what is shown of one upload
_LEFT, _ACROSS = 8, 240  # where its parts begin, and how wide they are
_VERDICT, _PHOTO, _SEEN, _NUMBER = 22, 40, 206, 276  # middle of a line, top, top, middle
_PHOTO_HEIGHT, _SEEN_HEIGHT = 160, 56

_TEXT, _LONG_TEXT, _SMALL = 22, 16, 15

_LONGEST = 6
"""So many digits of an answer or a label are shown."""

_FEW, _MANY = 4, 15
"""So many digits are shown at twice their size, or as they are."""

_DIM_RGB = (170, 170, 170)


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One upload on a contact sheet.

    Attributes:
        label: the digits that are there, in reading order; empty where there are none.
        answer: the digits that were read; empty for a refusal.
        confidence: in the answer, 0 to 1; `None` for a refusal.
        photo: from `thumbnail`; `None` where it could not be decoded.
        seen: (28, 28) float32 in [0, 1] each, the digits as the network read them.
    """

    label: str
    answer: str
    confidence: float | None
    photo: Pixels | None
    seen: tuple[NDArray[np.float32], ...]


def thumbnail(picture: DecodedImage, boxes: Sequence[Box]) -> Pixels:
    """Shrink a picture for a contact sheet, and draw the boxes of its digits.

    Args:
        picture: what was uploaded.
        boxes: in the pixels of the picture as it is shown.

    Returns:
        (h, w, 3) of at most 160 by 240.
    """
    rows, columns, _ = picture.pixels.shape
    zoom = min(_PHOTO_HEIGHT / rows, _ACROSS / columns)
    if zoom >= 1:
        small = enlarged(picture.pixels, int(zoom))
    else:
        size = (max(round(columns * zoom), 1), max(round(rows * zoom), 1))
        small = np.asarray(cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    scale = np.array(small.shape[1::-1]) / picture.size
    for box in boxes:
        around = grown(scaled(box, scale), 2)
        outline(small, around, WHITE_RGB, width=2)
        outline(small, around, GROUND_RGB, width=1)
    return small


def draw_contact_sheets(entries: Sequence[Entry]) -> list[bytes]:
    """Draw contact sheets.

    Each upload has four rows: the answer against the label, as in `4 ✗ 9`; the picture, with boxes
    around its digits; these in their normal form; its number, and the answer's confidence.

    Args:
        entries: in the order they are to be shown, row by row. Their numbers begin at 1; which
            file has which is for a text beside the sheets, since names come in every script.

    Returns:
        A JPEG for every 56 entries, 2048 pixels wide where there are eight or more. None for none.
    """
    most = _COLUMNS * _ROWS
    return [_draw_sheet(entries[i : i + most], i + 1) for i in range(0, len(entries), most)]


def _draw_sheet(entries: Sequence[Entry], first: int) -> bytes:
    columns = min(len(entries), _COLUMNS)
    rows = -(-len(entries) // columns)
    sheet = np.full((rows * _HEIGHT, columns * _WIDTH, 3), GROUND_RGB, np.uint8)
    for i, entry in enumerate(entries):
        top, left = i // columns * _HEIGHT, i % columns * _WIDTH
        _draw_entry(sheet[top : top + _HEIGHT, left : left + _WIDTH], entry, first + i)
    return jpeg(sheet)


def _draw_entry(canvas: Pixels, entry: Entry, number: int) -> None:
    outline(canvas, (0, 0, _WIDTH, _HEIGHT), LINE_RGB, width=1)
    _draw_verdict(canvas, entry)
    photo = canvas[_PHOTO : _PHOTO + _PHOTO_HEIGHT, _LEFT : _LEFT + _ACROSS]
    if entry.photo is None:
        write(photo, "⚠", (_ACROSS // 2, _PHOTO_HEIGHT // 2), _DIM_RGB, size=60, align=Align.CENTRE)
    else:
        _put(photo, entry.photo)
    _draw_seen(canvas[_SEEN : _SEEN + _SEEN_HEIGHT, _LEFT : _LEFT + _ACROSS], entry.seen)
    write(canvas, str(number), (_LEFT, _NUMBER), _DIM_RGB, size=_SMALL)
    if entry.confidence is not None:
        at, percent = (_LEFT + _ACROSS, _NUMBER), format_percent(entry.confidence)
        write(canvas, percent, at, WHITE_RGB, size=_SMALL, align=Align.RIGHT)


def _draw_verdict(canvas: Pixels, entry: Entry) -> None:
    said, true = _abridged(entry.answer, entry.label)
    is_right = entry.answer == entry.label
    colour, sign = (WHITE_RGB, "✓") if is_right else (EXPLAINED_RGB, "✗")
    verdict = f"{said} {sign} {true}"
    size = _TEXT if text_width(verdict, _TEXT, bold=True) <= _ACROSS else _LONG_TEXT
    write(canvas, verdict, (_LEFT, _VERDICT), colour, size=size, bold=True)


def _abridged(said: str, true: str) -> list[str]:
    """Shorten strings of digits such that what differs first is seen; `–` stands for none."""
    start = 0
    if max(len(said), len(true)) > _LONGEST:
        pairs = zip(said, true, strict=False)
        start = max(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) - 1, 0)
    end = start + _LONGEST
    return [
        ("…" if start else "") + text[start:end] + ("…" if text[end:] else "") or "–"
        for text in (said, true)
    ]


def _draw_seen(canvas: Pixels, seen: Sequence[NDArray[np.float32]]) -> None:
    """Put digits side by side, and how many more there are."""
    zoom = 2 if len(seen) <= _FEW else 1
    side, per_row = 28 * zoom, _ACROSS // (28 * zoom + 2)
    for i, image in enumerate(seen[: _FEW if zoom == 2 else _MANY]):
        grey = np.rint(image * 255).astype(np.uint8)
        x, y = i % per_row * (side + 2), i // per_row * side
        canvas[y : y + side, x : x + side] = enlarged(np.dstack([grey] * 3), zoom)
    if len(seen) > _MANY:
        at = (_ACROSS, _SEEN_HEIGHT - 14)
        write(canvas, f"+{len(seen) - _MANY}", at, WHITE_RGB, size=_SMALL, align=Align.RIGHT)


def _put(canvas: Pixels, picture: Pixels) -> None:
    """Lay a smaller picture in the middle."""
    rows, columns, _ = picture.shape
    top, left = (canvas.shape[0] - rows) // 2, (canvas.shape[1] - columns) // 2
    canvas[top : top + rows, left : left + columns] = picture
