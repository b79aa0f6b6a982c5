"""Feature maps: how a layer computes them, all maps of a layer, and the maps of all layers."""

import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.explain.intermediates import Intermediates
from core.figures.arrays import DigitImage, FeatureMap, Pixels
from core.figures.canvas import Point, blank, frame, put, to_png, write
from core.figures.heatmaps import diverging, grey
from core.figures.lessons.tables import signed, write_values
from core.figures.probabilities import draw_probabilities
from core.figures.style import DIM, EXPLAINED, MARGIN, RGB, SKY, SMALL_TEXT, WIDTH

_TOP, _SIDE = 56, 28 * 8
_RIGHT = WIDTH - MARGIN - _SIDE
_STRONGEST = 4


def draw_convolution(
    image: DigitImage, kernel: FeatureMap, bias: float, output: FeatureMap
) -> bytes:
    """Draw one step of a convolution: nine pixels, nine weights, and the sum of their products.

    It is the step that results in the maximum of the output, the feature map of a filter with a
    kernel, (3, 3), and a bias.
    """
    small, top = 195, _TOP + _SIDE + 56
    canvas = blank(587)
    row, column = np.clip(divmod(int(output.argmax()), 28), 1, 26).tolist()
    put(canvas, grey(image, _SIDE), (MARGIN, _TOP), title="x")
    put(canvas, grey(output, _SIDE, float(output.max())), (_RIGHT, _TOP), title="conv2d")
    frame(canvas, _cells(MARGIN, row - 1, column - 1, 3, _SIDE // 28))
    frame(canvas, _cells(_RIGHT, row, column, 1, _SIDE // 28))
    write(canvas, "→", (WIDTH // 2, _TOP + _SIDE // 2), size=56, ha="center")

    pixels = image[row - 1 : row + 2, column - 1 : column + 2]
    put(canvas, grey(pixels, small), (MARGIN, top), EXPLAINED)
    write_values(canvas, pixels, (MARGIN, top), small, ".2f", size=SMALL_TEXT, greys=pixels)
    write(canvas, "×", (MARGIN + small + 30, top + small // 2), size=40, ha="center")
    left = MARGIN + small + 60
    put(canvas, diverging(kernel, small), (left, top))
    write_values(canvas, kernel, (left, top), small, ".2f", size=SMALL_TEXT)
    total, left = float((pixels * kernel).sum()), left + small + 28
    write(canvas, f"Σ = {signed(total)}", (left, top + 50), size=28)
    write(canvas, f"b = {signed(bias)}", (left, top + 98), size=28)
    write(canvas, f"ReLU = {max(total + bias, 0):.2f}", (left, top + 146), size=28, bold=True)
    return to_png(canvas)


def draw_pooling(before: FeatureMap, after: FeatureMap) -> bytes:
    """Draw a feature map before and after 2 x 2 pooling, and the numbers around its maximum."""
    canvas = blank(580)
    vmax = float(before.max())
    peak = divmod(int(after.argmax()), len(after))
    row, column = (min(i // 2 * 2, len(after) - 2) for i in peak)
    for left, values, factor in ((MARGIN, before, 2), (_RIGHT, after, 1)):
        height, width = values.shape
        put(canvas, grey(values, _SIDE, vmax), (left, _TOP), title=f"{height}×{width}")
        zoom = _SIDE // height
        frame(canvas, _cells(left, row * factor, column * factor, 2 * factor, zoom))
    write(canvas, "max 2×2", (WIDTH // 2, _TOP + _SIDE // 2 - 30), ha="center")
    write(canvas, "→", (WIDTH // 2, _TOP + _SIDE // 2 + 14), size=56, ha="center")
    top = _TOP + _SIDE + 60
    windows = before[2 * row : 2 * row + 4, 2 * column : 2 * column + 4]
    _draw_table(canvas, windows, vmax, (MARGIN + 8, top))
    _draw_table(canvas, after[row : row + 2, column : column + 2], vmax, (_RIGHT + 8, top))
    return to_png(canvas)


def _draw_table(canvas: Pixels, values: FeatureMap, vmax: float, at: Point) -> None:
    """Draw numbers on their greys; of 4 x 4, the maximum of each 2 x 2 window is framed."""
    side, (left, top) = 208, at
    cell = side // len(values)
    put(canvas, grey(values, side, vmax), at, EXPLAINED)
    size, greys = (SMALL_TEXT, 28)[len(values) == 2], values / (vmax or 1)
    write_values(canvas, values, at, side, ".2f", size=size, greys=greys)
    if len(values) == 4:
        for row, column in np.ndindex(2, 2):
            window = values[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            y, x = divmod(int(window.argmax()), 2)
            x, y = left + (2 * column + x) * cell + 4, top + (2 * row + y) * cell + 4
            frame(canvas, (x, y, x + cell - 8, y + cell - 8), SKY, width=3)


def _cells(left: int, row: int, column: int, count: int, zoom: int) -> Box:
    """Return the box of cells, `count` a side, in a panel at `left`."""
    x, y = left + column * zoom, _TOP + row * zoom
    return x, y, x + count * zoom, y + count * zoom


def draw_maps(intermediates: Intermediates) -> bytes:
    """Draw all feature maps of the explained layer, on one scale of greys.

    The four strongest are framed; a map of zeros is marked with 0, and such maps are counted.
    """
    maps = intermediates.activations
    height, width, count = maps.shape
    columns, side, pitch, top = 8, 28 * 3, 91, 52
    canvas = blank(top + count // columns * pitch + 10)
    write(canvas, f"{intermediates.layer} · {height}×{width}×{count}", (MARGIN, 26))
    strongest, vmax = _strongest(maps, _STRONGEST), float(maps.max())
    for k in range(count):
        left, upper = MARGIN + k % columns * pitch, top + k // columns * pitch
        put(canvas, grey(maps[:, :, k], side, vmax), (left, upper))
        if not maps[:, :, k].any():
            write(canvas, "0", (left + side // 2, upper + side // 2), DIM, ha="center")
        if k in strongest:
            frame(canvas, (left, upper, left + side, upper + side))
    silent = count - int(maps.any((0, 1)).sum())
    if silent:
        write(canvas, f"{silent} × 0", (WIDTH - MARGIN, 26), DIM, ha="right")
    return to_png(canvas)


def draw_layers(intermediates: Intermediates) -> bytes:
    """Draw a digit's way through the network: the three strongest feature maps of each layer."""
    side, pitch, top, left = 96, 122, 52, 176
    canvas = blank(top + 4 * pitch + 4)
    write(canvas, "x", (MARGIN, 26))
    put(canvas, grey(intermediates.image, 112), (MARGIN, top + 150))
    for row, (name, maps) in enumerate(intermediates.features.items()):
        upper = top + row * pitch
        height, width, count = maps.shape
        for column, k in enumerate(_strongest(maps, 3)):
            panel = grey(maps[:, :, k], side, float(maps[:, :, k].max()))
            put(canvas, panel, (left + column * (side + 8), upper))
        write(canvas, "↓" if row else "→", (158, upper + side // 2), DIM, ha="center")
        write(canvas, name, (left, upper - 14), DIM, size=17)
        write(canvas, f"{height}×{width}×{count}", (480, upper - 14), size=17, ha="right")
    write(canvas, "→", (504, top + 200), DIM, ha="center")
    write(canvas, "softmax", (530, 26), DIM, size=17)
    rows = [(526, y + 3, WIDTH - MARGIN, y + 42) for y in range(top, top + 450, 45)]
    draw_probabilities(canvas, rows, intermediates.probabilities, RGB)
    return to_png(canvas)


def _strongest(maps: NDArray[np.float32], count: int) -> list[int]:
    """Return the channels with the largest sums."""
    order: list[int] = np.argsort(-maps.sum((0, 1)), kind="stable")[:count].tolist()
    return order
