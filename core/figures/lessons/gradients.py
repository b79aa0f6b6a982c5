"""Grad-CAM with one digit's numbers: the slope, the weights, the sum, the map."""

import numpy as np
from numpy.typing import NDArray

from core.explain.intermediates import Intermediates
from core.figures.lessons.parts import (
    DIM_RGB,
    MARGIN,
    SKY_RGB,
    WIDTH,
    blank,
    centred,
    ends,
    feature,
    grey,
    heat_or_nothing,
    label,
    overlay,
    png,
    put,
    signed,
)
from core.figures.lessons.training import Axes
from core.figures.paint import fill
from core.figures.palette import EXPLAINED_RGB, LINE_RGB, WHITE_RGB


def log_odds(logits: NDArray[np.float64], target: int) -> NDArray[np.float64]:
    """The score that is differentiated: z_c - log Σ exp of the others, of (n, 10) logits."""
    others = np.delete(logits, target, axis=1)
    largest = others.max(axis=1)
    total = np.exp(others - largest[:, np.newaxis]).sum(axis=1)
    score: NDArray[np.float64] = logits[:, target] - largest - np.log(total)
    return score


def draw_tangent(intermediates: Intermediates, dense: NDArray[np.float32]) -> bytes:
    """Draw how the score of a class follows one feature map as it is turned up and down.

    Args:
        intermediates: of the last layer, by log-odds.
        dense: (49, k, 10), the weights from the maps' cells to the logits.
    """
    k = int(intermediates.channels_by_contribution[0])
    values = intermediates.activations[:, :, k]
    slope_of_logits = values.ravel().astype(np.float64) @ dense[:, k].astype(np.float64)  # (10,)
    amounts = np.linspace(0, 2, 200)
    logits = intermediates.logits + (amounts[:, np.newaxis] - 1) * slope_of_logits
    scores = log_odds(logits, intermediates.target)
    step = 1e-4
    ends_of_step = intermediates.logits + np.array([[-step], [step]]) * slope_of_logits
    below, above = log_odds(ends_of_step, intermediates.target)
    slope, here = float(above - below) / (2 * step), float(np.interp(1, amounts, scores))

    canvas = blank(470)
    put(canvas, grey(intermediates.image, 140), (MARGIN, 56))
    label(canvas, f"A · k = {k}", (MARGIN, 232), DIM_RGB)
    put(canvas, feature(values, float(values.max()), 168), (MARGIN, 256))
    low, high = float(scores.min()), float(scores.max())
    room = max((high - low) * 0.2, 0.5)
    axes = Axes(canvas, (300, 64, WIDTH - MARGIN - 10, 390), (0, 2), (low - room, high + room))
    axes.tick_y(here, f"{here:+.1f}")
    for x in (0.0, 0.5, 1.0, 1.5, 2.0):
        axes.tick_x(x, f"{x:g}")
    axes.line(amounts, scores, WHITE_RGB, width=5)
    near = np.array([0.3, 1.7])
    axes.line(near, here + (near - 1) * slope, EXPLAINED_RGB, width=3)
    axes.dot(1, here, EXPLAINED_RGB, 10)
    label(canvas, f"S({intermediates.target}) = log-odds({intermediates.target})", (300, 30))
    ends(canvas, f"∂S/∂t = {slope:+.2f}", (WIDTH - MARGIN - 10, 30), EXPLAINED_RGB, bold=True)
    centred(canvas, "t · A", (WIDTH - 160, 446))
    return png(canvas)


def draw_alphas(intermediates: Intermediates) -> bytes:
    """Draw the weight of every feature map, sorted, with the maps at both ends."""
    canvas = blank(520)
    order = np.argsort(-intermediates.alphas, kind="stable")
    alphas = intermediates.alphas[order]
    most = float(np.abs(alphas).max()) or 1.0
    left, right, zero, reach = MARGIN, WIDTH - MARGIN, 170, 110
    pitch = (right - left) / len(alphas)
    fill(canvas, (left, zero, right, zero + 2), LINE_RGB)
    for place, alpha in enumerate(alphas.tolist()):
        x = round(left + place * pitch)
        height = round(abs(alpha) / most * reach)
        top, bottom = (zero - height, zero) if alpha > 0 else (zero + 2, zero + 2 + height)
        colour = EXPLAINED_RGB if alpha > 0 else SKY_RGB
        fill(canvas, (x, top, max(round(x + pitch) - 2, x + 1), bottom), colour)
    label(canvas, f"α({intermediates.target}) · {intermediates.layer}", (left, 30))
    ends(canvas, f"{len(alphas)} × α", (right, 30), DIM_RGB)
    side, top = 104, 356
    largest = float(intermediates.activations.max())
    for place, rank in enumerate((0, 1, 2, -3, -2, -1)):
        k = int(order[rank])
        x = left + place * 121 + (10 if place > 2 else 0)
        put(canvas, feature(intermediates.activations[:, :, k], largest, side), (x, top))
        colour = EXPLAINED_RGB if alphas[rank] > 0 else SKY_RGB
        label(canvas, f"{alphas[rank]:+.3f}", (x, top - 24), colour, size=20, bold=True)
        label(canvas, f"k={k}", (x, top + side + 24), DIM_RGB, size=18)
    return png(canvas)


def draw_cam(intermediates: Intermediates) -> bytes:
    """Draw Grad-CAM in five steps: maps, weighed maps, their sum, what is positive, the overlay."""
    canvas = blank(596)
    order = intermediates.channels_by_contribution
    shown = [*order[:3].tolist(), int(order[-1])]
    largest = float(intermediates.activations.max())
    weighed = intermediates.activations[:, :, shown] * intermediates.alphas[shown]
    most = float(np.abs(weighed).max())
    side, pitch, left = 112, 132, 122
    label(canvas, "1  A", (MARGIN, 92), bold=True)
    label(canvas, "2  α·A", (MARGIN, 262), bold=True)
    for place, k in enumerate(shown):
        x = left + place * pitch + (36 if place == 3 else 0)
        alpha = float(intermediates.alphas[k])
        put(canvas, feature(intermediates.activations[:, :, k], largest, side), (x, 36))
        colour = EXPLAINED_RGB if alpha > 0 else SKY_RGB
        centred(canvas, f"× {alpha:+.3f}", (x + side // 2, 172), colour, size=20, bold=True)
        put(canvas, signed(weighed[:, :, place], side, most), (x, 206))
    centred(canvas, "…", (left + 3 * pitch + 8, 92), DIM_RGB)
    centred(canvas, "…", (left + 3 * pitch + 8, 262), DIM_RGB)
    ends(
        canvas,
        f"k = 1…{intermediates.activations.shape[-1]}",
        (WIDTH - MARGIN, 20),
        DIM_RGB,
        size=19,
    )
    top, side = 384, 188
    panels = (
        ("3  Σ α·A", signed(intermediates.raw, side)),
        ("4  ReLU, ÷ max", heat_or_nothing(intermediates.heatmap, side)),
        ("5", overlay(intermediates.image, intermediates.heatmap, side)),
    )
    for place, (title, panel) in enumerate(panels):
        x = MARGIN + place * 266
        label(canvas, title, (x, top - 26), bold=True)
        put(canvas, panel, (x, top))
        if place:
            centred(canvas, "→", (x - 40, top + side // 2), DIM_RGB, size=32)
    return png(canvas)
