"""A contact sheet: many uploads, what was found in each, and how it was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import cv2
import numpy as np

from core.digit import Box
from core.figures.arrays import DigitImage, Pixels
from core.figures.canvas import blank, grown, outline, scaled, text_mask, to_jpeg, write
from core.figures.heatmaps import grey
from core.figures.probabilities import format_percent
from core.figures.style import DIM, EXPLAINED, GROUND, LINE, TEXT, WHITE
from core.uploads.decoded_image import DecodedImage

_COLUMNS, _ROWS = 8, 7

_WIDTH, _HEIGHT = 256, 292  # of an upload's cell
_LEFT, _ACROSS = 8, 240  # where its parts begin, and how wide they are
_VERDICT, _NUMBER = 22, 276  # the middles of the first and the last line
_PHOTO, _PHOTO_HEIGHT = 40, 160
_DIGITS, _DIGITS_HEIGHT = 206, 56

_LONG_TEXT, _SMALL = 16, 15  # font sizes

_MAX_ANSWER = 6  # so many digits of an answer or a label are shown
_MAX_LARGE, _MAX_SMALL = 4, 15  # so many digits are shown at twice their size, or as they are


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One upload on a contact sheet.

    Attributes:
        label: The digits that are there, in reading order; empty if there are none.
        answer: The digits that were read; empty if none were found.
        confidence: In the answer, 0 to 1; `None` without one.
        photo: From `thumbnail`; `None` if the file could not be decoded.
        digits: The digits as the network read them.
    """

    label: str
    answer: str
    confidence: float | None
    photo: Pixels | None
    digits: tuple[DigitImage, ...]


def thumbnail(picture: DecodedImage, boxes: Sequence[Box]) -> Pixels:
    """Return a picture at most 240 pixels wide and 160 high, with boxes in its own pixels."""
    rows, columns, _ = picture.pixels.shape
    zoom = min(_PHOTO_HEIGHT / rows, _ACROSS / columns)
    zoom = int(zoom) if zoom >= 1 else zoom
    size = (max(round(columns * zoom), 1), max(round(rows * zoom), 1))
    small = np.asarray(cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    scale = np.array(small.shape[1::-1]) / picture.size
    for box in boxes:
        around = grown(scaled(box, scale), 2)
        outline(small, around, WHITE, width=2)
        outline(small, around, GROUND, width=1)
    return small


def draw_contact_sheets(entries: Sequence[Entry]) -> list[bytes]:
    """Draw contact sheets.

    Each upload has four rows: the answer and the label, as in `4 ✗ 9`; the picture with boxes; the
    digits as the network read them; and the upload's number, from 1, beside the confidence. File
    names are left to a text beside the sheets, because they can be in any script.

    Returns:
        A JPEG for every 56 entries, 2048 pixels wide if there are eight or more.
    """
    count = _COLUMNS * _ROWS
    return [_draw_sheet(entries[i : i + count], i + 1) for i in range(0, len(entries), count)]


def _draw_sheet(entries: Sequence[Entry], first: int) -> bytes:
    columns = min(len(entries), _COLUMNS)
    rows = -(-len(entries) // columns)
    sheet = blank(rows * _HEIGHT, columns * _WIDTH)
    for i, entry in enumerate(entries):
        top, left = i // columns * _HEIGHT, i % columns * _WIDTH
        _draw_entry(sheet[top : top + _HEIGHT, left : left + _WIDTH], entry, first + i)
    return to_jpeg(sheet)


def _draw_entry(canvas: Pixels, entry: Entry, number: int) -> None:
    outline(canvas, (0, 0, _WIDTH, _HEIGHT), LINE, width=1)
    _draw_verdict(canvas, entry)
    if entry.photo is None:
        middle = (_LEFT + _ACROSS // 2, _PHOTO + _PHOTO_HEIGHT // 2)
        write(canvas, "⚠", middle, DIM, size=60, ha="center")
    else:
        rows, columns, _ = entry.photo.shape
        top, left = _PHOTO + (_PHOTO_HEIGHT - rows) // 2, _LEFT + (_ACROSS - columns) // 2
        canvas[top : top + rows, left : left + columns] = entry.photo
    _draw_digits(canvas, entry.digits)
    write(canvas, str(number), (_LEFT, _NUMBER), DIM, size=_SMALL)
    if entry.confidence is not None:
        at, percent = (_LEFT + _ACROSS, _NUMBER), format_percent(entry.confidence)
        write(canvas, percent, at, size=_SMALL, ha="right")


def _draw_verdict(canvas: Pixels, entry: Entry) -> None:
    answer, label = _shortened(entry.answer, entry.label)
    colour, sign = (WHITE, "✓") if entry.answer == entry.label else (EXPLAINED, "✗")
    verdict = f"{answer} {sign} {label}"
    size = TEXT if text_mask(verdict, TEXT, bold=True).shape[1] <= _ACROSS else _LONG_TEXT
    write(canvas, verdict, (_LEFT, _VERDICT), colour, size=size, bold=True)


def _shortened(answer: str, label: str) -> list[str]:
    """Shorten both to the part where they first differ; `–` stands for no digits."""
    start = 0
    if max(len(answer), len(label)) > _MAX_ANSWER:
        pairs = zip(answer, label, strict=False)
        start = max(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) - 1, 0)
    end = start + _MAX_ANSWER
    return [
        ("…" if start else "") + text[start:end] + ("…" if text[end:] else "") or "–"
        for text in (answer, label)
    ]


def _draw_digits(canvas: Pixels, digits: Sequence[DigitImage]) -> None:
    """Draw digits side by side, and how many more there are."""
    side, count = (56, _MAX_LARGE) if len(digits) <= _MAX_LARGE else (28, _MAX_SMALL)
    per_row = _ACROSS // (side + 2)
    for i, image in enumerate(digits[:count]):
        x, y = _LEFT + i % per_row * (side + 2), _DIGITS + i // per_row * side
        canvas[y : y + side, x : x + side] = grey(image, side)
    if len(digits) > count:
        at = (_LEFT + _ACROSS, _DIGITS + _DIGITS_HEIGHT - 14)
        write(canvas, f"+{len(digits) - count}", at, size=_SMALL, ha="right")
