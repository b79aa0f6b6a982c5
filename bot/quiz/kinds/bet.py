"""Where will it look?"""

from collections.abc import Mapping
from itertools import product

import numpy as np

from bot.explain.query import DEFAULT_LAYER
from bot.quiz.kinds.base import DIGITS, Kind, of_label
from bot.quiz.question import Picture, Riddle, Wish
from bot.quiz.scoring import RIGHT, Mark
from bot.quiz.source import Source
from core.explain.regions import region_shares, strongest_regions
from core.figures.quiz import draw_grid, draw_shares

FIELDS = tuple(str(number) for number in range(1, 10))
_HALF = RIGHT // 2
_DRAWN = 24


def bet(digit: str, field: str) -> str:
    """Write down a bet on a digit and on a field, 1 to 9 in reading order."""
    return f"{digit}@{field}"


class BetKind(Kind):
    """Where will it look? One bets on what the network reads, and on the hottest of nine fields."""

    name = "bet"
    choices = tuple(bet(digit, field) for digit, field in product(DIGITS, FIELDS))

    async def riddle(self, source: Source, wish: Wish) -> Riddle:
        """See `Kind.riddle`: the fields are drawn alike, though most heat lies in the middle."""
        drawn = source.pick(of_label(source, wish.topic), wish, count=_DRAWN)
        by_field: dict[int, list[tuple[int, int, tuple[float, ...]]]] = {}
        for index, explained in zip(drawn, await source.explain_all(drawn), strict=True):
            shares = region_shares(explained.heatmaps[DEFAULT_LAYER][explained.prediction])
            if any(shares):
                hottest = int(np.argmax(shares))
                by_field.setdefault(hottest, []).append((index, explained.prediction, shares))
        hottest = source.chance.choice(sorted(by_field))
        index, digit, shares = source.chance.choice(by_field[hottest])
        label = int(source.labels[index])
        return Riddle(
            self.name,
            index,
            label,
            digit,
            DEFAULT_LAYER,
            bet(str(digit), FIELDS[hottest]),
            str(label),
            source.salt(),
            shares,
        )

    async def question(self, source: Source, riddle: Riddle) -> Picture:
        """See `Kind.question`: what it says of the picture is where the ink is."""
        image = source.image(riddle.digit)
        file = await source.draw(draw_grid, image, riddle.salt)
        return Picture(file, (strongest_regions(image),))

    async def answer(self, source: Source, riddle: Riddle) -> Picture:
        """See `Kind.answer`."""
        (explained,) = await source.explain_all([riddle.digit])
        heatmap = explained.heatmaps[riddle.layer][riddle.target]
        image = source.image(riddle.digit)
        file = await source.draw(draw_shares, image, heatmap, riddle.heat, riddle.salt)
        return Picture(file, (strongest_regions(heatmap),), explained.probabilities)

    def marks(self, riddle: Riddle) -> Mapping[str, Mark]:
        """See `Kind.marks`: half for the digit, and half by how much of the heat is in the field.

        A bet is right that has the digit, and a field with half the hottest one's heat or more.
        """
        most = max(riddle.heat)
        marks = {}
        for digit, (field, share) in product(DIGITS, zip(FIELDS, riddle.heat, strict=True)):
            read = digit == str(riddle.target)
            points = _HALF * read + round(_HALF * share / most)
            marks[bet(digit, field)] = Mark(read and 2 * share >= most, points)
        return marks
