"""The digit of the day: worth discussing, not repeated, and once a day whatever happens."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from sqlalchemy import URL, select

from bot.daily.daily import LEASE, NARROW, NO_REPEAT, Daily, Due, Past, Problem
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from bot.servers.servers import Servers
from bot.store import Store
from bot.store.models import DailyDigit
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
    engine = Engine({Network.TUTORIAL: explainer}, 0.0, 8)
    yield engine
    engine.close()


@pytest.fixture
def daily(store: Store, engine: Engine, clock: Clock) -> Daily:
    return Daily(store, engine, clock)


@pytest.fixture(autouse=True)
async def servers(store: Store, clock: Clock) -> Servers:
    """The servers, of which one has chosen a channel and nine o'clock."""
    servers = Servers(store, clock)
    await servers.show_daily(_HERE, _CHANNEL)
    await servers.speak(_THERE, "ko")
    return servers


async def shown(daily: Daily) -> Due:
    """Send what is due."""
    due = await daily.claim()
    assert due is not None
    await daily.sent(due, 1000 + due.day.toordinal())
    return due


async def test_it_is_due_at_the_hour_and_then_on_the_next_day(
    daily: Daily, servers: Servers, clock: Clock
) -> None:
    nine = clock.time.replace(hour=9, minute=0)
    assert await daily.next_due() == nine
    assert await daily.claim() is None

    clock.time = nine
    due = await shown(daily)

    assert (due.server_id, due.channel_id, due.language) == (_HERE, _CHANNEL, None)
    assert (due.day, due.before, due.again) == (nine.date(), None, False)
    assert await daily.claim() is None
    assert await daily.next_due() == nine + _DAY

    await servers.show_daily_at(_HERE, 12)
    clock.time = nine.replace(hour=13)
    assert await daily.claim() is None
    assert await daily.next_due() == nine.replace(hour=12) + _DAY


async def test_what_was_missed_today_is_made_up_for_and_what_was_missed_before_is_not(
    daily: Daily, clock: Clock
) -> None:
    clock.time += 3 * _DAY + dt.timedelta(hours=15)  # a minute before the day ends
    assert await daily.next_due() is not None

    assert (await shown(daily)).day == clock.time.date()
    assert await daily.claim() is None


async def test_nothing_is_due_where_nobody_wants_it(
    daily: Daily, servers: Servers, clock: Clock
) -> None:
    clock.time += dt.timedelta(hours=1)
    await servers.leave(_HERE)
    assert (await daily.next_due(), await daily.claim()) == (None, None)

    await servers.join(_HERE)
    await servers.show_daily(_HERE, None)
    assert (await daily.next_due(), await daily.claim()) == (None, None)


async def test_the_last_answer_is_told_beside_the_next_question(daily: Daily, clock: Clock) -> None:
    clock.time += dt.timedelta(hours=1)
    first = await shown(daily)
    clock.time += _DAY
    unsent = await daily.claim()
    assert unsent is not None
    clock.time += _DAY

    third = await daily.claim()

    assert third is not None
    assert unsent.before == third.before == Past(first.day, first.digit)


async def test_digits_are_worth_discussing_and_not_repeated_for_half_a_year(
    store: Store,
    daily: Daily,
    clock: Clock,
    explainer: Explainer,
    digits: DigitSet,
) -> None:
    logits = explainer.logits(as_input(digits.images))
    best, second = np.sort(logits)[:, -1], np.sort(logits)[:, -2]
    mistaken = logits.argmax(axis=1) != digits.labels
    clock.time += dt.timedelta(hours=1)

    dues = []
    for _ in range(NO_REPEAT.days):
        dues.append(await shown(daily))
        clock.time += _DAY

    seen = [due.digit for due in dues]
    assert len(set(seen)) == len(seen)
    for due in dues:
        assert due.mistaken == mistaken[due.digit]
        assert due.mistaken or best[due.digit] - second[due.digit] < NARROW
    assert 0 < sum(due.mistaken for due in dues) < len(dues)
    await shown(daily)
    async with store.begin() as session:
        days = list(await session.scalars(select(DailyDigit.day).order_by(DailyDigit.day)))
    assert days == [(clock.time - _DAY * ago).date() for ago in reversed(range(NO_REPEAT.days))]


async def test_each_server_has_its_own_and_everyone_is_sent_once_by_many_at_a_time(
    store: Store, url: URL, engine: Engine, servers: Servers, clock: Clock
) -> None:
    for server_id in range(1, 10):
        await servers.show_daily(server_id, server_id)
    clock.time += dt.timedelta(hours=1)
    other = await Store.open(url)
    processes = [Daily(store, engine, clock), Daily(other, engine, clock)]

    async def work(daily: Daily) -> list[Due]:
        done = []
        while (due := await daily.claim()) is not None:
            done.append(due)
            await asyncio.sleep(0)
            await daily.sent(due, due.server_id)
        return done

    try:
        worked = await asyncio.gather(*(work(each) for each in processes * 2))
    finally:
        await other.close()

    done = [due for each in worked for due in each]
    assert sorted(due.server_id for due in done) == [*range(1, 10), _HERE]
    assert not any(due.again for due in done)
    assert len({due.digit for due in done}) > 5


async def test_who_crashes_before_sending_is_made_up_for_by_one_other(
    store: Store, engine: Engine, daily: Daily, servers: Servers, clock: Clock
) -> None:
    clock.time += dt.timedelta(hours=1)
    lost = await daily.claim()
    assert lost is not None
    assert await daily.next_due() == clock.time + LEASE
    clock.time += LEASE - dt.timedelta(seconds=1)
    assert await daily.claim() is None
    clock.time += dt.timedelta(seconds=1)
    await servers.show_daily(_HERE, 6)  # while nobody sent it

    others = [Daily(store, engine, clock) for _ in range(3)]
    claims = await asyncio.gather(*(each.claim() for each in others))

    (made_up,) = [due for due in claims if due is not None]
    assert made_up.again
    assert (made_up.digit, made_up.day, made_up.channel_id) == (lost.digit, lost.day, 6)
    await daily.sent(made_up, 99)
    clock.time += LEASE
    assert await daily.claim() is None
    async with store.begin() as session:
        (row,) = (await session.scalars(select(DailyDigit))).all()
    assert (row.message_id, row.channel_id) == (99, 6)


async def test_a_channel_that_is_gone_is_tried_again_later_or_when_another_is_chosen(
    daily: Daily, servers: Servers, clock: Clock
) -> None:
    clock.time += dt.timedelta(hours=1)
    due = await daily.claim()
    assert due is not None
    assert await daily.problem(_HERE) is None

    await daily.failed(due, Problem.GONE)

    assert await daily.problem(_HERE) is Problem.GONE
    assert await daily.claim() is None
    assert await daily.next_due() == clock.time + dt.timedelta(hours=1)
    await servers.show_daily(_HERE, 6)
    await daily.retry(_HERE)
    assert await daily.next_due() == clock.time
    again = await shown(daily)
    assert (again.digit, again.channel_id) == (due.digit, 6)
    assert await daily.problem(_HERE) is None
    assert await daily.claim() is None
