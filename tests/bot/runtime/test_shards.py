"""Each server belongs to one shard, as Discord counts, in either database."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from bot.runtime.shards import ALL_SHARDS, Shards
from bot.store import Store, models

_ZEROTH, _FIRST, _SECOND = 5, 2**63 - 1, 1_300_000_000_000_000_001
"""Servers of the shards 0, 1 and 2 of three."""

_NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
_ROUND: dict[str, Any] = {"kind": "heat", "question": {}, "opened_at": _NOW, "closes_at": _NOW}


async def test_every_server_is_of_the_shard_that_discord_says(store: Store) -> None:
    numbers = [(server_id >> 22) % 3 for server_id in (_ZEROTH, _FIRST, _SECOND)]
    assert numbers == [0, 1, 2]
    async with store.begin() as transaction:
        for server_id in (None, _ZEROTH, _FIRST, _SECOND):
            transaction.add(models.Round(**_ROUND, server_id=server_id, channel_id=server_id or 1))

    async def of(shards: Shards) -> list[int | None]:
        server_id = models.Round.server_id
        async with store.read() as transaction:
            found = await transaction.scalars(select(server_id).where(shards.condition(server_id)))
            return sorted(found, key=lambda each: each or 0)

    assert await of(Shards(frozenset({0}), 3)) == [None, _ZEROTH]  # direct messages are of shard 0
    assert await of(Shards(frozenset({1}), 3)) == [_FIRST]
    assert await of(Shards(frozenset({1, 2}), 3)) == [_SECOND, _FIRST]
    for every in (Shards(frozenset({0, 1, 2}), 3), ALL_SHARDS):
        assert await of(every) == [None, _ZEROTH, _SECOND, _FIRST]
