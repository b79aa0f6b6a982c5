"""From a query about a digit to a result with its pictures."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np
from cachetools import LRUCache

from bot.explain.query import NO_DIGIT, Query
from bot.explain.results import (
    DigitResult,
    NoDigitResult,
    PictureResult,
    Prediction,
    ReadingSteps,
    Rejection,
    RejectionSteps,
    Result,
    Shapes,
    marked,
)
from bot.i18n import Typed
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from bot.runtime.networks import Network
from core.dataset import test_digit
from core.digit import Digit
from core.explain.explanation import ExplanationSet
from core.explain.regions import strongest_regions
from core.explain.scores import Score
from core.figures.card import Card, draw_card
from core.figures.photo import draw_photo
from core.figures.rejection import RejectedCandidate, draw_rejection
from core.figures.steps import draw_steps
from core.uploads import Reading
from core.uploads.best_candidate import BestCandidate

_CACHED = 256  # digits of 50 KB each, and as many refused shapes of 3 KB


class Explaining:
    """Answers queries; caches the maps of the digits it was asked about last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cache: LRUCache[tuple[bytes, Network, Score], ExplanationSet] = LRUCache(_CACHED)
        self._refused: LRUCache[bytes, BestCandidate | None] = LRUCache(_CACHED)

    @property
    def layers(self) -> Shapes:
        """The layers that can be explained, the same in both networks."""
        return self._engine.explainers[Network.TUTORIAL].shapes

    def check(self, query: Query) -> None:
        """Check a query before anything is computed.

        Raises:
            UserError: If the networks have no such layer.
        """
        if query.layer not in self.layers:
            layers = ", ".join(self.layers)
            raise UserError("explain.no_layer", layer=Typed(query.layer), layers=layers)

    async def answer(self, query: Query, reading: Reading | None = None, person: int = 0) -> Result:
        """Answer a query about a test digit, or about an upload for which a person waits.

        Raises:
            UserError: If the query cannot be answered.
        """
        self.check(query)
        if query.index is not None:
            return await self._explain_digit(query, test_digit(query.index))
        if reading is None:
            raise ValueError("the query is about an upload, and none is given")
        if not reading.digits:
            return await self._explain_refused(query, reading, person)
        position = 0 if len(reading.digits) == 1 else query.position
        if position is None or position >= len(reading.digits):
            return await self._explain_all(query, reading)
        label = None if query.correction == NO_DIGIT else query.correction
        digit = replace(reading.digits[position], label=label)
        return await self._explain_digit(query, digit, position, reading)

    async def steps(
        self, query: Query, reading: Reading, person: int
    ) -> ReadingSteps | RejectionSteps:
        """Show a person who waits how a digit of an upload was read, or why there is none.

        The digit is the first one if the query names none.

        Raises:
            UserError: If the picture no longer has this digit.
        """
        if not reading.digits:
            return await self._rejection_steps(reading, person)
        position = query.position or 0
        if position >= len(reading.digits):
            raise UserError("explain.gone")
        digit = reading.digits[position]
        (explained,) = await self._explained((digit,), query.network, query.score)
        target = _target(query, explained)
        heatmap = explained.heatmaps[query.layer][target]
        strip = await self._engine.picture(
            draw_steps, reading.picture, reading.ink, digit, heatmap, query.colours
        )
        regions = strongest_regions(heatmap)
        return ReadingSteps(reading, position, target, query.layer, regions, strip)

    async def _rejection_steps(self, reading: Reading, person: int) -> RejectionSteps:
        found, shape = await self._best_candidate(reading, person), None
        if found is not None:
            (explained,) = await self._explained((found.digit,), Network.UPLOADS, Score.LOG_ODDS)
            least = self._engine.min_objectness
            shape = RejectedCandidate(found.digit, explained.prediction, found.objectness, least)
        strip = await self._engine.picture(draw_rejection, reading.picture, reading.ink, shape)
        return RejectionSteps(reading, shape, strip)

    async def _explain_refused(
        self, query: Query, reading: Reading, person: int
    ) -> DigitResult | NoDigitResult:
        """Refuse a picture; if its uploader names a digit, explain the likeliest shape."""
        weights = self._weights(Network.UPLOADS)
        named = query.correction is not None and query.correction != NO_DIGIT
        shape = await self._best_candidate(reading, person) if named else None
        if shape is None:
            return NoDigitResult(query, reading, weights)
        rejection = Rejection(shape.objectness, self._engine.min_objectness, weights)
        shown = replace(reading, digits=(shape.digit,))
        return await self._explain_digit(query, shape.digit, 0, shown, rejection)

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
        heatmap = explained.heatmaps[query.layer][target]
        card = Card(
            image=digit.image,
            heatmap=heatmap,
            probabilities=explained.probabilities,
            target=target,
            layer=query.layer,
            score=query.score,
            label=digit.label,
            colormap=query.colours,
        )
        refused = rejection is not None
        drawn, overlay = await asyncio.gather(
            self._engine.picture(draw_card, card),
            self._overlay(query, reading, explanations, position, refused=refused),
        )
        return DigitResult(
            query=query,
            digit=digit,
            predictions=_predictions(explanations),
            other_predictions=_predictions(others),
            target=target,
            heatmap=heatmap,
            regions=strongest_regions(heatmap),
            layers_with_evidence=tuple(n for n, m in explained.heatmaps.items() if m[target].any()),
            layers=self.layers,
            weights=self._weights(query.network),
            card=drawn,
            reading=reading,
            position=position,
            overlay=overlay,
            rejection=rejection,
        )

    async def _explain_all(self, query: Query, reading: Reading) -> PictureResult:
        """Explain all digits of a picture, each by its own prediction or by the target."""
        explanations, others = await self._explained_by_both(reading.digits, query)
        return PictureResult(
            query=query.at_position(None),
            reading=reading,
            predictions=_predictions(explanations),
            other_predictions=_predictions(others),
            layers=self.layers,
            weights=self._weights(query.network),
            overlay=await self._overlay(query, reading, explanations),
        )

    async def _overlay(
        self,
        query: Query,
        reading: Reading | None,
        explanations: Sequence[ExplanationSet],
        selected: int | None = None,
        *,
        refused: bool = False,
    ) -> bytes:
        """Draw the heat of one digit, or of all, on their picture, if there is one."""
        if reading is None:
            return b""
        marks = [
            marked(
                digit,
                Prediction(explained.probabilities),
                explained.heatmaps[query.layer][_target(query, explained)],
                refused=refused,
            )
            for digit, explained in zip(reading.digits, explanations, strict=True)
        ]
        return await self._engine.picture(
            draw_photo, reading.picture, marks, selected, query.colours
        )

    async def _best_candidate(self, reading: Reading, person: int) -> BestCandidate | None:
        """Find the shape of a refused picture that is likeliest to be a digit."""
        key = sha256(reading.picture.file).digest()
        if key not in self._refused:
            self._refused[key] = await self._engine.best_candidate(reading, person=person)
        return self._refused[key]

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
        known = {key: self._cache[key] for key in keys if key in self._cache}
        new = {key: d.image for key, d in zip(keys, digits, strict=True) if key not in known}
        if new:
            images = np.stack(list(new.values()))
            explanations = await self._engine.explain_all(images, network, score)
            known |= dict(zip(new, explanations, strict=True))
            self._cache.update(known)
        return [known[key] for key in keys]


def _target(query: Query, explained: ExplanationSet) -> int:
    return explained.prediction if query.target is None else query.target


def _predictions(explanations: Sequence[ExplanationSet]) -> tuple[Prediction, ...]:
    return tuple(Prediction(explained.probabilities) for explained in explanations)
