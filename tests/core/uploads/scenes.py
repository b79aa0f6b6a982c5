"""Paper, desks, light and what lies about: where pages are photographed.

Coordinates are pixels of the sheets; chance makes each a little different from the next.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.core.uploads.sheets import Colour, Sheet, across, as_jpeg, as_sheet, clipped, over

Mask = NDArray[np.float32]
Size = tuple[int, int]
"""Width and height."""

_PAPERS: tuple[Colour, ...] = (
    (250, 250, 250),
    (244, 240, 232),
    (226, 224, 220),
    (206, 204, 198),
    (222, 206, 190),
)
_NOTES: tuple[Colour, ...] = (
    (250, 250, 248),
    (240, 236, 226),
    (250, 236, 130),
    (250, 190, 205),
    (180, 226, 170),
    (170, 214, 240),
)
_PENS: tuple[Colour, ...] = (
    (30, 30, 34),
    (36, 46, 120),
    (20, 60, 150),
    (60, 58, 60),
    (150, 30, 40),
)

_RULES: tuple[Colour, ...] = (
    (166, 188, 214),
    (120, 150, 200),
    (170, 170, 170),
    (120, 120, 126),
    (214, 150, 150),
)


def some_pen(rng: Generator) -> Colour:
    return _PENS[rng.integers(len(_PENS))]


def paper(rng: Generator, size: Size, *, note: bool = False) -> Sheet:
    """A blank sheet, in the hues of paper or of sticky notes, with grain."""
    colours = _NOTES if note else _PAPERS
    sheet = np.empty((size[1], size[0], 3), np.float32)
    sheet[:] = colours[rng.integers(len(colours))]
    sheet += cloud(rng, size, 6)[..., None] * rng.uniform(1, 4)
    sheet += rng.normal(0, rng.uniform(0.5, 2.5), (size[1], size[0], 1)).astype(np.float32)
    return as_sheet(sheet)


def ground(rng: Generator, size: Size, kind: int) -> Sheet:
    """A desk: dark (0), wooden (1) or coloured (2)."""
    make = (_dark, _wood, _coloured)[kind]
    return make(rng, size)


def _dark(rng: Generator, size: Size) -> Sheet:
    base = rng.uniform(25, 75) * rng.uniform(0.9, 1.1, 3)
    noise = rng.normal(0, 3, (size[1], size[0], 1)) + 8 * cloud(rng, size, 5)[..., None]
    return as_sheet(base + noise)


def _wood(rng: Generator, size: Size) -> Sheet:
    """Planks with grain along them."""
    width, height = size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    if rng.random() < 0.5:
        y, x = x, y
    rings = y / rng.uniform(12, 30) + 3 * cloud(rng, size, 3) + x / 900
    grain = 0.5 * np.sin(2 * np.pi * rings) + 0.4 * _streaks(rng, size)
    light, dark = np.array([186, 138, 92]), np.array([120, 78, 46])
    tone = rng.uniform(0.6, 1.1)
    mixed = tone * (light + dark) / 2 + tone * (light - dark) / 3 * grain[..., None]
    return as_sheet(mixed + rng.normal(0, 2, (height, width, 1)))


def _coloured(rng: Generator, size: Size) -> Sheet:
    """A lacquered top or a cloth, with a reflection."""
    colours = ((130, 30, 34), (36, 60, 110), (40, 92, 70), (110, 120, 128), (70, 40, 90))
    sheet = np.empty((size[1], size[0], 3), np.float32)
    sheet[:] = colours[rng.integers(len(colours))]
    sheet *= (1 + 0.15 * cloud(rng, size, 3))[..., None]
    y, x = across(sheet)
    there = rng.uniform(-1, 1, 2)
    gloss = np.exp(-((x - there[0]) ** 2 + (y - there[1]) ** 2) / 0.1)
    return as_sheet(sheet + rng.uniform(0, 60) * gloss[..., None] + rng.normal(0, 2, sheet.shape))


def grid(size: Size, xs: Sequence[float], ys: Sequence[float], thickness: int) -> Mask:
    """Upright lines at `xs` and level ones at `ys`, each between the outermost of the others."""
    ink = np.zeros(size[::-1], np.float32)
    columns, rows = np.rint(xs).astype(int).tolist(), np.rint(ys).astype(int).tolist()
    for x in columns:
        cv2.line(ink, (x, rows[0]), (x, rows[-1]), 1, thickness, cv2.LINE_AA)
    for y in rows:
        cv2.line(ink, (columns[0], y), (columns[-1], y), 1, thickness, cv2.LINE_AA)
    return ink


def ruled(rng: Generator, sheet: Sheet, pitch: float, first: float, *, squared: bool) -> Sheet:
    """Print rules on a sheet, the first of the level ones at `first`."""
    height, width = sheet.shape[:2]
    ys = np.arange(first - pitch, height + pitch, pitch)
    xs = np.arange(first - pitch, width + pitch, pitch) if squared else np.array([-9, width + 9])
    rules = grid((width, height), xs.tolist(), ys.tolist(), int(rng.integers(1, 3)))
    return over(sheet, rules, _RULES[rng.integers(len(_RULES))])


def dotted(rng: Generator, sheet: Sheet, pitch: float) -> Sheet:
    """Print a dot at the corners of squares."""
    height, width = sheet.shape[:2]
    ink = np.zeros((height, width), np.float32)
    for y in np.arange(rng.uniform(0, pitch), height, pitch):
        for x in np.arange(pitch / 2, width, pitch):
            cv2.circle(ink, (round(x), round(y)), 1, 1, cv2.FILLED, cv2.LINE_AA)
    return over(sheet, ink, _RULES[rng.integers(len(_RULES))])


def lamp(rng: Generator, sheet: Sheet) -> Sheet:
    """Light that falls off to one side, and is a little warm or cold."""
    y, x = across(sheet)
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.3)
    light = 1 - depth * (1 + np.cos(angle) * x + np.sin(angle) * y) / 2
    return as_sheet(sheet * light[..., None] * rng.uniform((0.96, 0.96, 0.88), 1))


def shadow(rng: Generator, sheet: Sheet) -> Sheet:
    """A phone's or an arm's shadow that lies across, with an edge that bends."""
    (y, x), angle = across(sheet), rng.uniform(0, 2 * np.pi)
    across_it = np.cos(angle) * x + np.sin(angle) * y
    along = np.cos(angle) * y - np.sin(angle) * x
    bend = rng.uniform(-0.3, 0.3) * along**2 + 0.08 * np.sin(rng.uniform(2, 5) * along)
    soft = rng.uniform(0.01, 0.06)
    beyond = (across_it - bend - rng.uniform(-0.4, 0.4)) / soft
    dark = rng.uniform(0.3, 0.55) / (1 + np.exp(-np.clip(beyond, -30, 30)))
    return as_sheet(sheet * (1 - dark[..., None] * np.array([1, 0.97, 0.92])))


def camera(rng: Generator, sheet: Sheet) -> Sheet:
    """What a phone's camera adds: a little blur, noise, and JPEG."""
    blurred = np.asarray(cv2.GaussianBlur(sheet, (0, 0), rng.uniform(0.3, 0.9)), np.float32)
    noisy = as_sheet(blurred + rng.normal(0, rng.uniform(0.5, 3), sheet.shape))
    return as_jpeg(noisy, int(rng.integers(60, 93)))


def blended(below: Sheet, above: Sheet, mask: Mask) -> Sheet:
    """Lay a sheet on another where its (h, w) mask is 1."""
    return as_sheet(below + (above.astype(np.float32) - below) * mask[..., None])


def shade(mask: Mask, x: float, y: float, soft: float) -> Mask:
    """The (h, w) shadow of what a mask covers, moved by pixels and blurred; 1 is darkest."""
    to = np.array([[1, 0, x], [0, 1, y]], np.float32)
    moved = cv2.warpAffine(mask, to, mask.shape[::-1])
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), soft), np.float32)


def shaded(sheet: Sheet, shade: Mask, depth: float) -> Sheet:
    """Darken a sheet by a share where its (h, w) shade is 1."""
    return as_sheet(sheet * (1 - depth * shade[..., None]))


def torn(rng: Generator, size: Size, margin: int) -> Mask:
    """The mask of a sheet with ragged edges, which lie within `margin` of the picture's."""
    width, height = size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    left, right = (_ragged(rng, height, margin)[:, None] for _ in range(2))
    top, bottom = (_ragged(rng, width, margin) for _ in range(2))
    inside = np.minimum.reduce([x - left, width - x - right, y - top, height - y - bottom])
    return clipped(inside + 0.5)


def _ragged(rng: Generator, length: int, margin: int) -> Mask:
    """A line of noise in several octaves, from 0.2 to 0.9 of the margin."""
    line, at = np.zeros(length), np.linspace(0, 1, length)
    for octave in range(6):
        knots = rng.normal(0, 1.7**-octave, 4 * 2**octave)
        line += np.interp(at, np.linspace(0, 1, len(knots)), knots)
    level = (line - line.min()) / np.ptp(line)
    return np.asarray(margin * (0.2 + 0.7 * level), np.float32)


def pen_object(rng: Generator, size: Size) -> tuple[Mask, NDArray[np.float32]]:
    """A ballpoint pen that lies at the edge of the picture."""
    width, height = size
    long = min(size) * rng.uniform(0.5, 0.9)
    thick = round(min(size) * rng.uniform(0.03, 0.05))
    colour = rng.choice(np.array([(30, 30, 36), (30, 60, 140), (170, 30, 36), (230, 230, 228)]))
    x, y = _on_edge(rng, size)
    angle = rng.uniform(0, 2 * np.pi)
    end = x + long * np.cos(angle), y + long * np.sin(angle)
    tip = x + 1.12 * long * np.cos(angle), y + 1.12 * long * np.sin(angle)
    mask, skin = np.zeros((height, width), np.float32), np.zeros((height, width, 3), np.float32)
    start, end_, tip_ = (tuple(round(v) for v in p) for p in ((x, y), end, tip))
    cv2.line(mask, end_, tip_, 1, max(thick // 3, 2), cv2.LINE_AA)
    skin[mask > 0] = (150, 150, 154)
    cv2.line(mask, start, end_, 1, thick, cv2.LINE_AA)
    cv2.line(skin, start, end_, colour.tolist(), thick + 2)
    shine = tuple(min(c + 70, 255) for c in colour.tolist())
    cv2.line(skin, start, end_, shine, max(thick // 5, 1), cv2.LINE_AA)
    return mask, skin


def mug(rng: Generator, size: Size) -> tuple[Mask, NDArray[np.float32]]:
    """The arc of a mug, seen from above, that reaches into the picture."""
    x, y = _on_edge(rng, size)
    radius = round(min(size) * rng.uniform(0.2, 0.35))
    mask, skin = np.zeros(size[::-1], np.float32), np.zeros((*size[::-1], 3), np.float32)
    colour = rng.choice(np.array([(60, 80, 120), (40, 40, 44), (150, 50, 40), (210, 206, 196)]))
    cv2.circle(mask, (x, y), radius, 1, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(skin, (x, y), radius + 2, colour.tolist(), cv2.FILLED)
    cv2.circle(skin, (x, y), round(0.86 * radius), (52, 32, 20), cv2.FILLED, cv2.LINE_AA)
    return mask, skin


def cable(rng: Generator, size: Size) -> tuple[Mask, NDArray[np.float32]]:
    """A cable from one edge to another."""
    width, height = size
    thick = round(min(size) * rng.uniform(0.01, 0.02))
    start, end = np.array(_on_edge(rng, size)), np.array(_on_edge(rng, size))
    bends = rng.uniform(0, 1, (2, 2)) * size
    t = np.linspace(0, 1, 80)[:, None]
    curve = (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * bends[0] + 3 * t**2 * (1 - t) * bends[1]
    curve = curve + t**3 * end
    mask = np.zeros((height, width), np.float32)
    cv2.polylines(mask, [curve.round().astype(np.int32)], False, 1, thick, cv2.LINE_AA)
    grey = rng.choice([30, 60, 245])
    skin = np.full((height, width, 3), grey, np.float32)
    return mask, skin


def thumb(rng: Generator, size: Size) -> tuple[Mask, NDArray[np.float32]]:
    """The thumb that holds the page, with its nail."""
    x, y = _on_edge(rng, size)
    inward = np.degrees(np.arctan2(size[1] / 2 - y, size[0] / 2 - x)) + rng.uniform(-25, 25)
    long, wide = (
        round(min(size) * part) for part in (rng.uniform(0.16, 0.26), rng.uniform(0.06, 0.09))
    )
    mask = np.zeros(size[::-1], np.float32)
    cv2.ellipse(mask, (x, y), (long, wide), inward, 0, 360, 1, cv2.FILLED, cv2.LINE_AA)
    skin = np.empty((*size[::-1], 3), np.float32)
    skin[:] = rng.choice(
        np.array([(224, 172, 140), (198, 140, 106), (120, 78, 54), (241, 200, 176)])
    )
    depth = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / wide
    skin *= (0.6 + 0.4 * np.clip(1.5 * depth, 0, 1))[..., None]
    nail = (
        round(x + 0.72 * long * np.cos(np.deg2rad(inward))),
        round(y + 0.72 * long * np.sin(np.deg2rad(inward))),
    )
    cv2.ellipse(
        skin,
        nail,
        (long // 5, round(wide * 0.55)),
        inward,
        0,
        360,
        (236, 196, 184),
        cv2.FILLED,
        cv2.LINE_AA,
    )
    return mask, skin


OBJECTS: tuple[Callable[[Generator, Size], tuple[Mask, NDArray[np.float32]]], ...] = (
    pen_object,
    mug,
    cable,
    thumb,
)


def _on_edge(rng: Generator, size: Size) -> tuple[int, int]:
    width, height = size
    along = rng.uniform(0, 1)
    side = rng.integers(4)
    x, y = ((0, along), (1, along), (along, 0), (along, 1))[side]
    return round(x * width), round(y * height)


def cloud(rng: Generator, size: Size, cells: int) -> Mask:
    """Smooth noise, mean 0 and deviation of about 1."""
    coarse = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _streaks(rng: Generator, size: Size) -> Mask:
    """Noise that is long in one direction."""
    coarse = rng.normal(0, 1, (size[1] // 2, max(size[0] // 60, 2))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)
