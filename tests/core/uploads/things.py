"""Photographs and drawings of things without a digit: hands, clothes, rooms, animals, faces.

Each function takes chance, and gives a sheet.
"""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.core.uploads.scenes import blended, camera, cloud, ground, lamp, shade, shaded
from tests.core.uploads.sheets import Colour, Ink, Sheet, across, as_sheet, clipped, lit

_SKINS: tuple[Colour, ...] = (
    (236, 188, 160),
    (214, 160, 126),
    (176, 120, 88),
    (120, 80, 58),
    (90, 58, 42),
)


def hand_silhouette(rng: Generator) -> Sheet:
    """A hand of no to five fingers, black on white, on a wrist that leaves the picture."""
    hand = _hand(rng, int(rng.integers(100, 420)), int(rng.integers(6)))
    ragged = hand + 0.25 * cv2.GaussianBlur(rng.normal(0, 1, hand.shape), (0, 0), 1.2)
    return np.where(ragged > 0.5, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2)


def hand_photo(rng: Generator) -> Sheet:
    """A hand on a grey wall."""
    size = int(rng.integers(100, 420))
    hand = _hand(rng, size, int(rng.integers(6)))
    skin = _rounded(rng, hand, _SKINS[rng.integers(len(_SKINS))], size / 14)
    creases = np.zeros(hand.shape, np.float32)
    for _ in range(3):
        middle = (rng.uniform(0.42, 0.58, 2) * size + (0, 0.12 * size)).round().astype(int)
        axes = (int(0.1 * size), int(rng.uniform(0.03, 0.09) * size))
        start = rng.uniform(0, 360)
        cv2.ellipse(creases, middle.tolist(), axes, start, 0, 100, 1, 1, cv2.LINE_AA)
    skin = shaded(skin, creases, 0.2)
    wall = np.full((size, size, 3), rng.integers(120, 235), np.uint8)
    wall = shaded(wall, shade(hand, size / 25, size / 30, size / 40), 0.3)
    return camera(rng, lamp(rng, blended(wall, skin, hand)))


def clothes_thumbnail(rng: Generator) -> Sheet:
    """A piece of clothing, white on black in 28 x 28."""
    cloth, mask = _clothes(rng, 112)
    grey = cv2.cvtColor(cloth, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = (60 + 195 * (grey - grey.min()) / max(np.ptp(grey), 1)) * mask
    small = cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA)
    return as_sheet(small[..., None].repeat(3, axis=2))


def clothes_photo(rng: Generator) -> Sheet:
    """A piece of clothing on a light ground, as shops show it."""
    size = int(rng.integers(160, 520))
    cloth, mask = _clothes(rng, size)
    light = np.full((size, size, 3), rng.integers(215, 256), np.uint8)
    light = shaded(light, shade(mask, 0, size / 60, size / 40), 0.2)
    return camera(rng, blended(light, cloth, mask))


def room(rng: Generator) -> Sheet:
    """Walls, a floor, a window, a picture and some furniture."""
    width, height = 640, 480
    wall, floor = rng.uniform(130, 235) * rng.uniform(0.85, 1, 3), rng.uniform(60, 150) * _WARM
    sheet = np.empty((height, width, 3), np.float64)
    corner, level = int(rng.uniform(0.2, 0.8) * width), int(rng.uniform(0.55, 0.7) * height)
    sheet[:] = wall
    sheet[:, :corner] *= 0.82
    low = height - level
    edge = [[0, level + low // 2], [corner, level], [width, level + low // 2]]
    cv2.fillPoly(sheet, [np.array([*edge, [width, height], [0, height]])], floor.tolist())
    for x in range(-width, 2 * width, 60):  # boards
        cv2.line(sheet, (corner, level), (x, height + 40), (0.9 * floor).tolist(), 1, cv2.LINE_AA)
    cv2.fillPoly(sheet, [np.array([*edge, [width, level + low // 2 - 8], [corner, level - 8],
                                   [0, level + low // 2 - 8]])], (1.1 * wall).tolist())  # fmt: skip
    _window(rng, sheet, int(rng.uniform(0.1, 0.7) * width))
    for _ in range(rng.integers(2, 5)):
        _box(rng, sheet, int(rng.uniform(0, 0.8) * width), level + int(rng.uniform(0, 0.6) * low))
    soft = cv2.GaussianBlur(sheet, (0, 0), 1.2)
    return camera(rng, lamp(rng, as_sheet(soft + 4 * cloud(rng, (width, height), 9)[..., None])))


_WARM = np.array([1, 0.8, 0.6])


def _window(rng: Generator, sheet: NDArray[np.float64], left: int) -> None:
    top, wide, tall = int(rng.uniform(40, 90)), *(int(v) for v in rng.uniform(90, 170, 2))
    cv2.rectangle(sheet, (left - 6, top - 6), (left + wide + 6, top + tall + 6), (240,) * 3, -1)
    sky = np.linspace(0, 1, tall)[:, None, None] * (-40, -10, 0) + (225, 238, 252)
    sheet[top : top + tall, left : left + wide] = sky[:, : sheet.shape[1] - left]
    middle = left + wide // 2, top + tall // 2
    cv2.line(sheet, (middle[0], top), (middle[0], top + tall), (236,) * 3, 5)
    cv2.line(sheet, (left, middle[1]), (left + wide, middle[1]), (236,) * 3, 5)


def _box(rng: Generator, sheet: NDArray[np.float64], left: int, bottom: int) -> None:
    """A cupboard, a table or a bed: a front, a side and a top."""
    wide, tall, deep = rng.uniform((70, 50, 20), (190, 200, 50)).astype(int).tolist()
    colour = rng.uniform(40, 200) * (rng.uniform(0.6, 1, 3))
    top, right = bottom - tall, left + wide
    back = [deep, -deep // 2]
    front = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    cv2.fillPoly(sheet, [front], colour.tolist())
    lid = np.array(
        [[left, top], np.add([left, top], back), np.add([right, top], back), [right, top]]
    )
    cv2.fillPoly(sheet, [lid], np.minimum(1.3 * colour, 255).tolist())
    side = np.array(
        [[right, top], np.add([right, top], back), np.add([right, bottom], back), [right, bottom]]
    )
    cv2.fillPoly(sheet, [side], (0.7 * colour).tolist())
    for part in range(1, int(rng.integers(1, 4))):  # drawers
        y = top + part * tall // 3
        cv2.line(sheet, (left + 4, y), (right - 4, y), (0.6 * colour).tolist(), 2, cv2.LINE_AA)


def pet(rng: Generator) -> Sheet:
    """A cat, a dog or a plush toy that sits on a floor, with its fur."""
    width, height = 480, 400
    base = rng.choice(np.array([(190, 130, 70), (70, 62, 60), (222, 210, 190), (150, 140, 134)]))
    x, y = int(rng.uniform(0.35, 0.65) * width), int(0.62 * height)
    mask, size = np.zeros((height, width), np.float32), rng.uniform(0.85, 1.15) * 70
    head = (x + int(rng.uniform(-30, 30)), int(y - 1.5 * size))
    _oval(mask, (x, y), (size, 1.25 * size))
    _oval(mask, head, (0.75 * size, 0.65 * size))
    for sign in (-1, 1):
        _oval(mask, (x + sign * 0.6 * size, y + 1.15 * size), (0.35 * size, 0.25 * size))
        ear = np.array([(0.3, -0.5), (0.7, -0.3), (0.66, -1.1)]) * (sign * size, size) + head
        cv2.fillPoly(mask, [ear.round().astype(np.int32)], 1, cv2.LINE_AA)
    tail = rng.choice([-1, 1])
    cv2.ellipse(
        mask, (int(x + tail * size), int(y + 0.6 * size)), (int(0.7 * size), int(0.5 * size)),
        0, 0, 360 if rng.random() < 0.3 else 200, 1, int(0.25 * size), cv2.LINE_AA,
    )  # fmt: skip
    fur = _rounded(rng, mask, tuple(base.tolist()), 20)
    middle = np.array([x, y - 0.5 * size])
    for at in rng.uniform((0, 0), (width, height), (6000, 2)):
        if mask[int(at[1]), int(at[0])] > 0.5:
            out = (at - middle) / max(np.hypot(*(at - middle)), 1) + (0, 0.6)
            end = at + rng.uniform(4, 10) * out + rng.normal(0, 1.5, 2)
            tone = fur[int(at[1]), int(at[0])] * rng.uniform(0.75, 1.2)
            ends = at.round().astype(int).tolist(), end.round().astype(int).tolist()
            cv2.line(fur, *ends, np.clip(tone, 0, 255).tolist(), 1, cv2.LINE_AA)
            cv2.line(mask, *ends, 1, 1, cv2.LINE_AA)
    for sign in (-1, 1):
        eye = (int(head[0] + 0.3 * sign * size), int(head[1] - 0.1 * size))
        cv2.circle(fur, eye, int(0.12 * size), (200, 190, 90), -1, cv2.LINE_AA)
        cv2.circle(fur, eye, int(0.07 * size), (10, 10, 10), -1, cv2.LINE_AA)
        cv2.circle(fur, (eye[0] + 2, eye[1] - 2), 2, (250, 250, 250), -1, cv2.LINE_AA)
    _oval(fur, (head[0], head[1] + 0.2 * size), (0.12 * size, 0.08 * size), (60, 30, 34))
    floor = ground(rng, (width, height), int(rng.integers(3)))
    bright = as_sheet(60 + 0.75 * floor.astype(np.float64))
    return camera(
        rng, lamp(rng, blended(np.asarray(cv2.blur(bright, (9, 9)), np.uint8), fur, mask))
    )


def face_photo(rng: Generator) -> Sheet:
    """A face with hair, before a wall."""
    width, height = 360, 440
    skin = _SKINS[rng.integers(len(_SKINS))]
    hair = tuple((np.array([60, 44, 34]) * rng.uniform(0.3, 2.5)).tolist())
    x, y, size = width / 2 + rng.uniform(-20, 20), 0.45 * height, rng.uniform(80, 100)
    sheet = np.full((height, width, 3), rng.uniform(90, 220, 3), np.uint8)
    sheet = as_sheet(sheet + 12.0 * cloud(rng, (width, height), 4)[..., None])
    hair_mask, head = np.zeros((2, height, width), np.float32)
    _oval(hair_mask, (x, y - 0.25 * size), (1.12 * size, 1.3 * size))
    if rng.random() < 0.5:
        _oval(hair_mask, (x, y + 0.6 * size), (1.15 * size, 1.5 * size))
    shirt = np.zeros((height, width), np.float32)
    _oval(shirt, (x, height + 0.3 * size), (2.0 * size, 1.2 * size))
    neck = round(x - 0.4 * size), round(y + 0.8 * size)
    cv2.rectangle(head, neck, (round(x + 0.4 * size), round(y + 2.0 * size)), 1, -1)
    _oval(head, (x, y), (0.92 * size, 1.2 * size))
    for mask, colour, soft in (
        (hair_mask, hair, 8),
        (shirt, tuple(rng.uniform(30, 220, 3).tolist()), 30),
        (head, skin, 35),
    ):
        sheet = blended(sheet, _rounded(rng, mask, colour, soft), mask)
    fringe = np.zeros((height, width), np.float32)
    _oval(fringe, (x + rng.uniform(-20, 20), y - 1.05 * size), (0.85 * size, 0.45 * size))
    sheet = blended(sheet, _rounded(rng, fringe, hair, 8), fringe)
    dark = (np.array(skin) * 0.55).tolist()
    for sign in (-1, 1):
        eye = (x + 0.38 * sign * size, y - 0.1 * size)
        _oval(sheet, eye, (0.16 * size, 0.09 * size), (240, 238, 234))
        _oval(sheet, eye, (0.08 * size, 0.085 * size), (50, 40, 34))
        brow = round(eye[0]), round(eye[1] - 0.1 * size)
        cv2.ellipse(sheet, brow, (round(0.2 * size), 10), 0, 200, 340, hair, 5, cv2.LINE_AA)
    nose = round(x), round(y + 0.2 * size)
    cv2.ellipse(sheet, nose, (round(0.12 * size), 12), 0, 20, 160, dark, 3, cv2.LINE_AA)
    mouth = round(x), round(y + 0.5 * size)
    lips = (np.array(skin) * (0.85, 0.6, 0.6)).tolist()
    cv2.ellipse(sheet, mouth, (round(0.33 * size), 14), 0, 10, 170, lips, 7, cv2.LINE_AA)
    return camera(rng, lamp(rng, np.asarray(cv2.GaussianBlur(sheet, (0, 0), 1.3), np.uint8)))


def _hand(rng: Generator, size: int, fingers: int) -> Ink:
    """The mask of a hand in a square: `fingers` are stretched, the others folded."""
    scale = 4 * size
    mask = np.zeros((scale, scale), np.float32)
    palm = np.array([0.5, 0.58]) * scale
    _oval(mask, palm, (0.15 * scale, 0.17 * scale))
    wide = rng.uniform(0.17, 0.21) * scale
    arm = np.array([[0, 0.08], [rng.uniform(-0.1, 0.1), 0.7]]) * scale + palm
    cv2.line(mask, *_ends(*arm), 1, round(wide))
    spread = rng.uniform(0.6, 1.2)
    stretched = {0: (), 1: (1,), 2: (1, 2), 3: (1, 2, 3), 4: (1, 2, 3, 4), 5: range(5)}[fingers]
    for number, (angle, long) in enumerate(
        ((-62, 0.24), (-18, 0.3), (-3, 0.34), (11, 0.31), (27, 0.24))
    ):
        turn = np.deg2rad(spread * angle + rng.uniform(-3, 3))
        along = np.array([np.sin(turn), -np.cos(turn)])
        apart = (0.068 * (number - 2.5), -0.11) if number else (-0.1, 0.06)
        knuckle = palm + np.array(apart) * scale
        reach = long if number in stretched else 0.07
        thick = rng.uniform(0.058, 0.072) * scale
        tip = knuckle + rng.uniform(0.9, 1.05) * reach * scale * along
        cv2.line(mask, *_ends(knuckle, tip), 1, round(thick))
    turn = cv2.getRotationMatrix2D((scale / 2, 0.6 * scale), rng.uniform(-25, 25), 1)
    turned = cv2.warpAffine(mask, turn, (scale, scale), borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:
        turned = turned[:, ::-1]
    soft = cv2.GaussianBlur(turned, (0, 0), scale / 90)
    small = cv2.resize((soft > 0.5).astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    return clipped(small)


_TROUSERS = ((0.32, 0.03), (0.68, 0.03), (0.76, 0.97), (0.56, 0.97), (0.5, 0.35), (0.44, 0.97),
             (0.24, 0.97))  # fmt: skip
_SHIRT = ((0.38, 0.08), (0.5, 0.13), (0.62, 0.08), (0.78, 0.14), (0.95, 0.4), (0.8, 0.46),
          (0.72, 0.35), (0.73, 0.93), (0.27, 0.93), (0.28, 0.35), (0.2, 0.46), (0.05, 0.4),
          (0.22, 0.14))  # fmt: skip
_PULLOVER = ((0.38, 0.08), (0.5, 0.12), (0.62, 0.08), (0.76, 0.14), (0.95, 0.85), (0.82, 0.9),
             (0.71, 0.42), (0.72, 0.93), (0.28, 0.93), (0.29, 0.42), (0.18, 0.9), (0.05, 0.85),
             (0.24, 0.14))  # fmt: skip
_DRESS = ((0.4, 0.04), (0.5, 0.12), (0.6, 0.04), (0.64, 0.22), (0.58, 0.42), (0.72, 0.96),
          (0.28, 0.96), (0.42, 0.42), (0.36, 0.22))  # fmt: skip
_SHOE = ((0.04, 0.45), (0.2, 0.42), (0.32, 0.5), (0.6, 0.6), (0.9, 0.66), (0.97, 0.76),
         (0.04, 0.78))  # fmt: skip
_BOOT = ((0.3, 0.05), (0.6, 0.05), (0.6, 0.55), (0.85, 0.72), (0.92, 0.92), (0.3, 0.94))
_BAG = ((0.1, 0.4), (0.3, 0.4), (0.36, 0.14), (0.64, 0.14), (0.7, 0.4), (0.9, 0.4), (0.94, 0.9),
        (0.06, 0.9))  # fmt: skip
_CLOTHES = (_TROUSERS, _SHIRT, _PULLOVER, _DRESS, _SHOE, _BOOT, _BAG)


def _clothes(rng: Generator, size: int) -> tuple[Sheet, Ink]:
    """A piece of clothing in a square, and its mask."""
    shape = np.array(_CLOTHES[rng.integers(len(_CLOTHES))])
    shape = (shape - 0.5) * rng.uniform(0.85, 1.05, 2) + 0.5 + rng.normal(0, 0.008, shape.shape)
    mask = np.zeros((size, size), np.float32)
    cv2.fillPoly(mask, [(16 * size * shape).round().astype(np.int32)], 1, cv2.LINE_AA, shift=4)
    if len(shape) == len(_BAG) and rng.random() < 0.7:  # through the handle
        _oval(mask, (0.5 * size, 0.31 * size), (0.12 * size, 0.09 * size), (0,))
    cloth = _rounded(rng, mask, tuple(rng.uniform(40, 235, 3).tolist()), size / 12)
    y, x = across(cloth)
    folds = 0.05 * np.sin(rng.uniform(8, 20) * (x + 0.3 * np.sin(3 * y) + rng.uniform(0, 1)))
    pattern = rng.integers(3)
    if pattern:
        folds += 0.25 * (np.sin(rng.uniform(15, 50) * (y if pattern == 1 else x)) > 0.3)
    return lit(cloth, 0.9 + folds + 0.03 * cloud(rng, (size, size), 8)), mask


def _rounded(rng: Generator, mask: Ink, colour: Colour | tuple[float, ...], soft: float) -> Sheet:
    """A body of a mask's outline, lit from one side; `soft` is how far its edge is round."""
    height = cv2.GaussianBlur(mask, (0, 0), soft)
    y, x = np.gradient(height.astype(np.float64))
    angle = rng.uniform(0, 2 * np.pi)
    light = 0.72 + 0.3 * height + 0.6 * soft * (np.cos(angle) * x + np.sin(angle) * y)
    grain = 1 + 0.02 * rng.normal(0, 1, mask.shape) + 0.03 * cloud(rng, mask.shape[::-1], 10)
    return as_sheet(np.array(colour, np.float64) * (light * grain)[..., None])


def _oval(
    canvas: Ink | Sheet,
    middle: NDArray[np.float64] | tuple[float, float],
    axes: tuple[float, float],
    colour: tuple[float, ...] = (1,),
) -> None:
    x, y = (round(float(value)) for value in middle)
    cv2.ellipse(
        canvas, (x, y), (round(axes[0]), round(axes[1])), 0, 0, 360, colour, -1, cv2.LINE_AA
    )


def _ends(start: NDArray[np.float64], end: NDArray[np.float64]) -> tuple[list[int], list[int]]:
    return start.round().astype(int).tolist(), end.round().astype(int).tolist()
