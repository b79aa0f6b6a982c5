"""Real reason or random?"""

from dataclasses import replace

from typing_extensions import override

from bot.explain.query import DEFAULT_LAYER
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import Kind
from bot.quiz.question import Criteria, Figure, QuizQuestion
from core.dataset import test_digit
from core.figures.quiz import draw_pair


class RealKind(Kind):
    """Tell the trained network's map from that of the same network with random weights."""

    name = "real"
    choices = ("a", "b")
    title = "quiz.real"
    ask = "quiz.real.ask"
    because = "quiz.real.because"
    question_alt = "quiz.alt.real"
    answer_alt = "quiz.alt.pair"

    @override
    async def make(self, pool: DigitPool, criteria: Criteria) -> QuizQuestion:
        among = pool.recognised() & pool.of_label(criteria.topic)
        index, explained = await pool.pick_with_heat(among, criteria, DEFAULT_LAYER)
        digit, answer = explained.prediction, pool.random.choice(self.choices)
        return pool.question(self.name, index, digit, DEFAULT_LAYER, answer, str(digit))

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        return replace(await self._draw(pool, question, None), probabilities=None)

    @override
    async def draw_answer(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        return await self._draw(pool, question, self.choices.index(question.answer))

    async def _draw(self, pool: DigitPool, question: QuizQuestion, right: int | None) -> Figure:
        (trained,) = await pool.explain_all([question.digit])
        image = test_digit(question.digit).image
        (untrained,) = await pool.engine.explain_all_untrained(image[None])
        maps = [each.heatmaps[question.layer][question.target] for each in (trained, untrained)]
        if question.answer == "b":
            maps.reverse()
        figure = await pool.draw(maps, draw_pair, image, maps, question.salt, right)
        return replace(figure, probabilities=trained.probabilities)
