"""Whose heat is this?"""

from typing_extensions import override

from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import DIGITS, Kind
from bot.quiz.question import Criteria, Difficulty, Figure, QuizQuestion
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
        label = explained.prediction
        return pool.question(self.name, index, label, layer, str(label), str(label))

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        (explained,) = await pool.explain_all([question.digit])
        heatmap = explained.heatmaps[question.layer][question.target]
        return await pool.draw([heatmap], draw_heatmap, heatmap, question.salt)
