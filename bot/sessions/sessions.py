"""Sessions in the database: who leads, who takes part, and which page the group looks at.

Discord shows what is written here. A method that changes what it shows enqueues a delivery of the
session in the same transaction; `bot.sessions.publisher` carries it out.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    CursorResult,
    Executable,
    Update,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.runtime.clock import Clock, utc_now
from bot.runtime.errors import UserError
from bot.runtime.outbox import enqueue
from bot.runtime.scheduler import Scheduler
from bot.runtime.shards import ALL_SHARDS, Shards
from bot.store import Store, models
from bot.store.models import DeliveryKind, Participant, Person, Round, Understanding, ViewedDigit

DELIVERED_SERVER = (
    select(models.Session.server_id)
    .where(models.Session.session_id == models.Delivery.subject_id)
    .correlate(models.Delivery)
    .scalar_subquery()
)
"""The id of the server of the session that a delivery is about."""

NOWHERE = 0
"""The id of a message that cannot be sent any more."""

_MAX_LENGTH = dt.timedelta(hours=24)
_GRACE = dt.timedelta(minutes=1)  # a round that is not closed by then will never be


@dataclass(frozen=True, slots=True)
class Session:
    """A session; its columns are described at `bot.store.models.Session`.

    Attributes:
        present: the ids of the participants who may be named, in the order in which they joined.
        unnamed: the number of the other participants.
    """

    session_id: int
    server_id: int
    channel_id: int
    thread_id: int | None
    panel_id: int | None
    host_id: int
    topic: str
    lesson: str | None
    page: int
    revision: int
    step_id: int | None
    language: str | None
    started_at: dt.datetime
    ended_at: dt.datetime | None
    summary_id: int | None
    present: tuple[int, ...]
    unnamed: int

    @property
    def is_open(self) -> bool:
        """Whether the session has not ended."""
        return self.ended_at is None

    @property
    def size(self) -> int:
        """The number of participants."""
        return len(self.present) + self.unnamed


@dataclass(frozen=True, slots=True)
class PageUnderstanding:
    """The votes on whether a page was understood.

    Attributes:
        lesson: the page's lesson.
        page: from 0.
        yes: the number of participants who follow.
        no: the number of participants who are lost.
    """

    lesson: str
    page: int
    yes: int
    no: int


class Sessions:
    """Keeps sessions. As a job of the scheduler it ends those of its shards that were left open."""

    def __init__(
        self,
        store: Store,
        scheduler: Scheduler,
        now: Clock = utc_now,
        shards: Shards = ALL_SHARDS,
    ) -> None:
        """Keep sessions in a store; the scheduler is woken when a delivery is due."""
        self._store = store
        self._scheduler = scheduler
        self._now = now
        self._ours = shards.condition(models.Session.server_id)

    async def start(
        self,
        server_id: int,
        channel_id: int,
        host_id: int,
        topic: str,
        language: str | None = None,
        lesson: str | None = None,
    ) -> Session:
        """Start a session, which its host takes part in.

        Args:
            server_id: the id of the server.
            channel_id: the id of its thread's parent.
            host_id: the id of its host.
            topic: its title.
            language: the language of its public messages; `None` for every language.
            lesson: the lesson to begin with, if any.
        """
        row = models.Session(
            server_id=server_id,
            channel_id=channel_id,
            host_id=host_id,
            topic=topic[:100],
            lesson=lesson,
            page=0,
            revision=0,
            language=language,
            started_at=self._now(),
        )
        async with self._store.begin() as transaction:
            transaction.add(row)
            await transaction.flush()
            await self._join(transaction, row.session_id, host_id)
            return (await _with_participants(transaction, [row]))[0]

    async def discard(self, session_id: int) -> None:
        """Delete a session that has no thread."""
        statement = delete(models.Session).filter_by(session_id=session_id, thread_id=None)
        async with self._store.begin() as transaction:
            await transaction.execute(statement)

    async def get(self, session_id: int) -> Session:
        """Return a session.

        Raises:
            UserError: If there is none with this id.
        """
        found = await self._find(models.Session.session_id == session_id)
        if not found:
            raise UserError("session.gone")
        return found[0]

    async def get_open(self, session_id: int) -> Session:
        """Return a session that has not ended.

        Raises:
            UserError: If it has ended, or there is none with this id.
        """
        session = await self.get(session_id)
        if not session.is_open:
            raise UserError("session.ended")
        return session

    async def in_thread(self, thread_id: int) -> Session | None:
        """Return the session of a thread."""
        return next(iter(await self._find(models.Session.thread_id == thread_id)), None)

    async def open_in_server(self, server_id: int) -> list[Session]:
        """Return a server's open sessions, the oldest first."""
        return await self._find(
            models.Session.server_id == server_id, models.Session.ended_at.is_(None)
        )

    async def join(self, session_id: int, user_id: int) -> bool:
        """Let a user take part, and return whether the session is open: else nothing changes."""
        async with self._store.begin() as transaction:
            is_open = await _is_open(transaction, session_id)
            if is_open:
                await self._join(transaction, session_id, user_id)
        self._scheduler.wake()
        return is_open

    async def leave(self, session_id: int, user_id: int) -> None:
        """Let a user leave."""
        present = {"session_id": session_id, "user_id": user_id, "left_at": None}
        leaving = update(Participant).filter_by(**present).values(left_at=self._now())
        await self._change(session_id, leaving)

    async def go_to(self, session_id: int, revision: int, lesson: str, page: int) -> bool:
        """Show a page of a lesson, from 0, and return whether the group still was at the revision.

        Of several presses on the same message only the first counts: the message holds the
        revision of its time.
        """
        return await self._change(
            session_id,
            _update_open(session_id)
            .where(models.Session.revision == revision)
            .values(lesson=lesson, page=page, revision=revision + 1, step_id=None),
        )

    async def hand_over(self, session_id: int, user_id: int) -> bool:
        """Make a user the host and a participant, and return whether the session is open."""
        async with self._store.begin() as transaction:
            handed = await _changes(transaction, _update_open(session_id).values(host_id=user_id))
            if handed:
                await self._join(transaction, session_id, user_id)
                await self._enqueue(transaction, session_id)
        self._scheduler.wake()
        return handed

    async def end(self, session_id: int) -> bool:
        """End a session, and return whether it was open.

        Raises:
            UserError: If a round is open, whose points would be missing from the summary.
        """
        now = self._now()
        open_round = select(func.max(Round.closes_at)).where(
            Round.session_id == session_id,
            Round.closed_at.is_(None),
            Round.closes_at > now - _GRACE,
        )
        async with self._store.begin() as transaction:
            closes_at: dt.datetime | None = await transaction.scalar(open_round)
            if closes_at is not None and await _is_open(transaction, session_id):
                when = f"<t:{int(closes_at.timestamp()) + 1}:T>"
                raise UserError("session.round_open", when=when)
            ended = await _changes(transaction, _update_open(session_id).values(ended_at=now))
            if ended:
                await self._enqueue(transaction, session_id)
        self._scheduler.wake()
        return ended

    async def lose_thread(self, session_id: int) -> None:
        """End a session whose thread was deleted: there is no place left for its summary."""
        values = {
            "ended_at": func.coalesce(models.Session.ended_at, self._now()),
            "summary_id": func.coalesce(models.Session.summary_id, NOWHERE),
        }
        await self._set(session_id, **values)

    async def vote_understanding(
        self, session_id: int, lesson: str, page: int, user_id: int, *, understood: bool
    ) -> None:
        """Let a participant say whether they follow a page; the last vote counts."""
        key = {"session_id": session_id, "lesson": lesson, "screen": page, "user_id": user_id}
        async with self._store.begin() as transaction:
            await transaction.execute(
                self._store.insert(Understanding)
                .values(**key, follows=understood)
                .on_conflict_do_update(index_elements=list(key), set_={"follows": understood})
            )
            await self._join(transaction, session_id, user_id)
        self._scheduler.wake()

    async def understanding(self, session_id: int) -> list[PageUnderstanding]:
        """Count the votes on each page that has any."""
        statement = (
            select(Understanding.lesson, Understanding.screen, Understanding.follows, func.count())
            .where(Understanding.session_id == session_id)
            .group_by(Understanding.lesson, Understanding.screen, Understanding.follows)
            .order_by(Understanding.lesson, Understanding.screen)
        )
        counts: dict[tuple[str, int], dict[bool, int]] = defaultdict(dict)
        async with self._store.read() as transaction:
            for lesson, page, follows, count in await transaction.execute(statement):
                counts[lesson, page][follows] = count
        return [
            PageUnderstanding(*key, votes.get(True, 0), votes.get(False, 0))
            for key, votes in counts.items()
        ]

    async def view_digit(self, session_id: int, user_id: int, digit: int) -> None:
        """Count that a participant views a test digit, unless the session has ended."""
        async with self._store.begin() as transaction:
            if await _is_open(transaction, session_id):
                await transaction.execute(
                    self._store.insert(ViewedDigit)
                    .values(session_id=session_id, digit=digit, times=1)
                    .on_conflict_do_update(
                        index_elements=["session_id", "digit"],
                        set_={"times": ViewedDigit.times + 1},
                    )
                )
                await self._join(transaction, session_id, user_id)
        self._scheduler.wake()

    async def set_thread(self, session_id: int, thread_id: int) -> None:
        """Record the thread, in which the panel can now be sent."""
        statement = update(models.Session).filter_by(session_id=session_id)
        await self._change(session_id, statement.values(thread_id=thread_id))

    async def set_panel(self, session_id: int, panel_id: int) -> None:
        """Record the message that is the panel."""
        await self._set(session_id, panel_id=panel_id)

    async def set_step(self, session_id: int, revision: int, step_id: int) -> None:
        """Record the message that shows the page of a revision, if the group is still there."""
        await self._set(session_id, models.Session.revision == revision, step_id=step_id)

    async def set_summary(self, session_id: int, summary_id: int) -> None:
        """Record the message that is the summary."""
        await self._set(session_id, summary_id=summary_id)

    async def republish(self, session_id: int) -> None:
        """Bring the messages of a session up to date."""
        async with self._store.begin() as transaction:
            await self._enqueue(transaction, session_id)
        self._scheduler.wake()

    async def republish_all(self) -> None:
        """Bring the messages of all unfinished sessions of these shards up to date.

        A session is unfinished while it is open or has no summary. Called when the bot starts,
        because panels and threads may have been deleted while it was not running.
        """
        unfinished = or_(models.Session.ended_at.is_(None), models.Session.summary_id.is_(None))
        session_ids = select(models.Session.session_id).where(self._ours, unfinished)
        async with self._store.begin() as transaction:
            await self._enqueue(transaction, *await transaction.scalars(session_ids))
        self._scheduler.wake()

    async def next_due(self) -> dt.datetime | None:
        """Return when the oldest open session has been open for 24 hours."""
        oldest = select(func.min(models.Session.started_at)).where(
            self._ours, models.Session.ended_at.is_(None)
        )
        async with self._store.read() as transaction:
            started_at: dt.datetime | None = await transaction.scalar(oldest)
        return started_at and started_at + _MAX_LENGTH

    async def run(self) -> None:
        """End the sessions that have been open for 24 hours, even while a round is open."""
        now = self._now()
        ending = (
            update(models.Session)
            .filter_by(ended_at=None)
            .where(self._ours, models.Session.started_at <= now - _MAX_LENGTH)
            .values(ended_at=now)
            .returning(models.Session.session_id)
        )
        async with self._store.begin() as transaction:
            await self._enqueue(transaction, *await transaction.scalars(ending))
        self._scheduler.wake()

    async def _change(self, session_id: int, statement: Executable) -> bool:
        """Execute a statement, and enqueue a delivery and return true if it changes a row."""
        async with self._store.begin() as transaction:
            changed = await _changes(transaction, statement)
            if changed:
                await self._enqueue(transaction, session_id)
        self._scheduler.wake()
        return changed

    async def _join(self, transaction: AsyncSession, session_id: int, user_id: int) -> None:
        """Let a user take part, and enqueue a delivery if they did not."""
        joining = (
            self._store.insert(Participant)
            .values(session_id=session_id, user_id=user_id, joined_at=self._now())
            .on_conflict_do_update(
                index_elements=["session_id", "user_id"],
                set_={"left_at": None},
                where=Participant.left_at.is_not(None),
            )
        )
        if await _changes(transaction, joining):
            await self._enqueue(transaction, session_id)

    async def _enqueue(self, transaction: AsyncSession, *session_ids: int) -> None:
        """Enqueue deliveries, last and in order: else two transactions could deadlock."""
        for session_id in sorted(session_ids):
            await enqueue(self._store, transaction, DeliveryKind.SESSION, session_id, self._now())

    async def _set(self, session_id: int, *conditions: Any, **values: Any) -> None:  # noqa: ANN401
        """Change columns that alter nothing in what is shown."""
        statement = update(models.Session).filter_by(session_id=session_id).where(*conditions)
        async with self._store.begin() as transaction:
            await transaction.execute(statement.values(**values))

    async def _find(self, *conditions: Any) -> list[Session]:  # noqa: ANN401
        statement = select(models.Session).where(*conditions).order_by(models.Session.session_id)
        async with self._store.read() as transaction:
            rows = (await transaction.scalars(statement)).all()
            return await _with_participants(transaction, rows)


_COLUMNS = [field.name for field in fields(Session) if hasattr(models.Session, field.name)]


def _update_open(session_id: int) -> Update:
    return update(models.Session).filter_by(session_id=session_id, ended_at=None)


async def _changes(transaction: AsyncSession, statement: Executable) -> bool:
    """Execute a statement, and return whether it changes a row."""
    result: CursorResult[Any] = await transaction.execute(statement)  # type: ignore[assignment]
    return result.rowcount > 0


async def _is_open(transaction: AsyncSession, session_id: int) -> bool:
    row = await transaction.get(models.Session, session_id)
    return row is not None and row.ended_at is None


async def _with_participants(
    transaction: AsyncSession, rows: Sequence[models.Session]
) -> list[Session]:
    statement = (
        select(
            Participant.session_id, Participant.user_id, func.coalesce(Person.on_scoreboards, True)
        )
        .outerjoin(Person, Person.user_id == Participant.user_id)
        .where(
            Participant.session_id.in_([row.session_id for row in rows]),
            Participant.left_at.is_(None),
        )
        .order_by(Participant.joined_at, Participant.user_id)
    )
    present: dict[int, list[int]] = defaultdict(list)
    unnamed: dict[int, int] = defaultdict(int)
    for session_id, user_id, named in await transaction.execute(statement):
        if named:
            present[session_id].append(user_id)
        else:
            unnamed[session_id] += 1
    return [
        Session(
            **{name: getattr(row, name) for name in _COLUMNS},
            present=tuple(present[row.session_id]),
            unnamed=unnamed[row.session_id],
        )
        for row in rows
    ]
