"""Whose heat is this?"""

from collections.abc import Mapping

from typing_extensions import override

from bot.explain.phrases import where
from bot.i18n import Say
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import DIGITS, Kind
from bot.quiz.question import Criteria, Difficulty, Figure, QuizQuestion
from core.explain.regions import strongest_regions
from core.figures.quiz import draw_heatmap

_FINE, _COARSE = "conv2d_1", "max_pooling2d_1"


class HeatKind(Kind):
    """Guess a hidden digit from its heat; hard questions show the coarse map."""

    name = "heat"
    choices = DIGITS
    title = "quiz.heat"
    ask = "quiz.heat.ask"
    because = "quiz.heat.because"
    question_alt = "quiz.alt.heat"

    @override
    async def make(self, pool: DigitPool, criteria: Criteria) -> QuizQuestion:
        layer = _COARSE if criteria.difficulty is Difficulty.HARD else _FINE
        among = pool.recognised() & pool.of_label(criteria.topic)
        index, explained = await pool.pick_with_heat(among, criteria, layer)
        label = str(explained.prediction)
        return QuizQuestion(
            self.name,
            index,
            explained.prediction,
            explained.prediction,
            layer,
            label,
            label,
            pool.salt(),
        )

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        (explained,) = await pool.explain_all([question.digit])
        heatmap = explained.heatmaps[question.layer][question.target]
        file = await pool.draw(draw_heatmap, heatmap, question.salt)
        h, w = heatmap.shape
        return Figure(file, (strongest_regions(heatmap),), (h, w))

    @override
    def question_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        h, w = figure.cells
        return {"layer": question.layer, "h": h, "w": w, "first": where(figure.regions[0], say)}
