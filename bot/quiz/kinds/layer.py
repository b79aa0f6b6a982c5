"""Which layer?"""

from typing_extensions import override

from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import Kind
from bot.quiz.question import Criteria, Figure, QuizQuestion
from core.dataset import test_digit
from core.explain.closed_form import SPATIAL_LAYERS
from core.figures.quiz import draw_overlay


class LayerKind(Kind):
    """Guess from how coarse the heat is which layer it comes from."""

    name = "layer"
    choices = SPATIAL_LAYERS
    title = "quiz.layer"
    ask = "quiz.layer.ask"
    because = "quiz.layer.because"
    question_alt = "quiz.alt.layer"

    @override
    async def make(self, pool: DigitPool, criteria: Criteria) -> QuizQuestion:
        layer = criteria.topic or pool.random.choice(SPATIAL_LAYERS)
        index, explained = await pool.pick_with_heat(pool.recognised(), criteria, layer)
        return pool.question(self.name, index, explained.prediction, layer, layer, layer)

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        (explained,) = await pool.explain_all([question.digit])
        heatmap = explained.heatmaps[question.layer][question.target]
        image = test_digit(question.digit).image
        return await pool.draw([heatmap], draw_overlay, image, heatmap, question.salt)

    @override
    def choice_label(self, choice: str) -> str:
        return choice
