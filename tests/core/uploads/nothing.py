"""Pictures without any digit. Each function takes chance, and gives a sheet."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from core.negatives import glyphs
from tests.core.uploads.defects import ruled
from tests.core.uploads.scenes import lamp, paper, some_pen
from tests.core.uploads.sheets import (
    BLACK,
    PAPER,
    WHITE,
    Sheet,
    as_sheet,
    clipped,
    on_paper,
    over,
    placed,
    printed,
)
from tests.core.uploads.things import (
    clothes_photo,
    clothes_thumbnail,
    face_photo,
    hand_photo,
    hand_silhouette,
    pet,
    room,
)
from tests.core.uploads.writing import WORDS, Hand, put, row, stacked

Nothing = Callable[[Generator], Sheet]

_LETTERS = "ACDFGHJKNPQRTUVXYZ"
"""Those that nobody takes for a digit, printed; an E, an M or a W on its side is a 3."""


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


def plot(rng: Generator) -> Sheet:
    """Axes with ticks, and curves, bars or dots; no numbers."""
    ink, sheet = np.zeros((360, 480), np.float32), np.full((360, 480, 3), 255, np.uint8)
    cv2.polylines(ink, [np.array([[60, 30], [60, 310], [450, 310]])], False, 1, 2)
    for x in range(100, 450, 50):
        cv2.line(ink, (x, 310), (x, 316), 1, 1)
    for y in range(60, 310, 50):
        cv2.line(ink, (54, y), (60, y), 1, 1)
    kind, xs = rng.integers(3), np.linspace(70, 440, 100)
    for _ in range(rng.integers(1, 4)):
        layer, colour = np.zeros((360, 480), np.float32), tuple(rng.integers(0, 200, 3).tolist())
        level = np.convolve(rng.normal(0, 1, 140), np.hanning(41), "valid")
        ys = 60 + 220 * (level - level.min()) / np.ptp(level)
        points = np.stack([xs, ys], axis=1).round().astype(np.int32)
        if kind == 0:
            cv2.polylines(layer, [points], False, 1, 2, cv2.LINE_AA)
        elif kind == 1:
            for x, y in points[::12].tolist():
                cv2.rectangle(layer, (x, y), (x + 28, 309), 1, cv2.FILLED)
        else:
            for x, y in (points[::3] + rng.normal(0, 12, (34, 2))).astype(int).tolist():
                cv2.circle(layer, (x, y), 4, 1, cv2.FILLED, cv2.LINE_AA)
        sheet = over(sheet, layer, colour)
        if kind == 1:
            break  # further bars would hide these
    return over(sheet, ink, (30, 30, 30))


def page_of_text(rng: Generator) -> Sheet:
    """Lines of words in a handwriting font."""
    hand = Hand(rng.uniform(22, 40), gap=(0.1, 0.2), font=int(rng.integers(102)))
    rows = []
    for _ in range(rng.integers(4, 10)):
        words = [str(word) for word in rng.choice(WORDS, rng.integers(3, 6))]
        rows.append(row(rng, [part for word in words for part in (word, " ")], hand))
    writing = put(stacked(rng, rows, (1.5, 1.8)), (480, 360))
    size = writing.ink.shape[1], writing.ink.shape[0]
    return lamp(rng, over(paper(rng, size), writing.ink, some_pen(rng)))


def greek_letters(rng: Generator) -> Sheet:
    """A few of them, large."""
    images, codes = glyphs()
    greek = np.flatnonzero((codes >= ord("Γ")) & (codes <= ord("ω")))
    ink = np.hstack([np.pad(images[i], 8) for i in rng.choice(greek, rng.integers(1, 5))])
    large = cv2.resize(ink.astype(np.float32), None, fx=1.6, fy=1.6)
    return on_paper(placed(clipped(large), (580, 320)), pen=some_pen(rng))


def logo(rng: Generator) -> Sheet:
    """A badge: rings, a star or waves, and a name under it."""
    sheet, colours = np.full((360, 360, 3), 255, np.uint8), rng.integers(0, 230, (2, 3)).tolist()
    cv2.circle(sheet, (180, 140), 105, colours[0], int(rng.choice([10, 16, -1])), cv2.LINE_AA)
    kind, spikes = rng.integers(3), int(rng.integers(5, 9))
    if kind == 0:
        radii = np.where(np.arange(2 * spikes) % 2, 30, 75)
        angles = np.pi * np.arange(2 * spikes) / spikes
        star = np.stack([180 + radii * np.sin(angles), 140 - radii * np.cos(angles)], axis=1)
        cv2.fillPoly(sheet, [star.round().astype(np.int32)], colours[1], cv2.LINE_AA)
    elif kind == 1:
        xs = np.arange(110, 251)
        for y in (110, 145, 180):
            wave = np.stack([xs, y + 12 * np.sin(xs / 18)], axis=1).round().astype(np.int32)
            cv2.polylines(sheet, [wave], False, colours[1], 12, cv2.LINE_AA)
    else:
        for x in (145, 180, 215):
            cv2.circle(sheet, (x, 140), 40, colours[1], 8, cv2.LINE_AA)
    name = printed("".join(rng.choice(list(_LETTERS), 5)), 6, size=1.8)
    return over(sheet, placed(name, (360, 360), (0.5, 0.92)), tuple(colours[0]))


def barcode(rng: Generator) -> Sheet:
    """Bars of several widths, without the number under them."""
    widths = rng.integers(1, 5, 60)
    bars = np.repeat(np.arange(60) % 2, 2 * widths).astype(np.float32)
    ink = np.repeat(bars[None], int(rng.integers(60, 180)), axis=0)
    return on_paper(placed(ink, (480, 320)), WHITE, BLACK)


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
    plot,
    page_of_text,
    greek_letters,
    logo,
    barcode,
    hand_silhouette,
    hand_photo,
    clothes_thumbnail,
    clothes_photo,
    room,
    pet,
    face_photo,
)
