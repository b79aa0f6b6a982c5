"""The digit itself: its pixels, its numbers, and what a filter and a pooling make of them."""

import numpy as np
from numpy.typing import NDArray

from core.dataset import as_input, load_test_digits
from core.digit import Digit
from core.figures.lessons.parts import (
    DIM_RGB,
    MARGIN,
    SKY_RGB,
    WIDTH,
    blank,
    centred,
    ends,
    feature,
    figures,
    grey,
    label,
    mark,
    on_grey,
    png,
    probability_bars,
    put,
    signed,
)
from core.figures.paint import Pixels, Rgb, fill
from core.figures.palette import EXPLAINED_RGB, LINE_RGB, WHITE_RGB

_DIGIT = 336  # 28 times 12
_TOP = 56
_WINDOW = 10
"""So many pixels a side are shown as numbers."""


def draw_digit(image: NDArray[np.float32], digit: int | None) -> bytes:
    """Draw a digit large, with its true class as a number and as ten of them, one hot."""
    canvas = blank(_TOP + _DIGIT + MARGIN)
    put(canvas, grey(image, _DIGIT), (MARGIN, _TOP))
    label(canvas, "x · 28×28", (MARGIN, 28))
    if digit is None:
        return png(canvas)
    left = MARGIN + _DIGIT + 60
    label(canvas, f"y = {digit}", (left, 28), EXPLAINED_RGB, bold=True)
    pitch = _DIGIT // 10
    for each in range(10):
        top, hot = _TOP + each * pitch, each == digit
        fill(canvas, (left + 60, top + 3, left + 132, top + pitch - 3), _one_hot(hot=hot))
        middle = top + pitch // 2
        ends(canvas, str(each), (left + 40, middle), WHITE_RGB if hot else DIM_RGB)
        centred(canvas, "1" if hot else "0", (left + 96, middle), (0, 0, 0) if hot else WHITE_RGB)
    return png(canvas)


def _one_hot(*, hot: bool) -> Rgb:
    return EXPLAINED_RGB if hot else LINE_RGB


def draw_samples(learnt: Digit, own: int) -> bytes:
    """Draw test digits by class, ten columns of six.

    Args:
        learnt: the learner's, which stands first in its column.
        own: its class.
    """
    digits = load_test_digits()
    side, pitch, top = 64, 72, 52
    canvas = blank(top + 6 * pitch + 12)
    for digit in range(10):
        left = MARGIN + digit * pitch
        colour = EXPLAINED_RGB if digit == own else WHITE_RGB
        centred(canvas, str(digit), (left + side // 2, 26), colour, bold=digit == own)
        of_class = np.flatnonzero(digits.labels == digit)
        start = int(np.searchsorted(of_class, learnt.index or 0))
        images = as_input(digits.images[np.roll(of_class, -start)[:6]])[..., 0]
        if digit == own:
            images[0] = learnt.image
        for row, image in enumerate(images):
            at = (left, top + row * pitch)
            put(canvas, grey(image, side), at)
            if digit == own and not row:
                mark(canvas, (left, at[1], left + side, at[1] + side))
    return png(canvas)


def draw_numbers(image: NDArray[np.float32], *, scaled: bool) -> bytes:
    """Draw a digit, and a part of it as the numbers that it is.

    Args:
        image: the digit.
        scaled: whether they go from 0 to 1, as the network reads them, or to 255 as stored.
    """
    side, cell = 252, 44
    window = _WINDOW * cell
    canvas = blank(_TOP + window + MARGIN)
    row, column = _inked(image)
    zoom = side // 28
    put(canvas, grey(image, side), (MARGIN, _TOP))
    box = (
        MARGIN + column * zoom,
        _TOP + row * zoom,
        MARGIN + (column + _WINDOW) * zoom,
        _TOP + (row + _WINDOW) * zoom,
    )
    mark(canvas, box)
    label(canvas, "28×28", (MARGIN, 28))
    part = image[row : row + _WINDOW, column : column + _WINDOW]
    left = WIDTH - MARGIN - window
    put(canvas, grey(part, window), (left, _TOP), EXPLAINED_RGB)
    text = [[_number(v, scaled=scaled) for v in line] for line in part.tolist()]
    colours = [[on_grey(v) for v in line] for line in part.tolist()]
    area = (left, _TOP, left + window, _TOP + window)
    figures(canvas, text, area, colours, size=17)
    title = "float32 · 0.00 – 1.00" if scaled else "uint8 · 0 – 255"
    label(canvas, title, (left, 28))
    if scaled:
        centred(canvas, "÷ 255", (MARGIN + side // 2, _TOP + side + 44), size=32, bold=True)
        shape = "(1, 28, 28, 1)"
        centred(canvas, shape, (MARGIN + side // 2, _TOP + side + 96))
    return png(canvas)


def _number(value: float, *, scaled: bool) -> str:
    return f"{value:.2f}" if scaled else str(round(value * 255))


def _inked(image: NDArray[np.float32]) -> tuple[int, int]:
    """Find the window with the most edges in it: its upper row and left column."""
    edges = np.abs(np.diff(image, axis=0, append=0)) + np.abs(np.diff(image, axis=1, append=0))
    sums = np.lib.stride_tricks.sliding_window_view(edges, (_WINDOW, _WINDOW)).sum((2, 3))
    row, column = divmod(int(sums.argmax()), sums.shape[1])
    return row, column


def draw_convolution(
    image: NDArray[np.float32],
    kernel: NDArray[np.float32],
    bias: float,
    output: NDArray[np.float32],
) -> bytes:
    """Draw one step of a convolution: nine pixels, nine weights, their products' sum.

    Args:
        image: the digit.
        kernel: (3, 3), a filter of the first layer.
        bias: of that filter.
        output: (28, 28), its feature map.
    """
    side, small = 224, 168
    canvas = blank(560)
    row, column = divmod(int(output.argmax()), 28)
    row, column = min(max(row, 1), 26), min(max(column, 1), 26)
    zoom = side // 28
    right = WIDTH - MARGIN - side
    for left, panel, title in (
        (MARGIN, grey(image, side), "x"),
        (right, feature(output, float(output.max()), side), "conv2d"),
    ):
        put(canvas, panel, (left, _TOP))
        label(canvas, title, (left, 28))
    around = _box(MARGIN, row - 1, column - 1, 3, zoom)
    mark(canvas, around)
    mark(canvas, _box(right, row, column, 1, zoom))
    centred(canvas, "→", (WIDTH // 2, _TOP + side // 2), size=56)

    part = image[row - 1 : row + 2, column - 1 : column + 2]
    top = _TOP + side + 56
    put(canvas, grey(part, small), (MARGIN, top), EXPLAINED_RGB)
    numbers = [[f"{v:.2f}" for v in line] for line in part.tolist()]
    inks = [[on_grey(v) for v in line] for line in part.tolist()]
    figures(canvas, numbers, (MARGIN, top, MARGIN + small, top + small), inks, size=TEXT_SMALL)
    middle = top + small // 2
    centred(canvas, "×", (MARGIN + small + 30, middle), size=40)
    left = MARGIN + small + 60
    put(canvas, signed(kernel, small), (left, top))
    numbers = [[f"{v:+.2f}" for v in line] for line in kernel.tolist()]
    white: list[list[Rgb]] = [[WHITE_RGB] * 3] * 3
    figures(canvas, numbers, (left, top, left + small, top + small), white, size=TEXT_SMALL)
    total = float((part * kernel).sum())
    at = left + small + 28
    for line, text in enumerate(
        (f"Σ = {total:+.2f}", f"b = {bias:+.2f}", f"ReLU = {max(total + bias, 0):.2f}")
    ):
        label(canvas, text, (at, top + 36 + line * 48), size=28, bold=line == 2)
    return png(canvas)


TEXT_SMALL = 19


def _box(left: int, row: int, column: int, cells: int, zoom: int) -> tuple[int, int, int, int]:
    x, y = left + column * zoom, _TOP + row * zoom
    return x, y, x + cells * zoom, y + cells * zoom


def draw_pooling(before: NDArray[np.float32], after: NDArray[np.float32]) -> bytes:
    """Draw one feature map before and after pooling, and a part of both in numbers.

    Args:
        before: (h, w).
        after: (h / 2, w / 2).
    """
    side, small = 224, 208
    canvas = blank(580)
    right = WIDTH - MARGIN - side
    largest = float(before.max())
    peak = divmod(int(after.argmax()), after.shape[1])
    row, column = (min(at // 2 * 2, after.shape[0] - 2) for at in peak)
    zoom = side // len(before)
    for left, values, cells in ((MARGIN, before, 4), (right, after, 2)):
        put(canvas, feature(values, largest, side), (left, _TOP))
        label(canvas, f"{values.shape[0]}×{values.shape[1]}", (left, 28))
        zoom = side // len(values)
        factor = cells // 2
        mark(canvas, _box(left, row * factor, column * factor, cells, zoom))
    centred(canvas, "max 2×2", (WIDTH // 2, _TOP + side // 2 - 30))
    centred(canvas, "→", (WIDTH // 2, _TOP + side // 2 + 14), size=56)
    top = _TOP + side + 60
    part = before[2 * row : 2 * row + 4, 2 * column : 2 * column + 4]
    winners = after[row : row + 2, column : column + 2]
    _table(canvas, part, largest, (MARGIN + 8, top, small))
    _table(canvas, winners, largest, (right + 8, top, small))
    return png(canvas)


def _table(
    canvas: Pixels, values: NDArray[np.float32], largest: float, at: tuple[int, int, int]
) -> None:
    """Draw numbers on their greys; the largest of each 2 x 2 is blue."""
    left, top, side = at
    put(canvas, feature(values, largest, side), (left, top), EXPLAINED_RGB)
    shares = values / (largest or 1)
    box = (left, top, left + side, top + side)
    colours = [[on_grey(share) for share in line] for line in shares.tolist()]
    text = [[f"{v:.2f}" for v in line] for line in values.tolist()]
    figures(canvas, text, box, colours, size=TEXT_SMALL if len(values) > 2 else 28)
    if len(values) > 2:
        half, cell = len(values) // 2, side // len(values)
        for i in range(half):
            for j in range(half):
                block = values[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                y, x = divmod(int(block.argmax()), 2)
                x, y = left + (2 * j + x) * cell, top + (2 * i + y) * cell
                mark(canvas, (x + 4, y + 4, x + cell - 4, y + cell - 4), SKY_RGB, width=3)


def draw_bars(
    image: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    logits: NDArray[np.float32],
    true: int | None,
) -> bytes:
    """Draw a digit, its ten logits and its ten probabilities."""
    side = 196
    canvas = blank(_TOP + 340 + MARGIN)
    put(canvas, grey(image, side), (MARGIN, _TOP))
    label(canvas, "x", (MARGIN, 28))
    if true is not None:
        label(canvas, f"y = {true}", (MARGIN, _TOP + side + 36))
    predicted = int(probabilities.argmax())
    label(canvas, f"ŷ = {predicted}", (MARGIN, _TOP + side + 80), SKY_RGB, bold=True)
    left = MARGIN + side + 26
    label(canvas, "z · dense", (left, 28))
    for digit, z in enumerate(logits.tolist()):
        middle = _TOP + digit * 34 + 17
        bold = digit == predicted
        label(canvas, str(digit), (left, middle), bold=bold)
        ends(canvas, f"{z:+.1f}", (left + 112, middle), bold=bold)
    centred(canvas, "→", (left + 142, _TOP + 170), size=40)
    start = left + 172
    label(canvas, "p · softmax", (start, 28))
    box = (start, _TOP, WIDTH - MARGIN, _TOP + 340)
    probability_bars(canvas, probabilities, box, true=true)
    return png(canvas)
