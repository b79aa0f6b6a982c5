"""The plot of how faithful the methods' heatmaps are."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from core.faithfulness.measurement import MethodRecord
from core.figures.plots import BACKGROUND, TEXT, style_axes, to_png

_COLOURS = ("#0072b2", "#56b4e9", "#e69f00", "#f0e442", "#cc79a7")
_MARKERS = ("v", "<", ">", "^", "o")
_TYPE = 17.0


def plot_faithfulness(records: Sequence[MethodRecord]) -> bytes:
    """Plot the probability left without the 20% of the ink that a heatmap highlights most.

    Layers differ in colour and marker; a line is the 95 % interval; the dashed line is random ink.
    A method that fails the sanity check has a hollow marker.

    Returns:
        A PNG 1200 pixels wide.
    """
    methods = sorted(
        {each.method for each in records},
        key=lambda method: min(each.p_left_20 for each in records if each.method == method),
        reverse=True,
    )
    layers = list(dict.fromkeys(each.layer for each in records if each.layer))
    figure = Figure(figsize=(12, 1.6 + 0.55 * len(methods)), dpi=100, facecolor=BACKGROUND)
    axes = figure.subplots()
    axes.axvline(records[0].random_20, color=TEXT, linestyle="--", lw=2, label="random")
    for position, layer in enumerate([*layers, None]):
        shown = [each for each in records if each.layer == layer]
        if not shown:
            continue
        colour = _COLOURS[position % len(_COLOURS)] if layer else _COLOURS[-1]
        marker = _MARKERS[position % len(_MARKERS)] if layer else _MARKERS[-1]
        for each in shown:
            axes.plot(each.p_left_20_interval, [methods.index(each.method)] * 2, color=colour, lw=3)
        axes.scatter(
            [each.p_left_20 for each in shown],
            [methods.index(each.method) for each in shown],
            s=150,
            marker=marker,
            label=layer or "input",
            edgecolors=colour,
            facecolors=[colour if each.sane else BACKGROUND for each in shown],
            linewidths=2.5,
            zorder=3,
        )
    axes.set_yticks(range(len(methods)), methods)
    axes.set_xlabel("p(ŷ) − 20 %", color=TEXT, fontsize=_TYPE)
    axes.set_xlim(0, 1)
    axes.grid(axis="x", color=TEXT, alpha=0.15)
    figure.legend(
        loc="upper center", ncols=6, fontsize=14, labelcolor=TEXT, frameon=False, handletextpad=0.2
    )
    style_axes(axes, _TYPE)
    figure.subplots_adjust(left=0.23, right=0.98, top=1 - 0.55 / figure.get_figheight(), bottom=0.1)
    return to_png(figure)
