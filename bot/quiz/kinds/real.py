"""Real reason or random?"""

from collections.abc import Mapping
from dataclasses import replace

from typing_extensions import override

from bot.explain.phrases import where
from bot.explain.query import DEFAULT_LAYER
from bot.i18n import Say
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import Kind
from bot.quiz.question import Criteria, Figure, QuizQuestion
from core.explain.regions import strongest_regions
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
        return QuizQuestion(
            self.name, index, digit, digit, DEFAULT_LAYER, answer, str(digit), pool.salt()
        )

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        return await _draw(pool, question, None)

    @override
    async def draw_answer(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        figure = await _draw(pool, question, self.choices.index(question.answer))
        (explained,) = await pool.explain_all([question.digit])
        return replace(figure, probabilities=explained.probabilities)

    @override
    def question_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        first, second = (where(regions, say) for regions in figure.regions)
        return {"label": question.label, "first": first, "second": second}


async def _draw(pool: DigitPool, question: QuizQuestion, framed: int | None) -> Figure:
    (trained,) = await pool.explain_all([question.digit])
    (untrained,) = await pool.explain_all_untrained([question.digit])
    maps = [
        explained.heatmaps[question.layer][question.target] for explained in (trained, untrained)
    ]
    if question.answer == "b":
        maps.reverse()
    file = await pool.draw(draw_pair, pool.image(question.digit), maps, question.salt, framed)
    return Figure(file, tuple(strongest_regions(each) for each in maps))
