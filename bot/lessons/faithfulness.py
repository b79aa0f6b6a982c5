"""The pictures of the lesson about whether Grad-CAM is faithful to the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from bot.lessons.picture import (
    LAST_LAYER,
    NETWORK,
    Drawing,
    Map,
    Picture,
    Subject,
    draw_row,
)
from bot.runtime.engine import Engine
from core.explain.explainer import Explainer
from core.explain.explanation import Explanation
from core.explain.global_average import with_global_average
from core.explain.methods import METHODS
from core.explain.scores import Score
from core.faithfulness.agreement import rank_correlation
from core.faithfulness.deletion import (
    RANDOM_ORDERS,
    DeletionTest,
    hottest_first,
    random_orders,
    remove,
)
from core.faithfulness.randomisation import randomise_from_top
from core.figures.heatmaps import diverging, grey, heatmap_cells
from core.figures.lessons.faithfulness import Row, draw_removed, draw_sum, draw_table
from core.figures.lessons.heatmaps import correlation
from core.figures.lessons.tables import signed
from core.figures.probabilities import format_percent

_COMPARED = ("gradcam", "hirescam")
_CHECKED = ("gradcam", "gradcam++")

_Explanations = tuple[Explanation, ...]
"""Of one digit at the last layer, one by each method."""


def _titles(methods: Sequence[str]) -> list[str]:
    return [METHODS[method].title for method in methods]


def _explain(
    explainer: Explainer, s: Subject, methods: Sequence[str], score: Score = Score.LOG_ODDS
) -> _Explanations:
    images = s.image[np.newaxis]
    return tuple(explainer.explain(images, LAST_LAYER, s.target, m, score) for m in methods)


async def _compared(engine: Engine, s: Subject) -> _Explanations:
    return await engine.run_network(
        _explain, engine.explainers[NETWORK], s, _COMPARED, s.view.score
    )


def _apart(s: Subject, explanations: _Explanations) -> Drawing:
    maps: list[Map] = [each.heatmaps[0] for each in explanations]
    cells = [_hottest(heatmap) for heatmap in maps]
    alike = _likeness(correlation(*maps), maps)
    names = _titles(_COMPARED)
    panels = list(zip(names, ("", f"r = {alike}"), maps, strict=True))
    fields = {
        "first": cells[0],
        "relation": "=" if cells[0] == cells[1] else "≠",
        "second": cells[1],
        "likeness": alike,
    }
    return draw_row(s, panels, **fields)


def _hottest(heatmap: Map) -> str:
    """Return the row and the column of the brightest cell, from 1; a dash for an empty map."""
    row, column = divmod(int(heatmap.argmax()), len(heatmap))
    return f"({row + 1}, {column + 1})" if heatmap.any() else "–"


def _likeness(value: float, maps: Sequence[Map]) -> str:
    """Write a correlation of maps; a dash if one of them is empty."""
    return signed(value) if all(heatmap.any() for heatmap in maps) else "–"


async def _exact(engine: Engine, s: Subject) -> tuple[NDArray[np.float32], float]:
    """Compute HiResCAM's cells by logit, (7, 7), and the bias of the logit."""
    explainer = engine.explainers[NETWORK]
    (exact,) = await engine.run_network(_explain, explainer, s, ["hirescam"], Score.LOGIT)
    return exact.raw[0], float(explainer.closed_form.bias[s.target])


def _sum(s: Subject, exact: tuple[NDArray[np.float32], float]) -> Drawing:
    cells, bias = exact
    fields = {
        "positive": int((cells > 0).sum()),
        "negative": int((cells < 0).sum()),
        "total": signed(float(cells.sum())),
        "bias": signed(bias),
        "logit": signed(float(cells.sum()) + bias),
    }
    return Drawing(draw_sum(s.image, cells, bias, s.target), fields)


@dataclass(frozen=True, eq=False, slots=True)
class _Head:
    """A digit by one network: its logit, its prediction, and the maps of both methods by logit."""

    name: str
    logits: NDArray[np.float32]
    bias: float
    explanations: _Explanations


# Compiling takes long: not on the thread for which all others wait, and once only.
@lru_cache(maxsize=1)
def _averaged(explainer: Explainer) -> Explainer:
    """Return the network with a global average in place of `Flatten`."""
    return Explainer(with_global_average(explainer.model))


@lru_cache(maxsize=1)
def _randomised(explainer: Explainer) -> Explainer:
    """Return the network with random weights in its last layer."""
    _, model = next(randomise_from_top(explainer.model))
    return Explainer(model)


async def _heads(engine: Engine, s: Subject) -> list[_Head]:
    flat = engine.explainers[NETWORK]
    average = await engine.run_drawing(_averaged, flat)

    def explain(name: str, explainer: Explainer) -> _Head:
        (logits,) = explainer.logits(s.image[np.newaxis])
        bias = float(explainer.closed_form.bias[s.target])
        return _Head(name, logits, bias, _explain(explainer, s, _COMPARED, Score.LOGIT))

    return [
        await engine.run_network(explain, name, explainer)
        for name, explainer in (("Flatten", flat), ("GAP", average))
    ]


def _replaced(s: Subject, heads: list[_Head]) -> Drawing:
    rows, fields = [], dict[str, object]()
    for head in heads:
        predicted, logit = int(head.logits.argmax()), float(head.logits[s.target])
        confidence = format_percent(softmax(head.logits)[predicted])
        sums = [float(each.raw.sum()) + head.bias for each in head.explanations]
        below = [
            f"Σ + b = {signed(total, 1)} {'=' if abs(total - logit) < 0.001 else '≠'} z"
            for total in sums
        ]
        lines = (head.name, f"z({s.target}) = {signed(logit, 1)}", f"ŷ = {predicted}", confidence)
        panels = [partial(diverging, e.raw[0]) for e in head.explanations]
        rows.append(Row(lines, panels, below))
        key = head.name.lower()
        fields |= {
            f"{key}_logit": signed(logit, 1),
            f"{key}_digit": predicted,
            f"{key}_confidence": confidence,
            f"{key}_gradcam": signed(sums[0], 1),
            f"{key}_hirescam": signed(sums[1], 1),
        }
    return Drawing(draw_table(_titles(_COMPARED), rows, s.target), fields)


async def _deleted(engine: Engine, s: Subject) -> list[tuple[Map, DeletionTest]]:
    """Run the deletion test on the map of each method."""
    explained = await engine.run_network(_explain, engine.explainers[NETWORK], s, _COMPARED)
    maps: list[Map] = [each.heatmaps[0] for each in explained]
    n = len(maps)
    tests = await engine.test_heatmaps([s.image] * n, NETWORK, maps, [s.target] * n)
    return list(zip(maps, tests, strict=True))


def _deletion(s: Subject, tests: list[tuple[Map, DeletionTest]]) -> Drawing:
    orders = [*(hottest_first(heatmap, s.image) for heatmap, _ in tests)]
    orders += random_orders(s.image, 1)
    rests = [remove(s.image, order) for order in orders]
    before, random = tests[0][1].before, tests[0][1].random
    left = [format_percent(p) for p in (*(test.after for _, test in tests), random)]
    rows = [
        Row(
            ("x", f"p({s.target})", format_percent(before)),
            [partial(draw_removed, s.image, rest) for rest in rests],
            [""] * len(rests),
        ),
        Row(("x − 20%", f"p({s.target})"), [partial(grey, rest) for rest in rests], left),
    ]
    columns = [*_titles(_COMPARED), f"random × {RANDOM_ORDERS}"]
    fields = {
        "before": format_percent(before),
        **dict(zip(("gradcam", "hirescam", "random"), left, strict=True)),
    }
    return Drawing(draw_table(columns, rows, s.target), fields)


async def _checked(engine: Engine, s: Subject) -> list[_Explanations]:
    """Explain by the trained network, and by the same with random weights in its last layer."""
    trained = engine.explainers[NETWORK]
    random = await engine.run_drawing(_randomised, trained)
    return [await engine.run_network(_explain, each, s, _CHECKED) for each in (trained, random)]


def _sanity(s: Subject, explanations: list[_Explanations]) -> Drawing:
    maps = [(one.heatmaps[0], other.heatmaps[0]) for one, other in zip(*explanations, strict=True)]
    ranks = [_likeness(rank_correlation(*each, s.image), each) for each in maps]
    names, belows = (("trained",), ("random", "dense")), (["", ""], [f"ρ = {r}" for r in ranks])
    rows = [
        Row(
            (*name, f"ŷ = {each[0].predictions[0]}"),
            [partial(heatmap_cells, e.heatmaps[0]) for e in each],
            below,
        )
        for name, each, below in zip(names, explanations, belows, strict=True)
    ]
    fields = {
        "gradcam": ranks[0],
        "plus": ranks[1],
        "random": int(explanations[1][0].predictions[0]),
    }
    return Drawing(draw_table(_titles(_CHECKED), rows, s.target), fields)


PICTURES: Mapping[str, Picture[Any]] = {
    "apart": Picture("lesson.alt_apart", _apart, _compared, caption="lesson.apart"),
    "sum": Picture("lesson.alt_sum", _sum, _exact, caption="lesson.sum"),
    "average": Picture("lesson.alt_average", _replaced, _heads, caption="lesson.average"),
    "deletion": Picture("lesson.alt_deletion", _deletion, _deleted, caption="lesson.deletion"),
    "sanity": Picture("lesson.alt_sanity", _sanity, _checked, caption="lesson.sanity"),
}
"""The kinds of pictures, by their names in the files of lessons."""
