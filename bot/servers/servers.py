"""What a server wants, and forgetting a server that has removed the bot."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select

from bot.store import Store
from bot.store.models import Base, HostRole, Server, Session

KEPT = dt.timedelta(days=30)
"""So long a server is remembered after it has removed the bot."""

DAILY_HOUR = 9
"""At which hour, UTC, the digit of the day appears where a server chose none."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a server wants.

    Attributes:
        language: of what is shared; `None`: both.
        daily_channel_id: where the digit of the day appears; `None`: nowhere.
        daily_hour: at which hour, UTC.
        host_roles: whose members may host sessions.
    """

    language: str | None = None
    daily_channel_id: int | None = None
    daily_hour: int = DAILY_HOUR
    host_roles: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wished:
    """What somebody chose in the settings.

    Attributes:
        what: `language`, `hosts`, `channel` or `hour`.
        values: what was chosen.
    """

    what: str
    values: tuple[str, ...]


class Servers:
    """Keeps what servers want, while the bot is there and 30 days longer.

    It is a job of the scheduler too: to forget.
    """

    def __init__(
        self, store: Store, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        """Keep it in a store.

        Args:
            store: where.
            now: the time, with its zone.
        """
        self._store = store
        self._now = now

    async def wishes(self, server_id: int) -> Wishes:
        """Tell what a server wants; what it never chose is as it is everywhere."""
        async with self._store.begin() as session:
            server = await session.get(Server, server_id)
            roles = await session.scalars(
                select(HostRole.role_id).where(HostRole.server_id == server_id)
            )
            host_roles = frozenset(roles)
        if server is None:
            return Wishes(host_roles=host_roles)
        return Wishes(server.language, server.daily_channel_id, server.daily_hour, host_roles)

    async def language(self, server_id: int | None) -> str | None:
        """Tell in which language a server wants what is shared; `None`: in both."""
        return None if server_id is None else (await self.wishes(server_id)).language

    async def may_host(
        self, server_id: int, roles: Collection[int], *, manages_threads: bool
    ) -> bool:
        """Whether somebody may host sessions: who has one of these roles, or manages threads."""
        if manages_threads:
            return True
        return not (await self.wishes(server_id)).host_roles.isdisjoint(roles)

    async def speak(self, server_id: int, language: str | None) -> None:
        """Choose the language of what is shared; `None`: both."""
        await self._set(server_id, language=language)

    async def show_daily(self, server_id: int, channel_id: int | None) -> None:
        """Choose where the digit of the day appears; `None`: nowhere."""
        await self._set(server_id, daily_channel_id=channel_id)

    async def show_daily_at(self, server_id: int, hour: int) -> None:
        """Choose at which hour, UTC, it appears."""
        await self._set(server_id, daily_hour=hour)

    async def let_host(self, server_id: int, roles: Sequence[int]) -> None:
        """Choose the roles whose members may host sessions, in place of those chosen before."""
        async with self._store.begin() as session:
            await session.execute(delete(HostRole).where(HostRole.server_id == server_id))
            for role_id in set(roles):
                await session.execute(
                    self._store.insert(HostRole)
                    .values(server_id=server_id, role_id=role_id)
                    .on_conflict_do_nothing()
                )

    async def leave(self, server_id: int) -> None:
        """Take note that the bot was removed: from now on the 30 days run."""
        await self._set(server_id, left_at=self._now())

    async def join(self, server_id: int) -> None:
        """Take note that the bot is there, again or for the first time."""
        async with self._store.begin() as session:
            server = await session.get(Server, server_id)
            if server is not None:
                server.left_at = None

    async def compare(self, there: Collection[int], ours: Callable[[int], bool]) -> None:
        """Take note of what happened while the bot was away.

        Args:
            there: the servers that have the bot.
            ours: whether this process is the one that would know of a server.
        """
        async with self._store.begin() as session:
            for server in await session.scalars(select(Server)):
                if server.server_id in there:
                    server.left_at = None
                elif server.left_at is None and ours(server.server_id):
                    server.left_at = self._now()

    async def next_due(self) -> dt.datetime | None:
        """Tell when the next server is to be forgotten."""
        async with self._store.begin() as session:
            first: dt.datetime | None = await session.scalar(select(func.min(Server.left_at)))
        return first and first + KEPT

    async def run(self) -> None:
        """Forget the servers that removed the bot 30 days ago."""
        due = Server.left_at <= self._now() - KEPT
        async with self._store.begin() as session:
            await self._store.alone(session)
            # First of all: a server that the bot comes back to meanwhile waits here, or is spared.
            gone = (
                await session.scalars(delete(Server).where(due).returning(Server.server_id))
            ).all()
            sessions = select(Session.session_id).where(Session.server_id.in_(gone))
            for table in reversed(Base.metadata.sorted_tables):
                # What a session has brought goes before it; a table of rounds has both columns.
                if "session_id" in table.c and table.name != Session.__tablename__:
                    await session.execute(delete(table).where(table.c.session_id.in_(sessions)))
            for table in reversed(Base.metadata.sorted_tables):
                if "server_id" in table.c:
                    await session.execute(delete(table).where(table.c.server_id.in_(gone)))

    async def _set(self, server_id: int, **wish: Any) -> None:  # noqa: ANN401 - of several columns
        defaults = {"daily_hour": DAILY_HOUR}
        async with self._store.begin() as session:
            await session.execute(
                self._store.insert(Server)
                .values(server_id=server_id, **(defaults | wish))
                .on_conflict_do_update(index_elements=["server_id"], set_=wish)
            )
