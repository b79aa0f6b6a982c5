"""The digit of the day: worth discussing, not repeated, and once a day whatever happens."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from sqlalchemy import URL, select

from bot.daily.daily import (
    NARROW,
    NO_REPEAT,
    DailyDigits,
    DailyProblem,
    DigitOfTheDay,
    ShownDigit,
)
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from bot.runtime.scheduler import Scheduler
from bot.runtime.shards import Shards
from bot.servers.servers import Servers
from bot.store import Store
from bot.store.models import DailyDigit, Delivery
from core.dataset import DigitSet, as_input
from core.explain.explainer import Explainer

_HERE, _THERE, _CHANNEL = 2**61 + 7, 2**61 + 8, 5
_DAY = dt.timedelta(days=1)


@dataclass
class Clock:
    """Stands still until it is moved."""

    time: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock(dt.datetime(2027, 1, 6, 8, 30, tzinfo=dt.UTC))


@pytest.fixture
def engine(explainer: Explainer) -> Iterator[Engine]:
    engine = Engine({Network.TUTORIAL: explainer}, 0.0)
    yield engine
    engine.close()


@pytest.fixture
def daily(store: Store, engine: Engine, clock: Clock) -> DailyDigits:
    return DailyDigits(store, engine, Scheduler(clock), clock)


@pytest.fixture(autouse=True)
async def servers(store: Store, clock: Clock) -> Servers:
    """The servers, of which one has chosen a channel and nine o'clock."""
    servers = Servers(store, clock)
    await servers.change(_HERE, daily_channel_id=_CHANNEL)
    await servers.change(_THERE, language="ko")
    return servers


async def enqueued(store: Store) -> list[int]:
    """The servers whose digit the outbox is to deliver."""
    statement = select(Delivery.subject_id).where(Delivery.kind == "daily")
    async with store.read() as transaction:
        return list(await transaction.scalars(statement.order_by(Delivery.subject_id)))


async def drawn(daily: DailyDigits) -> DigitOfTheDay | None:
    """Draw what is due, and return what is to be sent to the server."""
    await daily.run()
    return await daily.to_send(_HERE)


async def sent(daily: DailyDigits) -> DigitOfTheDay:
    """Draw and send what is due."""
    digit = await drawn(daily)
    assert digit is not None
    await daily.sent(digit, 1000 + digit.day.toordinal())
    return digit


async def test_it_is_due_at_the_hour_and_then_on_the_next_day(
    store: Store, daily: DailyDigits, servers: Servers, clock: Clock
) -> None:
    nine = clock.time.replace(hour=9, minute=0)
    assert await daily.next_due() == nine
    assert await drawn(daily) is None

    clock.time = nine
    digit = await sent(daily)

    assert await enqueued(store) == [_HERE]
    assert (digit.server_id, digit.channel_id, digit.language) == (_HERE, _CHANNEL, None)
    assert (digit.day, digit.previous) == (nine.date(), None)
    assert await drawn(daily) is None
    assert await daily.next_due() == nine + _DAY

    await servers.change(_HERE, daily_hour=12)
    clock.time = nine.replace(hour=13)
    assert await drawn(daily) is None
    assert await daily.next_due() == nine.replace(hour=12) + _DAY


@pytest.mark.parametrize("change", [dt.datetime(2027, 3, 28), dt.datetime(2027, 10, 31)])
async def test_each_day_has_one_digit_also_where_the_clocks_change(
    daily: DailyDigits,
    servers: Servers,
    clock: Clock,
    change: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")  # of the machine
    time.tzset()
    await servers.change(_HERE, daily_hour=1)  # at which Berlin changes; in Seoul, 10:00
    await servers.change(_THERE, daily_hour=15, daily_channel_id=_CHANNEL)  # in Seoul, 00:00
    days: dict[int, list[dt.datetime]] = {_HERE: [], _THERE: []}
    clock.time = change.replace(tzinfo=dt.UTC) - _DAY
    for _ in range(2 * 3):
        due = await daily.next_due()
        assert due is not None
        clock.time = due
        await daily.run()
        for server_id, times in days.items():
            digit = await daily.to_send(server_id)
            if digit is not None:
                await daily.sent(digit, 1)
                times.append(due)
    monkeypatch.undo()
    time.tzset()

    for server_id, hour in ((_HERE, 1), (_THERE, 15)):
        first = change.replace(hour=hour, tzinfo=dt.UTC) - _DAY
        assert days[server_id] == [first, first + _DAY, first + 2 * _DAY]


async def test_what_was_missed_today_is_made_up_for_and_what_was_missed_before_is_not(
    daily: DailyDigits, clock: Clock
) -> None:
    clock.time += 3 * _DAY + dt.timedelta(hours=15)  # half an hour before the day ends
    assert await daily.next_due() is not None

    assert (await sent(daily)).day == clock.time.date()
    assert await drawn(daily) is None


async def test_a_digit_is_not_sent_after_its_day(daily: DailyDigits, clock: Clock) -> None:
    clock.time = clock.time.replace(hour=23, minute=59)
    assert await drawn(daily) is not None

    clock.time += dt.timedelta(minutes=1)

    assert await daily.to_send(_HERE) is None


async def test_nothing_is_due_if_the_server_does_not_want_it(
    daily: DailyDigits, servers: Servers, clock: Clock
) -> None:
    clock.time += dt.timedelta(hours=1)
    await servers.leave(_HERE)
    assert (await daily.next_due(), await drawn(daily)) == (None, None)

    await servers.join(_HERE)
    await servers.change(_HERE, daily_channel_id=None)
    assert (await daily.next_due(), await drawn(daily)) == (None, None)


async def test_a_server_that_wants_its_digit_again_on_the_same_day_gets_it(
    store: Store, daily: DailyDigits, servers: Servers, clock: Clock
) -> None:
    clock.time += dt.timedelta(hours=1)
    first = await drawn(daily)
    await servers.change(_HERE, daily_channel_id=None)
    assert await daily.to_send(_HERE) is None
    assert await daily.next_due() is None

    await servers.change(_HERE, daily_channel_id=6)
    assert await daily.next_due() == clock.time.replace(minute=0)
    again = await drawn(daily)

    assert first is not None
    assert again is not None
    assert (again.digit, again.channel_id) == (first.digit, 6)
    assert await enqueued(store) == [_HERE]


async def test_the_last_answer_is_told_beside_the_next_question(
    daily: DailyDigits, clock: Clock
) -> None:
    clock.time += dt.timedelta(hours=1)
    first = await sent(daily)
    clock.time += _DAY
    unsent = await drawn(daily)
    assert unsent is not None
    clock.time += _DAY

    third = await drawn(daily)

    assert third is not None
    assert unsent.previous == third.previous == ShownDigit(first.day, first.digit)


@pytest.mark.slow
async def test_digits_are_worth_discussing_and_not_repeated_for_half_a_year(
    store: Store,
    daily: DailyDigits,
    clock: Clock,
    explainer: Explainer,
    digits: DigitSet,
) -> None:
    logits = explainer.logits(as_input(digits.images))
    best, second = np.sort(logits)[:, -1], np.sort(logits)[:, -2]
    mistaken = logits.argmax(axis=1) != digits.labels
    clock.time += dt.timedelta(hours=1)

    days = []
    for _ in range(NO_REPEAT.days):
        days.append(await sent(daily))
        clock.time += _DAY

    seen = [each.digit for each in days]
    assert len(set(seen)) == len(seen)
    for each in days:
        assert each.mistaken == mistaken[each.digit]
        assert each.mistaken or best[each.digit] - second[each.digit] < NARROW
    assert 0 < sum(each.mistaken for each in days) < len(days)
    await sent(daily)
    async with store.read() as transaction:
        kept = list(await transaction.scalars(select(DailyDigit.day).order_by(DailyDigit.day)))
    assert kept == [(clock.time - _DAY * ago).date() for ago in reversed(range(NO_REPEAT.days))]


async def test_each_server_gets_its_own_once_from_many_processes(
    store: Store, url: URL, engine: Engine, servers: Servers, clock: Clock
) -> None:
    for server_id in range(1, 10):
        await servers.change(server_id, daily_channel_id=server_id)
    clock.time += dt.timedelta(hours=1)
    other = await Store.open(url)
    processes = [DailyDigits(each, engine, Scheduler(clock), clock) for each in (store, other)]

    try:
        await asyncio.gather(*(each.run() for each in processes * 2))
    finally:
        await other.close()

    assert await enqueued(store) == [*range(1, 10), _HERE]
    drawn = [await processes[0].to_send(server_id) for server_id in (*range(1, 10), _HERE)]
    assert len({digit.digit for digit in drawn if digit is not None}) > 5
    async with store.read() as transaction:
        assert len(list(await transaction.scalars(select(DailyDigit.server_id)))) == 10


async def test_a_process_draws_for_its_own_servers(
    store: Store, engine: Engine, servers: Servers, clock: Clock
) -> None:
    await servers.change(1 << 22, daily_channel_id=_CHANNEL, daily_hour=10)
    clock.time += dt.timedelta(hours=2)
    ours = DailyDigits(store, engine, Scheduler(clock), clock, Shards(frozenset({1}), 2))
    assert await ours.next_due() == clock.time.replace(hour=10, minute=0)

    await ours.run()

    assert await enqueued(store) == [1 << 22]
    assert await ours.next_due() == clock.time.replace(hour=10, minute=0) + _DAY


async def test_a_problem_is_known_until_the_digit_is_sent(daily: DailyDigits, clock: Clock) -> None:
    clock.time += dt.timedelta(hours=1)
    digit = await drawn(daily)
    assert digit is not None
    assert await daily.problem(_HERE) is None

    await daily.failed(digit, DailyProblem.GONE)
    assert await daily.problem(_HERE) is DailyProblem.GONE

    await daily.sent(digit, 99)
    assert await daily.problem(_HERE) is None


async def test_a_retry_is_due_at_once_and_only_for_what_is_not_sent(
    store: Store, daily: DailyDigits, servers: Servers, clock: Clock
) -> None:
    await daily.retry(_HERE)
    assert await enqueued(store) == []
    clock.time += dt.timedelta(hours=1)
    digit = await drawn(daily)
    assert digit is not None
    await daily.failed(digit, DailyProblem.GONE)
    async with store.begin() as transaction:
        delivery = await transaction.get_one(Delivery, ("daily", _HERE))
        delivery.due_at += dt.timedelta(hours=1)  # as after a failure

    await servers.change(_HERE, daily_channel_id=6)
    await daily.retry(_HERE)

    async with store.begin() as transaction:
        delivery = await transaction.get_one(Delivery, ("daily", _HERE))
        assert delivery.due_at == clock.time
        await transaction.delete(delivery)
    again = await daily.to_send(_HERE)
    assert again is not None
    assert (again.digit, again.channel_id) == (digit.digit, 6)
    await daily.sent(again, 99)
    await daily.retry(_HERE)
    assert await enqueued(store) == []
