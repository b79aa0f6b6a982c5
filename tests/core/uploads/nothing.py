"""Pictures without any digit. Each function takes chance, and gives a sheet."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from tests.core.uploads.defects import ruled
from tests.core.uploads.sheets import PAPER, Sheet, as_sheet, on_paper, placed, printed

Nothing = Callable[[Generator], Sheet]

_LETTERS = "ACDEFGHJKMNPQRTUVWXYZ"
"""Those that nobody takes for a digit, printed."""


def blank(rng: Generator) -> Sheet:
    return np.full((320, 360, 3), rng.integers(0, 256, 3), np.uint8)


def grain(rng: Generator) -> Sheet:
    return as_sheet(rng.normal(200, rng.uniform(1, 30), (320, 360, 1)).repeat(3, axis=2))


def falling_light(rng: Generator) -> Sheet:
    y, x = np.mgrid[-1:1:320j, -1:1:360j]
    a, b, c = rng.uniform(-60, 60, 3)
    return as_sheet((170 + a * x + b * y + c * (x * x + y * y) / 2)[..., None].repeat(3, axis=2))


def ruled_paper(rng: Generator) -> Sheet:
    return ruled(rng, squared=False)


def squared_paper(rng: Generator) -> Sheet:
    return ruled(rng, squared=True)


def dash(rng: Generator) -> Sheet:
    ink, (x, y) = np.zeros((320, 360), np.float32), rng.integers(60, 140, 2).tolist()
    cv2.line(ink, (x, y), (x + int(rng.integers(60, 180)), y), 1, 14)
    return on_paper(ink)


def letter(rng: Generator) -> Sheet:
    sign = _LETTERS[rng.integers(len(_LETTERS))]
    return on_paper(placed(printed(sign, int(rng.integers(14, 26)))))


def word(rng: Generator) -> Sheet:
    signs = rng.choice(list(_LETTERS), 4)
    return on_paper(placed(printed("".join(signs), 14, size=4), (480, 240)))


def sign(rng: Generator) -> Sheet:
    return on_paper(placed(printed("+=?!#%&@*<>"[rng.integers(11)], 18)))


def polygon(rng: Generator) -> Sheet:
    ink, corners = np.zeros((320, 360), np.float32), int(rng.integers(3, 6))
    turn = rng.uniform(0, 6)
    angles = turn + 2 * np.pi * np.arange(corners) / corners
    points = np.stack([180 + 100 * np.cos(angles), 160 + 100 * np.sin(angles)], axis=1)
    cv2.fillPoly(ink, [points.astype(np.int32)], 1)
    return on_paper(ink, pen=tuple(rng.integers(0, 120, 3).tolist()))


def face(rng: Generator) -> Sheet:
    ink, wide = np.zeros((320, 360), np.float32), int(rng.integers(8, 14))
    cv2.circle(ink, (180, 160), 110, 1, wide)
    for x in (140, 220):
        cv2.circle(ink, (x, 130), 12, 1, cv2.FILLED)
    cv2.ellipse(ink, (180, 180), (60, 35), 0, 20, 160, 1, wide)
    return on_paper(ink)


def scribble(rng: Generator) -> Sheet:
    ink = np.zeros((320, 360), np.float32)
    points = np.cumsum(rng.normal(0, 45, (40, 2)), axis=0)
    points = 40 + 240 * (points - points.min(axis=0)) / np.ptp(points, axis=0)
    cv2.polylines(ink, [points.astype(np.int32)], isClosed=False, color=1, thickness=6)
    return on_paper(ink)


def hills(rng: Generator) -> Sheet:
    """Sky over ridges one before the other, with a sun."""
    sheet = np.empty((320, 480, 3), np.float64)
    sheet[:] = np.linspace(210, 250, 320)[:, None, None] * np.array([0.75, 0.88, 1])
    cv2.circle(sheet, (int(rng.integers(60, 420)), 60), 26, (252, 240, 190), cv2.FILLED)
    y, x = np.mgrid[:320, :480]
    for ridge in range(4):
        phase, period = rng.uniform(0, 6), rng.uniform(50, 120)
        rim = 130 + 45 * ridge + 30 * np.sin(x / period + phase) + 6 * np.sin(x / 9 + phase)
        sheet[y > rim] = np.array([96, 128, 110]) * (1 - 0.2 * ridge)
    return as_sheet(sheet + rng.normal(0, 5, sheet.shape))


def table(_: Generator) -> Sheet:
    """Empty boxes of a form."""
    sheet = np.full((320, 480, 3), PAPER, np.uint8)
    for x in range(40, 441, 80):
        cv2.line(sheet, (x, 40), (x, 280), (60, 60, 60), 3)
    for y in range(40, 281, 60):
        cv2.line(sheet, (40, y), (440, y), (60, 60, 60), 3)
    return sheet


NOTHING: tuple[Nothing, ...] = (
    blank,
    grain,
    falling_light,
    ruled_paper,
    squared_paper,
    dash,
    letter,
    word,
    sign,
    polygon,
    face,
    scribble,
    hills,
    table,
)
