"""What servers want, and when they are forgotten."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from sqlalchemy import delete, select

from bot.runtime.outbox import enqueue
from bot.runtime.shards import Shards
from bot.servers.servers import Servers, ServerSettings
from bot.store import Store
from bot.store.models import SERVER_RETENTION, Delivery, Server
from tests.bot.filled import fill, found, sizes

_HERE, _THERE = 2**61 + 7, 2**61 + 8
_ELSEWHERE = 2**61 + (1 << 22)
"""A server of the other process."""


@dataclass
class Clock:
    """Stands still until it is moved."""

    time: dt.datetime = field(default=dt.datetime(2027, 1, 6, 20, tzinfo=dt.UTC))

    def __call__(self) -> dt.datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def servers(store: Store, clock: Clock) -> Servers:
    """As a process keeps them that runs the first of two shards."""
    return Servers(store, clock, Shards(frozenset({0}), 2))


async def test_wishes_are_kept_one_by_one(servers: Servers) -> None:
    assert await servers.settings(_HERE) == ServerSettings(None, None, 9, frozenset())

    await servers.change(_HERE, language="ko")
    await servers.change(_HERE, daily_channel_id=5)
    await servers.change(_HERE, daily_hour=0)
    await servers.change(_HERE, host_roles=[3, 4, 3])
    assert await servers.settings(_HERE) == ServerSettings("ko", 5, 0, frozenset({3, 4}))
    assert await servers.language(_HERE) == "ko"

    await servers.change(_HERE, language=None)
    await servers.change(_HERE, daily_channel_id=None)
    await servers.change(_HERE, host_roles=[4])
    assert await servers.settings(_HERE) == ServerSettings(None, None, 0, frozenset({4}))
    assert await servers.settings(_THERE) == ServerSettings()
    assert await servers.language(None) is None


async def test_hosts_have_a_role_or_manage_threads(servers: Servers) -> None:
    await servers.change(_HERE, host_roles=[3, 4])

    assert await servers.may_host(_HERE, [1, 4], manages_threads=False)
    assert not await servers.may_host(_HERE, [1, 2], manages_threads=False)
    assert not await servers.may_host(_THERE, [3, 4], manages_threads=False)
    assert await servers.may_host(_THERE, [], manages_threads=True)


async def test_a_server_that_removed_the_bot_is_forgotten_after_thirty_days(
    store: Store, servers: Servers, clock: Clock
) -> None:
    await fill(store, server_id=_HERE)
    await fill(store, server_id=_THERE)
    kept = await found(store, _THERE)
    assert await servers.next_due() is None

    await servers.leave(_HERE)
    left = clock.time
    assert await servers.next_due() == left + SERVER_RETENTION
    clock.time = left + SERVER_RETENTION - dt.timedelta(seconds=1)
    await servers.run()
    assert await found(store, _HERE)

    clock.time = left + SERVER_RETENTION
    await servers.run()
    assert await found(store, _HERE) == set()
    assert await found(store, _THERE) == kept
    assert await servers.next_due() is None
    # A delivery about what is forgotten is dropped when it is tried.
    of_nobody = {"deliveries", "corrections", "people", "lesson_progress", "review_items"}
    assert {name for name, size in (await sizes(store)).items() if size > 1} == of_nobody


async def test_a_server_of_another_process_is_left_to_that(
    store: Store, servers: Servers, clock: Clock
) -> None:
    await fill(store, server_id=_ELSEWHERE)
    await servers.leave(_ELSEWHERE)
    clock.time += SERVER_RETENTION
    assert await servers.next_due() is None

    await servers.run()

    assert await found(store, _ELSEWHERE)


async def test_a_server_that_comes_back_in_time_is_not_forgotten(
    store: Store, servers: Servers, clock: Clock
) -> None:
    await fill(store, server_id=_HERE)
    kept = await found(store, _HERE)

    await servers.leave(_HERE)
    clock.time += SERVER_RETENTION - dt.timedelta(hours=1)
    await servers.join(_HERE)
    assert await servers.next_due() is None
    clock.time += SERVER_RETENTION
    await servers.run()

    assert await found(store, _HERE) == kept


async def test_what_happened_while_the_bot_was_away_is_found_when_it_is_back(
    servers: Servers, clock: Clock
) -> None:
    back, gone, others = 1, 2, _ELSEWHERE
    for server_id in (_HERE, back, gone, others):
        await servers.change(server_id, language="ko")
    await servers.leave(back)
    clock.time += dt.timedelta(days=1)

    await servers.compare({_HERE, back})
    clock.time += SERVER_RETENTION - dt.timedelta(days=1)
    await servers.compare({_HERE, back})
    assert await servers.next_due() == clock.time + dt.timedelta(days=1)
    clock.time += dt.timedelta(days=1)
    await servers.run()

    languages = [await servers.language(each) for each in (_HERE, back, gone, others)]
    assert languages == ["ko", "ko", None, "ko"]


async def unset(store: Store, server_id: int) -> None:
    """Leave data of a server that never opened its settings: it has no row of its own."""
    await fill(store, server_id=server_id)
    async with store.begin() as transaction:
        await transaction.execute(delete(Server).where(Server.server_id == server_id))


async def test_a_server_that_never_opened_its_settings_is_forgotten_after_it_left(
    store: Store, servers: Servers, clock: Clock
) -> None:
    await unset(store, _HERE)
    await servers.leave(_HERE)

    clock.time += SERVER_RETENTION
    await servers.run()

    assert await found(store, _HERE) == set()


async def test_a_server_that_left_while_the_bot_was_away_is_forgotten_without_settings_too(
    store: Store, servers: Servers, clock: Clock
) -> None:
    for server_id in (_HERE, _THERE, _ELSEWHERE):
        await unset(store, server_id)

    await servers.compare({_HERE})

    assert await servers.next_due() == clock.time + SERVER_RETENTION
    clock.time += SERVER_RETENTION
    await servers.run()
    assert await found(store, _THERE) == set()
    assert await found(store, _HERE)
    assert await found(store, _ELSEWHERE)


async def test_a_server_that_the_bot_has_only_joined_is_noted(
    store: Store, servers: Servers, clock: Clock
) -> None:
    await servers.join(_HERE)
    await servers.compare({_HERE, _THERE})
    clock.time += dt.timedelta(days=1)

    await servers.compare(set())

    async with store.read() as transaction:
        rows = {row.server_id: row for row in await transaction.scalars(select(Server))}
    assert {server_id: row.left_at for server_id, row in rows.items()} == {
        _HERE: clock.time,
        _THERE: clock.time,
    }
    assert await servers.settings(_HERE) == ServerSettings()


async def test_the_daily_digit_of_a_forgotten_server_is_not_delivered(
    store: Store, servers: Servers, clock: Clock
) -> None:
    for server_id in (_HERE, _THERE):
        await servers.change(server_id, daily_channel_id=5)
        async with store.begin() as transaction:
            await enqueue(store, transaction, "daily", server_id, clock.time)
            await enqueue(store, transaction, "reveal", server_id, clock.time)  # a round's number
    await servers.leave(_HERE)
    clock.time += SERVER_RETENTION
    await servers.run()

    async with store.read() as transaction:
        rows = await transaction.execute(select(Delivery.kind, Delivery.subject_id))
        waiting = {tuple(row) for row in rows}
    assert waiting == {("reveal", _HERE), ("daily", _THERE), ("reveal", _THERE)}
