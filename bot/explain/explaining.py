"""From a question about a digit to an answer with its pictures."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np
from cachetools import LRUCache

from bot.explain.answers import (
    Answer,
    Doubt,
    Nothing,
    Opinion,
    Outcome,
    Overview,
    RefusalSteps,
    Shapes,
    Spot,
    Steps,
    marked,
)
from bot.explain.questions import NO_DIGIT, Question
from bot.i18n import Typed
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from bot.runtime.networks import Network
from core.dataset import test_digit
from core.digit import Digit
from core.explain.explainer import ExplanationSet
from core.explain.regions import strongest_regions
from core.explain.scores import Score
from core.figures.card import Card, draw_card
from core.figures.photo import draw_photo
from core.figures.refusal import Refused, draw_refusal
from core.figures.steps import draw_steps
from core.uploads import Reading
from core.uploads.best_candidate import BestCandidate

_REMEMBERED = 256  # explanation sets, 50 KB each
_REFUSED = 256  # shapes that were refused, 3 KB each


class Explaining:
    """Answers questions; remembers the maps of the digits it was asked about last."""

    def __init__(self, engine: Engine) -> None:
        """Answer with the networks of an engine."""
        self._engine = engine
        self._explanations: LRUCache[tuple[bytes, Network, Score], ExplanationSet] = LRUCache(
            _REMEMBERED
        )
        self._refused: LRUCache[bytes, BestCandidate | None] = LRUCache(_REFUSED)

    @property
    def layers(self) -> Shapes:
        """The layers that can be asked about, the same in both networks."""
        return self._engine.explainers[Network.TUTORIAL].shapes

    def check(self, question: Question) -> None:
        """Look at a question before anything is computed.

        Raises:
            UserError: the networks have no such layer.
        """
        if question.layer not in self.layers:
            raise UserError(
                "explain.no_layer", layer=Typed(question.layer), layers=", ".join(self.layers)
            )

    async def answer(self, question: Question, reading: Reading | None = None) -> Outcome:
        """Answer a question.

        Args:
            question: what is asked.
            reading: the uploaded picture, where it is not about a test digit.

        Raises:
            UserError: it cannot be answered, with what to do.
        """
        self.check(question)
        if question.index is not None:
            digit = test_digit(question.index)
            (explained,), others = await self._seen((digit,), question)
            return await self._about_one(question, digit, 0, (explained,), others)
        if reading is None:
            raise ValueError("the question is about an upload, and none is given")
        if not reading.digits:
            return await self._about_none(question, reading)
        return await self._about_upload(question, reading)

    async def steps(self, question: Question, reading: Reading) -> Steps | RefusalSteps:
        """Show how a digit was read: the one that is asked about, or else the first.

        Args:
            question: what its message answers.
            reading: the uploaded picture; where it has no digit, it is shown why.

        Raises:
            UserError: it does not have this digit, as it had when it was first read.
        """
        if not reading.digits:
            return await self._refusal_steps(reading)
        place = question.place or 0
        if place >= len(reading.digits):
            raise UserError("explain.gone")
        digit = reading.digits[place]
        (explained,) = await self._explanations_of((digit,), question.network, question.score)
        target = explained.prediction if question.target is None else question.target
        heatmap = explained.heatmaps[question.layer][target]
        strip = await self._engine.picture(
            draw_steps, reading.picture, reading.ink, digit, heatmap, question.colours
        )
        return Steps(reading, place, target, question.layer, strongest_regions(heatmap), strip)

    async def _refusal_steps(self, reading: Reading) -> RefusalSteps:
        found, shape = await self._best_candidate(reading), None
        if found is not None:
            (explained,) = await self._explanations_of(
                (found.digit,), Network.UPLOADS, Score.LOG_ODDS
            )
            needed = self._engine.min_objectness
            shape = Refused(found.digit, explained.prediction, found.objectness, needed)
        strip = await self._engine.picture(draw_refusal, reading.picture, reading.ink, shape)
        return RefusalSteps(reading, shape, strip)

    async def _about_none(self, question: Question, reading: Reading) -> Answer | Nothing:
        """Refuse a picture; explain what in it is likeliest to be the digit its uploader names."""
        weights = self.weights(Network.UPLOADS)
        named = question.said is not None and question.said != NO_DIGIT
        shape = await self._best_candidate(reading) if named else None
        if shape is None:
            return Nothing(question, reading, weights)
        shown = replace(reading, digits=(shape.digit,))
        explanations, others = await self._seen(shown.digits, question)
        doubt = Doubt(shape.objectness, self._engine.min_objectness, weights)
        return await self._about_spot(question, shown, 0, explanations, others, doubt)

    async def _about_upload(self, question: Question, reading: Reading) -> Answer | Overview:
        """Explain the digit of a picture that is asked about, or all of them."""
        explanations, others = await self._seen(reading.digits, question)
        place = 0 if len(reading.digits) == 1 else question.place
        if place is None or place >= len(reading.digits):
            return await self._about_all(question, reading, explanations, others)
        return await self._about_spot(question, reading, place, explanations, others, None)

    async def _about_spot(
        self,
        question: Question,
        reading: Reading,
        place: int,
        explanations: Sequence[ExplanationSet],
        others: Sequence[ExplanationSet],
        doubt: Doubt | None,
    ) -> Answer:
        """Explain one digit of a picture, on the picture too."""
        label = None if question.said == NO_DIGIT or doubt is not None else question.said
        digit = replace(reading.digits[place], label=label)
        about, photo = await asyncio.gather(
            self._about_one(question, digit, place, explanations, others),
            self._photo(question, reading, explanations, place, refused=doubt is not None),
        )
        return replace(about, spot=Spot(reading, place, photo), doubt=doubt)

    async def _about_one(
        self,
        question: Question,
        digit: Digit,
        place: int,
        explanations: Sequence[ExplanationSet],
        others: Sequence[ExplanationSet],
    ) -> Answer:
        """Explain one digit, wherever it stands."""
        explained = explanations[place]
        target = explained.prediction if question.target is None else question.target
        heatmap = explained.heatmaps[question.layer][target]
        card = Card(
            image=digit.image,
            heatmap=heatmap,
            probabilities=explained.probabilities,
            target=target,
            layer=question.layer,
            score=question.score,
            label=digit.label,
            colours=question.colours,
        )
        return Answer(
            question=question,
            digit=digit,
            spot=None,
            opinions=_opinions(explanations),
            others=_opinions(others),
            target=target,
            heatmap=heatmap,
            regions=strongest_regions(heatmap),
            elsewhere=tuple(n for n, maps in explained.heatmaps.items() if maps[target].any()),
            layers=self.layers,
            weights=self.weights(question.network),
            card=await self._engine.picture(draw_card, card),
        )

    async def _about_all(
        self,
        question: Question,
        reading: Reading,
        explanations: Sequence[ExplanationSet],
        others: Sequence[ExplanationSet],
    ) -> Overview:
        """Explain all digits of a picture, each by the class asked about or that it was read as."""
        return Overview(
            question=question.enter(None),
            reading=reading,
            opinions=_opinions(explanations),
            others=_opinions(others),
            layers=self.layers,
            weights=self.weights(question.network),
            photo=await self._photo(question, reading, explanations, None),
        )

    async def _photo(
        self,
        question: Question,
        reading: Reading,
        explanations: Sequence[ExplanationSet],
        selected: int | None,
        *,
        refused: bool = False,
    ) -> bytes:
        """Draw the maps on the picture: of the class asked about, and else of the predicted one."""
        marks = []
        for digit, explained in zip(reading.digits, explanations, strict=True):
            target = explained.prediction if question.target is None else question.target
            heatmap = explained.heatmaps[question.layer][target]
            marks.append(marked(digit, Opinion(explained.probabilities), heatmap, refused=refused))
        return await self._engine.picture(
            draw_photo, reading.picture, marks, selected, question.colours
        )

    async def _best_candidate(self, reading: Reading) -> BestCandidate | None:
        """Find what comes nearest to a digit in a picture without any, and remember it."""
        key = sha256(reading.picture.file).digest()
        if key not in self._refused:
            self._refused[key] = await self._engine.look_again(reading)
        return self._refused[key]

    def weights(self, network: Network) -> str:
        """Name the weights of a network."""
        return self._engine.explainers[network].weights_hash

    async def _seen(
        self, digits: Sequence[Digit], question: Question
    ) -> tuple[list[ExplanationSet], list[ExplanationSet]]:
        """Have both networks look, that which is asked and the other."""
        asked, other = await asyncio.gather(
            self._explanations_of(digits, question.network, question.score),
            self._explanations_of(digits, question.network.other, question.score),
        )
        return asked, other

    async def _explanations_of(
        self, digits: Sequence[Digit], network: Network, score: Score
    ) -> list[ExplanationSet]:
        keys = [(digit.image.tobytes(), network, score) for digit in digits]
        known = {key: self._explanations[key] for key in keys if key in self._explanations}
        new = [(key, d) for key, d in zip(keys, digits, strict=True) if key not in known]
        if new:
            images = np.stack([digit.image for _, digit in new])
            explanations = await self._engine.explain_all(images, network, score)
            known |= {key: explained for (key, _), explained in zip(new, explanations, strict=True)}
            self._explanations.update(known)
        return [known[key] for key in keys]


def _opinions(explanations: Sequence[ExplanationSet]) -> tuple[Opinion, ...]:
    return tuple(Opinion(explained.probabilities) for explained in explanations)
