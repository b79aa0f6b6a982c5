"""One digit, and what people and cameras do to it. Each function takes a digit's ink and chance,
and gives a sheet, or the file of one."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from tests.builders import saved
from tests.core.uploads.sheets import (
    BLACK,
    PAPER,
    WHITE,
    Ink,
    Sheet,
    across,
    as_jpeg,
    as_sheet,
    clipped,
    lit,
    moved,
    on_paper,
    over,
    placed,
    turned,
)

Defect = Callable[[Ink, Generator], Sheet | bytes]


def undamaged(ink: Ink, _: Generator) -> Sheet:
    return on_paper(placed(ink))


def light_on_dark(ink: Ink, _: Generator) -> Sheet:
    return on_paper(placed(ink), BLACK, WHITE)


def chalk_on_green(ink: Ink, _: Generator) -> Sheet:
    return on_paper(placed(ink), (40, 84, 62), (226, 228, 214))


def uneven_light(ink: Ink, rng: Generator) -> Sheet:
    sheet = on_paper(placed(ink))
    (y, x), angle = across(sheet), rng.uniform(0, 2 * np.pi)
    return lit(sheet, 0.65 + 0.25 * (np.cos(angle) * x + np.sin(angle) * y))


def shadow_edge(ink: Ink, rng: Generator) -> Sheet:
    sheet = on_paper(placed(ink))
    (y, x), angle = across(sheet), rng.uniform(0, 2 * np.pi)
    beyond = (np.cos(angle) * x + np.sin(angle) * y - rng.uniform(-0.3, 0.3)) / 0.06
    return lit(sheet, 1 - 0.4 / (1 + np.exp(-np.clip(beyond, -30, 30))))


def vignette(ink: Ink, _: Generator) -> Sheet:
    sheet = on_paper(placed(ink))
    y, x = across(sheet)
    return lit(sheet, 1 - 0.3 * (x**2 + y**2))


def ruled_paper(ink: Ink, rng: Generator) -> Sheet:
    return over(ruled(rng, squared=False), placed(ink, (600, 480)))


def squared_paper(ink: Ink, rng: Generator) -> Sheet:
    return over(ruled(rng, squared=True), placed(ink, (600, 480)))


def ruled(rng: Generator, *, squared: bool, size: tuple[int, int] = (600, 480)) -> Sheet:
    """A sheet with lines, or with squares, and nothing else."""
    sheet = np.full((size[1], size[0], 3), PAPER, np.uint8)
    apart = 30 if squared else 60
    for y in range(int(rng.integers(5, apart)), size[1], apart):
        cv2.line(sheet, (0, y), (size[0], y), (166, 188, 214), 2)
    for x in range(int(rng.integers(5, apart)), size[0], apart) if squared else ():
        cv2.line(sheet, (x, 0), (x, size[1]), (166, 188, 214), 2)
    return sheet


def blue_on_yellow(ink: Ink, _: Generator) -> Sheet:
    return on_paper(placed(ink), (244, 220, 110), (36, 60, 170))


def red_on_pink(ink: Ink, _: Generator) -> Sheet:
    return on_paper(placed(ink), (248, 196, 204), (196, 40, 60))


def equally_bright_colours(ink: Ink, _: Generator) -> Sheet:
    """Red on green, either of luminance 108: in grey there is nothing to see."""
    return on_paper(placed(ink), (50, 150, 43), (220, 60, 60))


def noise(ink: Ink, rng: Generator) -> Sheet:
    sheet = on_paper(placed(ink))
    return as_sheet(sheet + rng.normal(0, 22, sheet.shape))


def pencil(ink: Ink, rng: Generator) -> Sheet:
    placed_ = placed(ink)
    grain = cv2.GaussianBlur(rng.normal(0, 1, placed_.shape), (0, 0), 1.5) * 3
    return on_paper(clipped(placed_ * (0.75 + 0.25 * grain)), pen=(110, 110, 114))


def turned_by_exif(ink: Ink, rng: Generator) -> bytes:
    """As a phone held on its side stores it."""
    orientation, stored = ((3, 2), (6, 1), (8, 3))[rng.integers(3)]
    exif = Image.Exif()
    exif[0x0112] = orientation
    sheet = np.rot90(on_paper(placed(ink)), stored)
    return saved(Image.fromarray(np.ascontiguousarray(sheet)), "JPEG", exif=exif)


def slanted(ink: Ink, rng: Generator) -> Sheet:
    slant = rng.choice([-0.3, 0.45])  # hands lean to the right more than to the left
    return on_paper(moved(placed(ink), np.array([[1, -slant], [0, 1]])))


def tilted(ink: Ink, rng: Generator) -> Sheet:
    return on_paper(turned(placed(ink), rng.choice([-15, 15])))


def fat(ink: Ink, _: Generator) -> Sheet:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    return on_paper(clipped(cv2.dilate(placed(ink), disc)))


def fine(ink: Ink, _: Generator) -> Sheet:
    """A pen of a few pixels."""
    return on_paper(clipped(cv2.dilate(spine(placed(ink)), np.ones((4, 4), np.uint8))))


def hair_thin(ink: Ink, _: Generator) -> Sheet:
    """The middle of the stroke alone, a pixel wide."""
    return on_paper(spine(placed(ink)))


def spine(ink: Ink) -> Ink:
    """Thin strokes to a line, layer by layer: Zhang and Suen (1984)."""
    mask = (ink > 0.5).astype(np.uint8)
    while True:
        before = mask
        for peelable in _PEELABLE:
            rings = cv2.filter2D(mask, -1, _BITS, borderType=cv2.BORDER_CONSTANT)
            mask = mask & ~np.asarray(cv2.LUT(rings, peelable), np.uint8)
        if np.array_equal(mask, before):
            return mask.astype(np.float32)


_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)
"""Makes one number of the eight pixels around a pixel, its ring."""


def _peelable(*, first: bool) -> NDArray[np.uint8]:
    """Tell for each ring which pixels are of the outline, south-east or north-west, and join
    nothing: (256,)."""
    ring = (np.arange(256) >> np.arange(8)[:, None]) % 2 > 0
    north, east, south, west = ring[0], ring[2], ring[4], ring[6]
    count = ring.sum(axis=0)
    starts = (~ring & np.roll(ring, -1, axis=0)).sum(axis=0)
    if first:
        is_side = ~(north & east & south) & ~(east & south & west)
    else:
        is_side = ~(north & east & west) & ~(north & south & west)
    return np.asarray((count >= 2) & (count <= 6) & (starts == 1) & is_side, np.uint8)


_PEELABLE = _peelable(first=True), _peelable(first=False)


def huge(ink: Ink, _: Generator) -> Sheet:
    """It fills the picture but for some pixels."""
    return on_paper(np.pad(ink, 8))


def tiny(ink: Ink, rng: Generator) -> Sheet:
    small = cv2.resize(ink, None, fx=0.12, fy=0.12, interpolation=cv2.INTER_AREA)
    at = (float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.2, 0.8)))
    return on_paper(placed(clipped(small), (640, 480), at))


def thumbnail(ink: Ink, _: Generator) -> Sheet:
    sheet = on_paper(placed(ink, (280, 280)))
    return np.asarray(cv2.resize(sheet, (28, 28), interpolation=cv2.INTER_AREA), np.uint8)


def off_centre(ink: Ink, rng: Generator) -> Sheet:
    small = cv2.resize(ink, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    corners = ((0.03, 0.03), (0.97, 0.03), (0.03, 0.97), (0.97, 0.97))
    return on_paper(placed(clipped(small), (640, 480), corners[rng.integers(4)]))


def touching_the_edge(ink: Ink, rng: Generator) -> Sheet:
    sides = ((0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0))
    return on_paper(placed(ink, at=sides[rng.integers(4)]))


def broken_in_two(ink: Ink, rng: Generator) -> Sheet:
    """The pen was lifted: a gap right across."""
    ink, at = ink.copy(), round(len(ink) * rng.uniform(0.3, 0.7))
    ink[at - 5 : at + 5] = 0
    return on_paper(placed(ink))


def outlined(ink: Ink, _: Generator) -> Sheet:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    return on_paper(clipped(cv2.morphologyEx(placed(ink), cv2.MORPH_GRADIENT, disc)))


def specks(ink: Ink, rng: Generator) -> Sheet:
    ink = placed(ink)
    for x, y in (rng.uniform(0.03, 0.97, (12, 2)) * ink.shape[::-1]).astype(int).tolist():
        cv2.circle(ink, (x, y), int(rng.integers(1, 4)), 1, cv2.FILLED, cv2.LINE_AA)
    return on_paper(ink)


def frame(ink: Ink, _: Generator) -> Sheet:
    ink = placed(ink)
    cv2.rectangle(ink, (12, 12), (ink.shape[1] - 13, ink.shape[0] - 13), 1, 3)
    return on_paper(ink)


def frame_beside(ink: Ink, rng: Generator) -> Sheet:
    """The side of a box on a form, and the one under it."""
    ink = placed(ink)
    left = int(rng.integers(16, 40))
    cv2.line(ink, (left, 0), (left, ink.shape[0]), 1, 3)
    cv2.line(ink, (0, ink.shape[0] - left), (ink.shape[1], ink.shape[0] - left), 1, 3)
    return on_paper(ink)


def poor_jpeg(ink: Ink, _: Generator) -> Sheet:
    return as_jpeg(on_paper(placed(ink)), 10)


def black_on_transparent(ink: Ink, _: Generator) -> bytes:
    return _transparent(placed(ink), 0)


def white_on_transparent(ink: Ink, _: Generator) -> bytes:
    return _transparent(placed(ink), 255)


def _transparent(ink: Ink, grey: int) -> bytes:
    alpha = Image.fromarray((ink * 255).astype(np.uint8))
    return saved(Image.merge("LA", (Image.new("L", alpha.size, grey), alpha)))


def out_of_focus(ink: Ink, _: Generator) -> Sheet:
    sheet = on_paper(placed(ink))
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 6), np.uint8)


def perspective(ink: Ink, rng: Generator) -> Sheet:
    """Photographed from the side."""
    sheet = on_paper(placed(ink))
    height, width = sheet.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + rng.uniform(-35, 35, corners.shape).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    return np.asarray(
        cv2.warpPerspective(sheet, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def everything_at_once(ink: Ink, rng: Generator) -> Sheet:
    """A phone's picture of a notebook: squares, blue ink, lamp light, noise, a tilt, JPEG."""
    ink = turned(placed(ink, (600, 480)), rng.uniform(-10, 10))
    sheet = over(ruled(rng, squared=True), ink, (40, 62, 150))
    y, x = across(sheet)
    warm = as_sheet(sheet * np.array([1, 0.93, 0.78])[None, None])
    shaded = lit(warm, 0.75 + 0.2 * x - 0.05 * y)
    return as_jpeg(as_sheet(shaded + rng.normal(0, 6, shaded.shape)), 60)


DEFECTS: tuple[Defect, ...] = (
    undamaged,
    light_on_dark,
    chalk_on_green,
    uneven_light,
    shadow_edge,
    vignette,
    ruled_paper,
    squared_paper,
    blue_on_yellow,
    red_on_pink,
    equally_bright_colours,
    noise,
    pencil,
    turned_by_exif,
    slanted,
    tilted,
    fat,
    fine,
    hair_thin,
    huge,
    tiny,
    thumbnail,
    off_centre,
    touching_the_edge,
    broken_in_two,
    outlined,
    specks,
    frame,
    frame_beside,
    poor_jpeg,
    black_on_transparent,
    white_on_transparent,
    out_of_focus,
    perspective,
    everything_at_once,
)
