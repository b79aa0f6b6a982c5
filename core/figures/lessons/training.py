"""Learning: what a prediction costs, and how it grew better from epoch to epoch."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.figures.lessons.parts import (
    DIM_RGB,
    MARGIN,
    SKY_RGB,
    WIDTH,
    blank,
    centred,
    ends,
    grey,
    label,
    png,
    put,
)
from core.figures.paint import Pixels, Rgb, disc, fill
from core.figures.palette import EXPLAINED_RGB, LINE_RGB, WHITE_RGB
from core.figures.percent import format_percent

_FINE = 4  # fractional bits of OpenCV's points


class Axes:
    """A rectangle in which numbers are points."""

    def __init__(
        self, canvas: Pixels, box: Box, x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        """Draw the ground of a plot.

        Args:
            canvas: is drawn on.
            box: where.
            x: the first and the last number across.
            y: the lowest and the highest number.
        """
        self.canvas, self.box, self._x, self._y = canvas, box, x, y
        fill(canvas, box, (20, 20, 20))
        left, _, right, bottom = box
        fill(canvas, (left, bottom, right, bottom + 2), LINE_RGB)
        fill(canvas, (left - 2, box[1], left, bottom + 2), LINE_RGB)

    def at(self, x: float, y: float) -> tuple[int, int]:
        """Find the pixel of a point."""
        left, top, right, bottom = self.box
        across = (x - self._x[0]) / (self._x[1] - self._x[0])
        up = (y - self._y[0]) / (self._y[1] - self._y[0])
        return round(left + across * (right - left)), round(bottom - up * (bottom - top))

    def line(
        self, xs: NDArray[np.float64], ys: NDArray[np.float64], colour: Rgb, *, width: int = 4
    ) -> None:
        """Draw a line through points; what leaves the plot is cut off."""
        left, top, right, bottom = self.box
        panel = np.ascontiguousarray(self.canvas[top:bottom, left:right])
        scale = 1 << _FINE
        points = []
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
            px, py = self.at(x, float(np.clip(y, -1e6, 1e6)))
            points.append(((px - left) * scale, int(np.clip(py - top, -4000, 4000)) * scale))
        array = np.array(points, np.int32)
        cv2.polylines(panel, [array], False, colour, width, lineType=cv2.LINE_AA, shift=_FINE)
        self.canvas[top:bottom, left:right] = panel

    def dot(self, x: float, y: float, colour: Rgb, radius: int = 8) -> None:
        """Mark a point."""
        disc(self.canvas, self.at(x, y), radius, colour)

    def tick_x(self, x: float, text: str) -> None:
        """Write a number below the plot."""
        centred(self.canvas, text, (self.at(x, self._y[0])[0], self.box[3] + 24), DIM_RGB)

    def tick_y(self, y: float, text: str) -> None:
        """Write a number beside the plot, and draw a thin line from it."""
        height = self.at(self._x[0], y)[1]
        ends(self.canvas, text, (self.box[0] - 12, height), DIM_RGB)
        fill(self.canvas, (self.box[0], height, self.box[2], height + 1), LINE_RGB)


def curve(
    axes: Axes,
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    x: tuple[float, float],
    colour: Rgb,
) -> None:
    """Draw a function between two numbers."""
    xs = np.linspace(*x, 400)
    axes.line(xs, function(xs), colour)


def draw_loss(
    image: NDArray[np.float32], probabilities: NDArray[np.float32], true: int, loss: float
) -> bytes:
    """Draw the curve of the cross-entropy, and where on it a digit stands.

    Args:
        image: the digit.
        probabilities: (10,).
        true: its label.
        loss: the cross-entropy, computed from the logits.
    """
    canvas = blank(440)
    put(canvas, grey(image, 168), (MARGIN, 56))
    label(canvas, f"y = {true}", (MARGIN, 28), EXPLAINED_RGB, bold=True)
    p = float(probabilities[true])
    share = format_percent(p)
    about = share if share[0] in "<>" else f"= {share}"
    label(canvas, f"p {about}", (MARGIN, 264), size=26)
    label(canvas, f"−ln p = {_short(loss)}", (MARGIN, 312), EXPLAINED_RGB, size=26, bold=True)
    axes = Axes(canvas, (310, 40, WIDTH - MARGIN - 10, 380), (0, 1), (0, 7))
    for y in (0, 2, 4, 6):
        axes.tick_y(y, str(y))
    for x in (0.0, 0.5, 1.0):
        axes.tick_x(x, f"{x:g}")
    curve(axes, lambda xs: -np.log(np.maximum(xs, 1e-6)), (1e-4, 1), SKY_RGB)
    axes.dot(p, min(loss, 6.9), EXPLAINED_RGB, 11)
    centred(canvas, "p", (WIDTH - 160, 420))
    label(canvas, "−ln p", (330, 60))
    return png(canvas)


def _short(loss: float) -> str:
    return f"{loss:.3f}" if loss >= 0.001 else f"{loss:.0e}"


def draw_epochs(
    image: NDArray[np.float32], by_epoch: NDArray[np.float32], true: int | None
) -> bytes:
    """Draw what the network said of a digit before its training and after each epoch.

    Args:
        image: the digit.
        by_epoch: (11, 10), probabilities.
        true: its label, whose line is orange; the strongest other class's is blue.
    """
    canvas = blank(520)
    put(canvas, grey(image, 140), (MARGIN, 56))
    shown = int(by_epoch[-1].argmax()) if true is None else true
    others = by_epoch.max(axis=0)
    others[shown] = -1
    rival = int(others.argmax())
    label(canvas, f"y = {shown}", (MARGIN, 28), EXPLAINED_RGB, bold=True)
    label(canvas, f"p({shown})", (MARGIN, 230), EXPLAINED_RGB, size=26, bold=True)
    label(canvas, f"p({rival})", (MARGIN, 276), SKY_RGB, size=26, bold=True)
    axes = Axes(canvas, (270, 40, WIDTH - MARGIN - 10, 380), (0, 10), (0, 1.05))
    for y in (0.0, 0.5, 1.0):
        axes.tick_y(y, f"{y:g}")
    epochs = np.arange(11, dtype=np.float64)
    for digit, colour in ((rival, SKY_RGB), (shown, EXPLAINED_RGB)):
        values = by_epoch[:, digit].astype(np.float64)
        axes.line(epochs, values, colour)
        for epoch, value in enumerate(values.tolist()):
            axes.dot(epoch, value, colour)
    for epoch, row in enumerate(by_epoch):
        axes.tick_x(epoch, str(epoch))
        read = int(row.argmax())
        x = axes.at(epoch, 0)[0]
        colour = WHITE_RGB if read == shown else SKY_RGB
        centred(canvas, str(read), (x, 452), colour, size=28, bold=True)
    label(canvas, "epoch", (MARGIN, 404), DIM_RGB)
    label(canvas, "ŷ", (MARGIN, 452), size=28, bold=True)
    return png(canvas)
