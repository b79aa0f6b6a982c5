"""Plots of a training run, drawn with matplotlib's objects, without global state and thread-safe.

They are made for phones, 360 pixels wide, and for two languages: large type, and only numbers and
terms of the field. Lines differ in colour (Okabe and Ito's), dashes and markers, so that
colour-blind people can tell them apart.
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from core.record import TUTORIAL_VAL_ACCURACY, History

BACKGROUND, TEXT = "#15171c", "#f2f3f5"
"""The colours of a plot and of what is written on it."""

_PANEL, _FAINT = "#1d2027", "#4a4f5a"
_TRAIN, _VALIDATION, _REFERENCE = "#56b4e9", "#e69f00", "#cc79a7"
_TYPE, _SMALL_TYPE = 25.0, 21.0


def training_curves(history: History) -> bytes:
    """Plot loss and accuracy by epoch, of training and of validation.

    Returns:
        A PNG of 1200 x 600 pixels.
    """
    figure = Figure(figsize=(12, 6), dpi=100, facecolor=BACKGROUND)
    loss, accuracy = figure.subplots(1, 2)
    _plot_curves(loss, "loss", history.loss, history.val_loss)
    _plot_curves(accuracy, "accuracy", history.accuracy, history.val_accuracy)
    loss.set_ylim(bottom=0)
    loss.legend(fontsize=_TYPE, labelcolor=TEXT, frameon=False, handlelength=1.6, borderaxespad=0.1)
    reference = TUTORIAL_VAL_ACCURACY
    accuracy.axhline(reference, color=_REFERENCE, lw=2.5, linestyle=":", zorder=1)
    text = {"color": _REFERENCE, "fontsize": _SMALL_TYPE, "va": "bottom"}
    accuracy.text(1, reference, str(reference), text)
    figure.subplots_adjust(left=0.085, right=0.985, top=0.88, bottom=0.165, wspace=0.27)
    return to_png(figure)


def _plot_curves(
    axes: Axes, title: str, train: Sequence[float], validation: Sequence[float]
) -> None:
    epochs = range(1, len(train) + 1)
    axes.plot(epochs, train, "-o", color=_TRAIN, label="train", lw=4, ms=9)
    axes.plot(epochs, validation, "--s", color=_VALIDATION, label="validation", lw=4, ms=9)
    axes.set_title(title, color=TEXT, fontsize=_TYPE, pad=12)
    axes.set_xlabel("epoch", color=TEXT, fontsize=_TYPE)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.grid(color=_FAINT, linewidth=1, alpha=0.6)
    style_axes(axes, _SMALL_TYPE)


def confusion_matrix(confusion: NDArray[np.int64]) -> bytes:
    """Plot a confusion matrix: rows are labels, columns are predictions, cells hold counts.

    The colour of a mistake is its share of the row, relative to the largest share. The diagonal is
    grey, because its counts are a hundred times as large.

    Returns:
        A PNG of 1200 x 1200 pixels.
    """
    share = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    mistakes = np.where(np.eye(10, dtype=bool) | (confusion == 0), np.nan, share)
    largest = float(np.nanmax(mistakes, initial=0.001))
    figure = Figure(figsize=(12, 12), dpi=100, facecolor=BACKGROUND)
    axes = figure.subplots()
    axes.imshow(mistakes, cmap="viridis", vmin=0, vmax=largest)
    for (label, predicted), count in np.ndenumerate(confusion):
        if label == predicted:
            axes.add_patch(Rectangle((label - 0.5, label - 0.5), 1, 1, color=_FAINT))
        if count:
            bright = label != predicted and mistakes[label, predicted] > 0.6 * largest
            colour, at = BACKGROUND if bright else TEXT, (predicted, label)
            axes.text(*at, str(count), color=colour, fontsize=_SMALL_TYPE, ha="center", va="center")
    axes.set_xlabel("ŷ", color=TEXT, fontsize=_TYPE)
    axes.set_ylabel("y", color=TEXT, fontsize=_TYPE, rotation=0, labelpad=18)
    axes.set_xticks(range(10))
    axes.set_yticks(range(10))
    style_axes(axes, _TYPE)
    figure.subplots_adjust(left=0.08, right=0.985, top=0.985, bottom=0.075)
    return to_png(figure)


def style_axes(axes: Axes, size: float) -> None:
    """Set the colours of axes, and the size of their numbers in points."""
    axes.set_facecolor(_PANEL)
    axes.tick_params(colors=TEXT, labelsize=size, length=0, pad=8)
    axes.spines[:].set_visible(False)


def to_png(figure: Figure) -> bytes:
    """Return a figure as a PNG file."""
    file = BytesIO()
    # The version of matplotlib is left out, so that the same numbers give the same bytes.
    figure.savefig(file, facecolor=figure.get_facecolor(), metadata={"Software": None})
    return file.getvalue()
