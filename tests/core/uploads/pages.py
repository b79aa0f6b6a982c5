"""Whole pages with digits on them, as people write, photograph and send them.

Each function takes chance, and gives a page.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image

from core.uploads.decode import decode
from core.uploads.decoded_image import DecodedImage
from tests.builders import saved
from tests.core.uploads import scenes
from tests.core.uploads.sheets import Colour, Sheet, as_picture, as_sheet, over
from tests.core.uploads.writing import (
    WORDS,
    Box,
    Hand,
    Matrix,
    Writing,
    blank,
    in_one_line,
    joined,
    moved_boxes,
    put,
    rotation,
    row,
    some_digits,
    stacked,
    trimmed,
    warped,
)


@dataclass(frozen=True, eq=False, slots=True)
class Page:
    """A picture of a page, and what is on it.

    Attributes:
        sheet: (h, w, 3) uint8 RGB.
        lines: The digits of each line, in reading order.
        boxes: Left, top, right, bottom of each digit in `sheet`, in reading order.
        turned: Degrees clockwise by which the picture is turned from upright: 0, 90, 180 or 270.
        file: The picture's file, where it is one that the decoder changes; otherwise `None`.
    """

    sheet: Sheet
    lines: tuple[str, ...]
    boxes: tuple[Box, ...]
    turned: int = 0
    file: bytes | None = None

    @property
    def digits(self) -> str:
        return "".join(self.lines)

    @property
    def picture(self) -> DecodedImage:
        """The page as the product gets it."""
        return as_picture(self.sheet) if self.file is None else decode(self.file)


PageKind = Callable[[Generator], Page]


def drawn(kind: PageKind, seed: int) -> Page:
    """A page of a kind, with digits that other kinds do not have with the same seed."""
    return kind(np.random.default_rng([seed, *kind.__name__.encode()]))


def turned(page: Page, degrees: int) -> Page:
    """Turn the picture clockwise by 90, 180 or 270 degrees. The file is dropped."""
    height, width = page.sheet.shape[:2]
    sheet, boxes = page.sheet, page.boxes
    for _ in range(degrees // 90):
        sheet = np.ascontiguousarray(np.rot90(sheet, -1))
        boxes = tuple(
            (height - bottom, left, height - top, right) for left, top, right, bottom in boxes
        )
        height, width = width, height
    return Page(sheet, page.lines, boxes, (page.turned + degrees) % 360)


# Photographs of paper


def note_on_desk(rng: Generator) -> Page:
    """A sticky note or a card that fills 15 to 60% of the picture."""
    height = rng.uniform(50, 70)
    rows = [
        _row(rng, int(rng.integers(2, 7)), _hand(rng, height)) for _ in range(rng.integers(1, 5))
    ]
    writing = put(stacked(rng, rows, (1.5, 2)), (420, 380), _somewhere(rng), margin=40)
    page = _on(rng, writing, scenes.paper(rng, writing.size, note=True))
    return _photographed(rng, laid(rng, page, int(rng.integers(3)), rng.uniform(0.15, 0.6)))


def sheet_with_desk_edge(rng: Generator) -> Page:
    """Paper, with a strip of the desk along one or two sides."""
    writing = _lines(rng, _hand(rng, rng.uniform(45, 70)), (900, 700), margin=110)
    page = _on(rng, writing, scenes.paper(rng, writing.size))
    width, height = writing.size
    turn = rotation(rng.uniform(-4, 4), (width, height))
    sides = rng.permutation(4)[: rng.integers(1, 3)]
    room = rng.uniform(20, 70, 4)
    left, top, right, bottom = (
        room[side] if side in sides else -rng.uniform(40, 60) for side in range(4)
    )
    size = round(width + left + right), round(height + top + bottom)
    matrix = np.array([[1, 0, left], [0, 1, top], [0, 0, 1]]) @ turn
    desk = scenes.ground(rng, size, int(rng.integers(3)))
    return _photographed(rng, _pasted(page, desk, matrix))


def phone_shadow(rng: Generator) -> Page:
    writing = _lines(rng, _hand(rng, rng.uniform(45, 75)), (900, 700))
    page = _on(rng, writing, scenes.paper(rng, writing.size))
    return _photographed(rng, replace(page, sheet=scenes.shadow(rng, page.sheet)))


def dark_object_in_frame(rng: Generator) -> Page:
    """A pen, a mug, a cable or a thumb reaches into the picture, beside the writing."""
    writing = _lines(rng, _hand(rng, rng.uniform(45, 60)), (1000, 800), margin=130)
    page = _on(rng, writing, scenes.paper(rng, writing.size))
    used = cv2.dilate((writing.ink > 0.1).astype(np.uint8), np.ones((31, 31), np.uint8)) > 0
    make = scenes.OBJECTS[rng.integers(len(scenes.OBJECTS))]
    for _ in range(1000):
        mask, skin = make(rng, writing.size)
        if mask.sum() > 0.005 * mask.size and not (mask[used] > 0).any():
            break
    else:
        raise AssertionError("there is no place for the thing")
    dimmed = scenes.shaded(page.sheet, scenes.shade(mask, 8, 6, 8), 0.4)
    sheet = scenes.blended(dimmed, as_sheet(skin), mask)
    return _photographed(rng, replace(page, sheet=sheet))


def torn_edge(rng: Generator) -> Page:
    """Paper with a ragged edge on something darker."""
    margin = 70
    writing = _lines(rng, _hand(rng, rng.uniform(45, 70)), (800, 600), margin=margin + 30)
    size = writing.size
    page = _on(rng, writing, scenes.paper(rng, size))
    mask = scenes.torn(rng, size, margin)
    fibres = np.asarray(cv2.erode(mask, np.ones((7, 7), np.uint8)), np.float32)
    sheet = scenes.blended(np.full_like(page.sheet, 252), page.sheet, fibres)
    desk = scenes.ground(rng, size, int(rng.integers(3)))
    desk = scenes.shaded(desk, scenes.shade(mask, 5, 5, 6), 0.4)
    return _photographed(rng, replace(page, sheet=scenes.blended(desk, sheet, mask)))


# Sizes of pages


def small_row_on_large_page(rng: Generator) -> Page:
    """A row of thin digits 40 pixels high, near the top of a camera's full picture, JPEG."""
    hand = Hand(rng.uniform(38, 44), rng.uniform(0.05, 0.08), gap=(0.3, 0.6))
    line = put(_row(rng, int(rng.integers(8, 12)), hand), (0, 0))
    sheet = np.full((4000, 3000, 3), rng.integers(215, 250), np.uint8)
    left, top = int(rng.integers(200, 3000 - line.ink.shape[1] - 200)), int(rng.integers(200, 700))
    window = sheet[top : top + line.ink.shape[0], left : left + line.ink.shape[1]]
    window[:] = over(window, line.ink, scenes.some_pen(rng))
    boxes = joined([(line, left, top)]).boxes
    return Page(sheet, line.lines, boxes, file=saved(Image.fromarray(sheet), "JPEG", quality=90))


def tall_screenshot(rng: Generator) -> Page:
    """300 x 6,000 pixels, with lines here and there, PNG."""
    parts, y = [], 100.0
    while y < 5800:
        hand = Hand(rng.uniform(44, 60), rng.uniform(0.08, 0.12), gap=(0.1, 0.25))
        line = trimmed(_row(rng, int(rng.integers(2, 5)), hand))
        parts.append((line, rng.uniform(10, max(290 - line.ink.shape[1], 11)), y))
        y += rng.uniform(200, 1400)
    writing = joined([(blank((300, 6000)), 0, 0), *parts])
    page = _on(rng, writing, np.full((*writing.ink.shape, 3), 250, np.uint8))
    return replace(page, file=saved(Image.fromarray(page.sheet)))


def small_in_frame(rng: Generator) -> Page:
    """A row of digits 60 pixels high right across 1,280 x 960."""
    hand = Hand(60, rng.uniform(0.06, 0.1), gap=(0.5, 0.9))
    line = _row(rng, 10, hand)
    turn = rotation(rng.uniform(-2, 2), line.size)
    writing = put(warped(line, turn, line.size), (1280, 960), (0.5, rng.uniform(0, 1)))
    page = _on(rng, writing, scenes.paper(rng, writing.size))
    return _photographed(rng, page)


# Layouts


def phone_list(rng: Generator) -> Page:
    """Five to nine numbers under one another, in groups or not."""
    hand, rows = _hand(rng, rng.uniform(36, 50)), []
    grouped = rng.random() < 0.5
    for _ in range(rng.integers(5, 10)):
        what: list[int | str] = [*some_digits(rng, int(rng.integers(8, 12)))]
        if grouped:
            sign = " " if rng.random() < 0.6 else "-"
            what[7:7], what[3:3] = [sign], [sign]
        rows.append(row(rng, what, hand))
    writing = put(stacked(rng, rows, (1.35, 1.7)), (640, 480))
    return _on(rng, writing, scenes.lamp(rng, scenes.paper(rng, writing.size)))


def slanted_lines(rng: Generator) -> Page:
    """The lines rise or fall by 3 to 10 degrees."""
    hand = _hand(rng, rng.uniform(40, 60))
    rows = [_row(rng, int(rng.integers(4, 10)), hand) for _ in range(rng.integers(2, 6))]
    flat = put(stacked(rng, rows, (1.5, 1.9)), (0, 0), margin=120)
    degrees = rng.uniform(3, 10) * rng.choice([-1, 1])
    writing = put(warped(flat, rotation(degrees, flat.size), flat.size), (640, 480))
    return _on(rng, writing, scenes.lamp(rng, scenes.paper(rng, writing.size)))


def two_columns(rng: Generator) -> Page:
    """Two lists beside each other, which are read one after the other."""
    hand = _hand(rng, rng.uniform(45, 60))
    columns = []
    for _ in range(2):
        rows = [_row(rng, int(rng.integers(3, 5)), hand) for _ in range(rng.integers(4, 7))]
        columns.append(trimmed(stacked(rng, rows, (1.5, 1.9))))
    right = columns[0].ink.shape[1] + rng.uniform(2.5, 4) * hand.height
    tops = rng.uniform(0, 0.8, 2) * hand.height
    writing = put(joined([(columns[0], 0, tops[0]), (columns[1], right, tops[1])]), (640, 480))
    return _on(rng, writing, scenes.lamp(rng, scenes.paper(rng, writing.size)))


def table_of_marks(rng: Generator) -> Page:
    page = _table(rng)
    return replace(page, sheet=scenes.lamp(rng, page.sheet))


def table_on_desk(rng: Generator) -> Page:
    """A table on a card, photographed from farther away."""
    page = laid(rng, _table(rng), int(rng.integers(3)), rng.uniform(0.2, 0.6))
    return _photographed(rng, page)


def _table(rng: Generator) -> Page:
    """A ruled table with one or two digits in a cell; words begin the rows and columns or not."""
    hand = _hand(rng, rng.uniform(34, 44))
    height, columns, tall = hand.height, int(rng.integers(3, 6)), rng.uniform(1.6, 1.9)
    cells = [
        [_row(rng, int(rng.integers(1, 3)), replace(hand, gap=(0.1, 0.15))) for _ in range(columns)]
        for _ in range(rng.integers(3, 7))
    ]
    if rng.random() < 0.5:
        cells = [[row(rng, [str(rng.choice(WORDS))], hand), *line] for line in cells]
    if rng.random() < 0.3:
        cells.insert(0, [row(rng, [str(rng.choice(WORDS))], hand) for _ in cells[0]])
    widths = [
        max(cell.size[0] for cell in column) + 0.3 * height for column in zip(*cells, strict=True)
    ]
    xs, ys = np.cumsum([height, *widths]), height * (1 + tall * np.arange(len(cells) + 1))
    parts = [(blank((xs[-1] + height, ys[-1] + height)), 0.0, 0.0)]
    for line, bottom in zip(cells, ys[1:], strict=True):
        at = [(cell, x + 0.1 * height, 0.0) for cell, x in zip(line, xs, strict=False)]
        parts.append((in_one_line(joined(at)), 0.0, bottom - 1.75 * height))
    writing = joined(parts)
    rules = scenes.grid(writing.size, xs.tolist(), ys.tolist(), int(rng.choice([1, 2, 3, 5])))
    pen = scenes.some_pen(rng) if rng.random() < 0.6 else (150, 170, 196)
    return _on(rng, writing, over(scenes.paper(rng, writing.size), rules, pen))


def squared_paper(rng: Generator) -> Page:
    """The squares are smaller than the digits, or hold one each."""
    hand = _hand(rng, rng.uniform(45, 65))
    writing = _lines(rng, hand, (800, 600))
    sheet = scenes.lamp(rng, scenes.paper(rng, writing.size))
    pitch = hand.height * rng.choice([0.5, 0.75, 1.2])
    return _on(rng, writing, scenes.ruled(rng, sheet, pitch, rng.uniform(0, pitch), squared=True))


def dotted_paper(rng: Generator) -> Page:
    hand = _hand(rng, rng.uniform(45, 65))
    writing = _lines(rng, hand, (800, 600))
    dots = scenes.dotted(rng, scenes.paper(rng, writing.size), rng.uniform(0.5, 1) * hand.height)
    return _photographed(rng, _on(rng, writing, dots))


def ruled_paper(rng: Generator) -> Page:
    """Digits stand on the rules, or across them."""
    hand = _hand(rng, rng.uniform(45, 65))
    pitch = rng.uniform(1.3, 1.8) * hand.height
    rows = [_row(rng, int(rng.integers(5, 10)), hand) for _ in range(rng.integers(2, 6))]
    parts = [(each, rng.uniform(0, 0.3) * hand.height, i * pitch) for i, each in enumerate(rows)]
    lines = joined(parts)
    writing = joined([(blank((lines.size[0] + 120, lines.size[1] + 80)), 0, 0), (lines, 60, 40)])
    sheet = scenes.lamp(rng, scenes.paper(rng, writing.size))
    across = rng.choice([0.02, -0.3, -0.5]) * hand.height
    base = 40 + 1.5 * hand.height + across
    return _on(rng, writing, scenes.ruled(rng, sheet, pitch, base % pitch, squared=False))


def unequal_sizes(rng: Generator) -> Page:
    """As real hands do: small zeros, twos and fives, long sevens and nines."""
    hand = replace(_hand(rng, rng.uniform(45, 65)), uneven=True)
    return _on_paper(rng, _lines(rng, hand, (800, 600), pitch=(1.8, 2.2)))


def unequal_lines(rng: Generator) -> Page:
    """The largest line is 2.2 times as high as the smallest, and they are unequally far apart."""
    heights = rng.permutation(np.linspace(36, 80, rng.integers(2, 5)))
    rows = [_row(rng, int(rng.integers(3, 8)), _hand(rng, height)) for height in heights]
    return _on_paper(rng, put(stacked(rng, rows, (1.5, 2.8), indent=1), (640, 480)))


def thin_pen(rng: Generator) -> Page:
    """Hair lines on 600 x 400."""
    height = rng.uniform(32, 46)
    hand = Hand(height, rng.uniform(0.8, 1.3) / height, gap=(0.15, 0.4))
    rows = [_row(rng, int(rng.integers(5, 9)), hand) for _ in range(rng.integers(1, 4))]
    writing = put(stacked(rng, rows, (1.5, 2)), (600, 400), _somewhere(rng))
    grey = int(rng.integers(50, 100))
    sheet = scenes.lamp(rng, scenes.paper(rng, writing.size))
    return Page(over(sheet, writing.ink, (grey, grey, grey)), writing.lines, writing.boxes)


def touching_digits(rng: Generator) -> Page:
    """In a hurry: here and there one digit runs into the next."""
    hand = replace(_hand(rng, rng.uniform(40, 60)), gap=(-0.05, 0.15))
    return _on_paper(rng, _lines(rng, hand, (640, 480)))


def beside_words(rng: Generator) -> Page:
    """Words before or behind, and signs between."""
    hand, rows = _hand(rng, rng.uniform(40, 60)), []
    for _ in range(rng.integers(2, 6)):
        first, second = some_digits(rng, int(rng.integers(2, 5))), some_digits(rng, 2)
        word, sign = str(rng.choice(WORDS)), "+-=:%/"[rng.integers(6)]
        choices: tuple[list[int | str], ...] = (
            [word, " ", *first],
            [*first, " ", word],
            [word, ":", *first, sign, *second],
            [*first, sign, *second, " ", word],
            [word, "(", *first, ")"],
        )
        rows.append(row(rng, choices[rng.integers(len(choices))], hand))
    return _on_paper(rng, put(stacked(rng, rows, (1.6, 2)), (640, 480)))


def signs_below(rng: Generator) -> Page:
    """Two lines of digits, and two of signs, smaller."""
    hand = _hand(rng, rng.uniform(50, 70))
    rows = [_row(rng, 5, hand) for _ in range(2)]
    small = replace(hand, height=0.6 * hand.height, gap=(0.5, 0.8))
    rows += [row(rng, [str(sign) for sign in rng.permutation([*signs])], small) for signs in _SIGNS]
    return _on_paper(rng, put(stacked(rng, rows, (1.6, 2)), (640, 480)))


_SIGNS = ("+-=*#", "%:?()!")

# Many digits


def more_than_fifty(rng: Generator) -> Page:
    hand = _hand(rng, rng.uniform(30, 40))
    rows = [_row(rng, int(rng.integers(12, 21)), hand) for _ in range(rng.integers(6, 11))]
    return _on_paper(rng, put(stacked(rng, rows, (1.4, 1.7)), (800, 600)))


def two_hundred(rng: Generator) -> Page:
    """Ten rows of twenty on 530 x 300, black on white, as figures in papers show MNIST."""
    parts = [(blank((530, 300)), 0.0, 0.0)]
    for y in range(10):
        cells = [trimmed(_row(rng, 1, Hand(19))) for _ in range(20)]
        at = [
            (cell, 5 + 26 * x + (26 - cell.size[0]) / 2, 5 + 29 * y + (29 - cell.size[1]) / 2)
            for x, cell in enumerate(cells)
        ]
        parts.append((in_one_line(joined(at)), 0.0, 0.0))
    writing = joined(parts)
    sheet = np.full((300, 530, 3), 255, np.uint8)
    return Page(over(sheet, writing.ink, (0, 0, 0)), writing.lines, writing.boxes)


# Inks


def tablet_drawing(rng: Generator) -> Page:
    """A pen of one width on one colour, light on dark or the reverse."""
    height = rng.uniform(60, 110)
    hand = Hand(height, rng.uniform(0.03, 0.14), gap=(0.2, 0.5))
    rows = [_row(rng, int(rng.integers(2, 6)), hand) for _ in range(rng.integers(1, 4))]
    writing = put(stacked(rng, rows, (1.5, 2)), (640, 480), _somewhere(rng))
    dark, light = rng.integers(0, 60, 3), rng.integers(190, 256, 3)
    ground, pen = (dark, light) if rng.random() < 0.6 else (light, dark)
    sheet = np.full((*writing.ink.shape, 3), ground, np.uint8)
    return Page(over(sheet, writing.ink, tuple(pen.tolist())), writing.lines, writing.boxes)


def coloured_inks(rng: Generator) -> Page:
    """Every digit in another colour, on white or on a coloured sheet."""
    hand = Hand(rng.uniform(70, 100), rng.uniform(0.1, 0.16), gap=(0.25, 0.5))
    rows = [_row(rng, int(rng.integers(3, 6)), hand) for _ in range(rng.integers(1, 4))]
    writing = put(stacked(rng, rows, (1.6, 1.8)), (480, 360))
    sheet = np.empty((*writing.ink.shape, 3), np.uint8)
    sheet[:] = colour = _GROUNDS[0 if rng.random() < 0.5 else rng.integers(len(_GROUNDS))]
    inks = [ink for ink in _INKS if np.abs(np.subtract(ink, colour)).sum() > 150]
    chosen = [inks[i] for i in rng.integers(0, len(inks), len(writing.boxes))]
    pens = sheet.copy()
    for (left, top, right, bottom), ink in zip(writing.boxes, chosen, strict=True):
        pens[int(top) : int(bottom), int(left) : int(right)] = ink
    return Page(over(sheet, writing.ink, pens), writing.lines, writing.boxes)


_INKS: tuple[Colour, ...] = (
    (250, 230, 40),
    (0, 215, 230),
    (120, 225, 110),
    (150, 150, 152),
    (20, 20, 20),
    (210, 30, 40),
    (250, 80, 170),
    (250, 120, 20),
    (20, 40, 190),
    (110, 10, 150),
    (0, 110, 30),
)
_GROUNDS: tuple[Colour, ...] = ((255, 255, 255), (250, 240, 190), (190, 220, 245), (40, 44, 60))


def low_contrast(rng: Generator) -> Page:
    """Ink and paper are 20 to 30 levels apart."""
    writing = _lines(rng, _hand(rng, rng.uniform(50, 80)), (640, 480))
    grey, apart = int(rng.integers(90, 220)), int(rng.integers(20, 31) * rng.choice([-1, 1]))
    sheet = np.full((*writing.ink.shape, 3), grey, np.uint8)
    inked = over(sheet, writing.ink, (grey + apart,) * 3)
    noisy = as_sheet(inked + rng.normal(0, 1, (*writing.ink.shape, 1)))
    return Page(noisy, writing.lines, writing.boxes)


def twelve_bit(rng: Generator) -> Page:
    """A scanner's 12 bits in a PNG of 16: no value is above 4,095 of 65,535."""
    writing = _lines(rng, _hand(rng, rng.uniform(45, 70)), (640, 480))
    page = Page(over(scenes.paper(rng, writing.size), writing.ink), writing.lines, writing.boxes)
    deep = page.sheet[..., 0].astype(np.uint16) * 16
    return replace(page, file=saved(Image.fromarray(deep)))


PAGES: tuple[PageKind, ...] = (
    note_on_desk,
    sheet_with_desk_edge,
    phone_shadow,
    dark_object_in_frame,
    torn_edge,
    small_row_on_large_page,
    tall_screenshot,
    small_in_frame,
    phone_list,
    slanted_lines,
    two_columns,
    table_of_marks,
    table_on_desk,
    squared_paper,
    dotted_paper,
    ruled_paper,
    unequal_sizes,
    unequal_lines,
    thin_pen,
    touching_digits,
    beside_words,
    signs_below,
    more_than_fifty,
    two_hundred,
    tablet_drawing,
    coloured_inks,
    low_contrast,
    twelve_bit,
)


def _hand(rng: Generator, height: float) -> Hand:
    """A hand with a pen of some width, from fineliner to felt tip."""
    pen = None if rng.random() < 0.3 else rng.uniform(max(0.04, 1.6 / height), 0.12)
    return Hand(height, pen, font=int(rng.integers(102)))


def _row(rng: Generator, count: int, hand: Hand) -> Writing:
    return row(rng, some_digits(rng, count), hand)


def _lines(
    rng: Generator,
    hand: Hand,
    size: tuple[int, int],
    margin: int = 20,
    pitch: tuple[float, float] = (1.5, 2),
) -> Writing:
    """One to four lines of three to eight digits, somewhere on a page of (width, height)."""
    rows = [_row(rng, int(rng.integers(3, 9)), hand) for _ in range(rng.integers(1, 5))]
    return put(stacked(rng, rows, pitch), size, _somewhere(rng), margin)


def _somewhere(rng: Generator) -> tuple[float, float]:
    return float(rng.uniform(0, 1)), float(rng.uniform(0, 1))


def _on(rng: Generator, writing: Writing, sheet: Sheet) -> Page:
    return Page(over(sheet, writing.ink, scenes.some_pen(rng)), writing.lines, writing.boxes)


def _on_paper(rng: Generator, writing: Writing) -> Page:
    return _on(rng, writing, scenes.lamp(rng, scenes.paper(rng, writing.size)))


def _photographed(rng: Generator, page: Page) -> Page:
    return replace(page, sheet=scenes.camera(rng, scenes.lamp(rng, page.sheet)))


def laid(rng: Generator, page: Page, kind: int, share: float) -> Page:
    """Lay a page on a desk of which it covers a share, a little turned and seen from the side.

    The kinds of desks are those of `scenes.ground`.
    """
    height, width = page.sheet.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    away = rng.uniform(-0.04, 0.04, (4, 2)) * (width, height)
    turn = rotation(rng.uniform(-10, 10), (width, height))
    there = cv2.perspectiveTransform((corners + away)[None], turn)[0]
    there -= there.min(axis=0)
    covered = there.max(axis=0)
    side, stretch = (width * height / share) ** 0.5, rng.uniform(0.85, 1.15)
    size = np.maximum((side * stretch, side / stretch), covered + 10)
    there += rng.uniform(0.1, 0.9, 2) * (size - covered)
    desk = scenes.ground(rng, (round(size[0]), round(size[1])), kind)
    matrix = cv2.getPerspectiveTransform(corners, there.astype(np.float32))
    return _pasted(page, desk, np.asarray(matrix, np.float64))


def _pasted(page: Page, desk: Sheet, matrix: Matrix) -> Page:
    """Lay a page on a desk where a (3, 3) matrix puts it; it throws a small shadow."""
    size = desk.shape[1], desk.shape[0]
    seen = cv2.warpPerspective(
        page.sheet, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    whole = np.ones(page.sheet.shape[:2], np.float32)
    mask = np.asarray(cv2.warpPerspective(whole, matrix, size, flags=cv2.INTER_LINEAR), np.float32)
    dimmed = scenes.shaded(desk, scenes.shade(mask, 4, 5, 5), 0.45)
    sheet = scenes.blended(dimmed, np.asarray(seen, np.uint8), mask)
    return Page(sheet, page.lines, moved_boxes(page.boxes, matrix))
