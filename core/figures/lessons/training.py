"""Training: the loss of a prediction, and how the prediction changed from epoch to epoch."""

import numpy as np
from numpy.typing import NDArray

from core.figures.arrays import Classes, DigitImage
from core.figures.canvas import blank, put, to_png, write
from core.figures.heatmaps import grey
from core.figures.lessons.axes import Axes
from core.figures.probabilities import format_percent
from core.figures.style import DIM, EXPLAINED, MARGIN, SKY, WHITE, WIDTH


def format_loss(loss: float) -> str:
    """Write a loss with three decimals, such as `0.051` or `< 0.001`."""
    return "< 0.001" if loss < 0.001 else f"{loss:.3f}"


def draw_loss(image: DigitImage, probabilities: Classes, label: int, loss: float) -> bytes:
    """Draw the curve of the cross-entropy, and where on it a digit is.

    The loss is given, because it is more exact computed from the logits.
    """
    canvas = blank(456)
    put(canvas, grey(image, 168), (MARGIN, 56))
    write(canvas, f"y = {label}", (MARGIN, 28), EXPLAINED, bold=True)
    p = float(probabilities[label])
    percent = format_percent(p)
    write(canvas, f"p {'' if percent[0] in '<>' else '= '}{percent}", (MARGIN, 264), size=26)
    write(
        canvas,
        f"−ln p {'' if loss < 0.001 else '= '}{format_loss(loss)}",
        (MARGIN, 312),
        EXPLAINED,
        size=26,
        bold=True,
    )
    box = (310, 40, WIDTH - MARGIN - 10, 380)
    axes = Axes(canvas, box, (0, 1), (0, 7), xticks=(0, 0.5, 1), yticks=(0, 2, 4, 6))
    curve = np.linspace(1e-4, 1, 400)
    axes.line(curve, -np.log(curve), SKY)
    axes.dot(p, min(loss, 6.9), EXPLAINED, 11)
    write(canvas, "p", ((box[0] + box[2]) // 2, 426), ha="center")
    write(canvas, "−ln p", (330, 60))
    return to_png(canvas)


def draw_epochs(image: DigitImage, probabilities: NDArray[np.float32], label: int) -> bytes:
    """Draw the network's predictions for a digit before its training and after each epoch.

    The true class has an orange line, the strongest other class a blue one. The probabilities are
    (11, 10): before training and after each of ten epochs.
    """
    canvas = blank(520)
    put(canvas, grey(image, 140), (MARGIN, 56))
    others = probabilities.max(axis=0)
    others[label] = -1
    rival = int(others.argmax())
    write(canvas, f"y = {label}", (MARGIN, 28), EXPLAINED, bold=True)
    write(canvas, f"p({label})", (MARGIN, 230), EXPLAINED, size=26, bold=True)
    write(canvas, f"p({rival})", (MARGIN, 276), SKY, size=26, bold=True)
    box = (270, 40, WIDTH - MARGIN - 10, 380)
    axes = Axes(canvas, box, (0, 10), (0, 1.05), xticks=range(11), yticks=(0, 0.5, 1))
    for digit, colour in ((rival, SKY), (label, EXPLAINED)):
        line = probabilities[:, digit].astype(np.float64)
        axes.line(np.arange(len(line), dtype=np.float64), line, colour)
        for epoch, value in enumerate(line.tolist()):
            axes.dot(epoch, value, colour)
    for epoch, predicted in enumerate(probabilities.argmax(axis=1).tolist()):
        at, colour = (axes.at(epoch, 0)[0], 452), WHITE if predicted == label else SKY
        write(canvas, str(predicted), at, colour, size=28, bold=True, ha="center")
    write(canvas, "epoch", (MARGIN, 404), DIM)
    write(canvas, "ŷ", (MARGIN, 452), size=28, bold=True)
    return to_png(canvas)
