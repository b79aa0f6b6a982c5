"""Which layer?"""

from collections.abc import Mapping

from typing_extensions import override

from bot.explain.phrases import where
from bot.i18n import Say
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import Kind
from bot.quiz.question import Criteria, Figure, QuizQuestion
from core.explain.closed_form import SPATIAL_LAYERS
from core.explain.regions import strongest_regions
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
        digit = explained.prediction
        return QuizQuestion(self.name, index, digit, digit, layer, layer, layer, pool.salt())

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        (explained,) = await pool.explain_all([question.digit])
        heatmap = explained.heatmaps[question.layer][question.target]
        file = await pool.draw(draw_overlay, pool.image(question.digit), heatmap, question.salt)
        return Figure(file, (strongest_regions(heatmap),))

    @override
    def choice_label(self, choice: str) -> str:
        return choice

    @override
    def question_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        return {"label": question.label, "first": where(figure.regions[0], say)}
