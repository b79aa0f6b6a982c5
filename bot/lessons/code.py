"""The pictures of the lessons on the tutorial's code: what each line makes of the digit."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.lessons.picture import (
    Drawing,
    Map,
    Picture,
    Subject,
    by_score,
    draw_row,
    last_intermediates,
)
from bot.runtime.engine import Engine
from core.explain.intermediates import Intermediates
from core.explain.scores import Score
from core.figures.arrays import Greys, Pixels
from core.figures.canvas import Point
from core.figures.heatmaps import (
    Colormap,
    diverging,
    draw_cell_lines,
    enlarge,
    grey,
    to_uint8,
)
from core.figures.lessons.code import CELL, draw_cells, draw_product, draw_rows, draw_scale
from core.figures.lessons.digits import draw_bars, draw_numbers
from core.figures.lessons.faithfulness import Row, draw_table
from core.figures.lessons.gradcam import draw_alphas, draw_tangent
from core.figures.lessons.layers import draw_layers, draw_maps
from core.figures.lessons.tables import signed

_ALPHA = 0.4
"""The weight of the heatmap's colours in the sum, the tutorial's `alpha`."""

_SIDE = 7 * CELL

Sums = NDArray[np.float32]
"""(28, 28, 3), 0 to 357."""


def _cell(values: NDArray[np.generic]) -> tuple[int, ...]:
    """Return the index of the largest value."""
    return tuple(int(i) for i in np.unravel_index(values.argmax(), values.shape))


def _at(index: tuple[int, ...]) -> str:
    """Write an index as in code, without brackets."""
    return ", ".join(map(str, index))


# --- make_gradcam_heatmap ------------------------------------------------------------------------


def _input(s: Subject, _: None) -> Drawing:
    row, column = _cell(-np.abs(s.image - 0.5))
    fields = {"at": f"0, {row}, {column}, 0", "value": f"{s.image[row, column]:.4f}"}
    return Drawing(draw_numbers(s.image, scaled=True), fields)


def _stack(_: Subject, intermediates: Intermediates) -> Drawing:
    largest = {layer: f"{maps.max():.2f}" for layer, maps in intermediates.features.items()}
    return Drawing(draw_layers(intermediates), largest)


def _outputs(_: Subject, intermediates: Intermediates) -> Drawing:
    maps = intermediates.activations
    at, predicted = _cell(maps), int(intermediates.probabilities.argmax())
    fields = {
        "count": maps.shape[-1],
        "silent": int((maps.sum((0, 1)) == 0).sum()),
        "at": _at((0, *at)),
        "value": f"{maps[at]:.3f}",
        "predicted": predicted,
        "p": _probability(intermediates, predicted),
    }
    return Drawing(draw_maps(intermediates), fields)


def _tape(s: Subject, intermediates: Intermediates) -> Drawing:
    k = int(intermediates.channels_by_contribution[0])
    alpha = float(intermediates.alphas[k])
    fields = {"channel": k, "alpha": signed(alpha, 3), "slope": signed(49 * alpha)}
    return Drawing(
        draw_tangent(intermediates, s.model.get_weights()[4].reshape(49, -1, 10)), fields
    )


def _preds(s: Subject, intermediates: Intermediates) -> Drawing:
    file = draw_bars(s.image, intermediates.probabilities, intermediates.logits, s.label)
    return Drawing(file, {"p": _probability(intermediates, s.target)})


def _probability(intermediates: Intermediates, target: int) -> str:
    """Write a probability as float32 keeps it."""
    return f"{intermediates.probabilities[target]:.7g}"


async def _odds_data(engine: Engine, s: Subject) -> tuple[Intermediates, Mapping[Score, Map]]:
    return await last_intermediates(engine, s), await by_score(engine, s)


def _odds(s: Subject, data: tuple[Intermediates, Mapping[Score, Map]]) -> Drawing:
    intermediates, maps = data
    p = intermediates.probabilities
    rest = float(np.delete(p, s.target).sum())
    fields = {
        "p": _probability(intermediates, s.target),
        "complement": f"{1 - p[s.target]:.3g}",
        "rest": f"{rest:.3g}",
        "score": signed(float(np.log(p[s.target] / rest))),
    }
    scores = (Score.LOG_ODDS, Score.PROBABILITY)
    return draw_row(s, [(score.replace("_", "-"), "", maps[score]) for score in scores], **fields)


def _gradients(s: Subject, intermediates: Intermediates) -> tuple[int, Map]:
    """Return the channel that adds most to the map, and the gradient by its cells, (7, 7)."""
    k = int(intermediates.channels_by_contribution[0])
    dense: NDArray[np.float32] = s.model.get_weights()[4].reshape(7, 7, -1, 10)
    others = np.delete(np.arange(10), s.target)
    p = intermediates.probabilities[others]
    return k, dense[:, :, k, s.target] - dense[:, :, k, others] @ (p / p.sum())


def _grads(s: Subject, intermediates: Intermediates) -> Drawing:
    k, gradients = _gradients(s, intermediates)
    row, column = _cell(np.abs(gradients))
    fields = {
        "channel": k,
        "at": f"0, {row}, {column}, {k}",
        "value": signed(float(gradients[row, column]), 3),
    }
    lines = ("(1, 7, 7, 64)", f"k = {k}", f"▶ {s.target}")
    panel, title = diverging(gradients, _SIDE), f"grads[0, :, :, {k}]"
    file = draw_cells(panel, _rounded(gradients), "+.2f", title, lines, (row, column))
    return Drawing(file, fields)


def _weights(s: Subject, intermediates: Intermediates) -> Drawing:
    k, gradients = _gradients(s, intermediates)
    fields = {
        "layer": intermediates.layer,
        "count": len(intermediates.alphas),
        "positive": int((intermediates.alphas > 0).sum()),
        "channel": k,
        "sum": signed(float(gradients.sum()), 3),
        "value": signed(float(intermediates.alphas[k]), 4),
    }
    return Drawing(draw_alphas(intermediates), fields)


def _product(_: Subject, intermediates: Intermediates) -> Drawing:
    row, column = _cell(intermediates.raw)
    features, weights = intermediates.activations[row, column], intermediates.alphas
    k = int((features * weights).argmax())
    fields = {
        "at": f"{row}, {column}",
        "active": int((features != 0).sum()),
        "channel": k,
        "feature": f"{features[k]:.3f}",
        "weight": signed(float(weights[k]), 3),
        "product": signed(float(features[k] * weights[k]), 3),
        "value": signed(float(intermediates.raw[row, column])),
    }
    return Drawing(draw_product(features, weights, (row, column)), fields)


def _sums(s: Subject, intermediates: Intermediates) -> Drawing:
    cells = intermediates.raw
    row, column = _cell(cells)
    fields = {"at": f"{row}, {column}", "value": signed(float(cells[row, column]))}
    lines = ("(7, 7)", "= tf.squeeze", "   (7, 7, 1)", f"▶ {s.target}")
    panel = diverging(cells, _SIDE)
    file = draw_cells(panel, _rounded(cells), "+.2f", "maps[0] @ column", lines, (row, column))
    return Drawing(file, fields)


def _cut(s: Subject, intermediates: Intermediates) -> Drawing:
    cells = np.maximum(intermediates.raw, 0)
    fields = {
        "negative": int((intermediates.raw < 0).sum()),
        "lowest": signed(float(intermediates.raw.min())),
    }
    lines = ("(7, 7)", f"▶ {s.target}")
    file = draw_cells(diverging(cells, _SIDE), cells, ".2f", "tf.maximum(heatmap, 0)", lines)
    return Drawing(file, fields)


def _ratio(s: Subject, intermediates: Intermediates) -> Drawing:
    heatmap, positive = intermediates.heatmap, np.maximum(intermediates.raw, 0)
    second = _second(heatmap)
    fields = {
        "largest": f"{positive.max():.4g}",
        "at": _at(second),
        "before": f"{positive[second]:.4g}",
        "value": f"{heatmap[second]:.3f}",
    }
    panel = _coloured(Colormap.VIRIDIS.table[to_uint8(heatmap)])
    title, lines = f"heatmap ÷ {positive.max():.2f}", ("(7, 7)", f"▶ {s.target}")
    return Drawing(draw_cells(panel, heatmap, ".2f", title, lines, second), fields)


def _second(heatmap: Map) -> Point:
    """Return the row and the column of the second largest cell."""
    return divmod(int(heatmap.argsort(axis=None)[-2]), len(heatmap))


def _coloured(cells: Pixels) -> Pixels:
    """Enlarge (7, 7, 3) colours to cells that can hold a number."""
    panel = enlarge(cells, _SIDE)
    draw_cell_lines(panel, cells.shape[:2])
    return panel


def _rounded(values: Map) -> Map:
    """Round to two decimals; what rounds to -0 is 0."""
    rounded: Map = np.round(values, 2) + 0
    return rounded


# --- display_gradcam_with_img --------------------------------------------------------------------


def _levels(s: Subject) -> Greys:
    """Return the rows of the colour table that the map asks for, (7, 7)."""
    return to_uint8(s.map_in(s.explained))


def _jet(s: Subject, colormap: Colormap = Colormap.JET) -> Pixels:
    """Return the coloured map, resized to the digit."""
    colours = Image.fromarray(colormap.table[_levels(s)])
    return np.asarray(colours.resize((28, 28)))


def _sum(s: Subject, colormap: Colormap = Colormap.JET) -> Sums:
    """Add the colours to the digit, unclipped."""
    added = _ALPHA * _jet(s, colormap).astype(np.float32)
    return np.round(added + to_uint8(s.image)[..., np.newaxis])


def _clipped(sums: Sums) -> Pixels:
    return np.clip(sums, 0, 255).astype(np.uint8)


def _rgb(colour: NDArray[np.generic]) -> str:
    return f"({', '.join(map(str, colour.tolist()))})"


def _quantised(s: Subject, _: None) -> Drawing:
    heatmap, levels = s.map_in(s.explained), _levels(s)
    at = _second(heatmap)
    fields = {
        "at": _at(at),
        "before": f"{heatmap[at]:.4f}",
        "exact": f"{255 * heatmap[at]:.1f}",
        "value": int(levels[at]),
    }
    panel, lines = _coloured(np.repeat(levels[..., np.newaxis], 3, -1)), ("(7, 7)", "uint8")
    return Drawing(draw_cells(panel, levels, "d", "round(255 · heatmap)", lines, at), fields)


def _table(s: Subject, _: None) -> Drawing:
    levels = _levels(s)
    level = int(levels[_second(s.map_in(s.explained))])
    fields = {
        "level": level,
        "colour": _rgb(Colormap.JET.table[level]),
        "count": len(np.unique(levels)),
    }
    return Drawing(draw_rows(Colormap.JET.table, levels, level), fields)


def _lookup(s: Subject, _: None) -> Drawing:
    levels, at = _levels(s), _second(s.map_in(s.explained))
    colours = Colormap.JET.table[levels]
    fields = {"at": _at(at), "level": int(levels[at]), "colour": _rgb(colours[at])}
    lines = ("(7, 7, 3)", "uint8", "R, G, B")
    return Drawing(draw_cells(_coloured(colours), levels, "d", "table[levels]", lines, at), fields)


def _resized(s: Subject, _: None) -> Drawing:
    jet = _jet(s)
    panels = [partial(enlarge, Colormap.JET.table[_levels(s)]), partial(enlarge, jet)]
    row = Row(("resize", "(28, 28)"), panels, ["(7, 7, 3)", "(28, 28, 3)"])
    return Drawing(draw_table(["colours", "big"], [row], s.target), {"colour": _rgb(jet[14, 14])})


def _brightest(s: Subject) -> Point:
    """Return the row and the column of the brightest pixel of the digit."""
    return divmod(int(s.image.argmax()), 28)


def _blended(s: Subject, _: None) -> Drawing:
    at, jet = _brightest(s), _jet(s)
    fields = {
        "at": _at(at),
        "colour": _rgb(jet[at]),
        "grey": int(to_uint8(s.image)[at]),
        "value": _rgb(_sum(s)[at].astype(int)),
    }
    panels = [
        partial(grey, s.image),
        partial(enlarge, _clipped(_ALPHA * jet.astype(np.float32))),
        partial(enlarge, _clipped(_sum(s))),
    ]
    row = Row(("mixed", f"alpha = {_ALPHA}"), panels, ["(28, 28, 1)", *["(28, 28, 3)"] * 2])
    columns = ["img", "big · alpha", "mixed"]
    return Drawing(draw_table(columns, [row], s.target), fields)


def _wrapped(s: Subject, _: None) -> Drawing:
    sums = _sum(s)
    largest = int(sums.max())
    fields = {
        "count": int((sums > 255).sum()),
        "largest": largest,
        "value": largest % 256,
    }
    wrapped = (sums.astype(np.int64) % 256).astype(np.uint8)
    panels = [partial(enlarge, wrapped), partial(enlarge, _clipped(sums))]
    below = [f"{largest} → {largest % 256}", f"{largest} → {min(largest, 255)}"]
    row = Row(("uint8", "0 – 255"), panels, below)
    return Drawing(draw_table(["mixed % 256", "np.clip"], [row], s.target), fields)


def _veil(s: Subject, _: None) -> Drawing:
    maps = (Colormap.JET, Colormap.VIRIDIS)
    added = [np.round(_ALPHA * each.table[0].astype(np.float32)).astype(int) for each in maps]
    rows = [
        Row(
            (str(colormap), f"[0] · {_ALPHA}", _rgb(colour)),
            [
                partial(draw_scale, colormap.table),
                partial(enlarge, colormap.table[_levels(s)]),
                partial(enlarge, _clipped(_sum(s, colormap))),
            ],
            [""] * 3,
        )
        for colormap, colour in zip(maps, added, strict=True)
    ]
    cold = int((_levels(s) == 0).sum())
    fields = {"cold": cold, "jet": _rgb(added[0]), "viridis": _rgb(added[1])}
    return Drawing(draw_table(["255 … 0", "colours", "+ img"], rows, s.target), fields)


PICTURES: Mapping[str, Picture[Any]] = {
    "code-input": Picture("lesson.alt_scaled", _input, caption="lesson.code_input"),
    "code-layers": Picture(
        "lesson.alt_layers", _stack, last_intermediates, caption="lesson.code_layers"
    ),
    "code-outputs": Picture(
        "lesson.alt_maps", _outputs, last_intermediates, caption="lesson.code_outputs"
    ),
    "code-tape": Picture(
        "lesson.alt_tangent", _tape, last_intermediates, caption="lesson.code_tape"
    ),
    "code-preds": Picture(
        "lesson.alt_bars", _preds, last_intermediates, caption="lesson.code_preds"
    ),
    "code-odds": Picture("lesson.alt_code_odds", _odds, _odds_data, caption="lesson.code_odds"),
    "code-grads": Picture(
        "lesson.alt_code_grads", _grads, last_intermediates, caption="lesson.code_grads"
    ),
    "code-weights": Picture(
        "lesson.alt_alphas", _weights, last_intermediates, caption="lesson.code_weights"
    ),
    "code-product": Picture(
        "lesson.alt_code_product", _product, last_intermediates, caption="lesson.code_product"
    ),
    "code-sums": Picture(
        "lesson.alt_code_sums", _sums, last_intermediates, caption="lesson.code_sums"
    ),
    "code-cut": Picture("lesson.alt_code_cut", _cut, last_intermediates, caption="lesson.code_cut"),
    "code-ratio": Picture(
        "lesson.alt_code_ratio", _ratio, last_intermediates, caption="lesson.code_ratio"
    ),
    "code-levels": Picture("lesson.alt_code_levels", _quantised, caption="lesson.code_levels"),
    "code-table": Picture("lesson.alt_code_table", _table, caption="lesson.code_table"),
    "code-colours": Picture("lesson.alt_code_colours", _lookup, caption="lesson.code_colours"),
    "code-resized": Picture("lesson.alt_code_resized", _resized, caption="lesson.code_resized"),
    "code-sum": Picture("lesson.alt_code_sum", _blended, caption="lesson.code_sum"),
    "code-wrapped": Picture("lesson.alt_code_wrapped", _wrapped, caption="lesson.code_wrapped"),
    "code-veil": Picture("lesson.alt_code_veil", _veil, caption="lesson.code_veil"),
    "colours": Picture("lesson.alt_code_veil", _veil),
}
"""The kinds of pictures, by their names in the files of lessons."""
