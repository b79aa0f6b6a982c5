"""What did the network say?"""

from typing_extensions import override

from bot.explain.query import DEFAULT_LAYER
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import DIGITS, Kind
from bot.quiz.question import Criteria, Figure, QuizQuestion
from core.dataset import test_digit
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
        said = int(pool.predictions[index])
        # The topic stays, so that the answer counts for what was to be asked.
        topic = criteria.topic or str(pool.labels[index])
        return pool.question(self.name, index, said, DEFAULT_LAYER, str(said), topic)

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        image = test_digit(question.digit).image
        return await pool.draw([image], draw_digit, image, question.salt)
