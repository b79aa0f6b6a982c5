"""Which layer?"""

from bot.quiz.kinds.base import Kind, understood, with_heat
from bot.quiz.question import Picture, Riddle, Wish
from bot.quiz.source import Source
from core.explain.closed_form import SPATIAL_LAYERS
from core.explain.regions import strongest_regions
from core.figures.quiz import draw_overlay


class LayerKind(Kind):
    """Which layer is this the heat of? How coarse it is tells."""

    name = "layer"
    choices = SPATIAL_LAYERS

    async def riddle(self, source: Source, wish: Wish) -> Riddle:
        """See `Kind.riddle`."""
        layer = wish.topic or source.chance.choice(SPATIAL_LAYERS)
        index, explained = await with_heat(source, understood(source), wish, layer)
        digit = explained.prediction
        return Riddle(self.name, index, digit, digit, layer, layer, layer, source.salt())

    async def question(self, source: Source, riddle: Riddle) -> Picture:
        """See `Kind.question`."""
        (explained,) = await source.explain_all([riddle.digit])
        heatmap = explained.heatmaps[riddle.layer][riddle.target]
        image = source.image(riddle.digit)
        file = await source.draw(draw_overlay, image, heatmap, riddle.salt)
        return Picture(file, (strongest_regions(heatmap),))
