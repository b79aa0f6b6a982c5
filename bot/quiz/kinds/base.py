"""What every kind of round has in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bot.explain.query import DEFAULT_LAYER
from bot.quiz.question import Picture, Riddle, Wish
from bot.quiz.scoring import RIGHT, Mark
from bot.quiz.source import Source
from core.dataset import test_digit
from core.explain.explainer import ExplanationSet
from core.explain.regions import strongest_regions
from core.figures.card import Card, draw_card

DIGITS = tuple(str(digit) for digit in range(10))


class Kind(ABC):
    """A kind of round: how its riddles are made, drawn, answered and marked.

    A new one is a file here, an entry in `KINDS`, and its texts (`bot.quiz.phrases`).
    """

    name: ClassVar[str]
    """How it is chosen and stored, at most 16 characters."""

    choices: ClassVar[tuple[str, ...]]
    """What can be voted for, each at most 16 characters."""

    @abstractmethod
    async def riddle(self, source: Source, wish: Wish) -> Riddle:
        """Make a riddle."""

    @abstractmethod
    async def question(self, source: Source, riddle: Riddle) -> Picture:
        """Draw what is to be guessed from; nothing of it tells the answer."""

    async def answer(self, source: Source, riddle: Riddle) -> Picture:
        """Draw the answer: the card of the digit."""
        (explained,) = await source.explain_all([riddle.digit])
        heatmap = explained.heatmaps[riddle.layer][riddle.target]
        card = Card(
            image=test_digit(riddle.digit).image,
            heatmap=heatmap,
            probabilities=explained.probabilities,
            target=riddle.target,
            layer=riddle.layer,
            score="log_odds",
            label=riddle.label,
        )
        file = await source.draw(draw_card, card)
        return Picture(file, (strongest_regions(heatmap),), explained.probabilities)

    def marks(self, riddle: Riddle) -> Mapping[str, Mark]:
        """Say what each choice is worth."""
        return {
            choice: Mark(choice == riddle.answer, RIGHT if choice == riddle.answer else 0)
            for choice in self.choices
        }


def of_label(source: Source, topic: str | None) -> NDArray[np.bool_]:
    """Choose the digits of a class, or all of them."""
    if topic is None:
        return np.ones(len(source.labels), bool)
    return np.asarray(source.labels == int(topic))


def understood(source: Source) -> NDArray[np.bool_]:
    """Choose the digits that the network reads as they are labelled."""
    return np.asarray(source.predictions == source.labels)


async def with_heat(
    source: Source, among: NDArray[np.bool_], wish: Wish, layer: str = DEFAULT_LAYER
) -> tuple[int, ExplanationSet]:
    """Draw a digit for whose predicted class a layer holds evidence.

    Raises:
        LookupError: of the first hundred that were drawn there is none.
    """
    drawn = source.pick(among, wish, count=100)
    for start in range(0, len(drawn), 10):
        some = drawn[start : start + 10]
        for index, explained in zip(some, await source.explain_all(some), strict=True):
            if explained.heatmaps[layer][explained.prediction].any():
                return index, explained
    raise LookupError(f"no digit has heat at {layer}")
