"""Several digits on a sheet, as people write them. Each function takes chance, and gives a sheet
and the digits on it in reading order."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.dataset import load_test_digits
from tests.core.uploads.sheets import (
    PEN,
    Ink,
    Sheet,
    beside,
    clipped,
    on_paper,
    printed,
    turned,
    written,
)

Several = Callable[[Generator], tuple[Sheet, str]]

_HEIGHT = 90


def zip_code(rng: Generator) -> tuple[Sheet, str]:
    return _sheet([_row(rng, _some(rng, 5))], rng)


def phone_number(rng: Generator) -> tuple[Sheet, str]:
    """Three groups with dashes between them."""
    groups = [_some(rng, 3), _some(rng, 4), _some(rng, 4)]
    return _sheet([_row(rng, [*groups[0], "-", *groups[1], "-", *groups[2]])], rng)


def a_sum(rng: Generator) -> tuple[Sheet, str]:
    return _sheet([_row(rng, [*_some(rng, 2), "+", *_some(rng, 2), "=", *_some(rng, 3)])], rng)


def sum_in_columns(rng: Generator) -> tuple[Sheet, str]:
    """One number under the other, a line, and what they come to."""
    rows = [_row(rng, _some(rng, 3)) for _ in range(3)]
    sheet, label = _sheet(rows, rng, rule_before=2)
    return sheet, label


def practice_page(rng: Generator) -> tuple[Sheet, str]:
    """Lines of digits, far from each other."""
    return _sheet([_row(rng, _some(rng, 8), gap=(0.4, 0.7)) for _ in range(5)], rng)


def tight_grid(rng: Generator) -> tuple[Sheet, str]:
    """Lines that are no farther apart than the digits in them."""
    return _sheet([_row(rng, _some(rng, 5), gap=(0.2, 0.3)) for _ in range(8)], rng, apart=0.3)


def two_lines(rng: Generator) -> tuple[Sheet, str]:
    return _sheet([_row(rng, _some(rng, n)) for n in (6, 4)], rng)


def rising_line(rng: Generator) -> tuple[Sheet, str]:
    """Nobody writes quite level on blank paper."""
    row, label = _row(rng, _some(rng, 7))
    room = np.pad(row, ((row.shape[1] // 6,) * 2, (8, 8)))
    return on_paper(turned(room, rng.choice([-7, 7]))), label


def touching(rng: Generator) -> tuple[Sheet, str]:
    """In a hurry: here and there one digit runs into the next."""
    return _sheet([_row(rng, _some(rng, 4), gap=(-0.06, 0.12))], rng)


def touching_zeros(rng: Generator) -> tuple[Sheet, str]:
    """As on a cheque."""
    zeros = rng.choice(_all(0), 3).tolist()
    return _sheet([_row(rng, [*_some(rng, 1), *zeros], gap=(-0.06, -0.02))], rng)


def zeros_that_share_walls(rng: Generator) -> tuple[Sheet, str]:
    """In one go, where the pen does not quite come back to where a zero began."""
    first, label = _row(rng, _some(rng, 1))
    count, width, pen = int(rng.integers(2, 5)), rng.uniform(0.55, 0.8), int(rng.integers(5, 9))
    zeros = np.zeros((2 * _HEIGHT, round((count + 0.3) * width * _HEIGHT)), np.float32)
    for number in range(count):
        middle = round((number + 0.6) * width * _HEIGHT), _HEIGHT + int(rng.integers(-3, 4))
        axes = round(width / 2 * _HEIGHT), round(rng.uniform(0.44, 0.5) * _HEIGHT)
        began, gap = int(rng.integers(-120, -60)), int(rng.choice([0, 8, 16]))
        cv2.ellipse(zeros, middle, axes, 0, began + gap, began + 360, 1, pen, cv2.LINE_AA)
    return _sheet([(np.hstack([first, zeros]), label + "0" * count)], rng)


def among_letters(rng: Generator) -> tuple[Sheet, str]:
    """A room number, a price: capitals before and behind."""
    return _sheet([_row(rng, ["K", "A", *_some(rng, 3), "W", "N"], gap=(0.25, 0.4))], rng)


def underlined(rng: Generator) -> tuple[Sheet, str]:
    """A line under the digits, which some of them touch, and which is not quite level."""
    row, label = _row(rng, _some(rng, 5))
    sheet = np.pad(row, 40)
    bottom, drop = sheet.shape[0] - 40, int(rng.integers(-8, 9))
    cv2.line(sheet, (0, bottom), (sheet.shape[1], bottom + drop), 1, 3, cv2.LINE_AA)
    return on_paper(sheet), label


def many_sizes(rng: Generator) -> tuple[Sheet, str]:
    rows = [_row(rng, _some(rng, 4), height=height) for height in (70, 110)]
    return _sheet(rows, rng)


SEVERAL: tuple[Several, ...] = (
    zip_code,
    phone_number,
    a_sum,
    sum_in_columns,
    practice_page,
    tight_grid,
    two_lines,
    rising_line,
    touching,
    touching_zeros,
    zeros_that_share_walls,
    among_letters,
    underlined,
    many_sizes,
)


def _some(rng: Generator, count: int) -> list[int]:
    return [int(index) for index in rng.integers(0, len(load_test_digits().labels), count)]


def _all(digit: int) -> NDArray[np.int64]:
    return np.flatnonzero(load_test_digits().labels == digit)


def _row(
    rng: Generator,
    what: Sequence[int | str],
    gap: tuple[float, float] = (0.15, 0.35),
    height: int = _HEIGHT,
) -> tuple[Ink, str]:
    """Write test digits, by their index, and signs side by side; gaps are parts of the height."""
    ink, right = np.zeros((2 * height, (len(what) + 1) * 2 * height), np.float32), 0
    label = ""
    for each in what:
        glyph = _sign(each, height) if isinstance(each, str) else written(each, _near(rng, height))
        rows, columns = glyph.shape
        level = 1.5 * height if isinstance(each, int) or each.isalpha() else height + rows / 2
        top = round(level - rows + rng.uniform(-0.05, 0.05) * height)
        between = round(rng.uniform(*gap) * height)
        left = beside(ink, glyph, top, right) + between if between < 0 else right + between
        window = ink[top : top + rows, max(left, 0) : max(left, 0) + columns]
        np.maximum(window, glyph, out=window)
        right = max(left, 0) + columns
        label += str(load_test_digits().labels[each]) if isinstance(each, int) else ""
    return ink[:, : right + height // 4], label


def _near(rng: Generator, height: int) -> int:
    return round(height * rng.uniform(0.9, 1.1))


def _sign(sign: str, height: int) -> Ink:
    large = printed(sign, thickness=18, size=8)
    factor = height / 168  # of capitals, which others are in proportion to
    return clipped(cv2.resize(large, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def _sheet(
    rows: Sequence[tuple[Ink, str]],
    rng: Generator,
    apart: float = 0.7,
    rule_before: int | None = None,
) -> tuple[Sheet, str]:
    """Put rows under each other on a sheet; `apart` is a part of their height."""
    width = max(ink.shape[1] for ink, _ in rows) + 60
    parts = [np.zeros((30, width), np.float32)]
    for number, (ink, _) in enumerate(rows):
        used = np.flatnonzero(ink.any(axis=1))
        cut = ink[used[0] : used[-1] + 1]
        left = 30 + int(rng.integers(0, 12))
        part = np.zeros((cut.shape[0] + round(apart * _HEIGHT), width), np.float32)
        part[: cut.shape[0], left : left + cut.shape[1]] = cut[:, : width - left]
        if number + 1 == rule_before:
            cv2.line(part, (30, part.shape[0] - 20), (width - 30, part.shape[0] - 20), 1, 6)
        parts.append(part)
    return on_paper(np.concatenate(parts), pen=PEN), "".join(label for _, label in rows)
