"""Whose heat is this?"""

from bot.quiz.kinds.base import DIGITS, Kind, of_label, understood, with_heat
from bot.quiz.question import Difficulty, Picture, Riddle, Wish
from bot.quiz.source import Source
from core.explain.regions import strongest_regions
from core.figures.quiz import draw_heat

_FINE, _COARSE = "conv2d_1", "max_pooling2d_1"


class HeatKind(Kind):
    """Whose heat is this? The digit is hidden; the hard ones have the coarse map alone."""

    name = "heat"
    choices = DIGITS

    async def riddle(self, source: Source, wish: Wish) -> Riddle:
        """See `Kind.riddle`."""
        layer = _COARSE if wish.difficulty is Difficulty.HARD else _FINE
        among = understood(source) & of_label(source, wish.topic)
        index, explained = await with_heat(source, among, wish, layer)
        predicted = explained.prediction
        label = str(predicted)
        return Riddle(
            self.name,
            index,
            explained.prediction,
            explained.prediction,
            layer,
            label,
            label,
            source.salt(),
        )

    async def question(self, source: Source, riddle: Riddle) -> Picture:
        """See `Kind.question`."""
        (explained,) = await source.explain_all([riddle.digit])
        heatmap = explained.heatmaps[riddle.layer][riddle.target]
        file = await source.draw(draw_heat, heatmap, riddle.salt)
        return Picture(file, (strongest_regions(heatmap),))
