"""What did the network say?"""

from collections.abc import Mapping

from typing_extensions import override

from bot.explain.query import DEFAULT_LAYER
from bot.i18n import Say
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import DIGITS, Kind
from bot.quiz.question import Criteria, Figure, QuizQuestion
from core.figures.quiz import draw_digit


class SaidKind(Kind):
    """Guess what the network misread a digit as; the larger the margin, the easier."""

    name = "said"
    choices = DIGITS
    title = "quiz.said"
    ask = "quiz.said.ask"
    because = "quiz.said.because"
    question_alt = "quiz.alt.said"

    @override
    async def make(self, pool: DigitPool, criteria: Criteria) -> QuizQuestion:
        mistakes = ~pool.recognised()
        of_topic = mistakes & pool.of_label(criteria.topic)
        # Some classes were misread once only: another mistake is better than the same digit again.
        among = of_topic if pool.unseen(of_topic, criteria).any() else mistakes
        (index,) = pool.pick(among, criteria)
        said, label = int(pool.predictions[index]), int(pool.labels[index])
        return QuizQuestion(
            self.name,
            index,
            label,
            said,
            DEFAULT_LAYER,
            str(said),
            criteria.topic or str(label),  # so that the answer counts for what was to be asked
            pool.salt(),
        )

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        return Figure(await pool.draw(draw_digit, pool.image(question.digit), question.salt))

    @override
    def question_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        return {"label": question.label}
