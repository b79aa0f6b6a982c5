"""A database that goes away, and comes back by itself."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import URL, select, text

from bot.i18n import speaker
from bot.runtime.errors import describe
from bot.store import Store, StoreAwayError
from tests.postgresql import PostgreSQL

run = import_module("bot.cli.run")  # not the function of the same name


class _Road:
    """The way to a PostgreSQL server, which can be closed."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.link, self._server = folder / "pg", server
        self.open()

    def open(self) -> None:
        self.link.symlink_to(self._server)

    def close(self) -> None:
        self.link.unlink()


@pytest.fixture
async def road_and_url(postgresql: PostgreSQL) -> AsyncIterator[tuple[_Road, URL]]:
    # Not pytest's folder: a socket's path is short.
    with postgresql.database() as url, tempfile.TemporaryDirectory(prefix="bot-") as folder:
        road = _Road(Path(folder), Path(str(url.query["host"])))
        yield road, url.set(query={"host": str(road.link)})


async def test_one_sentence_while_it_is_away_and_all_is_well_when_it_is_back(
    road_and_url: tuple[_Road, URL], caplog: pytest.LogCaptureFixture
) -> None:
    road, url = road_and_url
    store, other = await Store.open(url), await Store.open(url)
    try:
        road.close()
        async with other.begin() as transaction:
            await transaction.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        for _ in range(2):
            with pytest.raises(StoreAwayError, match="The database does not answer: ") as away:
                async with store.read() as transaction:
                    await transaction.scalar(select(1))
        assert describe(away.value, speaker("ko")) == speaker("ko")("problem.store")
        assert "Traceback" not in caplog.text

        road.open()

        async with store.begin() as transaction:
            assert await transaction.scalar(select(1)) == 1
    finally:
        await store.close()
        await other.close()


async def test_the_bot_waits_for_one_that_starts_at_the_same_time(
    road_and_url: tuple[_Road, URL],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    road, url = road_and_url
    road.close()
    monkeypatch.setattr(run, "_WAITS", (0.01,) * 1000)
    asyncio.get_running_loop().call_later(0.1, road.open)

    await run._reach(url)

    assert "cannot be used: " in capsys.readouterr().err


async def test_the_bot_does_not_wait_for_ever(
    road_and_url: tuple[_Road, URL], monkeypatch: pytest.MonkeyPatch
) -> None:
    road, url = road_and_url
    road.close()
    monkeypatch.setattr(run, "_WAITS", (0.01,))

    with pytest.raises(StoreAwayError, match="Check DATABASE_URL"):
        await run._reach(url)

    road.open()
