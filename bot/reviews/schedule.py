"""Spaced repetition in Leitner's boxes.

A wrong answer puts an item into the first box: it is due after a day. Each right answer puts it
into the next box: it is due after 3, 7, 14, then 30 days. After one more it is learned, and
removed. A right answer before an item is due changes nothing.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.reviews.asking import Item, ReviewStatus
from bot.runtime.clock import Clock, utc_now
from bot.store import Store
from bot.store.models import Participant, Person, ReviewItem, Round, Vote

WAITS = tuple(dt.timedelta(days=days) for days in (1, 3, 7, 14, 30))
"""How long an item stays in each of Leitner's boxes; `ReviewItem.step` is the number of the box."""


class Reviews:
    """Knows which questions are due."""

    def __init__(
        self,
        store: Store,
        group_kinds: Collection[str],
        private_kinds: Collection[str] = (),
        now: Clock = utc_now,
    ) -> None:
        """Look in a store; `private_kinds` of question are never asked in a group."""
        self._store = store
        self._group_kinds = tuple(group_kinds)
        self._kinds = (*group_kinds, *private_kinds)
        self._now = now

    async def next_due(self, user_id: int) -> Item | None:
        """Return the item of one person that has been due for longest."""
        return await self._first(
            select(ReviewItem.kind, ReviewItem.topic)
            .where(ReviewItem.user_id == user_id, ReviewItem.kind.in_(self._kinds))
            .order_by(ReviewItem.due_at, ReviewItem.kind, ReviewItem.topic)
        )

    async def status(self, user_id: int) -> ReviewStatus:
        """Count the items of one person."""
        statement = select(ReviewItem.due_at).where(
            ReviewItem.user_id == user_id, ReviewItem.kind.in_(self._kinds)
        )
        async with self._store.read() as transaction:
            moments = (await transaction.scalars(statement)).all()
            person = await transaction.get(Person, user_id)
        later = sorted(moment for moment in moments if moment > self._now())
        return ReviewStatus(
            len(moments) - len(later),
            len(later),
            later[0] if later else None,
            person is not None and person.reviews_in_groups,
        )

    async def next_due_in_group(self, server_id: int, session_id: int | None = None) -> Item | None:
        """Return the item that is due for most of the people in a group who share their mistakes.

        Args:
            server_id: the group is everyone who has voted in it.
            session_id: the group is its participants instead.
        """
        group = (
            select(Vote.user_id).join(Round).where(Round.server_id == server_id)
            if session_id is None
            else select(Participant.user_id).where(Participant.session_id == session_id)
        )
        return await self._first(
            select(ReviewItem.kind, ReviewItem.topic)
            .join(Person, Person.user_id == ReviewItem.user_id)
            .where(
                Person.reviews_in_groups.is_(True),
                ReviewItem.kind.in_(self._group_kinds),
                ReviewItem.user_id.in_(group),
            )
            .group_by(ReviewItem.kind, ReviewItem.topic)
            .order_by(func.count().desc(), func.min(ReviewItem.due_at), ReviewItem.kind)
        )

    async def _first(self, items: Select[str, str]) -> Item | None:
        """Return the first of some items that is due."""
        due = items.where(ReviewItem.due_at <= self._now()).limit(1)
        async with self._store.read() as transaction:
            found = (await transaction.execute(due)).first()
        return None if found is None else Item(*found)

    async def drop(self, user_id: int, item: Item) -> None:
        """Remove an item, such as one about a question that its lesson no longer has."""
        async with self._store.begin() as transaction:
            await transaction.execute(
                delete(ReviewItem).filter_by(user_id=user_id, kind=item.kind, topic=item.topic)
            )

    async def share(self, user_id: int, *, in_groups: bool) -> None:
        """Let a person's items come back in rounds of a group, or not."""
        choice = {"reviews_in_groups": in_groups}
        async with self._store.begin() as transaction:
            await transaction.execute(
                self._store.insert(Person)
                .values(user_id=user_id, on_scoreboards=True, **choice)
                .on_conflict_do_update(index_elements=["user_id"], set_=choice)
            )


async def record_answers(
    store: Store,
    transaction: AsyncSession,
    item: Item,
    right: Mapping[int, bool],
    now: dt.datetime,
) -> None:
    """Move an item between the boxes of everyone who answered, within a transaction.

    Args:
        store: the store that the transaction is of.
        transaction: in which the answers are recorded.
        item: what the question was about.
        right: whether each user was right, by id.
        now: the time.
    """
    about = {"kind": item.kind, "topic": item.topic}
    # Always in the same order, so that no two transactions deadlock.
    wrong = sorted(user_id for user_id, was_right in right.items() if not was_right)
    if wrong:
        again = {"step": 0, "due_at": now + WAITS[0]}
        rows = [{"user_id": user_id, **about, **again} for user_id in wrong]
        await transaction.execute(
            store.insert(ReviewItem)
            .values(rows)
            .on_conflict_do_update(index_elements=["user_id", "kind", "topic"], set_=again)
        )
    known = await transaction.scalars(
        select(ReviewItem)
        .filter_by(**about)
        .where(ReviewItem.user_id.in_(right.keys() - set(wrong)), ReviewItem.due_at <= now)
        .order_by(ReviewItem.user_id)
        .with_for_update()
    )
    for row in known:
        row.step += 1
        if row.step == len(WAITS):
            await transaction.delete(row)
        else:
            row.due_at = now + WAITS[row.step]
