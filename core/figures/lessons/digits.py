"""The digit itself: its pixels, its numbers, its class, and what the network says of it."""

import numpy as np

from core.dataset import as_input, load_test_digits
from core.digit import Digit
from core.figures.arrays import Classes, DigitImage
from core.figures.canvas import blank, fill, frame, put, to_png, write
from core.figures.heatmaps import grey
from core.figures.lessons.tables import signed, write_values
from core.figures.probabilities import draw_probabilities
from core.figures.style import BLACK, DIM, EXPLAINED, LINE, MARGIN, RGB, SKY, WHITE, WIDTH

_DIGIT = 28 * 12
_TOP = 56
_WINDOW = 10
"""So many pixels a side are shown as numbers."""


def draw_digit(image: DigitImage, label: int) -> bytes:
    """Draw a digit large, with its true class as a number and one-hot encoded."""
    canvas = blank(_TOP + _DIGIT + MARGIN)
    put(canvas, grey(image, _DIGIT), (MARGIN, _TOP), title="x · 28×28")
    left, pitch = MARGIN + _DIGIT + 60, _DIGIT // 10
    write(canvas, f"y = {label}", (left, 28), EXPLAINED, bold=True)
    for digit in range(10):
        top, hot = _TOP + digit * pitch, digit == label
        middle = top + pitch // 2
        box = (left + 60, top + 3, left + 132, top + pitch - 3)
        fill(canvas, box, EXPLAINED if hot else LINE)
        write(canvas, str(digit), (left + 40, middle), WHITE if hot else DIM, ha="right")
        write(canvas, str(int(hot)), (left + 96, middle), BLACK if hot else WHITE, ha="center")
    return to_png(canvas)


def draw_samples(digit: Digit, label: int) -> bytes:
    """Draw test digits, six of each class in a column, with the given one first in its own."""
    digits = load_test_digits()
    side, pitch, top = 64, 72, 52
    canvas = blank(top + 6 * pitch + 12)
    for shown in range(10):
        left, is_own = MARGIN + shown * pitch, shown == label
        colour = EXPLAINED if is_own else WHITE
        write(canvas, str(shown), (left + side // 2, 26), colour, bold=is_own, ha="center")
        of_class = np.flatnonzero(digits.labels == shown)
        first = int(np.searchsorted(of_class, digit.index or 0))
        images = as_input(digits.images[np.roll(of_class, -first)[:6]])[..., 0]
        if is_own:
            images[0] = digit.image
        for row, image in enumerate(images):
            put(canvas, grey(image, side), (left, top + row * pitch))
        if is_own:
            frame(canvas, (left, top, left + side, top + side))
    return to_png(canvas)


def draw_numbers(image: DigitImage, *, scaled: bool) -> bytes:
    """Draw a digit, and a part of it as numbers.

    They are 0 to 255, or scaled to 0 to 1 as the network reads them.
    """
    side, cell = 28 * 9, 44
    zoom, window = side // 28, _WINDOW * cell
    canvas = blank(_TOP + window + MARGIN)
    row, column = _window_with_edges(image)
    part = image[row : row + _WINDOW, column : column + _WINDOW]
    put(canvas, grey(image, side), (MARGIN, _TOP), title="28×28")
    x, y, length = MARGIN + column * zoom, _TOP + row * zoom, _WINDOW * zoom
    frame(canvas, (x, y, x + length, y + length))
    left, title = WIDTH - MARGIN - window, "float32 · 0.00 – 1.00" if scaled else "uint8 · 0 – 255"
    put(canvas, grey(part, window), (left, _TOP), EXPLAINED, title=title)
    numbers, spec = (part, ".2f") if scaled else (part * 255, ".0f")
    write_values(canvas, numbers, (left, _TOP), window, spec, size=17, greys=part)
    if scaled:
        middle, bottom = MARGIN + side // 2, _TOP + side
        write(canvas, "÷ 255", (middle, bottom + 44), size=32, bold=True, ha="center")
        write(canvas, "(1, 28, 28, 1)", (middle, bottom + 96), ha="center")
    return to_png(canvas)


def _window_with_edges(image: DigitImage) -> tuple[int, int]:
    """Return the upper row and left column of the window with the most edges in it."""
    edges = np.abs(np.diff(image, axis=0, append=0)) + np.abs(np.diff(image, axis=1, append=0))
    sums = np.lib.stride_tricks.sliding_window_view(edges, (_WINDOW, _WINDOW)).sum((2, 3))
    row, column = divmod(int(sums.argmax()), sums.shape[1])
    return row, column


def draw_bars(image: DigitImage, probabilities: Classes, logits: Classes, label: int) -> bytes:
    """Draw a digit, its logits, its probabilities and its true class."""
    side, pitch = 28 * 7, 34
    canvas = blank(_TOP + 10 * pitch + MARGIN)
    put(canvas, grey(image, side), (MARGIN, _TOP), title="x")
    write(canvas, f"y = {label}", (MARGIN, _TOP + side + 36))
    predicted = int(probabilities.argmax())
    write(canvas, f"ŷ = {predicted}", (MARGIN, _TOP + side + 80), SKY, bold=True)
    left = MARGIN + side + 26
    write(canvas, "z · dense", (left, 28))
    for digit, z in enumerate(logits.tolist()):
        middle, bold = _TOP + digit * pitch + pitch // 2, digit == predicted
        write(canvas, str(digit), (left, middle), bold=bold)
        write(canvas, signed(z, 1), (left + 112, middle), bold=bold, ha="right")
    write(canvas, "→", (left + 138, _TOP + 5 * pitch), size=36, ha="center")
    left += 178
    write(canvas, "p · softmax", (left, 28))
    tops = range(_TOP, _TOP + 10 * pitch, pitch)
    rows = [(left, top + 3, WIDTH - MARGIN, top + pitch - 3) for top in tops]
    draw_probabilities(canvas, rows, probabilities, RGB, label=label)
    return to_png(canvas)
