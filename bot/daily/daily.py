"""The digit of the day: which one each server gets, once a day.

A digit is drawn in the same transaction that enqueues its delivery in the outbox. Its row remembers
the message, so that the next day's message can answer it, and why it could not be sent yet.
"""

import datetime as dt
import random
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.runtime.clock import Clock, utc_now
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from bot.runtime.outbox import enqueue
from bot.runtime.scheduler import Scheduler
from bot.runtime.shards import ALL_SHARDS, Shards
from bot.store import Store
from bot.store.models import DailyDigit, DeliveryKind, Server
from core.dataset import TEST_DIGITS, load_test_digits, test_digit

NO_REPEAT = dt.timedelta(days=180)
"""How long a server is not shown the same digit again; then its row is deleted."""

NARROW = 2.0
"""The largest log-odds by which the right class may lead for a digit to be worth discussing."""

_FEWEST = 200  # digits to choose from, for a network that hardly errs


class DailyProblem(StrEnum):
    """Why the digit of the day could not be sent."""

    GONE = "gone"
    """The channel does not exist any more."""
    FORBIDDEN = "forbidden"
    """The bot may not send messages there, or may not attach files."""
    FAILED = "failed"
    """Discord did not accept the message for now."""


@dataclass(frozen=True, slots=True)
class ShownDigit:
    """The index of a test digit that a server was shown, and the day in UTC."""

    day: dt.date
    digit: int


@dataclass(frozen=True, slots=True)
class DigitOfTheDay:
    """A digit that is to be sent.

    Attributes:
        language: the language of the message; `None` means all languages.
        day: in UTC.
        digit: index of the test digit.
        mistaken: whether the network misreads it; otherwise the right class leads narrowly.
        previous: the last digit before it, whose answer the message gives; `None` for the first.
    """

    server_id: int
    channel_id: int
    language: str | None
    day: dt.date
    digit: int
    mistaken: bool
    previous: ShownDigit | None


class DailyDigits:
    """Draws the digit of the day of each server of its shards; a job of the scheduler."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        scheduler: Scheduler,
        now: Clock = utc_now,
        shards: Shards = ALL_SHARDS,
    ) -> None:
        self._store = store
        self._engine = engine
        self._scheduler = scheduler
        self._now = now
        self._wanted = and_(
            Server.daily_channel_id.is_not(None),
            Server.left_at.is_(None),
            shards.condition(Server.server_id),
        )
        self._worth_discussing: set[int] | None = None

    async def next_due(self) -> dt.datetime | None:
        """Return when the next digit is to be drawn."""
        today = self._now().date()
        first_hour = select(func.min(Server.daily_hour)).where(self._wanted)
        async with self._store.read() as transaction:
            today_at: int | None = await transaction.scalar(first_hour.where(~_drawn(today)))
            tomorrow_at: int | None = await transaction.scalar(first_hour)
        if today_at is not None:
            return _at(today, today_at)
        return None if tomorrow_at is None else _at(today + dt.timedelta(days=1), tomorrow_at)

    async def run(self) -> None:
        """Draw a digit for every server whose hour has come, and enqueue its delivery."""
        candidates = await self._candidates()
        now = self._now()
        waiting = (
            select(Server.server_id)
            .where(self._wanted, Server.daily_hour <= now.hour, ~_drawn(now.date()))
            .order_by(Server.daily_hour, Server.server_id)
        )
        async with self._store.read() as transaction:
            server_ids = list(await transaction.scalars(waiting))
        for server_id in server_ids:
            async with self._store.begin() as transaction:
                await self._draw(transaction, server_id, candidates)
        self._scheduler.wake()

    async def to_send(self, server_id: int) -> DigitOfTheDay | None:
        """Return today's digit of a server, if it is still to be sent.

        A server that does not want it any more loses its digit, and gets one when it wants it
        again.
        """
        today = self._now().date()
        async with self._store.begin() as transaction:
            server = await transaction.get(Server, server_id)
            row = await transaction.get(DailyDigit, (server_id, today))
            if row is None or row.message_id is not None:
                return None
            if server is None or server.left_at is not None or server.daily_channel_id is None:
                await transaction.delete(row)
                return None
            row.channel_id = server.daily_channel_id
            previous = (
                await transaction.execute(
                    select(DailyDigit.day, DailyDigit.digit)
                    .where(
                        DailyDigit.server_id == server_id,
                        DailyDigit.day < today,
                        DailyDigit.message_id.is_not(None),
                    )
                    .order_by(DailyDigit.day.desc())
                    .limit(1)
                )
            ).first()
        return DigitOfTheDay(
            server_id=server_id,
            channel_id=server.daily_channel_id,
            language=server.language,
            day=today,
            digit=row.digit,
            mistaken=await self._is_mistaken(row.digit),
            previous=previous and ShownDigit(*previous),
        )

    async def sent(self, digit: DigitOfTheDay, message_id: int) -> None:
        """Record the message of a digit."""
        await self._update(digit, message_id=message_id, problem=None)

    async def failed(self, digit: DigitOfTheDay, problem: DailyProblem) -> None:
        """Record why a digit could not be sent."""
        await self._update(digit, problem=problem)

    async def retry(self, server_id: int) -> None:
        """Try at once to send today's digit if it is not sent yet, after a change of settings."""
        async with self._store.begin() as transaction:
            row = await transaction.get(DailyDigit, (server_id, self._now().date()))
            if row is not None and row.message_id is None:
                await enqueue(self._store, transaction, DeliveryKind.DAILY, server_id, self._now())
        self._scheduler.wake()

    async def problem(self, server_id: int) -> DailyProblem | None:
        """Return why today's digit could not be sent; `None` if it was, or is not due yet."""
        async with self._store.read() as transaction:
            row = await transaction.get(DailyDigit, (server_id, self._now().date()))
        return DailyProblem(row.problem) if row and row.problem else None

    async def _candidates(self) -> set[int]:
        """Return the test digits worth discussing: mistakes and narrow wins of the network."""
        if self._worth_discussing is None:
            logits = (await self._engine.test_logits()).copy()
            labelled = (np.arange(TEST_DIGITS), load_test_digits().labels)
            right = logits[labelled]
            logits[labelled] = -np.inf
            margins = right - logits.max(axis=1)  # log-odds; negative for a mistake
            count = max(int((margins < NARROW).sum()), _FEWEST)
            self._worth_discussing = set(np.argsort(margins, kind="stable")[:count].tolist())
        return self._worth_discussing

    async def _is_mistaken(self, digit: int) -> bool:
        test = test_digit(digit)
        logits = await self._engine.logits(test.image[np.newaxis], Network.TUTORIAL)
        return int(logits[0].argmax()) != test.label

    async def _draw(self, transaction: AsyncSession, server_id: int, candidates: set[int]) -> None:
        now = self._now()
        today = now.date()
        server = await transaction.get(Server, server_id)
        if server is None or server.daily_channel_id is None:
            return
        of_server = DailyDigit.server_id == server_id
        old = DailyDigit.day <= today - NO_REPEAT
        recent = await transaction.scalars(select(DailyDigit.digit).where(of_server, ~old))
        # The same digit whichever process draws it.
        chance = random.Random(f"{server_id}/{today}")  # noqa: S311 - nothing secret
        digit = chance.choice(sorted(candidates - set(recent) or candidates))
        insert = (
            self._store.insert(DailyDigit)
            .values(server_id=server_id, day=today, channel_id=server.daily_channel_id, digit=digit)
            .on_conflict_do_nothing()
            .returning(DailyDigit.digit)
        )
        if await transaction.scalar(insert) is not None:  # else another process has drawn it
            await enqueue(self._store, transaction, DeliveryKind.DAILY, server_id, now)
            await transaction.execute(delete(DailyDigit).where(of_server, old))

    async def _update(self, digit: DigitOfTheDay, **values: object) -> None:
        async with self._store.begin() as transaction:
            await transaction.execute(
                update(DailyDigit)
                .where(DailyDigit.server_id == digit.server_id, DailyDigit.day == digit.day)
                .values(**values)
            )


def _drawn(day: dt.date) -> ColumnElement[bool]:
    return exists().where(DailyDigit.server_id == Server.server_id, DailyDigit.day == day)


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)
