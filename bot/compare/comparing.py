"""From a digit to its explanations side by side, with their picture."""

from dataclasses import dataclass, replace

import numpy as np

from bot.compare.comparison import Axis, Comparison
from bot.explain.explaining import Explaining
from bot.explain.query import Query
from bot.explain.results import Explained, Records
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from core.dataset import test_digit
from core.digit import Digit
from core.explain.methods import METHODS
from core.faithfulness.agreement import rank_correlation
from core.figures.comparison import Tile, draw_comparison, draw_sheet
from core.figures.heatmaps import Colormap
from core.figures.probabilities import format_percent
from core.uploads import Reading


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """Every method on one digit.

    Attributes:
        query: the digit, its class and the layer, by the default method.
        methods: best first: by the probability that each leaves on average over the test digits,
            or, if that was not measured, here.
        records: what was measured of the network's explanations.
        picture: JPEG.
        reading: the uploaded picture; `None` for a test digit.
    """

    query: Query
    digit: Digit
    methods: tuple[Explained, ...]
    records: Records
    picture: bytes
    reading: Reading | None


@dataclass(frozen=True, eq=False, slots=True)
class Pair:
    """Two explanations of one digit.

    Attributes:
        agreement: rank correlation of the two heatmaps over the ink, -1 to 1.
        same_scale: whether values of both heatmaps can be compared.
        records: what was measured of the first network's explanations.
        picture: JPEG.
        reading: the uploaded picture; `None` for a test digit.
    """

    comparison: Comparison
    digit: Digit
    first: Explained
    second: Explained
    agreement: float
    same_scale: bool
    records: Records
    picture: bytes
    reading: Reading | None


class Comparing:
    """Explains digits in several ways."""

    def __init__(self, engine: Engine, explaining: Explaining) -> None:
        self._engine = engine
        self._explaining = explaining

    async def sheet(self, query: Query, reading: Reading | None) -> Sheet:
        """Explain a digit by every method.

        Raises:
            UserError: If the query cannot be answered.
        """
        digit = _digit(query, reading)
        # One after the other: the first finds the prediction, which the others need too.
        explained = [await self._explaining.explain(query.by_method(m), digit) for m in METHODS]
        methods = tuple(sorted(explained, key=_left))
        caption = format_percent(methods[0].prediction.probabilities[methods[0].target])
        tiles = [_tile(each, METHODS[each.query.method].title) for each in methods]
        picture = await self._engine.run_drawing(draw_sheet, digit.image, caption, tiles)
        records = self._explaining.records[query.network]
        return Sheet(query, digit, methods, records, picture, reading)

    async def pair(self, comparison: Comparison, reading: Reading | None) -> Pair:
        """Explain a digit in two ways.

        Raises:
            UserError: If one of the queries cannot be answered.
        """
        digit = _digit(comparison.first, reading)
        first = await self._explaining.explain(comparison.first, digit)
        ranked = [each for each in first.prediction.ranked if each != first.target]
        second = await self._explaining.explain(comparison.query(ranked[0]), digit)
        same_scale = comparison.axis is Axis.CLASSES
        if same_scale:
            first, second = await self._on_one_scale(first, second, digit)
        signed = first.query.signed or second.query.signed
        tiles = [
            replace(
                _tile(each, _name(comparison.axis, each)),
                colormap=Colormap.DIVERGING if signed else Colormap.VIRIDIS,
                right="",  # the record is of predicted classes, and stands on the sheet
            )
            for each in (first, second)
        ]
        picture = await self._engine.run_drawing(draw_comparison, digit.image, tiles)
        agreement = await self._engine.run_drawing(
            rank_correlation, first.heatmap, second.heatmap, digit.image
        )
        return Pair(
            comparison,
            digit,
            first,
            second,
            agreement,
            same_scale,
            self._explaining.records[first.query.network],
            picture,
            reading,
        )

    async def _on_one_scale(
        self, first: Explained, second: Explained, digit: Digit
    ) -> tuple[Explained, Explained]:
        """Divide the heatmaps of two classes by the same number, the larger of both maxima."""
        query = first.query
        explanation = await self._engine.explain(
            np.stack([digit.image] * 2),
            query.network,
            query.layer,
            [first.target, second.target],
            query.method,
            query.score,
            None,
        )
        raw = explanation.raw if explanation.signed else np.maximum(explanation.raw, 0)
        heatmaps = raw / (np.abs(raw).max() or 1)
        return replace(first, heatmap=heatmaps[0]), replace(second, heatmap=heatmaps[1])


def _digit(query: Query, reading: Reading | None) -> Digit:
    if query.index is not None:
        return test_digit(query.index)
    if reading is None:
        raise ValueError("the query is about an upload, and none is given")
    if not reading.digits:
        raise UserError("compare.no_digit")
    return reading.digits[min(query.position or 0, len(reading.digits) - 1)]


def _left(explained: Explained) -> float:
    """Return the probability that is left without the ink that a method marks most."""
    if explained.record is not None:
        return explained.record.p_left_20
    return 1.0 if explained.test is None else explained.test.after


def _tile(explained: Explained, title: str) -> Tile:
    test, record = explained.test, explained.record
    return Tile(
        title=title,
        heatmap=explained.heatmap,
        colormap=Colormap.DIVERGING if explained.query.signed else Colormap.VIRIDIS,
        left="" if test is None else f"→ {format_percent(test.after)}",
        right="" if record is None else f"{record.beats_random:.0%}",
        warning=record is not None and not record.sane,
    )


def _name(axis: Axis, explained: Explained) -> str:
    """Name one of two explanations, the same in all languages."""
    query = explained.query
    match axis:
        case Axis.CLASSES:
            percent = format_percent(explained.prediction.probabilities[explained.target])
            return f"{explained.target} · {percent}"
        case Axis.METHODS:
            return METHODS[query.method].title
        case Axis.LAYERS:
            return query.layer_read or "input"
        case Axis.NETWORKS:
            return f"{query.network} · {explained.prediction.digit}"
