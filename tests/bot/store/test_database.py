"""The database itself: made, opened again, used by many at the same time, and refused."""

import asyncio
import socket
from pathlib import Path

import pytest
from sqlalchemy import URL, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.cli.checks import examine
from bot.store import Store, StoreError, try_to_write, up_to_date
from bot.store.models import Correction, Person

_ONLY_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
_ONLY_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
_ROW = {"network": "c0ffee00", "message_id": 1 << 62, "place": 0, "prediction": 1, "label": 7}


async def test_it_is_made_at_the_first_start_and_kept(url: URL) -> None:
    first = await Store.open(url)
    async with first.begin() as session:
        await session.execute(insert(Correction), _ROW)
    await first.close()

    again = await Store.open(url)
    async with again.begin() as session:
        kept = (await session.scalars(select(Correction))).one()
    await again.close()

    assert (kept.message_id, kept.prediction, kept.label) == (1 << 62, 1, 7)


@_ONLY_SQLITE
async def test_closed_it_is_one_file(url: URL, tmp_path: Path) -> None:
    await (await Store.open(url)).close()

    assert _files(tmp_path) == ["bot.sqlite3"]


@_ONLY_SQLITE
async def test_sqlite_is_set_up(store: Store) -> None:
    async with store.begin() as session:
        pragmas = [
            (await session.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]

    assert pragmas == ["wal", 1, 15_000]


@_ONLY_SQLITE
async def test_foreign_keys_are_out_of_a_migrations_way_and_only_of_its(store: Store) -> None:
    async with store._engine.execution_options(foreign_keys=False).begin() as migrating:
        assert (await migrating.exec_driver_sql("PRAGMA foreign_keys")).scalar_one() == 0

    async with store.begin() as session:
        assert (await session.execute(text("PRAGMA foreign_keys"))).scalar_one() == 1


async def test_an_exception_undoes_the_transaction(store: Store) -> None:
    async def write_twice() -> None:
        async with store.begin() as session:
            await session.execute(insert(Correction), _ROW)
            await session.execute(insert(Correction), _ROW)

    with pytest.raises(IntegrityError):
        await write_twice()

    async with store.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Correction)) == 0


@pytest.mark.parametrize(
    "wrong", [{"prediction": 10}, {"label": -2}, {"label": 1}, {"place": -1}], ids=str
)
async def test_nonsense_is_not_kept(wrong: dict[str, int], store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.begin() as session:
            await session.execute(insert(Correction), _ROW | wrong)


async def test_processes_may_start_and_write_at_the_same_time(url: URL) -> None:
    async def process(messages: range) -> None:
        store = await Store.open(url)
        try:
            for message in messages:
                async with store.begin() as session:  # reads first, as what decides does
                    await session.scalar(select(func.count()).select_from(Correction))
                    await session.execute(insert(Correction), _ROW | {"message_id": message})
        finally:
            await store.close()

    await asyncio.gather(*(process(range(start, start + 10)) for start in range(0, 40, 10)))

    store = await Store.open(url)
    async with store.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Correction)) == 40
    await store.close()


@pytest.mark.slow
async def test_processes_may_make_a_file_at_the_same_time(tmp_path: Path) -> None:
    for number in range(100):
        url = URL.create("sqlite+aiosqlite", database=str(tmp_path / f"{number}.sqlite3"))

        assert await asyncio.gather(*(up_to_date(url) for _ in range(4))) == [False] * 4


async def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    url = URL.create("sqlite+aiosqlite", database=str(tmp_path / "missing" / "bot.sqlite3"))

    with pytest.raises(StoreError, match=r"missing.*unable to open database file.*DATABASE_URL"):
        await Store.open(url)


@_ONLY_SQLITE
async def test_a_file_of_something_else_is_told_and_left_alone(url: URL, tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    file.write_text("The shopping list of the study group" * 100)

    with pytest.raises(StoreError, match="not a database"):
        await Store.open(url)

    assert file.read_text().startswith("The shopping list")


async def test_a_database_of_a_newer_version_is_told(url: URL, store: Store) -> None:
    async with store.begin() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()

    with pytest.raises(StoreError, match="9999"):
        await Store.open(url)
    with pytest.raises(StoreError, match="9999"):
        await up_to_date(url)


@_ONLY_SQLITE
def test_the_doctor_makes_no_database(
    url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(url))

    ((_, finding),) = examine("Database")

    assert "is made at the first start" in finding.text
    assert _files(tmp_path) == []


@pytest.mark.parametrize(
    ("revision", "told"), [(None, "is up to date"), ("0001", "brought up to date at the next")]
)
def test_the_doctor_looks_at_a_database(
    revision: str | None, told: str, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(url))

    async def make() -> None:
        store = await Store.open(url)
        if revision is not None:
            statement = text("UPDATE alembic_version SET version_num = :revision")
            async with store.begin() as session:
                await session.execute(statement, {"revision": revision})
        await store.close()

    asyncio.run(make())

    ((_, finding),) = examine("Database")

    assert told in finding.text
    assert asyncio.run(up_to_date(url)) == (revision is None)  # it changed nothing


@_ONLY_POSTGRESQL
async def test_a_database_for_reading_only_is_told(url: URL, store: Store) -> None:
    await try_to_write(url)
    async with store.begin() as session:
        read_only = "SET default_transaction_read_only = on"
        await session.execute(text(f"ALTER DATABASE {url.database} {read_only}"))

    with pytest.raises(StoreError, match="read-only transaction"):
        await try_to_write(url)


@_ONLY_POSTGRESQL
async def test_a_database_that_is_not_there_is_told(url: URL) -> None:
    with pytest.raises(StoreError, match=r'"nowhere" does not exist.*DATABASE_URL'):
        await Store.open(url.set(database="nowhere"))


async def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = URL.create("postgresql+asyncpg", "bot", "secret", "127.0.0.1", port, "bot")

    with pytest.raises(StoreError, match=rf"bot:\*\*\*@127\.0\.0\.1:{port}.*DATABASE_URL") as told:
        await Store.open(url)

    assert "secret" not in str(told.value)


def _files(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def test_a_transaction_that_reads_cannot_write_and_waits_for_no_writer(url: URL) -> None:
    one, other = await Store.open(url), await Store.open(url)
    try:
        async with one.begin() as writing:
            await writing.execute(insert(Person).values(user_id=1))
            async with asyncio.timeout(5), other.read() as reading:
                assert await reading.scalar(select(func.count()).select_from(Person)) == 0
        async with other.read() as reading:
            assert await reading.scalar(select(func.count()).select_from(Person)) == 1
            with pytest.raises(DBAPIError):
                await reading.execute(insert(Person).values(user_id=2))
            await reading.rollback()
        async with other.begin() as writing:
            await writing.execute(insert(Person).values(user_id=3))
    finally:
        await one.close()
        await other.close()
