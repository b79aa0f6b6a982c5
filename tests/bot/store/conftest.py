"""A database in a file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.store import Store


@pytest.fixture
def url(tmp_path: Path) -> URL:
    """Of an SQLite file that is not there yet."""
    return URL.create("sqlite+aiosqlite", database=str(tmp_path / "bot.sqlite3"))


@pytest.fixture
async def store(url: URL) -> AsyncIterator[Store]:
    """A database with its tables and nothing in them."""
    store = await Store.open(url)
    yield store
    await store.close()
