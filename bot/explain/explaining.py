"""From a query about a digit to a result with its pictures."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from bot.explain.overlay import draw_overlay
from bot.explain.query import DEFAULT_METHOD, NO_DIGIT, Query
from bot.explain.results import (
    Answer,
    DigitResult,
    Explained,
    NoDigitResult,
    PictureResult,
    Prediction,
    ReadingSteps,
    Records,
    Rejection,
    RejectionSteps,
    Shapes,
    line_positions,
)
from bot.i18n import Typed
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from bot.runtime.networks import Network
from core.dataset import test_digit
from core.digit import Digit
from core.explain.explanation import ExplanationSet
from core.explain.methods import METHODS
from core.explain.regions import strongest_regions
from core.explain.scores import Score
from core.faithfulness.deletion import DeletionTest
from core.figures.card import Card, draw_card
from core.figures.heatmaps import Colormap
from core.figures.rejection import draw_rejection
from core.figures.steps import draw_steps
from core.figures.upright import upright
from core.uploads import Reading
from core.uploads.best_candidate import BestCandidate

_CACHED = 256  # digits of 50 KB each, as many heatmaps of 3 KB, and refused shapes of 3 KB

_K = TypeVar("_K")
_V = TypeVar("_V")
_Map = NDArray[np.float32]  # (h, w), in [-1, 1] if it is signed, else in [0, 1]


class Explaining:
    """Answers queries; caches the maps of the digits it was asked about last."""

    def __init__(self, engine: Engine, records: Mapping[Network, Records]) -> None:
        self._engine = engine
        self.records = records
        self._cache: LRUCache[tuple[bytes, Network, Score], ExplanationSet] = LRUCache(_CACHED)
        self._heatmaps: LRUCache[tuple[object, ...], _Map] = LRUCache(_CACHED)
        self._refused: LRUCache[bytes, BestCandidate | None] = LRUCache(_CACHED)

    @property
    def layers(self) -> Shapes:
        """The layers that can be explained, the same in both networks."""
        return self._engine.explainers[Network.TUTORIAL].shapes

    def check(self, query: Query) -> None:
        """Check a query before anything is computed.

        Raises:
            UserError: If there is no such layer or method, or the method does not fit the classes.
        """
        if query.layer not in self.layers:
            layers = ", ".join(self.layers)
            raise UserError("explain.no_layer", layer=Typed(query.layer), layers=layers)
        if query.method not in METHODS:
            methods = ", ".join(METHODS)
            raise UserError("explain.no_method", method=Typed(query.method), methods=methods)
        method = METHODS[query.method]
        if query.against is not None and not method.class_specific:
            fitting = ", ".join(each.title for each in METHODS.values() if each.class_specific)
            raise UserError("explain.no_class", method=method.title, methods=fitting)
        if query.against is not None and query.against == query.target:
            raise UserError("explain.same_class", target=query.target)

    async def answer(self, query: Query, reading: Reading | None = None) -> Answer:
        """Answer a query about a test digit, or about an upload.

        Raises:
            UserError: If the query cannot be answered.
        """
        self.check(query)
        if query.index is not None:
            return await self._explain_digit(query, test_digit(query.index))
        if reading is None:
            raise ValueError("the query is about an upload, and none is given")
        if not reading.digits:
            return await self._explain_refused(query, reading)
        shown, position = tuple(range(len(reading.digits))), query.position
        if query.line is not None and query.line in reading.lines:
            shown = line_positions(reading, query.line)
        if len(shown) == 1:
            (position,) = shown
            query = query if query.line is None else query.at_position(position)
        if position is None or position >= len(reading.digits):
            return await self._explain_several(query, reading, shown)
        label = None if query.correction == NO_DIGIT else query.correction
        digit = replace(reading.digits[position], label=label)
        return await self._explain_digit(query, digit, position, reading)

    async def explain(self, query: Query, digit: Digit) -> Explained:
        """Explain a digit to show it beside other explanations.

        Raises:
            UserError: If the query cannot be answered.
        """
        self.check(query)
        (explained,) = await self._explained((digit,), query.network, query.score)
        (heatmap,) = await self._maps((digit,), query, (explained,))
        (test,) = await self._tests((digit,), query, (explained,), (heatmap,))
        return Explained(
            query=query,
            prediction=Prediction(explained.probabilities),
            target=_target(query, explained),
            heatmap=heatmap,
            test=test,
            record=self.records[query.network].get((query.method, query.layer_read)),
            weights=self._weights(query.network),
        )

    async def steps(self, query: Query, reading: Reading) -> ReadingSteps | RejectionSteps:
        """Show how a digit of an upload was read, or why there is none.

        The digit is the first one if the query names none.

        Raises:
            UserError: If the picture no longer has this digit.
        """
        if not reading.digits:
            return await self._rejection_steps(reading)
        position = query.position or 0
        if position >= len(reading.digits):
            raise UserError("explain.gone")
        digit = reading.digits[position]
        explanations = await self._explained((digit,), query.network, query.score)
        (heatmap,) = await self._maps((digit,), query, explanations)
        target, heatmap = _target(query, explanations[0]), np.maximum(heatmap, 0)
        strip = await self._engine.run_drawing(
            _draw_steps, reading, position, heatmap, query.colours
        )
        regions = strongest_regions(heatmap)
        layer = query.layer_read
        return ReadingSteps(reading, position, target, layer, regions, strip)

    async def best_candidate(self, reading: Reading) -> BestCandidate | None:
        """Find the shape of a refused picture that is most likely to be a digit.

        There is none in a picture without strokes.
        """
        key = sha256(reading.picture.file).digest()
        if key not in self._refused:
            self._refused[key] = await self._engine.best_candidate(reading)
        return self._refused[key]

    async def _rejection_steps(self, reading: Reading) -> RejectionSteps:
        shape = await self.best_candidate(reading)
        strip = await self._engine.run_drawing(draw_rejection, reading.picture, reading.ink, shape)
        return RejectionSteps(reading, shape, strip)

    async def _explain_refused(self, query: Query, reading: Reading) -> DigitResult | NoDigitResult:
        """Refuse a picture; if its uploader names a digit, explain the most likely shape."""
        weights = self._weights(Network.UPLOADS)
        shape = await self.best_candidate(reading)
        if shape is None or query.correction in {None, NO_DIGIT}:
            return NoDigitResult(query, reading, weights, shape)
        shown = replace(reading, digits=(shape.digit,), lines=(0,))
        return await self._explain_digit(query, shape.digit, 0, shown, Rejection(shape, weights))

    async def _explain_digit(
        self,
        query: Query,
        digit: Digit,
        position: int = 0,
        reading: Reading | None = None,
        rejection: Rejection | None = None,
    ) -> DigitResult:
        """Explain a test digit, or one digit of a picture."""
        digits = (digit,) if reading is None else reading.digits
        explanations, others = await self._explained_by_both(digits, query)
        explained = explanations[position]
        target = _target(query, explained)
        self.check(replace(query, target=target))
        (heatmap,) = await self._maps((digit,), query, (explained,))
        method = METHODS[query.method]
        card = Card(
            image=digit.image,
            heatmap=heatmap,
            probabilities=explained.probabilities,
            target=target if method.class_specific else None,
            layer=query.layer_read,
            method=method.title,
            label=digit.label,
            colormap=Colormap.DIVERGING if query.signed else query.colours,
            against=query.against,
        )
        refused = rejection is not None
        drawn, overlay, (test,) = await asyncio.gather(
            self._engine.run_drawing(draw_card, card),
            self._overlay(query, reading, explanations, {position: heatmap}, refused=refused),
            self._tests((digit,), query, (explained,), (heatmap,)),
        )
        by_gradcam = query.method == DEFAULT_METHOD and query.against is None
        return DigitResult(
            query=query,
            digit=digit,
            predictions=_predictions(explanations),
            other_predictions=_predictions(others),
            target=target,
            heatmap=heatmap,
            regions=strongest_regions(np.maximum(heatmap, 0)),
            layers_with_evidence=tuple(
                n for n, m in explained.heatmaps.items() if by_gradcam and m[target].any()
            ),
            test=test,
            layers=self.layers,
            records=self.records[query.network],
            weights=self._weights(query.network),
            card=drawn,
            reading=reading,
            position=position,
            overlay=overlay,
            rejection=rejection,
        )

    async def _explain_several(
        self, query: Query, reading: Reading, positions: Sequence[int]
    ) -> PictureResult:
        """Explain some digits of a picture, each by its own prediction or by the target."""
        explanations, others = await self._explained_by_both(reading.digits, query)
        digits = [reading.digits[i] for i in positions]
        shown = [explanations[i] for i in positions]
        maps = await self._maps(digits, query, shown)
        overlay, tests = await asyncio.gather(
            self._overlay(query, reading, explanations, dict(zip(positions, maps, strict=True))),
            self._tests(digits, query, shown, maps),
        )
        is_line = len(positions) < len(reading.digits)
        return PictureResult(
            query=query.at_line(query.line if is_line else None),
            reading=reading,
            shown=tuple(positions),
            predictions=_predictions(explanations),
            other_predictions=_predictions(others),
            tests=tests,
            layers=self.layers,
            records=self.records[query.network],
            weights=self._weights(query.network),
            overlay=overlay,
        )

    async def _overlay(
        self,
        query: Query,
        reading: Reading | None,
        explanations: Sequence[ExplanationSet],
        maps: Mapping[int, _Map],
        *,
        refused: bool = False,
    ) -> bytes:
        """Draw the heat of the digits at some positions on their picture, if there is one."""
        if reading is None:
            return b""
        predictions = _predictions(explanations)
        return await self._engine.run_drawing(
            draw_overlay, reading, predictions, maps, query.colours, refused=refused
        )

    def _weights(self, network: Network) -> str:
        return self._engine.explainers[network].weights_hash

    async def _explained_by_both(
        self, digits: Sequence[Digit], query: Query
    ) -> tuple[list[ExplanationSet], list[ExplanationSet]]:
        """Explain digits by the network that is asked, and by the other one."""
        asked, other = await asyncio.gather(
            self._explained(digits, query.network, query.score),
            self._explained(digits, query.network.other, query.score),
        )
        return asked, other

    async def _explained(
        self, digits: Sequence[Digit], network: Network, score: Score
    ) -> list[ExplanationSet]:
        keys = [(digit.image.tobytes(), network, score) for digit in digits]

        async def explain(places: Sequence[int]) -> list[ExplanationSet]:
            images = np.stack([digits[i].image for i in places])
            return await self._engine.explain_all(images, network, score)

        return await _cached(self._cache, keys, explain)

    async def _maps(
        self, digits: Sequence[Digit], query: Query, explanations: Sequence[ExplanationSet]
    ) -> list[_Map]:
        """Explain the target of each digit by the query's method."""
        targets = [_target(query, explained) for explained in explanations]
        if query.method == DEFAULT_METHOD and query.against is None:
            return [
                explained.heatmaps[query.layer][target]
                for explained, target in zip(explanations, targets, strict=True)
            ]
        how = (query.network, query.layer_read, query.method, query.score, query.against)
        keys = [(d.image.tobytes(), t, *how) for d, t in zip(digits, targets, strict=True)]

        async def explain(places: Sequence[int]) -> list[_Map]:
            explanation = await self._engine.explain(
                np.stack([digits[i].image for i in places]),
                query.network,
                query.layer,
                [targets[i] for i in places],
                query.method,
                query.score,
                query.against,
            )
            return [heatmap.copy() for heatmap in explanation.heatmaps]

        return await _cached(self._heatmaps, keys, explain)

    async def _tests(
        self,
        digits: Sequence[Digit],
        query: Query,
        explanations: Sequence[ExplanationSet],
        maps: Sequence[_Map],
    ) -> tuple[DeletionTest | None, ...]:
        """Test the heatmaps that hold evidence for the target."""
        tests: list[DeletionTest | None] = [None] * len(maps)
        tested = [i for i, heatmap in enumerate(maps) if (heatmap > 0).any()]
        results = await self._engine.test_heatmaps(
            [digits[i].image for i in tested],
            query.network,
            [maps[i] for i in tested],
            [_target(query, explanations[i]) for i in tested],
        )
        for i, test in zip(tested, results, strict=True):
            tests[i] = test
        return tuple(tests)


async def _cached(
    cache: LRUCache[_K, _V],
    keys: Sequence[_K],
    compute: Callable[[Sequence[int]], Awaitable[Sequence[_V]]],
) -> list[_V]:
    """Return the cached values of keys; `compute` gets the indices of those not in the cache."""
    known = {key: cache[key] for key in keys if key in cache}
    new = {key: i for i, key in enumerate(keys) if key not in known}
    if new:
        known |= dict(zip(new, await compute(list(new.values())), strict=True))
        cache.update(known)
    return [known[key] for key in keys]


def _draw_steps(reading: Reading, position: int, heatmap: _Map, colours: Colormap) -> bytes:
    shown = upright(reading)
    return draw_steps(shown.picture, shown.ink, shown.digits[position], heatmap, colours)


def _target(query: Query, explained: ExplanationSet) -> int:
    return explained.prediction if query.target is None else query.target


def _predictions(explanations: Sequence[ExplanationSet]) -> tuple[Prediction, ...]:
    return tuple(Prediction(explained.probabilities) for explained in explanations)
