"""What comes back: who got something wrong is asked its like again, after ever longer waits.

Leitner's boxes: wrong, and it comes back tomorrow; right, and it takes 3, 7, 14, then 30 days;
right once more, and it is learned. What is answered rightly before its time has come changes
nothing.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import Store
from bot.store.models import Participant, Person, ReviewItem, Round, Vote

LESSON = "lesson"
"""The kind of a lesson's question; its topic is the lesson's name and the question's number."""

WAITS = tuple(dt.timedelta(days=days) for days in (1, 3, 7, 14, 30))


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be asked again.

    Attributes:
        kind: of question.
        topic: what it is about.
    """

    kind: str
    topic: str


@dataclass(frozen=True, slots=True)
class Box:
    """What of one person waits to come back.

    Attributes:
        due: how many can be asked now.
        later: how many cannot yet.
        next_at: when the next one can; `None`: there are none that wait.
        in_groups: whether theirs may come back as a group's round.
    """

    due: int
    later: int
    next_at: dt.datetime | None
    in_groups: bool


class Reviews:
    """Finds what is due."""

    def __init__(
        self,
        store: Store,
        kinds: Collection[str],
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """Look in a store.

        Args:
            store: where they are kept.
            kinds: of rounds; of oneself, lessons' questions are asked again too.
            now: the time, with its zone.
        """
        self._store = store
        self._rounds, self._own = tuple(kinds), (*kinds, LESSON)
        self._now = now

    async def due(self, user_id: int) -> Due | None:
        """Find what one person is to be asked, what has waited longest first."""
        async with self._store.begin() as session:
            found = (
                await session.execute(
                    select(ReviewItem.kind, ReviewItem.topic)
                    .where(
                        ReviewItem.user_id == user_id,
                        ReviewItem.kind.in_(self._own),
                        ReviewItem.due_at <= self._now(),
                    )
                    .order_by(ReviewItem.due_at, ReviewItem.kind, ReviewItem.topic)
                    .limit(1)
                )
            ).first()
        return None if found is None else Due(*found)

    async def box(self, user_id: int) -> Box:
        """Count what waits for one person."""
        async with self._store.begin() as session:
            moments = list(
                await session.scalars(
                    select(ReviewItem.due_at)
                    .where(ReviewItem.user_id == user_id, ReviewItem.kind.in_(self._own))
                    .order_by(ReviewItem.due_at)
                )
            )
            person = await session.get(Person, user_id)
        now = self._now()
        later = [moment for moment in moments if moment > now]
        return Box(
            len(moments) - len(later),
            len(later),
            later[0] if later else None,
            person is not None and person.reviews_in_groups,
        )

    async def of_group(self, server_id: int, session_id: int | None = None) -> Due | None:
        """Find what most of a group are to be asked, of those who let theirs come back there.

        Args:
            server_id: of whom have voted here.
            session_id: of whom take part in it; `None`: all of the server.
        """
        group = (
            select(Vote.user_id).join(Round).where(Round.server_id == server_id)
            if session_id is None
            else select(Participant.user_id).where(Participant.session_id == session_id)
        )
        statement = (
            select(ReviewItem.kind, ReviewItem.topic)
            .join(Person, Person.user_id == ReviewItem.user_id)
            .where(
                Person.reviews_in_groups.is_(True),
                ReviewItem.kind.in_(self._rounds),
                ReviewItem.due_at <= self._now(),
                ReviewItem.user_id.in_(group),
            )
            .group_by(ReviewItem.kind, ReviewItem.topic)
            .order_by(func.count().desc(), func.min(ReviewItem.due_at), ReviewItem.kind)
            .limit(1)
        )
        async with self._store.begin() as session:
            found = (await session.execute(statement)).first()
        return None if found is None else Due(*found)

    async def drop(self, user_id: int, question: Due) -> None:
        """Ask something no more, such as a question that its lesson no longer has."""
        async with self._store.begin() as session:
            await session.execute(
                delete(ReviewItem).filter_by(
                    user_id=user_id, kind=question.kind, topic=question.topic
                )
            )

    async def share(self, user_id: int, *, in_groups: bool) -> None:
        """Let what somebody got wrong come back as a group's round, or not."""
        wish = {"reviews_in_groups": in_groups}
        async with self._store.begin() as session:
            await session.execute(
                self._store.insert(Person)
                .values(user_id=user_id, on_scoreboards=True, **wish)
                .on_conflict_do_update(index_elements=["user_id"], set_=wish)
            )


async def learn(
    store: Store,
    session: AsyncSession,
    question: Due,
    right: Mapping[int, bool],
    now: dt.datetime,
) -> None:
    """Take in how a question was answered, within a transaction.

    Args:
        store: of the transaction.
        session: the transaction.
        question: its kind and topic.
        right: who was right, by user id.
        now: the time.
    """
    about = {"kind": question.kind, "topic": question.topic}
    # In one order everywhere, so that no two transactions wait for each other.
    wrong = sorted(user_id for user_id, was_right in right.items() if not was_right)
    if wrong:
        again = {"step": 0, "due_at": now + WAITS[0]}
        rows = [{"user_id": user_id, **about, **again} for user_id in wrong]
        await session.execute(
            store.insert(ReviewItem)
            .values(rows)
            .on_conflict_do_update(index_elements=["user_id", "kind", "topic"], set_=again)
        )
    known = await session.scalars(
        select(ReviewItem)
        .filter_by(**about)
        .where(ReviewItem.user_id.in_(right.keys() - set(wrong)), ReviewItem.due_at <= now)
        .order_by(ReviewItem.user_id)
        .with_for_update()
    )
    for item in known:
        item.step += 1
        if item.step == len(WAITS):
            await session.delete(item)
        else:
            item.due_at = now + WAITS[item.step]
