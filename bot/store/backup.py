"""A copy of a database in one file, and a database from such a copy.

The file is an SQLite database with the bot's own tables, whatever the copied one is: a copy of
PostgreSQL can be restored into SQLite and the reverse, which is also how to move from one to the
other.
"""

import asyncio
import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, Table, exists, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.database import Store, StoreError, reaching, up_to_date
from bot.store.models import Base, Round, Session

_ROWS_AT_ONCE = 1000

_COUNTED = [Base.metadata.tables[model.__tablename__] for model in (Session, Round)]
"""The tables whose ids the database counts: an id must not be given twice, even after its row was
deleted, because messages in Discord still name it."""


def back_up(url: URL, file: Path) -> int:
    """Copy a database as it is at one moment, while the bot may be running, and count the rows.

    Only the file's owner can read it.

    Raises:
        StoreError: If the file exists already or cannot be written, or if the database cannot be
            read or is not of this version.
    """
    if file.exists():
        raise StoreError(f"{file} exists already. Choose another name.")
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise StoreError(f"There is no database {url}. Check DATABASE_URL.")
    if not asyncio.run(up_to_date(url)):
        raise StoreError(
            f"The database {url} is empty or of an earlier version of the bot. "
            "Back it up with that version, or start this one on it first."
        )
    # In a folder of its own until it is whole: SQLite keeps files beside it meanwhile.
    with TemporaryDirectory(dir=file.absolute().parent) as folder:
        unfinished = Path(folder) / file.name
        rows = asyncio.run(_transfer(url, _sqlite(unfinished)))
        unfinished.chmod(0o600)
        unfinished.replace(file)
    return rows


def restore(file: Path, url: URL) -> int:
    """Fill an empty database from a copy, of this version or an earlier one, and count the rows.

    All or nothing is restored.

    Raises:
        StoreError: If the file is missing or no copy of a database, or if the database cannot be
            written or is not empty.
    """
    if not file.is_file():
        raise StoreError(f"There is no file {file}.")
    with TemporaryDirectory() as folder:
        copied = Path(folder) / file.name
        shutil.copy(file, copied)  # to migrate a copy, not the backup itself
        asyncio.run(_bring_up_to_date(_sqlite(copied)))
        return asyncio.run(_transfer(_sqlite(copied), url))


async def _bring_up_to_date(url: URL) -> None:
    await (await Store.open(url)).close()


async def _transfer(source_url: URL, target_url: URL) -> int:
    """Bring the target up to date, and copy all rows of the source into it."""
    await _bring_up_to_date(target_url)
    async with reaching(source_url) as source, reaching(target_url) as target:
        rows = await _copy(source, target)
        await source.dispose()
        await target.dispose()
    return rows


async def _copy(source: AsyncEngine, target: AsyncEngine) -> int:
    """Copy all rows, read at one moment, into a database that has none."""
    at_one_moment = source.execution_options(read_only=True)
    if source.dialect.name == "postgresql":
        at_one_moment = source.execution_options(isolation_level="REPEATABLE READ")
    tables = Base.metadata.sorted_tables
    copied = 0
    async with at_one_moment.connect() as reading, target.begin() as writing:
        await _must_be_empty(writing, tables)
        for table in tables:
            rows = await reading.stream(select(table))
            async for part in rows.mappings().partitions(_ROWS_AT_ONCE):
                await writing.execute(insert(table), [dict(row) for row in part])
                copied += len(part)
        for table in _COUNTED:
            await _set_last_id(writing, table, await _last_id(reading, table))
    return copied


async def _must_be_empty(connection: AsyncConnection, tables: Iterable[Table]) -> None:
    for table in tables:
        if await connection.scalar(select(exists().select_from(table))):
            raise StoreError(
                f"The database {connection.engine.url} is not empty. Restore into a new one: give "
                "its address in DATABASE_URL, or move the old one away."
            )


async def _last_id(connection: AsyncConnection, table: Table) -> int:
    """Return the last id that the database has given to a row of a table, 0 if none."""
    (key,) = table.primary_key
    if connection.dialect.name == "sqlite":
        counted = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return int(await connection.scalar(counted, {"name": table.name}) or 0)
    sequence = await connection.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
    last = await connection.scalar(text(f"SELECT last_value FROM {sequence} WHERE is_called"))  # noqa: S608 - a name of our own
    return int(last or 0)


async def _set_last_id(connection: AsyncConnection, table: Table, last: int) -> None:
    """Set the sequence of a table's ids, so that the next row gets the id after `last`."""
    if not last:
        return
    (key,) = table.primary_key
    if connection.dialect.name == "sqlite":
        # An INSERT has made the entry, unless there was no row to copy.
        named = {"name": table.name, "last": last}
        await connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), named)
        await connection.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), named)
        return
    sequence = func.pg_get_serial_sequence(table.name, key.name)
    await connection.execute(select(func.setval(sequence, last)))


def _sqlite(file: Path) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(file))
