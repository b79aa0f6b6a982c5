"""How far people have come in the course, and what they answered."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.lessons.course import Lesson, Question
from bot.reviews.asking import Item
from bot.reviews.schedule import record_answers
from bot.runtime.clock import Clock, utc_now
from bot.store import Store
from bot.store.models import LessonAnswer, LessonProgress

LESSON = "lesson"
"""The kind of a review item about a lesson's question; its topic is such as `data/0`."""


class ProgressStore:
    """Keeps progress and answers."""

    def __init__(self, store: Store, now: Clock = utc_now) -> None:
        self._store = store
        self._now = now

    async def of(self, user_id: int) -> dict[str, LessonProgress]:
        """Return a learner's progress by lesson, the lesson touched last first."""
        query = (
            select(LessonProgress)
            .where(LessonProgress.user_id == user_id)
            .order_by(LessonProgress.touched_at.desc())
        )
        async with self._store.read() as transaction:
            return {row.lesson: row for row in await transaction.scalars(query)}

    async def visit(self, user_id: int, lesson: Lesson, page: int, digit: int | None) -> None:
        """Remember the page that a learner sees, and their test digit.

        Without a digit they look at their own handwriting, which is not kept: the test digit that
        they had before stays.
        """
        now = self._now()
        seen = {"screen": page, "touched_at": now}
        if digit is not None:
            seen["digit"] = digit
        statement = (
            self._store.insert(LessonProgress)
            .values(**{"digit": 0, **seen}, user_id=user_id, lesson=lesson.name)
            .on_conflict_do_update(index_elements=["user_id", "lesson"], set_=seen)
        )
        async with self._store.begin() as transaction:
            await transaction.execute(statement)
            await _finish(transaction, user_id, lesson, now)

    async def answer(
        self, user_id: int, session_id: int, lesson: Lesson, question: Question, choice: int
    ) -> None:
        """Remember an answer in place of an earlier one; a wrong one is reviewed later.

        The session is 0 for a learner on their own.
        """
        now, right = self._now(), choice == question.right
        key = {
            "user_id": user_id,
            "session_id": session_id,
            "lesson": lesson.name,
            "question": question.number,
        }
        given = {"choice": choice, "right": right, "answered_at": now}
        statement = (
            self._store.insert(LessonAnswer)
            .values(**key, **given)
            .on_conflict_do_update(index_elements=list(key), set_=given)
        )
        item = Item(LESSON, f"{lesson.name}/{question.number}")
        async with self._store.begin() as transaction:
            await transaction.execute(statement)
            await record_answers(self._store, transaction, item, {user_id: right}, now)
            await _finish(transaction, user_id, lesson, now)

    async def choice(self, user_id: int, session_id: int, lesson: str, question: int) -> int | None:
        """Return the option that a learner chose last, or `None`."""
        async with self._store.read() as transaction:
            row = await transaction.get(LessonAnswer, (user_id, session_id, lesson, question))
        return None if row is None else row.choice


async def _finish(transaction: AsyncSession, user_id: int, lesson: Lesson, now: datetime) -> None:
    """Note when a learner has first answered all questions; without any, seen the last page."""
    answered = select(func.count()).where(
        LessonAnswer.user_id == user_id,
        LessonAnswer.session_id == 0,
        LessonAnswer.lesson == lesson.name,
        LessonAnswer.question < len(lesson.questions),
    )
    done = answered.scalar_subquery() == len(lesson.questions)
    if not lesson.questions:
        done = LessonProgress.screen == len(lesson.pages) - 1
    await transaction.execute(
        update(LessonProgress)
        .filter_by(user_id=user_id, lesson=lesson.name, finished_at=None)
        .where(done)
        .values(finished_at=now)
    )
