"""A database in one file, and back: between SQLite and PostgreSQL, of this version and earlier."""

import asyncio
import re
import shutil
import sqlite3
import stat
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL, delete, insert, select, update

from bot.store import Store, StoreError
from bot.store.backup import back_up, restore
from bot.store.models import Base, Person, Round
from tests.bot.store.test_migrations import _NOON

_DATABASE = Path(__file__).parents[2] / "data" / "database-0.1.sql"


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A database of an earlier version, with rows in every table that it had."""
    file = tmp_path / "earlier.sqlite3"
    dump = _DATABASE.read_text(encoding="utf-8")  # names stand for ids
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            re.sub(r"<[a-z]+>", lambda name: str(zlib.crc32(name[0].encode())), dump)
        )
    return file


@pytest.fixture
def other_url(request: pytest.FixtureRequest, url: URL, tmp_path: Path) -> Iterator[URL]:
    """Of an empty database of the other kind than `url`."""
    if url.get_backend_name() == "postgresql":
        yield URL.create("sqlite+aiosqlite", database=str(tmp_path / "other.sqlite3"))
        return
    with request.getfixturevalue("postgresql").database() as empty:
        yield empty


async def _rows(url: URL) -> dict[str, set[str]]:
    store = await Store.open(url)
    async with store.read() as session:
        rows = {
            table.name: {str(row) for row in await session.execute(select(table))}
            for table in Base.metadata.sorted_tables
        }
    await store.close()
    return rows


async def _new_round(url: URL) -> int:
    """Make a round and return the id that the database gives it."""
    store = await Store.open(url)
    values = {"channel_id": 5, "kind": "said", "question": {"digit": 7}}
    times = {"opened_at": _NOON, "closes_at": _NOON, "closed_at": _NOON}
    async with store.begin() as session:
        made = await session.execute(insert(Round).values(values | times).returning(Round.round_id))
        round_id = made.scalar_one()
    await store.close()
    return round_id


async def test_all_rows_move_to_the_other_kind_of_database_by_way_of_a_file(
    earlier: Path, url: URL, other_url: URL, tmp_path: Path
) -> None:
    restored = await asyncio.to_thread(restore, earlier, url)
    last = await _new_round(url)
    store = await Store.open(url)
    async with store.begin() as session:  # its message still names it
        await session.execute(delete(Round).where(Round.round_id == last))
    await store.close()
    file = tmp_path / "copy.sqlite3"

    assert await asyncio.to_thread(back_up, url, file) == restored
    assert await asyncio.to_thread(restore, file, other_url) == restored

    rows = await _rows(url)
    assert await _rows(other_url) == rows
    assert sum(map(len, rows.values())) == restored > 20
    assert await _new_round(other_url) == last + 1


async def test_a_copy_is_of_one_moment_while_others_write(url: URL, tmp_path: Path) -> None:
    store = await Store.open(url)
    people = [{"user_id": user_id, "on_scoreboards": True} for user_id in range(1, 5001)]
    async with store.begin() as session:
        await session.execute(insert(Person), people)

    async def change_all() -> None:
        for _ in range(20):
            async with store.begin() as session:
                await session.execute(update(Person).values(on_scoreboards=~Person.on_scoreboards))

    writing = asyncio.create_task(change_all())
    copies = [tmp_path / f"{number}.sqlite3" for number in range(3)]
    for copy in copies:
        await asyncio.to_thread(back_up, url, copy)
    await writing
    await store.close()

    for copy in copies:
        with closing(sqlite3.connect(copy)) as database:
            values = database.execute("SELECT count(DISTINCT on_scoreboards), count(*) FROM people")
            assert values.fetchone() == (1, 5000)


async def test_what_is_there_is_not_written_over(
    url: URL, store: Store, earlier: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="exists already"):
        await asyncio.to_thread(back_up, url, earlier)
    async with store.begin() as session:
        await session.execute(insert(Person), {"user_id": 1})
    with pytest.raises(StoreError, match="not empty"):
        await asyncio.to_thread(restore, earlier, url)

    async with store.read() as session:
        assert list(await session.scalars(select(Person.user_id))) == [1]
    copy = tmp_path / "copy.sqlite3"
    await asyncio.to_thread(back_up, url, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not list(await asyncio.to_thread(tmp_path.rglob, "tmp*"))


async def test_a_damaged_copy_restores_nothing(url: URL, earlier: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.sqlite3"
    shutil.copy(earlier, damaged)
    with damaged.open("r+b") as file:
        file.truncate(damaged.stat().st_size // 2)

    with pytest.raises(StoreError):
        await asyncio.to_thread(restore, damaged, url)
    with pytest.raises(StoreError, match="no file"):
        await asyncio.to_thread(restore, tmp_path / "missing.sqlite3", url)

    assert not any((await _rows(url)).values())


def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    url = URL.create("sqlite+aiosqlite", database=str(tmp_path / "missing.sqlite3"))

    with pytest.raises(StoreError, match="There is no database"):
        back_up(url, tmp_path / "copy.sqlite3")

    assert not list(tmp_path.iterdir())
