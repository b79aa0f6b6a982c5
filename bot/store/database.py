"""The connection to the database."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from typing import Self

from alembic.util import CommandError
from sqlalchemy import URL, Connection, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.store.migrations import is_current, upgrade
from bot.store.models import Base

_BUSY_SECONDS = 15  # how long another process may keep SQLite's write lock from us

_ALONE = 7  # names PostgreSQL's lock; any number does that no other lock has


class StoreError(Exception):
    """The database cannot be used; the message is one sentence for an operator, and what to do."""


class Store:
    """The database, up to date.

    SQLite has one connection: transactions queue for it in order, where several connections would
    fight for SQLite's only write lock. Keep transactions short, and do not begin one within
    another.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """See `open`."""
        self._engine = engine
        self._writing = async_sessionmaker(engine, expire_on_commit=False)
        reading = engine.execution_options(read_only=True, postgresql_readonly=True)
        self._reading = async_sessionmaker(reading, expire_on_commit=False)

    @classmethod
    async def open(cls, url: URL) -> Self:
        """Connect to a database, create it if it does not exist, and bring its tables up to date.

        Args:
            url: of SQLite through aiosqlite, or of PostgreSQL through an asynchronous driver.

        Raises:
            StoreError: it cannot be reached or written, or a newer version of the bot has made it.
        """
        async with _reaching(url) as engine:
            await upgrade(engine)
        return cls(engine)

    def begin(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Begin a transaction: committed at the end of the block, rolled back by an exception."""
        return self._writing.begin()

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Begin a transaction that only reads, and so takes no lock that others wait for."""
        return self._reading.begin()

    def insert(self, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
        """Make an INSERT that can say what to do ON CONFLICT, which is no part of common SQL."""
        if self._engine.dialect.name == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)

    async def alone(self, session: AsyncSession) -> None:
        """Wait until no other transaction that has asked for this is under way.

        For those that write rows of many people, before they do anything else: two that met the
        same rows in different orders would wait for each other. SQLite has one transaction at a
        time anyway.
        """
        if self._engine.dialect.name == "postgresql":
            await session.execute(select(func.pg_advisory_xact_lock(_ALONE)))

    async def close(self) -> None:
        """Disconnect."""
        await self._engine.dispose()


async def up_to_date(url: URL) -> bool:
    """Whether a database has the tables of this version of the bot; changes nothing.

    Raises:
        StoreError: it cannot be reached, or a newer version of the bot has made it.
    """
    async with _reaching(url) as engine:
        current = await is_current(engine)
        await engine.dispose()
    return current


async def try_to_write(url: URL) -> None:
    """Make a table in a database and take it back, to see whether that can be done.

    Raises:
        StoreError: it cannot.
    """
    async with _reaching(url) as engine:
        async with engine.connect() as connection:
            await connection.execute(text("CREATE TABLE tried (n INTEGER)"))
            await connection.rollback()
        await engine.dispose()


@asynccontextmanager
async def _reaching(url: URL) -> AsyncIterator[AsyncEngine]:
    """Make an engine for the first use of a database, and say plainly what is wrong with it."""
    try:
        engine = await asyncio.to_thread(_connect, url)
        try:
            yield engine
        except BaseException:
            await engine.dispose()
            raise
    except (SQLAlchemyError, sqlite3.Error, CommandError, ImportError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(
            f"The database {url} cannot be used: {cause}. Check DATABASE_URL."
        ) from error


def _connect(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True)
    # Create the file if it does not exist, and let readers go on while one process writes. Errors
    # of the file show here: in aiosqlite's thread they would leave it hanging.
    with closing(sqlite3.connect(url.database or ":memory:", timeout=_BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        # Else the driver begins transactions when it sees fit, and none for a migration.
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    # A migration recreates some tables, and dropping the old one would delete what refers to it.
    options = connection.get_execution_options()
    enforced, read_only = options.get("foreign_keys", True), options.get("read_only", False)
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {enforced:d}")
    connection.exec_driver_sql(f"PRAGMA query_only = {read_only:d}")
    # The write lock at once: a reader that comes to write later is refused where it would wait.
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
