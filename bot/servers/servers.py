"""The settings of servers, and deleting the data of a server that has removed the bot."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import and_, delete, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import Unpack

from bot.runtime.clock import Clock, utc_now
from bot.runtime.shards import ALL_SHARDS, Shards
from bot.store import Store
from bot.store.models import (
    SERVER_RETENTION,
    Base,
    Delivery,
    DeliveryKind,
    HostRole,
    Server,
    Session,
)

DAILY_HOUR = 9
"""The hour, in UTC, of the digit of the day for a server that has chosen none."""

_SERVER_IDS = [
    table.c.server_id
    for table in Base.metadata.sorted_tables
    if "server_id" in table.c and table is not Server.__table__
]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of a server.

    Attributes:
        language: the language of shared messages; `None` means all languages.
        daily_channel_id: the channel of the digit of the day; `None` for no such digit.
        daily_hour: its hour, in UTC.
        host_roles: the roles whose members may host sessions.
    """

    language: str | None = None
    daily_channel_id: int | None = None
    daily_hour: int = DAILY_HOUR
    host_roles: frozenset[int] = frozenset()


class Changes(TypedDict, total=False):
    """New values of `ServerSettings`."""

    language: str | None
    daily_channel_id: int | None
    daily_hour: int
    host_roles: Collection[int]


class Servers:
    """Keeps the settings of servers.

    As a job of the scheduler, it deletes the data of former servers of its shards.
    """

    def __init__(self, store: Store, now: Clock = utc_now, shards: Shards = ALL_SHARDS) -> None:
        self._store = store
        self._now = now
        self._shards = shards
        self._ours = shards.condition(Server.server_id)

    async def settings(self, server_id: int) -> ServerSettings:
        """Return the settings of a server, with defaults for what it has not chosen."""
        roles = select(HostRole.role_id).where(HostRole.server_id == server_id)
        async with self._store.read() as transaction:
            server = await transaction.get(Server, server_id)
            host_roles = frozenset(await transaction.scalars(roles))
        if server is None:
            return ServerSettings(host_roles=host_roles)
        return ServerSettings(
            server.language, server.daily_channel_id, server.daily_hour, host_roles
        )

    async def language(self, server_id: int | None) -> str | None:
        """Return the language of a server's shared messages; `None` means all languages."""
        return None if server_id is None else (await self.settings(server_id)).language

    async def may_host(
        self, server_id: int, roles: Collection[int], *, manages_threads: bool
    ) -> bool:
        """Whether a member may host sessions: with one of the host roles, or managing threads."""
        if manages_threads:
            return True
        return not (await self.settings(server_id)).host_roles.isdisjoint(roles)

    async def change(self, server_id: int, **changes: Unpack[Changes]) -> None:
        """Change some of the settings of a server."""
        host_roles = changes.pop("host_roles", None)
        async with self._store.begin() as transaction:
            if changes:
                await self._record(transaction, server_id, changes)
            if host_roles is not None:
                of_server = HostRole.server_id == server_id
                await transaction.execute(delete(HostRole).where(of_server))
                rows = [{"server_id": server_id, "role_id": role_id} for role_id in host_roles]
                if rows:
                    insert = self._store.insert(HostRole).on_conflict_do_nothing()
                    await transaction.execute(insert, rows)

    async def leave(self, server_id: int) -> None:
        """Record that the bot was removed from a server: its data is kept for 30 more days."""
        async with self._store.begin() as transaction:
            await self._record(transaction, server_id, {"left_at": self._now()})

    async def join(self, server_id: int) -> None:
        """Record that the bot is in a server, again or for the first time."""
        async with self._store.begin() as transaction:
            await self._record(transaction, server_id, {"left_at": None})

    async def compare(self, there: Collection[int]) -> None:
        """Record in which servers of its shards the bot is, after it was away.

        A server gets a row even if it has never opened its settings, so that its data is deleted
        after it has left.

        Args:
            there: the servers that the bot is in.
        """
        of_rows = [
            select(server_id).where(server_id.is_not(None), self._shards.condition(server_id))
            for server_id in _SERVER_IDS
        ]
        async with self._store.begin() as transaction:
            await self._store.serialise(transaction)
            stored = set(await transaction.scalars(union(*of_rows)))
            rows = [
                {"server_id": server_id, "daily_hour": DAILY_HOUR}
                for server_id in sorted(stored.union(there))
            ]
            if rows:
                insert = self._store.insert(Server).on_conflict_do_nothing()
                await transaction.execute(insert, rows)
            for server in await transaction.scalars(select(Server).where(self._ours)):
                if server.server_id in there:
                    server.left_at = None
                elif server.left_at is None:
                    server.left_at = self._now()

    async def next_due(self) -> dt.datetime | None:
        """Return when the data of the next server is to be deleted."""
        async with self._store.read() as transaction:
            first: dt.datetime | None = await transaction.scalar(
                select(func.min(Server.left_at)).where(self._ours)
            )
        return first and first + SERVER_RETENTION

    async def run(self) -> None:
        """Delete all data of the servers that removed the bot 30 days ago."""
        due = and_(self._ours, Server.left_at <= self._now() - SERVER_RETENTION)
        async with self._store.begin() as transaction:
            await self._store.serialise(transaction)
            # Delete these first: a concurrent `join` waits for their lock, or spares its server.
            gone = (
                await transaction.scalars(delete(Server).where(due).returning(Server.server_id))
            ).all()
            sessions = select(Session.session_id).where(Session.server_id.in_(gone))
            for table in reversed(Base.metadata.sorted_tables):
                # Rows of its sessions go before the sessions; rounds have both columns.
                if "session_id" in table.c and table.name != Session.__tablename__:
                    await transaction.execute(delete(table).where(table.c.session_id.in_(sessions)))
            for table in reversed(Base.metadata.sorted_tables):
                if "server_id" in table.c:
                    await transaction.execute(delete(table).where(table.c.server_id.in_(gone)))
            digits = and_(Delivery.kind == DeliveryKind.DAILY, Delivery.subject_id.in_(gone))
            await transaction.execute(delete(Delivery).where(digits))

    async def _record(
        self, transaction: AsyncSession, server_id: int, values: Mapping[str, object]
    ) -> None:
        await transaction.execute(
            self._store.insert(Server)
            .values({"server_id": server_id, "daily_hour": DAILY_HOUR, **values})
            .on_conflict_do_update(index_elements=["server_id"], set_=values)
        )
