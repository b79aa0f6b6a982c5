"""What the bot does by itself happens when it is due, and a job that fails harms no other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.runtime.scheduler import Scheduler

_START = datetime(2030, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = _START

    def __call__(self) -> datetime:
        return self.time


class Bell:
    """Rings once at each of the times that it is given."""

    def __init__(self, *at: datetime) -> None:
        self.at = list(at)
        self.rung = asyncio.Event()
        self.broken = False

    async def next_due(self) -> datetime | None:
        return min(self.at, default=None)

    async def run(self) -> None:
        if self.broken:
            raise ValueError("the bell is broken")
        self.at.remove(min(self.at))
        self.rung.set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def scheduler(clock: Clock) -> AsyncIterator[Scheduler]:
    scheduler = Scheduler(clock)
    scheduler.start()
    yield scheduler
    await scheduler.close()


async def test_what_was_due_while_the_bot_was_away_is_done_at_once(scheduler: Scheduler) -> None:
    bell = Bell(_START - timedelta(hours=1))

    scheduler.add(bell)

    await asyncio.wait_for(bell.rung.wait(), 10)


async def test_nothing_is_done_before_it_is_due(scheduler: Scheduler, clock: Clock) -> None:
    bell = Bell(_START + timedelta(hours=1))
    scheduler.add(bell)
    await asyncio.sleep(0.05)
    assert not bell.rung.is_set()

    clock.time += timedelta(hours=1)
    scheduler.wake()

    await asyncio.wait_for(bell.rung.wait(), 10)


async def test_it_wakes_by_itself(scheduler: Scheduler, clock: Clock) -> None:
    early, late = Bell(_START + timedelta(seconds=0.2)), Bell(_START + timedelta(hours=1))
    scheduler.add(late)
    scheduler.add(early)
    await asyncio.sleep(0.05)
    assert not early.rung.is_set()

    clock.time += timedelta(seconds=0.2)

    await asyncio.wait_for(early.rung.wait(), 10)
    assert not late.rung.is_set()


async def test_a_job_that_fails_is_logged_and_rests_while_the_others_go_on(
    scheduler: Scheduler, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = Bell(_START), Bell(_START)
    broken.broken = True
    scheduler.add(broken)
    scheduler.add(other)
    await asyncio.wait_for(other.rung.wait(), 10)
    assert "the bell is broken" in caplog.text

    broken.broken = False
    scheduler.wake()
    await asyncio.sleep(0.05)
    assert not broken.rung.is_set()
    clock.time += timedelta(minutes=2)
    scheduler.wake()

    await asyncio.wait_for(broken.rung.wait(), 10)


async def test_it_ends_when_it_is_closed(scheduler: Scheduler) -> None:
    bell = Bell()
    scheduler.add(bell)

    await scheduler.close()
    bell.at.append(_START)
    scheduler.wake()
    await asyncio.sleep(0.05)

    assert not bell.rung.is_set()
