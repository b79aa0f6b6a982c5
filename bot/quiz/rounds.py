"""Rounds: opened, voted in, closed once, revealed. All that counts is in the database."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.quiz.kinds import KINDS
from bot.quiz.question import Asked, Award, Ballot, Picture, Place, Riddle, Wish
from bot.quiz.scoring import STREAK, award
from bot.quiz.source import Source
from bot.reviews.asking import Item
from bot.reviews.schedule import record_answers
from bot.runtime.errors import UserError
from bot.store import Store
from bot.store.models import Person, Round, Vote

SECONDS = 45
"""How long a round is open."""

_RECENT = 60  # rounds of a channel, whose digits do not come again
_REVIEW_TIME = dt.timedelta(hours=1)


class Quiz:
    """Rounds that anybody in a channel may join, and reviews of one's own.

    A vote counts if the database, at the time when it is written, says that its round is open: the
    round's row is locked against closing meanwhile. Closing sets `closed_at` where it is not set,
    and whoever has set it gives the points in the same transaction, so that they are given once,
    however many processes try, and whenever one ends.
    """

    def __init__(
        self,
        store: Store,
        source: Source,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """Keep rounds in a store.

        Args:
            store: where.
            source: what riddles are made of.
            now: the time, with its zone.
        """
        self._store = store
        self._source = source
        self._now = now

    async def riddle(self, kind: str | None, wish: Wish) -> Riddle:
        """Make a riddle.

        Args:
            kind: a name in `KINDS`; `None`: any.
            wish: what it should be like.
        """
        await self._source.measure()
        chosen = KINDS[kind or self._source.chance.choice(list(KINDS))]
        return await chosen.riddle(self._source, wish)

    async def question(self, riddle: Riddle) -> Picture:
        """Draw what is to be guessed from."""
        return await KINDS[riddle.kind].question(self._source, riddle)

    async def answer(self, riddle: Riddle) -> Picture:
        """Draw the answer."""
        return await KINDS[riddle.kind].answer(self._source, riddle)

    async def open(
        self, riddle: Riddle, place: Place, seconds: int = SECONDS, user_id: int | None = None
    ) -> Asked:
        """Open a round; votes count from now on.

        Args:
            riddle: what it asks.
            place: where.
            seconds: how long it is open.
            user_id: whose own review it is; `None`: anybody may vote.

        Raises:
            UserError: another is open in the channel.
        """
        opened_at = self._now()
        length = _REVIEW_TIME if user_id is not None else dt.timedelta(seconds=seconds)
        row = Round(
            server_id=place.server_id,
            channel_id=place.channel_id,
            session_id=place.session_id,
            user_id=user_id,
            kind=riddle.kind,
            question=riddle.as_json(),
            language=place.language,
            opened_at=opened_at,
            closes_at=opened_at + length,
        )
        try:
            async with self._store.begin() as session:
                session.add(row)
        except IntegrityError as error:
            raise UserError("quiz.under_way") from error
        return _asked(row)

    async def sent(self, round_id: int, message_id: int) -> None:
        """Say which message asks a round's question, where that is not known yet."""
        async with self._store.begin() as session:
            await session.execute(
                update(Round)
                .where(Round.round_id == round_id, Round.message_id.is_(None))
                .values(message_id=message_id)
            )

    async def withdraw(self, round_id: int) -> None:
        """Forget a round whose question could not be sent."""
        async with self._store.begin() as session:
            await session.execute(delete(Round).where(Round.round_id == round_id))

    async def vote(
        self, round_id: int, user_id: int, choice: str, at: dt.datetime | None = None
    ) -> Asked:
        """Choose, or choose anew.

        Args:
            round_id: in which round.
            user_id: who.
            choice: what.
            at: when; now if left out.

        Raises:
            UserError: it is too late, or the round is somebody else's.
        """
        voted_at = self._now() if at is None else at
        async with self._store.begin() as session:
            row = await self._open_row(session, round_id, user_id, voted_at)
            if choice not in KINDS[row.kind].choices:
                raise ValueError(f"a round of {row.kind} has no choice {choice!r}")
            chosen = {"choice": choice, "voted_at": voted_at}
            insert = self._store.insert(Vote).values(round_id=round_id, user_id=user_id, **chosen)
            await session.execute(
                insert.on_conflict_do_update(
                    index_elements=["round_id", "user_id"],
                    set_=chosen,
                    # Of two that arrive in the wrong order, the one that was made later counts.
                    where=Vote.voted_at <= insert.excluded.voted_at,
                )
            )
            return _asked(row)

    async def still_open(self, round_id: int, user_id: int) -> Asked:
        """Look whether somebody may vote.

        Raises:
            UserError: it is too late, or the round is somebody else's.
        """
        async with self._store.begin() as session:
            return _asked(await self._open_row(session, round_id, user_id, self._now()))

    async def close(self, round_id: int) -> bool:
        """Close a round and give the points, unless that is done.

        Returns:
            Whether this call has closed it.
        """
        now = self._now()
        async with self._store.begin() as session:
            await self._store.alone(session)
            closed = await session.scalar(
                update(Round)
                .where(Round.round_id == round_id, Round.closed_at.is_(None))
                .values(closed_at=now)
                .returning(Round.round_id)
            )
            if closed is None:
                return False
            row = await session.get_one(Round, round_id)
            riddle = Riddle.from_json(row.question)
            votes = list(await session.scalars(select(Vote).where(Vote.round_id == round_id)))
            awards = award(
                KINDS[row.kind].marks(riddle),
                [Ballot(vote.user_id, vote.choice, vote.voted_at) for vote in votes],
                await _streaks(session, row) if row.user_id is None else {},
                row.opened_at,
                row.closes_at,
            )
            for vote, given in zip(votes, awards, strict=True):
                vote.right = given.right
                vote.points = given.points if row.user_id is None else 0
            if row.user_id is not None and not votes:
                await session.delete(row)  # a review that was not answered leaves nothing
            right = {given.user_id: given.right for given in awards}
            item = Item(row.kind, riddle.topic)
            await record_answers(self._store, session, item, right, now)
        return True

    async def close_due(self) -> None:
        """Close all rounds whose time is over."""
        async with self._store.begin() as session:
            due = await session.scalars(
                select(Round.round_id)
                .where(Round.closed_at.is_(None), Round.closes_at <= self._now())
                .order_by(Round.closes_at, Round.round_id)
            )
            round_ids = list(due)
        for round_id in round_ids:
            await self.close(round_id)

    async def next_close(self) -> dt.datetime | None:
        """Say when the next round is to be closed."""
        async with self._store.begin() as session:
            moment: dt.datetime | None = await session.scalar(
                select(Round.closes_at)
                .where(Round.closed_at.is_(None))
                .order_by(Round.closes_at)
                .limit(1)
            )
        return moment

    async def unrevealed(self) -> list[int]:
        """Find the rounds that are closed, and whose message does not tell the answer yet."""
        async with self._store.begin() as session:
            found = await session.scalars(
                select(Round.round_id)
                .where(
                    Round.closed_at.is_not(None),
                    Round.revealed_at.is_(None),
                    Round.user_id.is_(None),
                    Round.message_id.is_not(None),
                )
                .order_by(Round.closed_at, Round.round_id)
            )
            return list(found)

    async def revealed(self, round_id: int) -> None:
        """Say that a round's message tells the answer."""
        async with self._store.begin() as session:
            await session.execute(
                update(Round).where(Round.round_id == round_id).values(revealed_at=self._now())
            )

    async def round(self, round_id: int) -> Asked | None:
        """Look at a round; `None`: there is none, or it is forgotten."""
        async with self._store.begin() as session:
            row = await session.get(Round, round_id)
            if row is None:
                return None
            rows = await session.execute(
                select(Vote, Person.on_scoreboards)
                .outerjoin(Person, Person.user_id == Vote.user_id)
                .where(Vote.round_id == round_id)
            )
            awards = [
                Award(vote.user_id, vote.choice, bool(vote.right), vote.points, named is not False)
                for vote, named in rows
                if vote.points is not None
            ]
        return _asked(row, sorted(awards, key=lambda each: (-each.points, each.user_id)))

    async def open_in(self, channel_id: int) -> int | None:
        """Find the round that is open in a channel."""
        async with self._store.begin() as session:
            found: int | None = await session.scalar(
                select(Round.round_id).where(
                    Round.channel_id == channel_id,
                    Round.closed_at.is_(None),
                    Round.user_id.is_(None),
                )
            )
        return found

    async def seen(self, channel_id: int, user_id: int | None = None) -> frozenset[int]:
        """Find which test digits a channel, or one person, was asked about last."""
        whose = (
            Round.channel_id == channel_id
            if user_id is None
            else or_(
                Round.user_id == user_id,
                Round.round_id.in_(select(Vote.round_id).where(Vote.user_id == user_id)),
            )
        )
        async with self._store.begin() as session:
            questions = await session.scalars(
                select(Round.question).where(whose).order_by(Round.round_id.desc()).limit(_RECENT)
            )
            return frozenset(int(question["digit"]) for question in questions)

    async def _open_row(
        self, session: AsyncSession, round_id: int, user_id: int, at: dt.datetime
    ) -> Round:
        """Find a round that is open, and keep it open until the transaction ends."""
        row = await session.scalar(
            select(Round)
            .where(
                Round.round_id == round_id,
                Round.closed_at.is_(None),
                Round.closes_at > at,
                or_(Round.user_id.is_(None), Round.user_id == user_id),
            )
            .with_for_update(read=True)
        )
        if row is None:
            raise UserError("quiz.late")
        return row


async def _streaks(session: AsyncSession, row: Round) -> dict[int, int]:
    """Count in how many of the rounds just before, in the same channel, each person was right."""
    before = list(
        await session.scalars(
            select(Round.round_id)
            .where(
                Round.channel_id == row.channel_id,
                Round.user_id.is_(None),
                Round.closed_at.is_not(None),
                Round.round_id != row.round_id,
            )
            .order_by(Round.closed_at.desc(), Round.round_id.desc())
            .limit(STREAK)
        )
    )
    rows = await session.execute(
        select(Vote.round_id, Vote.user_id).where(Vote.round_id.in_(before), Vote.right.is_(True))
    )
    right = {(round_id, user_id) for round_id, user_id in rows}
    return {user_id: _run(before, user_id, right) for _, user_id in right}


def _run(before: Sequence[int], user_id: int, right: set[tuple[int, int]]) -> int:
    count = 0
    for round_id in before:
        if (round_id, user_id) not in right:
            break
        count += 1
    return count


def _asked(row: Round, awards: Iterable[Award] = ()) -> Asked:
    return Asked(
        row.round_id,
        Riddle.from_json(row.question),
        Place(row.server_id, row.channel_id, row.session_id, row.language),
        row.user_id,
        row.message_id,
        row.opened_at,
        row.closes_at,
        row.closed_at,
        tuple(awards),
    )
