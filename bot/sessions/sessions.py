"""Evenings of a group: who leads, who takes part, how far they are.

All of it is in the database, and what Discord shows is drawn from it: whoever changes something
here has the messages brought up to date afterwards, and so has whoever starts the bot.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Update, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.runtime.errors import UserError
from bot.store import Store
from bot.store.models import Following, LookedAt, Participant, Person, Round, Session

NOWHERE = 0
"""In place of the id of a message that could not be sent, and is not tried again."""

_GRACE = dt.timedelta(minutes=1)  # after its deadline a round is closed in this time, or never


@dataclass(frozen=True, slots=True)
class Evening:
    """A session as the database has it; see `bot.store.models.Session`.

    Attributes:
        present: the ids of those who take part and may be named, the first to come first.
        unnamed: how many more take part.
    """

    session_id: int
    server_id: int
    channel_id: int
    thread_id: int | None
    panel_id: int | None
    host_id: int
    topic: str
    lesson: str | None
    screen: int
    moves: int
    step_id: int | None
    language: str | None
    started_at: dt.datetime
    ended_at: dt.datetime | None
    summary_id: int | None
    present: tuple[int, ...]
    unnamed: int

    @property
    def under_way(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Followed:
    """How many could follow a screen.

    Attributes:
        lesson: whose.
        screen: from 0.
        yes: could.
        no: could not.
    """

    lesson: str
    screen: int
    yes: int
    no: int


class Sessions:
    """Keeps the sessions of all servers."""

    def __init__(
        self, store: Store, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        """Keep them in a store.

        Args:
            store: where.
            now: the time, with its zone.
        """
        self._store = store
        self._now = now

    async def start(
        self,
        server_id: int,
        channel_id: int,
        host_id: int,
        topic: str,
        language: str | None = None,
        lesson: str | None = None,
    ) -> Evening:
        """Begin one, which its host takes part in.

        Args:
            server_id: where.
            channel_id: in which the thread is to be.
            host_id: who leads.
            topic: what it is called.
            language: of what is shared; `None`: both.
            lesson: the name of the first lesson, if there is one at once.
        """
        now = self._now()
        row = Session(
            server_id=server_id,
            channel_id=channel_id,
            host_id=host_id,
            topic=topic[:100],
            lesson=lesson,
            screen=0,
            moves=0,
            language=language,
            started_at=now,
        )
        async with self._store.begin() as session:
            session.add(row)
            await session.flush()
            await self._take_part(session, row.session_id, host_id)
            return (await _evenings(session, [row]))[0]

    async def discard(self, session_id: int) -> None:
        """Forget one that never had a thread."""
        async with self._store.begin() as session:
            await session.execute(
                delete(Session).where(Session.session_id == session_id, Session.thread_id.is_(None))
            )

    async def get(self, session_id: int) -> Evening:
        """Look one up.

        Raises:
            UserError: there is none any more.
        """
        found = await self._find(Session.session_id == session_id)
        if not found:
            raise UserError("session.gone")
        return found[0]

    async def under_way_now(self, session_id: int) -> Evening:
        """Look one up in which something is to be done.

        Raises:
            UserError: there is none any more, or it has ended.
        """
        evening = await self.get(session_id)
        if not evening.under_way:
            raise UserError("session.ended")
        return evening

    async def in_thread(self, thread_id: int) -> Evening | None:
        """Look up which one a thread is of."""
        return next(iter(await self._find(Session.thread_id == thread_id)), None)

    async def of_server(self, server_id: int) -> list[Evening]:
        """All that are under way in a server, the oldest first."""
        return await self._find(Session.server_id == server_id, Session.ended_at.is_(None))

    async def unfinished(self) -> list[Evening]:
        """All that are under way, or have ended and were not summed up."""
        return await self._find(or_(Session.ended_at.is_(None), Session.summary_id.is_(None)))

    async def join(self, session_id: int, user_id: int) -> bool:
        """Take part, again or for the first time; tells whether that is new.

        Raises:
            UserError: it has ended, or there is none.
        """
        await self.under_way_now(session_id)
        async with self._store.begin() as session:
            return await self._take_part(session, session_id, user_id)

    async def leave(self, session_id: int, user_id: int) -> bool:
        """Take part no more; tells whether one did."""
        leaving = (
            update(Participant)
            .where(
                Participant.session_id == session_id,
                Participant.user_id == user_id,
                Participant.left_at.is_(None),
            )
            .values(left_at=self._now())
        )
        async with self._store.begin() as session:
            return await _changed(session, leaving)

    async def move(self, session_id: int, moves: int, lesson: str, screen: int) -> bool:
        """Go to a screen, and tell whether that was still what the group was to do.

        Of several presses on the same message the first one counts.

        Args:
            session_id: of the session.
            moves: what `Evening.moves` was for whoever asks.
            lesson: its name.
            screen: of it, from 0.
        """
        moving = (
            update(Session)
            .where(
                Session.session_id == session_id,
                Session.moves == moves,
                Session.ended_at.is_(None),
            )
            .values(lesson=lesson, screen=screen, moves=moves + 1, step_id=None)
        )
        async with self._store.begin() as session:
            return await _changed(session, moving)

    async def hand_over(self, session_id: int, user_id: int) -> bool:
        """Let somebody else lead, who so takes part; tells whether it is still under way."""
        handing = (
            update(Session)
            .where(Session.session_id == session_id, Session.ended_at.is_(None))
            .values(host_id=user_id)
        )
        async with self._store.begin() as session:
            if not await _changed(session, handing):
                return False
            await self._take_part(session, session_id, user_id)
            return True

    async def end(self, session_id: int, *, at_once: bool = False) -> bool:
        """End it; tells whether this is what ended it.

        Args:
            session_id: of the session.
            at_once: also while a round is open, whose points then do not count in the summary.

        Raises:
            UserError: a round is open.
        """
        now = self._now()
        open_round = (
            select(Round.closes_at)
            .where(
                Round.session_id == session_id,
                Round.closed_at.is_(None),
                Round.closes_at > now - _GRACE,
            )
            .order_by(Round.closes_at.desc())
        )
        ending = (
            update(Session)
            .where(Session.session_id == session_id, Session.ended_at.is_(None))
            .values(ended_at=now)
        )
        async with self._store.begin() as session:
            if await _changed(session, ending if at_once else ending.where(~exists(open_round))):
                return True
            closes_at: dt.datetime | None = await session.scalar(open_round.limit(1))
            under_way = await session.scalar(
                select(Session.ended_at.is_(None)).where(Session.session_id == session_id)
            )
        if under_way and closes_at is not None:
            raise UserError("session.round_open", when=f"<t:{int(closes_at.timestamp()) + 1}:R>")
        return False

    async def follow(
        self, session_id: int, lesson: str, screen: int, user_id: int, *, follows: bool
    ) -> bool:
        """Say whether one can follow; the last word counts. Tells whether one newly takes part."""
        key = {"session_id": session_id, "lesson": lesson, "screen": screen, "user_id": user_id}
        async with self._store.begin() as session:
            await session.execute(
                self._store.insert(Following)
                .values(**key, follows=follows)
                .on_conflict_do_update(index_elements=list(key), set_={"follows": follows})
            )
            return await self._take_part(session, session_id, user_id)

    async def following(self, session_id: int) -> list[Followed]:
        """Count who could follow, screen by screen, those screens that anybody spoke of."""
        statement = (
            select(Following.lesson, Following.screen, Following.follows, func.count())
            .where(Following.session_id == session_id)
            .group_by(Following.lesson, Following.screen, Following.follows)
            .order_by(Following.lesson, Following.screen)
        )
        counts: dict[tuple[str, int], dict[bool, int]] = defaultdict(dict)
        async with self._store.begin() as session:
            for lesson, screen, follows, count in await session.execute(statement):
                counts[lesson, screen][follows] = count
        return [
            Followed(*key, votes.get(True, 0), votes.get(False, 0)) for key, votes in counts.items()
        ]

    async def tried(self, session_id: int, user_id: int, digit: int) -> bool:
        """Count that somebody looks at a test digit; tells whether they newly take part.

        After the session has ended it changes nothing.
        """
        async with self._store.begin() as session:
            under_way = await session.scalar(
                select(Session.session_id).where(
                    Session.session_id == session_id, Session.ended_at.is_(None)
                )
            )
            if under_way is None:
                return False
            await self._look_at(session, session_id, digit)
            return await self._take_part(session, session_id, user_id)

    async def in_thread_now(self, session_id: int, thread_id: int) -> None:
        """Take down which thread it has."""
        await self._set(session_id, thread_id=thread_id)

    async def panel_sent(self, session_id: int, panel_id: int) -> None:
        """Take down which message is its panel."""
        await self._set(session_id, panel_id=panel_id)

    async def step_sent(self, session_id: int, moves: int, step_id: int) -> None:
        """Take down which message shows the screen, if that is still the screen."""
        showing = update(Session).where(Session.session_id == session_id, Session.moves == moves)
        async with self._store.begin() as session:
            await session.execute(showing.values(step_id=step_id))

    async def summary_sent(self, session_id: int, summary_id: int) -> None:
        """Take down which message sums it up."""
        await self._set(session_id, summary_id=summary_id)

    async def _set(self, session_id: int, **values: int) -> None:
        async with self._store.begin() as session:
            await session.execute(
                update(Session).where(Session.session_id == session_id).values(**values)
            )

    async def _look_at(self, session: AsyncSession, session_id: int, digit: int) -> None:
        await session.execute(
            self._store.insert(LookedAt)
            .values(session_id=session_id, digit=digit, times=1)
            .on_conflict_do_update(
                index_elements=["session_id", "digit"], set_={"times": LookedAt.times + 1}
            )
        )

    async def _take_part(self, session: AsyncSession, session_id: int, user_id: int) -> bool:
        joining = (
            self._store.insert(Participant)
            .values(session_id=session_id, user_id=user_id, joined_at=self._now())
            .on_conflict_do_update(
                index_elements=["session_id", "user_id"],
                set_={"left_at": None},
                where=Participant.left_at.is_not(None),
            )
        )
        return await _changed(session, joining)

    async def _find(self, *wanted: Any) -> list[Evening]:  # noqa: ANN401 - conditions
        async with self._store.begin() as session:
            rows = await session.scalars(
                select(Session).where(*wanted).order_by(Session.session_id)
            )
            return await _evenings(session, rows.all())


async def _changed(session: AsyncSession, statement: Update | Any) -> bool:  # noqa: ANN401
    result: CursorResult[Any] = await session.execute(statement)  # type: ignore[assignment]
    return result.rowcount > 0


async def _evenings(session: AsyncSession, rows: Sequence[Session]) -> list[Evening]:
    """Bring sessions together with who takes part in them."""
    statement = (
        select(
            Participant.session_id,
            Participant.user_id,
            func.coalesce(Person.on_scoreboards, True),
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
    for session_id, user_id, named in await session.execute(statement):
        if named:
            present[session_id].append(user_id)
        else:
            unnamed[session_id] += 1
    return [
        Evening(
            session_id=row.session_id,
            server_id=row.server_id,
            channel_id=row.channel_id,
            thread_id=row.thread_id,
            panel_id=row.panel_id,
            host_id=row.host_id,
            topic=row.topic,
            lesson=row.lesson,
            screen=row.screen,
            moves=row.moves,
            step_id=row.step_id,
            language=row.language,
            started_at=row.started_at,
            ended_at=row.ended_at,
            summary_id=row.summary_id,
            present=tuple(present[row.session_id]),
            unnamed=unnamed[row.session_id],
        )
        for row in rows
    ]
