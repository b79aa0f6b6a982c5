"""A contact sheet: many uploads, what was found in each, and how it was read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

from core.digit import Box
from core.figures.arrays import DigitImage, Pixels
from core.figures.canvas import (
    Point,
    blank,
    fill,
    grown,
    outline,
    scaled,
    text_mask,
    to_jpeg,
    write,
)
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

_PAGE_COLUMNS, _PAGE_ROWS = 2, 5
_PAGE_WIDTH, _PAGE_HEIGHT = 1024, 448  # of a page's cell
_PAGE_ACROSS, _PAGE_DOWN = 616, 336  # of its picture
_TEXT_LEFT, _TEXT_ACROSS, _TEXT_DOWN = 652, 352, 400  # of its answer and label
_PAGE_LINE = 20  # digits in a line of its text

_LONG_TEXT, _SMALL = 16, 15  # font sizes

_MAX_ANSWER = 6  # digits of an answer or a label that are shown
_MAX_LARGE = 4  # digits that are shown at twice their size


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One upload on a contact sheet.

    Attributes:
        label: The digits that are there, in reading order; empty if there are none.
        answer: The digits that were read; empty if none were found.
        lines: The line of each of these digits, from 0.
        confidence: In the answer, 0 to 1; `None` without one.
        photo: From `thumbnail`; `None` if the file could not be decoded.
        digits: The digits as the network read them.
    """

    label: str
    answer: str
    lines: tuple[int, ...]
    confidence: float | None
    photo: Pixels | None
    digits: tuple[DigitImage, ...]

    @property
    def is_page(self) -> bool:
        """Whether the answer or the label is longer than fits above a small picture."""
        longest = max(len(self.answer), len(self.label))
        return longest > _MAX_ANSWER or len(set(self.lines)) > 1


def thumbnail(picture: DecodedImage, boxes: Sequence[Box], *, page: bool = False) -> Pixels:
    """Return a small version of a picture, with boxes drawn on it.

    Args:
        picture: The picture.
        boxes: In pixels of the picture as it was uploaded, `picture.size`.
        page: Whether it is for a page: at most 616 x 336 pixels instead of 240 x 160.

    Returns:
        (h, w, 3) uint8 RGB.
    """
    rows, columns, _ = picture.pixels.shape
    width, height = (_PAGE_ACROSS, _PAGE_DOWN) if page else (_ACROSS, _PHOTO_HEIGHT)
    zoom = min(height / rows, width / columns)
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
    """Draw contact sheets, those of pages after the others.

    Each upload has four rows: the answer and the label, as in `4 ✗ 9`; the picture with boxes; the
    digits as the network read them; and the upload's number, from 1, beside the confidence. Those
    with more digits than six or than one line are pages: beside the picture is the answer line by
    line, and below each line the part of the label that it is aligned with. File names are left to
    a text beside the sheets, because they can be in any script.

    Returns:
        A JPEG for every 56 entries or 10 pages, 2048 pixels wide if they have more than one row.
    """
    numbered = list(enumerate(entries, 1))
    small = [(number, entry) for number, entry in numbered if not entry.is_page]
    pages = [(number, entry) for number, entry in numbered if entry.is_page]
    few, many = _COLUMNS * _ROWS, _PAGE_COLUMNS * _PAGE_ROWS
    sheets = [
        _draw_sheet(small[i : i + few], _COLUMNS, (_WIDTH, _HEIGHT), _draw_entry)
        for i in range(0, len(small), few)
    ]
    return sheets + [
        _draw_sheet(pages[i : i + many], _PAGE_COLUMNS, (_PAGE_WIDTH, _PAGE_HEIGHT), _draw_page)
        for i in range(0, len(pages), many)
    ]


def _draw_sheet(
    entries: Sequence[tuple[int, Entry]],
    most: int,
    size: tuple[int, int],
    draw: Callable[[Pixels, Entry, int], None],
) -> bytes:
    """Draw cells of a width and height, at most `most` side by side."""
    width, height = size
    columns = min(len(entries), most)
    rows = -(-len(entries) // columns)
    sheet = blank(rows * height, columns * width)
    for i, (number, entry) in enumerate(entries):
        top, left = i // columns * height, i % columns * width
        cell = sheet[top : top + height, left : left + width]
        outline(cell, (0, 0, width, height), LINE, width=1)
        draw(cell, entry, number)
    return to_jpeg(sheet)


def _draw_entry(canvas: Pixels, entry: Entry, number: int) -> None:
    right = _LEFT + _ACROSS
    _draw_verdict(canvas, entry)
    _draw_photo(canvas, entry.photo, (_LEFT, _PHOTO, right, _PHOTO + _PHOTO_HEIGHT))
    _draw_digits(canvas, entry.digits, (_LEFT, _DIGITS, right, _DIGITS + _DIGITS_HEIGHT))
    _draw_number(canvas, entry, number, (_LEFT, _NUMBER), right)


def _draw_page(canvas: Pixels, entry: Entry, number: int) -> None:
    right, bottom = _LEFT + _PAGE_ACROSS, _LEFT + _PAGE_DOWN
    _draw_photo(canvas, entry.photo, (_LEFT, _LEFT, right, bottom))
    _draw_digits(canvas, entry.digits, (_LEFT, bottom + _LEFT, right, _PAGE_HEIGHT - _LEFT))
    rows = _aligned(entry)
    size = min(TEXT, _TEXT_DOWN // (3 * len(rows)))
    for i, (answer, label) in enumerate(rows):
        middle = _LEFT + (3 * i + 1) * size
        for j, (read, expected) in enumerate(zip(answer, label, strict=True)):
            x = _TEXT_LEFT + j * _TEXT_ACROSS // _PAGE_LINE
            colour = WHITE if read == expected else EXPLAINED
            write(canvas, read, (x, middle), colour, size=size, bold=True)
            write(canvas, expected, (x, middle + size), DIM, size=size)
            if read != expected:
                foot = middle + round(1.6 * size)
                fill(canvas, (x, foot, x + size // 2, foot + 2), EXPLAINED)
    _draw_number(canvas, entry, number, (_TEXT_LEFT, _PAGE_HEIGHT - 16), _PAGE_WIDTH - 16)


def _aligned(entry: Entry) -> list[tuple[str, str]]:
    """Return the answer line by line, each with the part of the label that it is aligned with.

    The two are equally long, with `·` where a digit is missing. Long lines are divided.
    """
    pairs: dict[int, list[tuple[str, str]]] = {}
    for step in Levenshtein.opcodes(entry.answer, entry.label):
        read = entry.answer[step.src_start : step.src_end]
        expected = entry.label[step.dest_start : step.dest_end]
        for i, pair in enumerate(zip_longest(read, expected, fillvalue="·"), step.src_start):
            line = entry.lines[min(i, len(entry.lines) - 1)] if entry.lines else 0
            pairs.setdefault(line, []).append(pair)
    rows = []
    for each in pairs.values():
        read, expected = map("".join, zip(*each, strict=True))
        starts = range(0, len(read), _PAGE_LINE)
        rows += [(read[i : i + _PAGE_LINE], expected[i : i + _PAGE_LINE]) for i in starts]
    return rows


def _draw_photo(canvas: Pixels, photo: Pixels | None, box: Box) -> None:
    """Draw a picture in the middle of a box."""
    left, top, right, bottom = box
    if photo is None:
        write(canvas, "⚠", ((left + right) // 2, (top + bottom) // 2), DIM, size=60, ha="center")
        return
    rows, columns, _ = photo.shape
    top, left = (top + bottom - rows) // 2, (left + right - columns) // 2
    canvas[top : top + rows, left : left + columns] = photo


def _draw_number(canvas: Pixels, entry: Entry, number: int, at: Point, right: int) -> None:
    """Draw the upload's number, and the confidence up to the right."""
    write(canvas, str(number), at, DIM, size=_SMALL)
    if entry.confidence is not None:
        percent = format_percent(entry.confidence)
        write(canvas, percent, (right, at[1]), size=_SMALL, ha="right")


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


def _draw_digits(canvas: Pixels, digits: Sequence[DigitImage], box: Box) -> None:
    """Draw digits side by side, a few at twice their size, and how many more there are."""
    left, top, right, bottom = box
    side = 56 if len(digits) <= _MAX_LARGE else 28
    per_row = (right - left) // (side + 2)
    count = (bottom - top) // side * per_row
    if len(digits) > count:
        count -= 1
        at = (right, bottom - 14)
        write(canvas, f"+{len(digits) - count}", at, size=_SMALL, ha="right")
    for i, image in enumerate(digits[:count]):
        x, y = left + i % per_row * (side + 2), top + i // per_row * side
        canvas[y : y + side, x : x + side] = grey(image, side)
