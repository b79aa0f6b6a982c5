"""The connection to the database."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Self

from sqlalchemy import URL, Connection, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.store.migrations import UnknownRevisionError, is_current, upgrade
from bot.store.models import Base

_BUSY_SECONDS = 15  # how long another process may keep SQLite's write lock from us
_BUSY_PAUSE = 0.02  # seconds between two attempts to get it

_AWAY_STATES = ("08", "53", "57P")  # PostgreSQL: no connection, too many, going down or starting

_SERIALISING = 7  # key of a PostgreSQL advisory lock; any number that no other lock uses


class StoreError(Exception):
    """The database cannot be used; the message is one sentence for an operator, and what to do."""


class StoreAwayError(StoreError):
    """The database does not answer; it may come back by itself."""


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
            StoreError: If it cannot be reached or written, or is of a newer version of the bot.
        """
        async with reaching(url) as engine:
            await upgrade(engine)
        return cls(engine)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """Begin a transaction: committed at the end of the block, rolled back by an exception.

        Raises:
            StoreAwayError: If the database does not answer; the next transaction connects again.
        """
        with _telling_if_away():
            async with self._writing.begin() as session:
                yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Begin a transaction that only reads, and so takes no lock that others wait for.

        Raises:
            StoreAwayError: If the database does not answer; the next transaction connects again.
        """
        with _telling_if_away():
            async with self._reading.begin() as session:
                yield session

    def insert(self, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
        """Make an INSERT that can say what to do ON CONFLICT, which is no part of common SQL."""
        if self._engine.dialect.name == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)

    async def serialise(self, transaction: AsyncSession) -> None:
        """Let only one transaction that calls this run at a time; the others wait.

        Transactions that write many people's rows call it first: two that lock the same rows in
        different orders would deadlock. SQLite allows one writing transaction at a time anyway.
        """
        if self._engine.dialect.name == "postgresql":
            await transaction.execute(select(func.pg_advisory_xact_lock(_SERIALISING)))

    async def close(self) -> None:
        """Disconnect."""
        await self._engine.dispose()


async def up_to_date(url: URL) -> bool:
    """Whether a database has the tables of this version of the bot; changes nothing.

    Raises:
        StoreError: If it cannot be reached, or is of a newer version of the bot.
    """
    async with reaching(url) as engine:
        current = await is_current(engine)
        await engine.dispose()
    return current


async def try_to_write(url: URL) -> None:
    """Make a table in a database and take it back, to see whether that can be done.

    Raises:
        StoreError: If the database cannot be written.
    """
    async with reaching(url) as engine:
        async with engine.connect() as connection:
            await connection.execute(text("CREATE TABLE tried (n INTEGER)"))
            await connection.rollback()
        await engine.dispose()


@asynccontextmanager
async def reaching(url: URL) -> AsyncIterator[AsyncEngine]:
    """Make an engine for the first use of a database, and say plainly what is wrong with it."""
    try:
        engine = await asyncio.to_thread(_connect, url)
        try:
            yield engine
        except BaseException:
            await engine.dispose()
            raise
    except (SQLAlchemyError, sqlite3.Error, UnknownRevisionError, ImportError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        # An SQLite file does not come back by itself.
        away = _is_away(error) and url.get_backend_name() != "sqlite"
        raise (StoreAwayError if away else StoreError)(
            f"The database {url} cannot be used: {cause}. Check DATABASE_URL."
        ) from error


@contextmanager
def _telling_if_away() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        if _is_away(error):
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise StoreAwayError(f"The database does not answer: {cause}") from error
        raise


def _is_away(error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return (
            error.connection_invalidated
            or state.startswith(_AWAY_STATES)
            or isinstance(error, OperationalError | InterfaceError)
        )
    return isinstance(error, OSError)


def _connect(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    # Create the file if it does not exist, and let readers go on while one process writes. Errors
    # of the file show here: in aiosqlite's thread they would leave it hanging.
    with closing(sqlite3.connect(url.database or ":memory:", timeout=_BUSY_SECONDS)) as connection:
        _write_ahead(connection)
    engine = create_async_engine(
        url,
        hide_parameters=True,  # what people type does not go into logs
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        # Else the driver begins transactions when it sees fit, and none for a migration.
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a file to write-ahead logging.

    SQLite does not wait here while another process does the same, whatever the timeout.
    """
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_BUSY_PAUSE)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A migration recreates some tables, and dropping the old one would delete what refers to it.
    options = connection.get_execution_options()
    enforced, read_only = options.get("foreign_keys", True), options.get("read_only", False)
    wanted = {"foreign_keys": enforced, "query_only": read_only}
    known = connection.info.setdefault("pragmas", {})  # each costs as much as a short query
    for pragma, on in wanted.items():
        if known.get(pragma) is not on:
            connection.exec_driver_sql(f"PRAGMA {pragma} = {on:d}")
            known[pragma] = on
    # Take the write lock now: upgrading a read transaction later fails instead of waiting.
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
