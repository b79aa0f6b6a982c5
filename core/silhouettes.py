"""Randomly drawn silhouettes of hands, clothes and things, such as people hold up to a camera.

Each is drawn upright on a square of its own, (160, 160) uint8, where x runs from left to right and
y from top to bottom, both in [0, 1].
"""

from collections.abc import Callable, Iterable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

_SIDE = 160

Mask = NDArray[np.uint8]
"""(160, 160), 255 for ink."""

_Points = NDArray[np.float64]
"""(n, 2), x and y."""


def draw_hand(rng: Generator) -> Mask:
    """Draw a hand with none to five fingers raised, on a wrist or an arm that leaves the frame."""
    mask = _blank()
    half = rng.uniform(0.11, 0.15)
    raised = np.arange(4) < rng.integers(0, 5)
    if rng.random() < 0.4:
        raised = rng.permutation(raised)
    spread, long, slim = rng.uniform(0.2, 1), rng.uniform(0.2, 0.32), rng.uniform(0.75, 1)
    lengths = np.where(raised, long * np.array([0.9, 1, 0.95, 0.75]), rng.uniform(0.02, 0.06, 4))
    for place, length in zip(np.linspace(-0.75, 0.75, 4), lengths, strict=True):
        _limb(
            mask,
            (0.5 + place * half, 0.48),
            _towards(place * 25 * spread + rng.normal(0, 4), length + 0.05),
            half * 0.28 * slim,
            half * rng.uniform(0.18, 0.26) * slim,
        )
    _fill(mask, _round(_box(0.5, 0.58, half, 0.15) + rng.normal(0, 0.012, (4, 2)), 2))
    thumb = rng.uniform(0.16, 0.26) if rng.random() < 0.5 else rng.uniform(0.02, 0.09)
    _limb(mask, (0.5 - half * 0.6, 0.64), _towards(rng.uniform(-75, -25), thumb), 0.05, 0.03)
    wrist, arm = half * rng.uniform(0.5, 0.95), half * rng.uniform(0.7, 1.3)
    end = 0.7 + rng.choice([rng.uniform(0.05, 0.15), rng.uniform(0.15, 0.6)])
    _fill(
        mask, np.array([[0.5 - wrist, 0.6], [0.5 + wrist, 0.6], [0.5 + arm, end], [0.5 - arm, end]])
    )
    return _turned(mask, rng, 20)


def draw_clothes(rng: Generator) -> Mask:
    """Draw trousers, a shirt, a dress, a shoe, a bag or a hat."""
    garments = (_trousers, _shirt, _dress, _shoe, _bag, _hat)
    mask = garments[rng.integers(len(garments))](rng)
    return _turned(mask, rng, 8, upright=1)  # a boot on its head would be a 7


def draw_thing(rng: Generator) -> Mask:
    """Draw a tool, a vessel, a plant, an animal, a person, a face, a house or a car."""
    things = (_vessel, _fork, _scissors, _tree, _pet, _bird, _fish, _person, _face, _house, _car)
    mask = things[rng.integers(len(things))](rng)
    return _turned(mask, rng, 12)


_DRAWN: tuple[Callable[[Generator], Mask], ...] = (draw_hand, draw_clothes, draw_thing)


def draw_part(rng: Generator) -> Mask:
    """Draw the part of a silhouette on one side of a straight cut, such as a finger."""
    while True:
        mask = _DRAWN[rng.integers(len(_DRAWN))](rng)
        y, x = np.mgrid[0 : 1 : _SIDE * 1j, 0 : 1 : _SIDE * 1j]
        angle = rng.uniform(0, 2 * np.pi)
        along = np.cos(angle) * x + np.sin(angle) * y
        part = np.where(along < np.quantile(along[mask > 0], rng.uniform(0.25, 0.7)), mask, 0)
        _, labels, stats, _ = cv2.connectedComponentsWithStats((part > 127).astype(np.uint8))
        areas = stats[1:, cv2.CC_STAT_AREA]
        if len(areas) and areas.max() > 300:
            return np.where(labels == 1 + areas.argmax(), part, 0).astype(np.uint8)


def draw_outline(rng: Generator) -> Mask:
    """Draw the outline of a silhouette with arms; that of a rounder one may be a 0 or an 8."""
    drawn = (draw_hand, draw_hand, _trousers, _shirt, _pet, _bird, _person)
    mask = drawn[rng.integers(len(drawn))](rng)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = _blank()
    width = int(rng.integers(3, 9))
    cv2.drawContours(outline, [max(contours, key=cv2.contourArea)], -1, 255, width, cv2.LINE_AA)
    return outline


def weather(mask: Mask, rng: Generator) -> Mask:
    """Fray the edges and shade the inside, as a threshold and the light do in photographs."""
    cells = int(rng.integers(8, 40))
    grain = rng.normal(0, rng.uniform(0, 0.25), (cells, cells)).astype(np.float32)
    noise = cv2.resize(grain, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    frayed = cv2.GaussianBlur(mask / np.float32(255), (0, 0), rng.uniform(1, 4)) + noise > 0.5
    light = cv2.resize(rng.uniform(0.35, 1, (3, 3)), (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    shaded = np.where(frayed & (mask > 0), 255 * np.clip(light, 0.3, 1), 0).astype(np.uint8)
    return shaded if np.count_nonzero(shaded) > 300 else mask


def _trousers(rng: Generator) -> Mask:
    mask = _blank()
    waist, crotch = rng.uniform(0.11, 0.17), rng.uniform(0.25, 0.45)
    foot, apart = rng.uniform(0.04, 0.1), rng.uniform(0.08, 0.2)
    for side in (-1, 1):
        inner, outer = 0.5 + side * (apart - foot), 0.5 + side * (apart + foot)
        top, middle = (0.5 + side * waist, 0.1), (0.5, crotch)
        _fill(mask, np.array([(0.5, 0.1), top, (outer, 0.9), (inner, 0.9), middle]))
    return mask


def _shirt(rng: Generator) -> Mask:
    mask = _blank()
    half, hem = rng.uniform(0.14, 0.2), rng.uniform(0.65, 0.9)
    _fill(
        mask, np.array([(0.5 - half, 0.2), (0.5 + half, 0.2), (0.5 + half, hem), (0.5 - half, hem)])
    )
    sleeve, angle = rng.uniform(0.12, 0.55), rng.uniform(100, 165)
    for side in (-1, 1):
        shoulder = (0.5 + side * half * 0.9, 0.26)
        _limb(mask, shoulder, _towards(side * angle, sleeve), 0.07, rng.uniform(0.04, 0.07))
    cv2.circle(mask, _pixel(0.5, 0.18), int(_SIDE * rng.uniform(0.04, 0.08)), 0, -1, cv2.LINE_AA)
    return mask


def _dress(rng: Generator) -> Mask:
    hem = rng.uniform(0.17, 0.32)
    waist = rng.uniform(0.06, 0.11)
    return _profile([(0.1, 0.1), (0.28, 0.1), (0.42, waist), (0.9, hem)], rng)


def _shoe(rng: Generator) -> Mask:
    mask = _blank()
    leg, height = rng.uniform(0.08, 0.13), rng.uniform(0.15, 0.6)
    toe = rng.uniform(0.75, 0.95)
    points = [(0.2, height), (0.2 + 2 * leg, height), (0.25 + 2 * leg, 0.6), (toe, 0.68)]
    _fill(mask, np.array([*points, (toe, 0.78), (0.2, 0.78)]))
    if rng.random() < 0.4:
        _fill(mask, _box(0.25, 0.82, 0.05, 0.06))
    return mask


def _bag(rng: Generator) -> Mask:
    mask = _blank()
    half, top = rng.uniform(0.2, 0.33), rng.uniform(0.4, 0.5)
    lean = rng.uniform(-0.06, 0.06)
    _fill(
        mask,
        np.array(
            [
                (0.5 - half, top),
                (0.5 + half, top),
                (0.5 + half + lean, 0.8),
                (0.5 - half - lean, 0.8),
            ]
        ),
    )
    axes = (int(_SIDE * half * rng.uniform(0.4, 0.8)), int(_SIDE * rng.uniform(0.1, 0.25)))
    cv2.ellipse(
        mask, _pixel(0.5, top), axes, 0, 180, 360, 255, int(rng.integers(4, 10)), cv2.LINE_AA
    )
    return mask


def _hat(rng: Generator) -> Mask:
    brim, crown = rng.uniform(0.3, 0.45), rng.uniform(0.13, 0.22)
    tall = rng.uniform(0.2, 0.45)
    top = 0.75 - tall
    return _profile([(top, crown), (0.75, crown * 1.1), (0.751, brim), (0.82, brim)], rng)


def _vessel(rng: Generator) -> Mask:
    """Draw a bottle, a glass or a cup with a handle."""
    half = rng.uniform(0.15, 0.24)
    profiles = (
        [(0.1, 0.06), (0.3, 0.06), (0.42, half), (0.9, half)],
        [(0.1, half), (0.4, half * 0.9), (0.5, 0.03), (0.82, 0.03), (0.85, half), (0.88, half)],
        [(0.3, half), (0.75, half * 0.85)],
    )
    which = int(rng.integers(len(profiles)))
    mask = _profile(profiles[which], rng)
    if which == 2:  # the cup
        size = int(_SIDE * rng.uniform(0.08, 0.13))
        cv2.circle(mask, _pixel(0.5 + half, 0.5), size, 255, int(rng.integers(5, 10)), cv2.LINE_AA)
    return mask


def _fork(rng: Generator) -> Mask:
    mask = _blank()
    _limb(mask, (0.5, 0.9), (0, -0.45), 0.03, 0.03)
    half, tines = rng.uniform(0.12, 0.2), int(rng.integers(3, 5))
    _fill(mask, _round(_box(0.5, 0.42, half + 0.03, 0.06), 1))
    for x in np.linspace(-half, half, tines).tolist():
        _limb(mask, (0.5 + x, 0.4), (0, -rng.uniform(0.2, 0.3)), 0.03, 0.02)
    return mask


def _scissors(rng: Generator) -> Mask:
    mask = _blank()
    angle, width = rng.uniform(12, 40), int(rng.integers(5, 10))
    for side in (-1, 1):
        x, y = _towards(side * angle, 0.42)
        _limb(mask, (0.5, 0.52), (x, y), 0.04, 0.015)
        _limb(mask, (0.5, 0.52), (-x * 0.4, -y * 0.4), 0.04, 0.03)
        handle = _pixel(0.5 - x * 0.75, 0.52 - y * 0.7)
        cv2.circle(mask, handle, int(_SIDE * 0.09), 255, width, cv2.LINE_AA)
    return mask


def _tree(rng: Generator) -> Mask:
    mask = _blank()
    _fill(mask, _box(0.5, 0.8, rng.uniform(0.03, 0.07), 0.14))
    if rng.random() < 0.5:
        for top, half in ((0.1, 0.16), (0.26, 0.22), (0.42, 0.28)):
            _fill(mask, np.array([(0.5, top), (0.5 + half, top + 0.28), (0.5 - half, top + 0.28)]))
        return mask
    for _ in range(int(rng.integers(5, 10))):
        x, y = rng.uniform(0.3, 0.7), rng.uniform(0.22, 0.55)
        cv2.circle(mask, _pixel(x, y), int(_SIDE * rng.uniform(0.09, 0.15)), 255, -1, cv2.LINE_AA)
    return mask


def _pet(rng: Generator) -> Mask:
    """Draw a dog or a cat from the side."""
    mask = _blank()
    tall = rng.uniform(0.1, 0.15)
    _fill(mask, _round(_box(0.5, 0.55, 0.27, tall), 2))
    for x in (0.27, 0.35, 0.64, 0.72):
        _limb(
            mask, (x, 0.58), _towards(180 + rng.normal(0, 10), rng.uniform(0.2, 0.3)), 0.04, 0.025
        )
    head = (0.8, rng.uniform(0.32, 0.45))
    _limb(mask, (0.7, 0.52), (head[0] - 0.7, head[1] - 0.52), 0.09, 0.09)
    _limb(mask, head, (rng.uniform(0.02, 0.12), 0.03), 0.06, 0.04)
    for x in (-0.05, 0.03):
        ear = np.array([(x - 0.03, -0.05), (x + 0.04, -0.05), (x, -0.15)])
        _fill(mask, np.array(head) + ear)
    _limb(mask, (0.25, 0.5), _towards(rng.uniform(-80, -10), rng.uniform(0.15, 0.3)), 0.03, 0.02)
    return mask


def _bird(rng: Generator) -> Mask:
    mask = _blank()
    _limb(mask, (0.3, 0.6), (0.4, -0.1), 0.06, 0.12)
    cv2.circle(mask, _pixel(0.78, 0.4), int(_SIDE * 0.08), 255, -1, cv2.LINE_AA)
    _fill(mask, np.array([(0.84, 0.36), (0.84, 0.44), (0.97, 0.42)]))
    _fill(mask, np.array([(0.32, 0.55), (0.32, 0.65), (0.05, rng.uniform(0.55, 0.8))]))
    tip = rng.uniform(0.05, 0.35)
    _fill(mask, np.array([(0.42, 0.55), (0.68, 0.5), (rng.uniform(0.3, 0.5), tip)]))
    return mask


def _fish(rng: Generator) -> Mask:
    mask = _blank()
    axes = (int(_SIDE * 0.28), int(_SIDE * rng.uniform(0.1, 0.2)))
    cv2.ellipse(mask, _pixel(0.55, 0.5), axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    fin = rng.uniform(0.1, 0.2)
    _fill(mask, np.array([(0.35, 0.5), (0.08, 0.5 - fin), (0.15, 0.5), (0.08, 0.5 + fin)]))
    cv2.circle(mask, _pixel(0.72, 0.46), 4, 0, -1, cv2.LINE_AA)
    return mask


def _person(rng: Generator) -> Mask:
    mask = _blank()
    cv2.circle(mask, _pixel(0.5, 0.16), int(_SIDE * rng.uniform(0.07, 0.1)), 255, -1, cv2.LINE_AA)
    _limb(mask, (0.5, 0.32), (0, 0.25), rng.uniform(0.09, 0.13), 0.08)
    for side in (-1, 1):
        arm, leg = rng.uniform(60, 165), rng.uniform(155, 175)
        _limb(mask, (0.5 + side * 0.09, 0.3), _towards(side * arm, 0.3), 0.04, 0.03)
        _limb(mask, (0.5 + side * 0.05, 0.55), _towards(side * leg, 0.36), 0.055, 0.035)
    return mask


def _face(rng: Generator) -> Mask:
    """Draw a head with two eyes and a mouth, with a cat's ears or without."""
    mask = _blank()
    axes = (int(_SIDE * rng.uniform(0.25, 0.33)), int(_SIDE * rng.uniform(0.27, 0.36)))
    cv2.ellipse(mask, _pixel(0.5, 0.55), axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        for side in (-1, 1):
            _fill(
                mask,
                np.array([0.5, 0.5])
                + np.array([(0.26, 0), (0.28, -0.35), (0.05, -0.2)]) * (side, 1),
            )
    eye = int(_SIDE * rng.uniform(0.03, 0.06))
    for side in (-1, 1):
        cv2.circle(mask, _pixel(0.5 + side * 0.12, 0.47), eye, 0, -1, cv2.LINE_AA)
    mouth = (int(_SIDE * 0.13), int(_SIDE * rng.uniform(0.03, 0.1)))
    cv2.ellipse(mask, _pixel(0.5, 0.65), mouth, 0, 0, 180, 0, int(rng.choice([-1, 5])), cv2.LINE_AA)
    return mask


def _house(rng: Generator) -> Mask:
    mask = _blank()
    half, eaves = rng.uniform(0.22, 0.36), rng.uniform(0.4, 0.55)
    _fill(mask, _box(0.5, (eaves + 0.85) / 2, half, (0.85 - eaves) / 2))
    _fill(mask, np.array([(0.5 - half - 0.06, eaves), (0.5, 0.15), (0.5 + half + 0.06, eaves)]))
    if rng.random() < 0.7:
        _fill(mask, _box(0.5 + rng.uniform(-0.1, 0.1), 0.77, 0.05, 0.09), 0)
        _fill(mask, _box(0.5 + rng.uniform(-0.1, 0.1), eaves + 0.08, 0.05, 0.05), 0)
    return mask


def _car(rng: Generator) -> Mask:
    mask = _blank()
    _fill(mask, _round(_box(0.5, 0.58, 0.42, rng.uniform(0.08, 0.12)), 1))
    roof = rng.uniform(0.3, 0.42)
    _fill(mask, np.array([(0.2, 0.52), (0.32, roof), (0.65, roof), (0.8, 0.52)]))
    for x in (0.27, 0.73):
        cv2.circle(mask, _pixel(x, 0.68), int(_SIDE * rng.uniform(0.07, 0.1)), 255, -1, cv2.LINE_AA)
    return mask


def _blank() -> Mask:
    return np.zeros((_SIDE, _SIDE), np.uint8)


def _pixel(x: float, y: float) -> tuple[int, int]:
    return round(x * _SIDE), round(y * _SIDE)


def _fill(mask: Mask, points: _Points, value: int = 255) -> None:
    cv2.fillPoly(mask, [(points * _SIDE).round().astype(np.int32)], value, cv2.LINE_AA)


def _box(x: float, y: float, half_width: float, half_height: float) -> _Points:
    """Return the corners of a box around a centre."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return np.array([x, y]) + corners * (half_width, half_height)


def _towards(degrees: float, length: float) -> tuple[float, float]:
    """Return the vector at an angle from straight up, clockwise."""
    angle = np.deg2rad(degrees)
    return length * float(np.sin(angle)), -length * float(np.cos(angle))


def _limb(
    mask: Mask,
    start: tuple[float, float],
    vector: tuple[float, float],
    start_radius: float,
    end_radius: float,
) -> None:
    """Fill a limb with round ends that tapers along a vector."""
    end = start[0] + vector[0], start[1] + vector[1]
    across = np.array([-vector[1], vector[0]]) / max(np.hypot(*vector), 1e-6)
    sides = [np.array(start) + start_radius * across, np.array(start) - start_radius * across]
    sides += [np.array(end) - end_radius * across, np.array(end) + end_radius * across]
    _fill(mask, np.stack(sides))
    for (x, y), radius in ((start, start_radius), (end, end_radius)):
        cv2.circle(mask, _pixel(x, y), max(round(radius * _SIDE), 1), 255, -1, cv2.LINE_AA)


def _round(points: _Points, times: int) -> _Points:
    """Cut the corners of a polygon, by Chaikin's algorithm."""
    for _ in range(times):
        following = np.roll(points, -1, axis=0)
        cut = 0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following
        points = np.stack(cut, axis=1).reshape(-1, 2)
    return points


def _profile(widths: Iterable[tuple[float, float]], rng: Generator) -> Mask:
    """Fill what is symmetrical, of half widths (y, half width) from top to bottom."""
    mask = _blank()
    y, half = np.array(list(widths)).T
    half = half * np.exp(rng.normal(0, 0.08, len(half)))
    left, right = np.stack([0.5 - half, y], axis=1), np.stack([0.5 + half, y], axis=1)
    points = np.concatenate([left, right[::-1]])
    _fill(mask, _round(points, 2) if rng.random() < 0.5 else points)
    return mask


def _turned(mask: Mask, rng: Generator, sway: float, upright: float = 0.7) -> Mask:
    """Mirror with probability 0.5, and rotate.

    With probability `upright` the angle is normal with a standard deviation of `sway` degrees;
    otherwise it is uniform.
    """
    if rng.random() < 0.5:
        mask = np.ascontiguousarray(mask[:, ::-1])
    angle = rng.normal(0, sway) if rng.random() < upright else rng.uniform(-180, 180)
    middle = (_SIDE - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), angle, 1)
    return np.asarray(cv2.warpAffine(mask, matrix, (_SIDE, _SIDE)), np.uint8)
