"""The kinds of rounds, by name."""

from types import MappingProxyType

from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import Kind
from bot.quiz.kinds.bet import BetKind
from bot.quiz.kinds.heat import HeatKind
from bot.quiz.kinds.layer import LayerKind
from bot.quiz.kinds.real import RealKind
from bot.quiz.kinds.said import SaidKind
from bot.quiz.kinds.true import TrueKind
from bot.quiz.question import Criteria, Figure, QuizQuestion

KINDS: MappingProxyType[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (HeatKind(), SaidKind(), LayerKind(), RealKind(), BetKind(), TrueKind())
    }
)


async def make_question(pool: DigitPool, kind: str | None, criteria: Criteria) -> QuizQuestion:
    """Make a question of a kind, or of any if it is `None`."""
    await pool.measure()
    return await KINDS[kind or pool.random.choice(list(KINDS))].make(pool, criteria)


async def draw_question(pool: DigitPool, question: QuizQuestion) -> Figure:
    """Draw what a question is answered from."""
    return await KINDS[question.kind].draw_question(pool, question)


async def draw_answer(pool: DigitPool, question: QuizQuestion) -> Figure:
    """Draw the answer to a question."""
    return await KINDS[question.kind].draw_answer(pool, question)
