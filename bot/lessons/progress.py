"""How far people have come in the course, and what they answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from bot.reviews.schedule import LESSON, Due, learn
from bot.store import Store
from bot.store.models import LessonAnswer, LessonProgress


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one person has come in a lesson.

    Attributes:
        lesson: its name.
        screen: the one to go on with, from 0.
        digit: index of the test digit that they learn with.
        finished: whether the last screen was reached, some time.
        touched_at: when they last went on.
    """

    lesson: str
    screen: int
    digit: int
    finished: bool
    touched_at: datetime


class Learning:
    """Keeps progress and answers."""

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Keep them in a store.

        Args:
            store: where.
            now: the time, UTC.
        """
        self._store = store
        self._now = now

    async def progress(self, user_id: int) -> dict[str, Progress]:
        """How far somebody has come, by lesson, what they touched last first."""
        query = (
            select(LessonProgress)
            .where(LessonProgress.user_id == user_id)
            .order_by(LessonProgress.touched_at.desc())
        )
        async with self._store.begin() as session:
            rows = (await session.scalars(query)).all()
        return {
            row.lesson: Progress(
                row.lesson, row.screen, row.digit, row.finished_at is not None, row.touched_at
            )
            for row in rows
        }

    async def go(
        self, user_id: int, lesson: str, screen: int, digit: int | None, *, last: bool
    ) -> None:
        """Remember where somebody is.

        Args:
            user_id: who.
            lesson: its name.
            screen: the one that they see, from 0.
            digit: index of the test digit that they learn with; `None` for their own handwriting,
                which is not kept: the one that they had before stays.
            last: whether the lesson ends with this screen.
        """
        now = self._now()
        seen: dict[str, Any] = {"screen": screen, "touched_at": now}
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
        async with self._store.begin() as session:
            await session.execute(
                insert.on_conflict_do_update(index_elements=["user_id", "lesson"], set_=seen)
            )

    async def answer(
        self, user_id: int, session_id: int, lesson: str, question: int, choice: int, *, right: bool
    ) -> None:
        """Remember an answer; the last one to a question counts. What is wrong comes back.

        Args:
            user_id: whose.
            session_id: in which session; 0: alone.
            lesson: whose question.
            question: its number in the lesson, from 0.
            choice: the option chosen, from 0.
            right: whether that is right.
        """
        now, again = self._now(), Due(LESSON, f"{lesson}/{question}")
        given: dict[str, Any] = {"choice": choice, "right": right, "answered_at": now}
        insert = self._store.insert(LessonAnswer).values(
            user_id=user_id, session_id=session_id, lesson=lesson, question=question, **given
        )
        keys = ["user_id", "session_id", "lesson", "question"]
        async with self._store.begin() as session:
            await session.execute(insert.on_conflict_do_update(index_elements=keys, set_=given))
            await learn(self._store, session, again, {user_id: right}, now)

    async def choice(self, user_id: int, session_id: int, lesson: str, question: int) -> int | None:
        """What somebody answered to a question; `None`: nothing."""
        async with self._store.begin() as session:
            row = await session.get(LessonAnswer, (user_id, session_id, lesson, question))
        return None if row is None else row.choice
