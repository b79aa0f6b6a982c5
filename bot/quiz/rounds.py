"""Rounds in the database: opened, voted in, closed once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import and_, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.quiz.kinds import KINDS
from bot.quiz.question import QuizQuestion, Round, Venue, VoteResult
from bot.quiz.results import results_of, score_votes
from bot.runtime.clock import Clock, utc_now
from bot.runtime.errors import UserError
from bot.runtime.outbox import enqueue
from bot.runtime.shards import ALL_SHARDS, Shards
from bot.store import Store, models
from bot.store.models import DeliveryKind

SECONDS = 45
"""How long a round is open by default."""

REVEALED_SERVER = (
    select(models.Round.server_id)
    .where(models.Round.round_id == models.Delivery.subject_id)
    .correlate(models.Delivery)
    .scalar_subquery()
)
"""The id of the server in which a delivery shows the answer of a round."""

_RECENT = 60  # rounds of a channel, whose digits are avoided
_REVIEW_TIME = dt.timedelta(hours=1)
_SENDING_TIME = dt.timedelta(minutes=5)

_OPEN = models.Round.closed_at.is_(None)
_FOR_ALL = models.Round.user_id.is_(None)
_UNSENT = and_(_FOR_ALL, models.Round.message_id.is_(None))


class Rounds:
    """Rounds that anyone in a channel may vote in, and the reviews of single users.

    The clock of a round starts when Discord has taken its message. Its votes count if the round is
    open when they are written: its row is locked against closing meanwhile. Closing sets
    `closed_at` if it is not set, and scores the votes and enqueues the reveal in the same
    transaction, so that both happen once, in whatever process and whenever one crashes.
    """

    def __init__(self, store: Store, now: Clock = utc_now, shards: Shards = ALL_SHARDS) -> None:
        self._store = store
        self._now = now
        self._ours = and_(_OPEN, shards.condition(models.Round.server_id))

    async def open(
        self,
        question: QuizQuestion,
        venue: Venue,
        seconds: int = SECONDS,
        user_id: int | None = None,
    ) -> Round:
        """Open a round, in which anyone may vote for some seconds, or a user's review.

        Raises:
            UserError: If another round is open in the channel.
        """
        opened_at = self._now()
        length = _REVIEW_TIME if user_id is not None else dt.timedelta(seconds=seconds)
        insert = (
            self._store.insert(models.Round)
            .values(
                server_id=venue.server_id,
                channel_id=venue.channel_id,
                session_id=venue.session_id,
                user_id=user_id,
                kind=question.kind,
                question=asdict(question),
                language=venue.language,
                opened_at=opened_at,
                closes_at=opened_at + length,
            )
            .on_conflict_do_nothing(
                index_elements=["channel_id"],
                index_where=text("closed_at IS NULL AND user_id IS NULL"),
            )
            .returning(models.Round)
        )
        async with self._store.begin() as transaction:
            row = await transaction.scalar(insert)
        if row is None:
            raise UserError("quiz.under_way")
        return _as_round(row)

    async def sent(self, round_id: int, message_id: int) -> Round | None:
        """Start the clock of a round, unless that is done: Discord has taken its message.

        Returns:
            The round; `None` if it was withdrawn.
        """
        now = self._now()
        async with self._store.begin() as transaction:
            row = await transaction.get(models.Round, round_id, with_for_update=True)
            if row is None:
                return None
            if row.message_id is None:
                row.message_id = message_id
                if row.closed_at is None:
                    row.opened_at, row.closes_at = now, now + (row.closes_at - row.opened_at)
                else:
                    await enqueue(self._store, transaction, DeliveryKind.REVEAL, round_id, now)
            return _as_round(row)

    async def withdraw(self, round_id: int) -> None:
        """Delete a round whose message could not be sent."""
        async with self._store.begin() as transaction:
            await transaction.execute(delete(models.Round).where(models.Round.round_id == round_id))

    async def vote(self, round_id: int, user_id: int, choice: str) -> Round:
        """Vote, or change a vote.

        Raises:
            UserError: If the round is closed, or another user's.
        """
        voted_at = self._now()
        async with self._store.begin() as transaction:
            row = await self._open_row(transaction, round_id, user_id, voted_at)
            if choice not in KINDS[row.kind].choices:
                raise ValueError(f"a round of {row.kind} has no choice {choice!r}")
            chosen = {"choice": choice, "voted_at": voted_at}
            insert = self._store.insert(models.Vote).values(
                round_id=round_id, user_id=user_id, **chosen
            )
            await transaction.execute(
                insert.on_conflict_do_update(
                    index_elements=["round_id", "user_id"],
                    set_=chosen,
                    # If two arrive in the wrong order, the later one counts.
                    where=models.Vote.voted_at <= insert.excluded.voted_at,
                )
            )
            return _as_round(row)

    async def require_open(self, round_id: int, user_id: int) -> Round:
        """Return a round in which a user may vote now.

        Raises:
            UserError: If the round is closed, or another user's.
        """
        async with self._store.begin() as transaction:
            return _as_round(await self._open_row(transaction, round_id, user_id, self._now()))

    async def count_votes(self, round_id: int) -> int:
        """Count the votes of a round."""
        votes = (
            select(func.count()).select_from(models.Vote).where(models.Vote.round_id == round_id)
        )
        async with self._store.read() as transaction:
            return await transaction.scalar(votes) or 0

    async def extend(self, round_id: int, by: dt.timedelta) -> Round:
        """Keep a round open for longer.

        Raises:
            UserError: If it is closed.
        """
        async with self._store.begin() as transaction:
            row = await transaction.get(models.Round, round_id, with_for_update=True)
            if row is None or row.closed_at is not None or row.closes_at <= self._now():
                raise UserError("quiz.closed")
            row.closes_at += by
            return _as_round(row)

    async def close(self, round_id: int, *, due_only: bool = False) -> bool:
        """Close a round and score its votes, unless that is done; return whether this call did it.

        With `due_only`, leave it open if its time is not over.
        """
        now = self._now()
        close = (
            update(models.Round)
            .where(models.Round.round_id == round_id, _OPEN)
            .values(closed_at=now)
            .returning(models.Round.round_id)
        )
        if due_only:
            close = close.where(models.Round.closes_at <= now)
        async with self._store.begin() as transaction:
            await self._store.serialise(transaction)
            if await transaction.scalar(close) is None:
                return False
            row = await transaction.get_one(models.Round, round_id)
            await score_votes(self._store, transaction, row, now)
            if row.user_id is None and row.message_id is not None:
                await enqueue(self._store, transaction, DeliveryKind.REVEAL, round_id, now)
        return True

    async def close_due(self) -> None:
        """Close the rounds of its shards whose time is over; withdraw those never sent."""
        now = self._now()
        due = (
            select(models.Round.round_id)
            .where(self._ours, ~_UNSENT, models.Round.closes_at <= now)
            .order_by(models.Round.closes_at, models.Round.round_id)
        )
        never_sent = models.Round.opened_at <= now - _SENDING_TIME
        async with self._store.begin() as transaction:
            await transaction.execute(delete(models.Round).where(self._ours, _UNSENT, never_sent))
            round_ids = list(await transaction.scalars(due))
        for round_id in round_ids:
            await self.close(round_id, due_only=True)

    async def next_due(self) -> dt.datetime | None:
        """Return when `close_due` has something to do next."""
        closes = select(func.min(models.Round.closes_at)).where(self._ours, ~_UNSENT)
        opened = select(func.min(models.Round.opened_at)).where(self._ours, _UNSENT)
        async with self._store.read() as transaction:
            closes_at: dt.datetime | None = await transaction.scalar(closes)
            opened_at: dt.datetime | None = await transaction.scalar(opened)
        withdrawn_at = None if opened_at is None else opened_at + _SENDING_TIME
        return min((each for each in (closes_at, withdrawn_at) if each), default=None)

    async def revealed(self, round_id: int, message_id: int) -> None:
        """Record which message shows the answer of a round."""
        async with self._store.begin() as transaction:
            await transaction.execute(
                update(models.Round)
                .where(models.Round.round_id == round_id)
                .values(revealed_at=self._now(), message_id=message_id)
            )

    async def get(self, round_id: int) -> Round | None:
        """Return a round; `None` if it was deleted."""
        votes = (
            select(models.Vote, models.Person.on_scoreboards)
            .outerjoin(models.Person, models.Person.user_id == models.Vote.user_id)
            .where(models.Vote.round_id == round_id, models.Vote.points.is_not(None))
        )
        async with self._store.read() as transaction:
            row = await transaction.get(models.Round, round_id)
            if row is None:
                return None
            rows = [(vote, named) for vote, named in await transaction.execute(votes)]
        return _as_round(row, results_of(row, rows))

    async def open_in(self, channel_id: int) -> Round | None:
        """Return the round that is open in a channel, if there is one."""
        open_ = select(models.Round).where(models.Round.channel_id == channel_id, _OPEN, _FOR_ALL)
        async with self._store.read() as transaction:
            row = await transaction.scalar(open_)
        return None if row is None else _as_round(row)

    async def seen(self, channel_id: int, user_id: int | None = None) -> frozenset[int]:
        """Return the test digits that a channel, or a user if given, was asked about lately."""
        whose = models.Round.channel_id == channel_id
        if user_id is not None:
            voted = select(models.Vote.round_id).where(models.Vote.user_id == user_id)
            whose = or_(models.Round.user_id == user_id, models.Round.round_id.in_(voted))
        async with self._store.read() as transaction:
            questions = await transaction.scalars(
                select(models.Round.question)
                .where(whose)
                .order_by(models.Round.round_id.desc())
                .limit(_RECENT)
            )
            return frozenset(int(question["digit"]) for question in questions)

    async def _open_row(
        self, transaction: AsyncSession, round_id: int, user_id: int, at: dt.datetime
    ) -> models.Round:
        """Return a round that is open, and keep it open until the transaction ends."""
        row = await transaction.scalar(
            select(models.Round)
            .where(
                models.Round.round_id == round_id,
                _OPEN,
                or_(_UNSENT, models.Round.closes_at > at),
                or_(_FOR_ALL, models.Round.user_id == user_id),
            )
            .with_for_update(read=True)
        )
        if row is None:
            raise UserError("quiz.late")
        return row


def _as_round(row: models.Round, results: Sequence[VoteResult] = ()) -> Round:
    return Round(
        row.round_id,
        QuizQuestion.from_json(row.question),
        Venue(row.server_id, row.channel_id, row.session_id, row.language),
        row.user_id,
        row.message_id,
        row.opened_at,
        row.closes_at,
        row.closed_at,
        row.revealed_at,
        tuple(results),
    )
