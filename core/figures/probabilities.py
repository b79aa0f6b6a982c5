"""The network's probabilities as text and as bars."""

from collections.abc import Sequence

from core.digit import Box
from core.figures.arrays import Classes, Pixels
from core.figures.canvas import fill, frame, write
from core.figures.style import TEXT, Theme

_VISIBLE = 0.0005
"""Smaller probabilities are written as < 0.1%, and dimmed."""


def format_percent(probability: float) -> str:
    """Write a probability in per cent, with one decimal.

    A softmax never gives certainty, only numbers too close to it for the decimals shown, so neither
    100.0% nor 0.0% is ever printed.

    Returns:
        For example `98.1%` for 0.98123, `> 99.9%` for 0.99996 and `< 0.1%` for 0.0002, each in
        one piece: the space does not break.
    """
    percent = round(100 * float(probability), 1)
    if percent >= 100:
        return ">\u00a099.9%"
    if percent <= 0:
        return "<\u00a00.1%"
    return f"{percent:.1f}%"


def draw_probabilities(
    canvas: Pixels,
    rows: Sequence[Box],
    probabilities: Classes,
    theme: Theme,
    *,
    classes: Sequence[int] = range(10),
    target: int | None = None,
    against: int | None = None,
    label: int | None = None,
    size: int = TEXT,
) -> None:
    """Draw a bar and a percentage for each of the classes, the predicted one's in blue and bold.

    The target gets an orange frame and arrow, the class that it is compared with a sky blue frame,
    and the label a tick. The rows have 24 free pixels to their left and 3 between them.
    """
    predicted, scale = int(probabilities.argmax()), size / TEXT
    indent, percents, half = round(29 * scale), round(115 * scale), round(8 * scale)
    for digit, row in zip(classes, rows, strict=True):
        left, top, right, bottom = row
        probability = float(probabilities[digit])
        middle, bold = (top + bottom) // 2, digit == predicted
        ink = theme.text if probability >= _VISIBLE else theme.dim_text
        write(canvas, str(digit), (left + 8, middle), ink, size=size, bold=bold)
        percent = format_percent(probability)
        write(canvas, percent, (right - 8, middle), ink, size=size - 1, bold=bold, ha="right")

        start, end = left + indent, right - percents
        fill(canvas, (start, middle - half, end, middle + half), theme.track)
        length = max(round(probability * (end - start)), 2)  # 0 is visible too
        colour = theme.predicted if bold else theme.bar
        fill(canvas, (start, middle - half, start + length, middle + half), colour)

        if digit == label:
            write(canvas, "✓", (left - 4, middle), theme.text, ha="right")
        if digit == against:
            frame(canvas, row, theme.compared, width=3)
        if digit == target:
            frame(canvas, row, theme.explained, width=3)
            arrow = (left - 14, middle)
            write(canvas, "▶", arrow, theme.explained_text, size=19, ha="center")
