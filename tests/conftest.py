"""What the tests share: the shipped network, the shipped digits, and databases."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.store import Store
from core.dataset import DigitSet, load_test_digits
from core.explain.explainer import Explainer
from tests.postgresql import PostgreSQL, programs, running


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long what can take any time is to take."""
    parser.addoption(
        "--kills", type=int, default=5, help="how often the evening's process is killed"
    )


@pytest.fixture(scope="session")
def explainer() -> Explainer:
    """The shipped network, compiled once for all tests."""
    return Explainer.load()


@pytest.fixture(scope="session")
def digits() -> DigitSet:
    """The 10,000 test digits."""
    return load_test_digits()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Debian's PostgreSQL; where it is missing its tests are skipped, except in CI."""
    folder = programs()
    if folder is None:
        if "CI" in os.environ:
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    with running(folder) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Of an SQLite file that is not there yet, and of an empty database of PostgreSQL."""
    if request.param == "sqlite":
        yield URL.create("sqlite+aiosqlite", database=str(tmp_path / "bot.sqlite3"))
    else:
        with request.getfixturevalue("postgresql").database() as empty:
            yield empty


@pytest.fixture
async def store(url: URL) -> AsyncIterator[Store]:
    """A database with its tables and nothing in them."""
    store = await Store.open(url)
    yield store
    await store.close()
