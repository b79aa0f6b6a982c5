"""What did the network say?"""

from bot.explain.query import DEFAULT_LAYER
from bot.quiz.kinds.base import DIGITS, Kind, of_label, understood
from bot.quiz.question import Picture, Riddle, Wish
from bot.quiz.source import Source
from core.figures.quiz import draw_digit


class SaidKind(Kind):
    """What did the network say? One of its mistakes; the more surely it was made, the easier."""

    name = "said"
    choices = DIGITS

    async def riddle(self, source: Source, wish: Wish) -> Riddle:
        """See `Kind.riddle`."""
        mistakes = ~understood(source)
        of_topic = mistakes & of_label(source, wish.topic)
        (index,) = source.pick(of_topic if of_topic.any() else mistakes, wish)
        said, label = int(source.predictions[index]), int(source.labels[index])
        return Riddle(
            self.name, index, label, said, DEFAULT_LAYER, str(said), str(label), source.salt()
        )

    async def question(self, source: Source, riddle: Riddle) -> Picture:
        """See `Kind.question`."""
        image = source.image(riddle.digit)
        return Picture(await source.draw(draw_digit, image, riddle.salt), ())
