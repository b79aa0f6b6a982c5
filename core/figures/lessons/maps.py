"""Feature maps: of one layer side by side, and of all layers one after the other."""

import numpy as np

from core.explain.intermediates import Intermediates
from core.figures.lessons.parts import (
    DIM_RGB,
    MARGIN,
    WIDTH,
    blank,
    centred,
    ends,
    feature,
    grey,
    label,
    mark,
    png,
    probability_bars,
    put,
)

_STRONGEST = 4


def draw_maps(intermediates: Intermediates) -> bytes:
    """Draw every feature map of a layer; the four strongest are framed, silent ones are dim."""
    maps = intermediates.activations
    count = maps.shape[-1]
    columns = 8
    side, pitch, top = 84, 91, 52
    canvas = blank(top + count // columns * pitch + 10)
    label(canvas, f"{intermediates.layer} · {maps.shape[0]}×{maps.shape[1]}×{count}", (MARGIN, 26))
    strongest = np.argsort(-maps.sum((0, 1)), kind="stable")[:_STRONGEST]
    largest = float(maps.max())
    silent = 0
    for k in range(count):
        left, upper = MARGIN + k % columns * pitch, top + k // columns * pitch
        put(canvas, feature(maps[:, :, k], largest, side), (left, upper))
        if not maps[:, :, k].any():
            silent += 1
            centred(canvas, "0", (left + side // 2, upper + side // 2), DIM_RGB)
        if k in strongest:
            mark(canvas, (left, upper, left + side, upper + side))
    ends(canvas, f"{silent} × 0", (WIDTH - MARGIN, 26), DIM_RGB)
    return png(canvas)


def draw_layers(intermediates: Intermediates) -> bytes:
    """Draw the way of a digit through the network: the three strongest maps of each layer."""
    side, pitch, top = 96, 122, 52
    canvas = blank(top + 4 * pitch + 4)
    label(canvas, "x", (MARGIN, 26))
    put(canvas, grey(intermediates.image, 112), (MARGIN, top + 150))
    for row, (name, maps) in enumerate(intermediates.features.items()):
        upper = top + row * pitch
        height, width, count = maps.shape
        strongest = np.argsort(-maps.sum((0, 1)), kind="stable")[:3]
        for place, k in enumerate(strongest):
            left = 176 + place * (side + 8)
            put(canvas, feature(maps[:, :, k], float(maps[:, :, k].max()), side), (left, upper))
        centred(canvas, "→" if row == 0 else "↓", (158, upper + side // 2), DIM_RGB)
        label(canvas, name, (176, upper - 14), DIM_RGB, size=17)
        ends(canvas, f"{height}×{width}×{count}", (480, upper - 14), size=17)
    centred(canvas, "→", (508, top + 200), DIM_RGB)
    label(canvas, "softmax", (530, 26), DIM_RGB, size=17)
    box = (526, top, WIDTH - MARGIN, top + 4 * pitch - 30)
    probability_bars(canvas, intermediates.probabilities, box)
    return png(canvas)
