"""What must be said is said, whatever fails on the way, and never twice at the same time."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy import select

from bot.runtime.outbox import MAX_AGE, Outbox, Undeliverable, enqueue
from bot.runtime.scheduler import Scheduler
from bot.runtime.shards import Shards
from bot.store import Store, StoreAwayError
from bot.store.models import Delivery

_START = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


_SERVER = Delivery.subject_id // 10
"""The server of a subject, for a test: 1 for 10 to 19."""


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = _START

    def __call__(self) -> dt.datetime:
        return self.time


class Post:
    """Takes deliveries down, and fails or waits as it is told."""

    def __init__(self) -> None:
        self.tried: list[int] = []
        self.said: list[int] = []
        self.error: Exception | None = None
        self.hold = asyncio.Event()
        self.hold.set()
        self.under_way = 0

    async def __call__(self, subject_id: int) -> None:
        self.tried.append(subject_id)
        self.under_way += 1
        try:
            assert self.tried.count(subject_id) - self.said.count(subject_id) >= 1
            await self.hold.wait()
            if self.error is not None:
                raise self.error
            self.said.append(subject_id)
        finally:
            self.under_way -= 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def scheduler(clock: Clock) -> AsyncIterator[Scheduler]:
    scheduler = Scheduler(clock)
    scheduler.start()
    yield scheduler
    await scheduler.close()


@pytest.fixture
async def outbox(store: Store, scheduler: Scheduler, clock: Clock) -> AsyncIterator[Outbox]:
    outbox = Outbox(store, scheduler, clock)
    yield outbox
    await outbox.close()


async def _enqueue(store: Store, clock: Clock, *subjects: int, kind: str = "news") -> None:
    async with store.begin() as transaction:
        for subject_id in subjects:
            await enqueue(store, transaction, kind, subject_id, clock())


async def _waiting(store: Store) -> list[int]:
    async with store.read() as transaction:
        rows = await transaction.scalars(select(Delivery.subject_id).order_by(Delivery.subject_id))
        return list(rows)


async def _until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(20):
        while True:
            result = condition()
            if asyncio.iscoroutine(result):
                result = await result
            if result:
                return
            await asyncio.sleep(0.01)


async def test_what_was_enqueued_before_the_start_is_said_and_forgotten(
    store: Store, outbox: Outbox, clock: Clock
) -> None:
    await _enqueue(store, clock, 1, 2)
    post = Post()

    outbox.add("news", post, _SERVER)

    async def empty() -> bool:
        return await _waiting(store) == []

    await _until(empty)
    assert sorted(post.said) == [1, 2]


async def test_a_failure_is_tried_again_after_ever_longer_waits(
    store: Store, outbox: Outbox, scheduler: Scheduler, clock: Clock
) -> None:
    post = Post()
    post.error = RuntimeError("Discord is away")
    outbox.add("news", post, _SERVER)
    await _enqueue(store, clock, 1)

    waits = []
    for _ in range(9):
        with pytest.raises(RuntimeError):
            await outbox.deliver("news", 1)
        async with store.read() as transaction:
            row = await transaction.get_one(Delivery, ("news", 1))
        waits.append((row.due_at - clock()).total_seconds())
        clock.time = row.due_at - dt.timedelta(seconds=1)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]

    post.error = None
    scheduler.wake()
    await asyncio.sleep(0.1)
    assert post.said == []
    clock.time += dt.timedelta(seconds=1)
    scheduler.wake()
    await _until(lambda: post.said == [1])


@pytest.mark.parametrize(
    "error",
    [aiohttp.ClientPayloadError("cut"), aiohttp.ServerDisconnectedError(), StoreAwayError("away")],
)
async def test_what_discord_or_the_database_does_not_take_is_logged_in_a_line(
    store: Store,
    outbox: Outbox,
    clock: Clock,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    post = Post()
    post.error = error
    await _enqueue(store, clock, 1)

    outbox.add("news", post, _SERVER)

    await _until(lambda: "news 1 failed" in caplog.text)
    assert "Traceback" not in caplog.text
    assert await _waiting(store) == [1]


async def test_what_fails_for_a_month_is_given_up(
    store: Store, outbox: Outbox, scheduler: Scheduler, clock: Clock
) -> None:
    post = Post()
    post.error = RuntimeError("never")
    outbox.add("news", post, _SERVER)
    await _enqueue(store, clock, 1)
    scheduler.wake()
    await _until(lambda: post.tried)
    assert await _waiting(store) == [1]

    clock.time += MAX_AGE + dt.timedelta(hours=1)
    scheduler.wake()

    async def given_up() -> bool:
        return await _waiting(store) == []

    await _until(given_up)
    assert post.said == []


async def test_what_has_failed_in_a_server_is_tried_at_once_when_more_is_allowed_there(
    store: Store, outbox: Outbox, scheduler: Scheduler, clock: Clock
) -> None:
    post = Post()
    post.error = RuntimeError("forbidden")
    outbox.add("news", post, _SERVER)
    await scheduler.close()  # so that nothing is tried but what is told here
    await _enqueue(store, clock, 11, 12, 21)
    for subject_id in (11, 11, 11, 11, 12, 21, 21, 21, 21):  # the fourth time, to wait 4 minutes
        with pytest.raises(RuntimeError):
            await outbox.deliver("news", subject_id)

    await outbox.retry(1)

    async with store.read() as transaction:
        due = {each.subject_id: each.due_at for each in await transaction.scalars(select(Delivery))}
    waits = {subject_id: (due_at - clock()).seconds for subject_id, due_at in due.items()}
    assert waits == {11: 0, 12: 30, 21: 240}


async def test_another_process_delivers_what_is_of_its_shards(
    store: Store, scheduler: Scheduler, clock: Clock
) -> None:
    posts = [Post(), Post()]
    await _enqueue(store, clock, 1, 1 << 22)
    for shard, post in enumerate(posts):
        outbox = Outbox(store, scheduler, clock, Shards(frozenset({shard}), 2))
        outbox.add("news", post, Delivery.subject_id)

    async def empty() -> bool:
        return await _waiting(store) == []

    await _until(empty)
    assert [post.said for post in posts] == [[1], [1 << 22]]


async def test_what_has_no_place_left_is_dropped(
    store: Store, outbox: Outbox, clock: Clock, scheduler: Scheduler
) -> None:
    post = Post()
    post.error = Undeliverable("the channel is gone")
    outbox.add("news", post, _SERVER)
    await _enqueue(store, clock, 1)
    scheduler.wake()

    async def dropped() -> bool:
        return bool(post.tried) and await _waiting(store) == []

    await _until(dropped)


async def test_a_slow_delivery_delays_no_other_of_its_kind_or_of_another(
    store: Store, outbox: Outbox, scheduler: Scheduler, clock: Clock
) -> None:
    slow, quick = Post(), Post()

    async def news(subject_id: int) -> None:
        await (slow if subject_id == 1 else quick)(subject_id)

    slow.hold.clear()
    other = Post()
    outbox.add("news", news, _SERVER)
    outbox.add("reveal", other, _SERVER)
    await _enqueue(store, clock, 1)
    scheduler.wake()
    await _until(lambda: slow.tried)

    await _enqueue(store, clock, 2)
    await _enqueue(store, clock, 3, kind="reveal")
    scheduler.wake()

    await _until(lambda: quick.said and other.said)
    assert slow.said == []


async def test_who_delivers_now_is_told_of_a_failure_and_so_is_who_waits(
    store: Store, outbox: Outbox, scheduler: Scheduler, clock: Clock
) -> None:
    post = Post()
    post.error = RuntimeError("not now")
    post.hold.clear()
    await scheduler.close()  # so that nothing but these two deliver
    outbox.add("news", post, _SERVER)
    await _enqueue(store, clock, 1)

    two = [asyncio.create_task(outbox.deliver("news", 1)) for _ in range(2)]
    await _until(lambda: post.under_way)
    post.hold.set()

    results = await asyncio.gather(*two, return_exceptions=True)
    assert [str(each) for each in results] == ["not now", "not now"]
    assert await _waiting(store) == [1]

    post.error = None
    await outbox.deliver("news", 1)
    await outbox.deliver("news", 1)
    assert post.said == [1]


async def test_what_is_enqueued_while_it_is_said_is_said_again(
    store: Store, outbox: Outbox, scheduler: Scheduler, clock: Clock
) -> None:
    post = Post()
    post.hold.clear()
    outbox.add("news", post, _SERVER)
    await _enqueue(store, clock, 1)
    scheduler.wake()
    await _until(lambda: post.under_way)

    await _enqueue(store, clock, 1)
    post.hold.set()

    await _until(lambda: post.said == [1, 1])


async def test_what_is_interrupted_is_due_again_at_once(
    store: Store, scheduler: Scheduler, clock: Clock
) -> None:
    first, post = Outbox(store, scheduler, clock), Post()
    post.hold.clear()
    first.add("news", post, _SERVER)
    await _enqueue(store, clock, 1)
    scheduler.wake()
    await _until(lambda: post.under_way)

    await scheduler.close()
    await first.close()

    async with store.read() as transaction:
        row = await transaction.get_one(Delivery, ("news", 1))
    assert row.due_at == clock()
