"""Grad-CAM step by step with the numbers of one digit."""

import numpy as np
from numpy.typing import NDArray

from core.explain.intermediates import Intermediates
from core.figures.canvas import blank, fill, put, to_png, write
from core.figures.heatmaps import diverging, grey, heatmap_cells, overlay_digit
from core.figures.lessons.axes import Axes
from core.figures.lessons.tables import signed
from core.figures.style import DIM, EXPLAINED, LINE, MARGIN, SKY, SMALL_TEXT, WHITE, WIDTH, Rgb

_ADDED = 1.0
"""The largest amount that is added to a feature map."""


def log_odds(logits: NDArray[np.float64], target: int) -> NDArray[np.float64]:
    """Return z_c - logsumexp(z of the other classes) of (n, 10) logits, (n,)."""
    others = np.delete(logits, target, axis=1)
    score: NDArray[np.float64] = logits[:, target] - np.logaddexp.reduce(others, axis=1)
    return score


def draw_tangent(intermediates: Intermediates, dense: NDArray[np.float32]) -> bytes:
    """Draw how the score S depends on a, an amount added to all cells of one feature map.

    At a = 0 its slope is the number of cells times α. The map is the one that adds most to the
    heatmap. The score is the log-odds, the layer the last one, and `dense`, (49, k, 10), are the
    weights from the cells of its k feature maps to the logits.
    """
    target, k = intermediates.target, int(intermediates.channels_by_contribution[0])
    feature_map = intermediates.activations[:, :, k]
    dz_da = dense[:, k].sum(0, dtype=np.float64)  # (10,)
    slope = feature_map.size * float(intermediates.alphas[k])
    a = np.linspace(-_ADDED, _ADDED, 201)
    scores = log_odds(intermediates.logits + a[:, np.newaxis] * dz_da, target)
    here = float(scores[100])

    canvas = blank(470)
    put(canvas, grey(intermediates.image, 140), (MARGIN, 56))
    write(canvas, f"A, k = {k}", (MARGIN, 232), DIM)
    put(canvas, grey(feature_map, 168, float(feature_map.max())), (MARGIN, 256))
    low, high = float(scores.min()), float(scores.max())
    room, right = max((high - low) * 0.2, 0.5), WIDTH - MARGIN - 10
    box, ylim = (300, 64, right, 390), (low - room, high + room)
    axes = Axes(canvas, box, (-_ADDED, _ADDED), ylim, (-1, -0.5, 0, 0.5, 1), [here], "+.1f")
    axes.line(a, scores, WHITE, width=5)
    near = np.array([-0.7, 0.7])
    axes.line(near, here + near * slope, EXPLAINED, width=3)
    axes.dot(0, here, EXPLAINED, 10)
    write(canvas, f"S = log-odds({target})", (MARGIN, 30))
    text = f"∂S/∂a = {feature_map.size} · α = {signed(slope)}"
    write(canvas, text, (right, 30), EXPLAINED, bold=True, ha="right")
    write(canvas, "a", ((300 + right) // 2, 446), ha="center")
    return to_png(canvas)


def draw_alphas(intermediates: Intermediates) -> bytes:
    """Draw the weights α of all feature maps in descending order, with the maps at both ends."""
    maps, alphas = intermediates.activations, intermediates.alphas
    order = np.argsort(-alphas, kind="stable").tolist()
    canvas = blank(520)
    left, right, zero = MARGIN, WIDTH - MARGIN, 170
    heights = np.rint(alphas / (np.abs(alphas).max() or 1) * 110).astype(int).tolist()
    pitch = (right - left) / len(alphas)
    for i, k in enumerate(order):
        x, end = round(left + i * pitch), round(left + (i + 1) * pitch) - 2
        top, bottom = (zero - heights[k], zero) if alphas[k] > 0 else (zero, zero - heights[k])
        fill(canvas, (x, top, end, bottom), _sign_colour(alphas[k]))
    fill(canvas, (left, zero, right, zero + 2), LINE)
    write(canvas, f"α({intermediates.target}) · {intermediates.layer}", (left, 30))
    write(canvas, f"{len(alphas)} × α", (right, 30), DIM, ha="right")
    side, top, vmax = 104, 356, float(maps.max())
    for i, k in enumerate(order[:3] + order[-3:]):
        x = left + i * 121 + (10 if i > 2 else 0)
        put(canvas, grey(maps[:, :, k], side, vmax), (x, top))
        colour = _sign_colour(alphas[k])
        write(canvas, signed(float(alphas[k]), 3), (x, top - 24), colour, size=20, bold=True)
        write(canvas, f"k = {k}", (x, top + side + 24), DIM, size=18)
    return to_png(canvas)


def draw_cam(intermediates: Intermediates) -> bytes:
    """Draw Grad-CAM in five steps: maps, weighted maps, their sum, the heatmap and the overlay."""
    image, heatmap = intermediates.image, intermediates.heatmap
    maps, alphas = intermediates.activations, intermediates.alphas
    channels = intermediates.channels_by_contribution[[0, 1, 2, -1]].tolist()
    weighted = maps[:, :, channels] * alphas[channels]
    vmax, weighted_vmax = float(maps.max()), float(np.abs(weighted).max())
    canvas = blank(596)
    side, pitch, left = 112, 132, 122
    write(canvas, "1  A", (MARGIN, 92), bold=True)
    write(canvas, "2  α·A", (MARGIN, 262), bold=True)
    for i, k in enumerate(channels):
        x = left + i * pitch + (36 if i == 3 else 0)
        put(canvas, grey(maps[:, :, k], side, vmax), (x, 36))
        text, at = f"× {signed(float(alphas[k]), 3)}", (x + side // 2, 172)
        write(canvas, text, at, _sign_colour(alphas[k]), size=20, bold=True, ha="center")
        put(canvas, diverging(weighted[:, :, i], side, weighted_vmax), (x, 206))
    for y in (92, 262):
        write(canvas, "…", (left + 3 * pitch + 8, y), DIM, ha="center")
    count, at = f"k = 1…{len(alphas)}", (WIDTH - MARGIN, 20)
    write(canvas, count, at, DIM, size=SMALL_TEXT, ha="right")
    top, side = 384, 188
    panels = (
        ("3  Σ α·A", diverging(intermediates.raw, side)),
        ("4  ReLU, ÷ max", heatmap_cells(heatmap, side)),
        ("5", overlay_digit(image, heatmap, side)),
    )
    for i, (title, panel) in enumerate(panels):
        x = MARGIN + i * 266
        put(canvas, panel, (x, top), title=title)
        if i:
            write(canvas, "→", (x - 40, top + side // 2), DIM, size=32, ha="center")
    return to_png(canvas)


def _sign_colour(value: float) -> Rgb:
    return EXPLAINED if value > 0 else SKY
