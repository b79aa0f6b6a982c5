"""Real reason or random?"""

from dataclasses import replace

from bot.explain.query import DEFAULT_LAYER
from bot.quiz.kinds.base import Kind, of_label, understood, with_heat
from bot.quiz.question import Picture, Riddle, Wish
from bot.quiz.source import Source
from core.explain.regions import strongest_regions
from core.figures.quiz import draw_pair


class RealKind(Kind):
    """Real reason or random? The trained network's map beside that of one with random weights."""

    name = "real"
    choices = ("a", "b")

    async def riddle(self, source: Source, wish: Wish) -> Riddle:
        """See `Kind.riddle`."""
        among = understood(source) & of_label(source, wish.topic)
        index, explained = await with_heat(source, among, wish)
        digit, answer = explained.prediction, source.chance.choice(self.choices)
        return Riddle(
            self.name, index, digit, digit, DEFAULT_LAYER, answer, str(digit), source.salt()
        )

    async def question(self, source: Source, riddle: Riddle) -> Picture:
        """See `Kind.question`."""
        return await self._drawn(source, riddle, None)

    async def answer(self, source: Source, riddle: Riddle) -> Picture:
        """See `Kind.answer`."""
        picture = await self._drawn(source, riddle, self.choices.index(riddle.answer))
        (explained,) = await source.explain_all([riddle.digit])
        return replace(picture, probabilities=explained.probabilities)

    async def _drawn(self, source: Source, riddle: Riddle, right: int | None) -> Picture:
        (true,), (random,) = (
            await source.explain_all([riddle.digit]),
            await source.untrained([riddle.digit]),
        )
        maps = [explained.heatmaps[riddle.layer][riddle.target] for explained in (true, random)]
        if riddle.answer == "b":
            maps.reverse()
        file = await source.draw(draw_pair, source.image(riddle.digit), maps, riddle.salt, right)
        return Picture(file, tuple(strongest_regions(each) for each in maps))
