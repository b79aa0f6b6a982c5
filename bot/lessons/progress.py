"""How far people have come in the course, and what they answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.reviews.asking import Item
from bot.reviews.schedule import record_answers
from bot.runtime.clock import Clock, utc_now
from bot.store import Store
from bot.store.models import LessonAnswer, LessonProgress

LESSON = "lesson"
"""The kind of a review item about a lesson's question; its topic is such as `data/0`."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a learner has come in a lesson.

    Attributes:
        lesson: its name.
        page: the index of the page to go on with.
        digit: index of the test digit that the learner uses.
        finished: whether the last page was ever reached.
        touched_at: when the learner last turned a page.
    """

    lesson: str
    page: int
    digit: int
    finished: bool
    touched_at: datetime


class ProgressStore:
    """Keeps progress and answers."""

    def __init__(self, store: Store, now: Clock = utc_now) -> None:
        self._store = store
        self._now = now

    async def of(self, user_id: int) -> dict[str, Progress]:
        """Return a learner's progress by lesson, the lesson touched last first."""
        query = (
            select(LessonProgress)
            .where(LessonProgress.user_id == user_id)
            .order_by(LessonProgress.touched_at.desc())
        )
        async with self._store.begin() as transaction:
            rows = (await transaction.scalars(query)).all()
        return {
            row.lesson: Progress(
                row.lesson, row.screen, row.digit, row.finished_at is not None, row.touched_at
            )
            for row in rows
        }

    async def visit(
        self, user_id: int, lesson: str, page: int, digit: int | None, *, last: bool
    ) -> None:
        """Remember the page that a learner sees.

        Args:
            user_id: of the learner.
            lesson: its name.
            page: the index of the page.
            digit: index of the learner's test digit; `None` for their own handwriting, which is
                not kept: the test digit that they had before stays.
            last: whether it is the lesson's last page.
        """
        now = self._now()
        seen: dict[str, Any] = {"screen": page, "touched_at": now}
        if digit is not None:
            seen["digit"] = digit
        insert = self._store.insert(LessonProgress).values(
            **{"digit": 0, "finished_at": now if last else None, **seen},
            user_id=user_id,
            lesson=lesson,
        )
        if last:
            seen["finished_at"] = func.coalesce(
                LessonProgress.finished_at, insert.excluded.finished_at
            )
        async with self._store.begin() as transaction:
            await transaction.execute(
                insert.on_conflict_do_update(index_elements=["user_id", "lesson"], set_=seen)
            )

    async def answer(
        self, user_id: int, session_id: int, lesson: str, question: int, choice: int, *, right: bool
    ) -> None:
        """Remember an answer in place of an earlier one; a wrong one is reviewed later.

        Args:
            user_id: of the learner.
            session_id: of the session; 0 for a learner on their own.
            lesson: its name.
            question: the number of the question in the lesson, from 0.
            choice: the index of the option.
            right: whether that is the right one.
        """
        now = self._now()
        given: dict[str, Any] = {"choice": choice, "right": right, "answered_at": now}
        insert = self._store.insert(LessonAnswer).values(
            user_id=user_id, session_id=session_id, lesson=lesson, question=question, **given
        )
        keys = ["user_id", "session_id", "lesson", "question"]
        item = Item(LESSON, f"{lesson}/{question}")
        async with self._store.begin() as transaction:
            await transaction.execute(insert.on_conflict_do_update(index_elements=keys, set_=given))
            await record_answers(self._store, transaction, item, {user_id: right}, now)

    async def choice(self, user_id: int, session_id: int, lesson: str, question: int) -> int | None:
        """Return the option that a learner chose last, or `None`."""
        async with self._store.begin() as transaction:
            row = await transaction.get(LessonAnswer, (user_id, session_id, lesson, question))
        return None if row is None else row.choice
