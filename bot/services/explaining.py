"""From a question about a digit to an answer with its pictures."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from cachetools import LRUCache

from bot.engine import Engine
from bot.problems import Refusal
from bot.services.answers import (
    Answer,
    Nothing,
    Opinion,
    Outcome,
    Overview,
    Shapes,
    Spot,
    Steps,
    marked,
)
from bot.services.networks import Network
from bot.services.questions import NO_DIGIT, Question
from core.dataset import test_digit
from core.digit import Digit
from core.explain.explainer import Atlas
from core.explain.regions import strongest_regions
from core.explain.scores import Score
from core.figures.card import Card, draw_card
from core.figures.photo import draw_photo
from core.figures.steps import draw_steps
from core.uploads import Reading

_REMEMBERED = 256  # atlases, 50 KB each


class Explaining:
    """Answers questions; remembers the maps of the digits it was asked about last."""

    def __init__(self, engine: Engine) -> None:
        """Answer with the networks of an engine."""
        self._engine = engine
        self._atlases: LRUCache[tuple[bytes, Network, Score], Atlas] = LRUCache(_REMEMBERED)

    @property
    def layers(self) -> Shapes:
        """The layers that can be asked about, the same in both networks."""
        return self._engine.explainers[Network.TUTORIAL].shapes

    def check(self, question: Question) -> None:
        """Look at a question before anything is computed.

        Raises:
            Refusal: the networks have no such layer.
        """
        if question.layer not in self.layers:
            raise Refusal(
                "explain.no_layer", layer=question.layer[:50], layers=", ".join(self.layers)
            )

    async def answer(self, question: Question, reading: Reading | None = None) -> Outcome:
        """Answer a question.

        Args:
            question: what is asked.
            reading: the uploaded picture, where it is not about a test digit.

        Raises:
            Refusal: it cannot be answered, with what to do.
        """
        self.check(question)
        if question.index is not None:
            digit = test_digit(question.index)
            (atlas,), others = await self._seen((digit,), question)
            return await self._about_one(question, digit, 0, (atlas,), others)
        if reading is None:
            raise ValueError("the question is about an upload, and none is given")
        if not reading.digits:
            return Nothing(question, reading)
        atlases, others = await self._seen(reading.digits, question)
        place = 0 if len(reading.digits) == 1 else question.place
        if place is None or place >= len(reading.digits):
            return await self._about_all(question, reading, atlases, others)
        label = None if question.said == NO_DIGIT else question.said
        digit = replace(reading.digits[place], label=label)
        about, photo = await asyncio.gather(
            self._about_one(question, digit, place, atlases, others),
            self._photo(question, reading, atlases, place),
        )
        return replace(about, spot=Spot(reading, place, photo))

    async def steps(self, question: Question, reading: Reading) -> Steps:
        """Show how a digit was read: the one that is asked about, or else the first.

        Args:
            question: what its message answers.
            reading: the uploaded picture.

        Raises:
            Refusal: it does not have this digit, as it had when it was first read.
        """
        place = question.place or 0
        if place >= len(reading.digits):
            raise Refusal("explain.gone")
        digit = reading.digits[place]
        (atlas,) = await self._atlases_of((digit,), question.network, question.score)
        target = atlas.digit if question.target is None else question.target
        heatmap = atlas.heatmaps[question.layer][target]
        strip = await self._engine.picture(
            draw_steps, reading.picture, reading.ink, digit, heatmap, question.colours
        )
        return Steps(reading, place, target, question.layer, strongest_regions(heatmap), strip)

    async def _about_one(
        self,
        question: Question,
        digit: Digit,
        place: int,
        atlases: Sequence[Atlas],
        others: Sequence[Atlas],
    ) -> Answer:
        """Explain one digit, wherever it stands."""
        atlas = atlases[place]
        target = atlas.digit if question.target is None else question.target
        heatmap = atlas.heatmaps[question.layer][target]
        card = Card(
            image=digit.image,
            heatmap=heatmap,
            probabilities=atlas.probabilities,
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
            opinions=_opinions(atlases),
            others=_opinions(others),
            target=target,
            heatmap=heatmap,
            regions=strongest_regions(heatmap),
            elsewhere=tuple(n for n, maps in atlas.heatmaps.items() if maps[target].any()),
            layers=self.layers,
            weights=self.weights(question.network),
            card=await self._engine.picture(draw_card, card),
        )

    async def _about_all(
        self,
        question: Question,
        reading: Reading,
        atlases: Sequence[Atlas],
        others: Sequence[Atlas],
    ) -> Overview:
        """Explain all digits of a picture, each by the class that it was read as."""
        return Overview(
            question=question.enter(None),
            reading=reading,
            opinions=_opinions(atlases),
            others=_opinions(others),
            layers=self.layers,
            weights=self.weights(question.network),
            photo=await self._photo(question, reading, atlases, None),
        )

    async def _photo(
        self, question: Question, reading: Reading, atlases: Sequence[Atlas], selected: int | None
    ) -> bytes:
        """Draw the maps on the picture: of the class asked about, and else of the predicted one."""
        marks = []
        for place, (digit, atlas) in enumerate(zip(reading.digits, atlases, strict=True)):
            asked = question.target if place == selected else None
            heatmap = atlas.heatmaps[question.layer][atlas.digit if asked is None else asked]
            marks.append(marked(digit, Opinion(atlas.probabilities), heatmap))
        return await self._engine.picture(
            draw_photo, reading.picture, marks, selected, question.colours
        )

    def weights(self, network: Network) -> str:
        """Name the weights of a network."""
        return self._engine.explainers[network].weights_hash

    async def _seen(
        self, digits: Sequence[Digit], question: Question
    ) -> tuple[list[Atlas], list[Atlas]]:
        """Have both networks look, that which is asked and the other."""
        asked, other = await asyncio.gather(
            self._atlases_of(digits, question.network, question.score),
            self._atlases_of(digits, question.network.other, question.score),
        )
        return asked, other

    async def _atlases_of(
        self, digits: Sequence[Digit], network: Network, score: Score
    ) -> list[Atlas]:
        keys = [(digit.image.tobytes(), network, score) for digit in digits]
        known = {key: self._atlases[key] for key in keys if key in self._atlases}
        new = [(key, d) for key, d in zip(keys, digits, strict=True) if key not in known]
        if new:
            images = np.stack([digit.image for _, digit in new])
            atlases = await self._engine.atlases(images, network, score)
            known |= {key: atlas for (key, _), atlas in zip(new, atlases, strict=True)}
            self._atlases.update(known)
        return [known[key] for key in keys]


def _opinions(atlases: Sequence[Atlas]) -> tuple[Opinion, ...]:
    return tuple(Opinion(atlas.probabilities) for atlas in atlases)
