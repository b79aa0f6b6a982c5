"""The digit of the day: which one, in which server, once a day.

A row for a server and a day is put down before the message is sent, and whoever gets it in sends.
Who does not come to say that it is sent, because of a crash, is taken the row off two minutes later
by whoever looks then, who has to see whether the message is there after all.
"""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from bot.store import Store
from bot.store.models import DailyDigit, Server
from core.dataset import TEST_DIGITS, as_input, load_test_digits

NO_REPEAT = dt.timedelta(days=180)
"""So long a server is not shown the same digit again, and it is kept which it was shown."""

LEASE = dt.timedelta(minutes=2)
"""So long whoever put the row down has to send the message."""

NARROW = 2.0
"""Log-odds by which the right class is ahead of the next one, at most, to be worth discussing."""

_RETRY_SOON, _RETRY_LATER = dt.timedelta(minutes=5), dt.timedelta(hours=1)
_LEAST = 200  # digits to choose from, also of a network that hardly errs


class Problem(StrEnum):
    """Why the digit of the day could not be sent."""

    GONE = "gone"
    """There is no such channel any more."""
    FORBIDDEN = "forbidden"
    """The bot may not send there, or not attach pictures."""
    FAILED = "failed"
    """Discord did not take it, for now."""


@dataclass(frozen=True, slots=True)
class Past:
    """A digit that a server was shown.

    Attributes:
        day: when, in UTC.
        digit: index of the test digit.
    """

    day: dt.date
    digit: int


@dataclass(frozen=True, slots=True)
class Due:
    """A digit that is to be sent, by whoever was given this, and by nobody else.

    Attributes:
        server_id: whose.
        channel_id: where.
        language: of the message; `None`: both.
        day: in UTC.
        digit: index of the test digit.
        mistaken: whether the network misreads it; else its win is narrow.
        before: the last one, whose answer is told beside it.
        again: whether somebody else was to send it, and may have.
    """

    server_id: int
    channel_id: int
    language: str | None
    day: dt.date
    digit: int
    mistaken: bool
    before: Past | None
    again: bool


@dataclass(frozen=True, slots=True)
class Closer:
    """What does the network see in a digit of the day that is past?

    Attributes:
        digit: index of the test digit.
    """

    digit: int


class Daily:
    """Chooses digits of the day, and sees to it that each server gets one a day."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """Choose by the tutorial network's margins.

        Args:
            store: who was shown what.
            engine: has the network.
            now: the time, with its zone.
        """
        self._store = store
        self._engine = engine
        self._now = now
        self._margins: dict[int, float] | None = None

    async def next_due(self) -> dt.datetime | None:
        """Tell when the next digit is to be sent."""
        today = self._now().date()
        shown = exists().where(DailyDigit.server_id == Server.server_id, DailyDigit.day == today)
        first_hour = select(func.min(Server.daily_hour)).where(_wanted())
        untried = (
            select(func.min(DailyDigit.retry_at))
            .join(Server, Server.server_id == DailyDigit.server_id)
            .where(_wanted(), DailyDigit.day == today, DailyDigit.message_id.is_(None))
        )
        async with self._store.begin() as session:
            today_at: int | None = await session.scalar(first_hour.where(~shown))
            tomorrow_at: int | None = await session.scalar(first_hour)
            retry_at: dt.datetime | None = await session.scalar(untried)
        due = [] if retry_at is None else [retry_at]
        if today_at is not None:
            due.append(_at(today, today_at))
        if tomorrow_at is not None:
            due.append(_at(today + dt.timedelta(days=1), tomorrow_at))
        return min(due, default=None)

    async def claim(self) -> Due | None:
        """Take on the next digit that is to be sent; `None`: there is none."""
        margins = await self.margins()
        async with self._store.begin() as session:
            claimed = await self._claim_first(session, margins) or await self._claim_again(session)
            if claimed is None:
                return None
            server, row, again = claimed
            before = (
                await session.execute(
                    select(DailyDigit.day, DailyDigit.digit)
                    .where(
                        DailyDigit.server_id == server.server_id,
                        DailyDigit.day < row.day,
                        DailyDigit.message_id.is_not(None),
                    )
                    .order_by(DailyDigit.day.desc())
                    .limit(1)
                )
            ).first()
        return Due(
            server_id=server.server_id,
            channel_id=row.channel_id,
            language=server.language,
            day=row.day,
            digit=row.digit,
            mistaken=margins.get(row.digit, 0) < 0,
            before=before and Past(*before),
            again=again,
        )

    async def sent(self, due: Due, message_id: int) -> None:
        """Take down that a digit was sent."""
        await self._set(due, message_id=message_id, problem=None)

    async def failed(self, due: Due, problem: Problem) -> None:
        """Take down that a digit could not be sent; it is tried again in a while."""
        wait = _RETRY_SOON if problem is Problem.FAILED else _RETRY_LATER
        await self._set(due, retry_at=self._now() + wait, problem=problem)

    async def retry(self, server_id: int) -> None:
        """Have today's tried again at once, if it could not be sent: its channel is another one."""
        retrying = (
            update(DailyDigit)
            .where(
                DailyDigit.server_id == server_id,
                DailyDigit.day == self._now().date(),
                DailyDigit.message_id.is_(None),
                DailyDigit.problem.is_not(None),
            )
            .values(retry_at=self._now())
        )
        async with self._store.begin() as session:
            await session.execute(retrying)

    async def problem(self, server_id: int) -> Problem | None:
        """Tell why today's could not be sent; `None`: it was, or was not to be yet."""
        async with self._store.begin() as session:
            row = await session.get(DailyDigit, (server_id, self._now().date()))
        return Problem(row.problem) if row and row.problem and row.message_id is None else None

    async def margins(self) -> dict[int, float]:
        """Find the digits worth discussing.

        Returns:
            By index, in log-odds, how far the right class is ahead of the best other one: the
            mistakes, where that is negative, and the narrow wins.
        """
        if self._margins is None:
            digits = load_test_digits()
            images = as_input(digits.images)[..., 0]
            logits = await self._engine.logits(images, Network.TUTORIAL)
            of_label = (np.arange(TEST_DIGITS), digits.labels)
            right = logits[of_label]
            logits[of_label] = -np.inf
            ahead = right - logits.max(axis=1)
            worth = max(int((ahead < NARROW).sum()), _LEAST)
            chosen = np.argsort(ahead, kind="stable")[:worth]
            self._margins = {int(index): float(ahead[index]) for index in chosen}
        return self._margins

    async def _claim_first(
        self, session: AsyncSession, margins: dict[int, float]
    ) -> tuple[Server, DailyDigit, bool] | None:
        now = self._now()
        today = now.date()
        shown = exists().where(DailyDigit.server_id == Server.server_id, DailyDigit.day == today)
        due = select(Server).where(_wanted(), Server.daily_hour <= now.hour, ~shown)
        for server in (await session.scalars(due.order_by(Server.daily_hour))).all():
            recent = await session.scalars(
                select(DailyDigit.digit).where(
                    DailyDigit.server_id == server.server_id, DailyDigit.day > today - NO_REPEAT
                )
            )
            digit = _choose(server.server_id, today, set(margins) - set(recent) or set(margins))
            put_down = (
                self._store.insert(DailyDigit)
                .values(
                    server_id=server.server_id,
                    day=today,
                    channel_id=server.daily_channel_id,
                    digit=digit,
                    retry_at=now + LEASE,
                )
                .on_conflict_do_nothing()
                .returning(DailyDigit)
            )
            row = await session.scalar(put_down)
            if row is not None:
                await session.execute(
                    delete(DailyDigit).where(
                        DailyDigit.server_id == server.server_id,
                        DailyDigit.day <= today - NO_REPEAT,
                    )
                )
                return server, row, False
        return None

    async def _claim_again(self, session: AsyncSession) -> tuple[Server, DailyDigit, bool] | None:
        now = self._now()
        due = (
            select(Server, DailyDigit)
            .join(
                DailyDigit,
                and_(DailyDigit.server_id == Server.server_id, DailyDigit.day == now.date()),
            )
            .where(_wanted(), DailyDigit.message_id.is_(None), DailyDigit.retry_at <= now)
            .order_by(DailyDigit.retry_at)
        )
        for server, row in (await session.execute(due)).all():
            taking = (
                update(DailyDigit)
                .where(
                    DailyDigit.server_id == row.server_id,
                    DailyDigit.day == row.day,
                    DailyDigit.message_id.is_(None),
                    DailyDigit.retry_at == row.retry_at,
                )
                .values(retry_at=now + LEASE, channel_id=server.daily_channel_id)
                .returning(DailyDigit)
                .execution_options(synchronize_session=False, populate_existing=True)
            )
            taken = await session.scalar(taking)
            if taken is not None:
                return server, taken, True
        return None

    async def _set(self, due: Due, **values: object) -> None:
        async with self._store.begin() as session:
            await session.execute(
                update(DailyDigit)
                .where(DailyDigit.server_id == due.server_id, DailyDigit.day == due.day)
                .values(**values)
            )


def _wanted() -> ColumnElement[bool]:
    return and_(Server.daily_channel_id.is_not(None), Server.left_at.is_(None))


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


def _choose(server_id: int, day: dt.date, among: set[int]) -> int:
    """Draw one, always the same for the same server and day."""
    chance = random.Random(f"{server_id}/{day}")  # noqa: S311 - nobody's secret
    return chance.choice(sorted(among))
