"""What the tests share: the shipped network, the shipped digits, and databases."""

import asyncio
import os
import random
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from sqlalchemy import URL

from bot.runtime.networks import load_explainer
from bot.store import Store
from core.dataset import DigitSet, load_test_digits
from core.network import WEIGHTS
from tests.postgresql import PostgreSQL, programs, running

if TYPE_CHECKING:  # TensorFlow takes seconds, and the process that hands out the tests needs none
    from core.explain.explainer import Explainer


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let tests try more cases than they do by default, and slow ones run at all."""
    parser.addoption(
        "--slow", action="store_true", help="run the slow tests too, and the others with all cases"
    )
    parser.addoption(
        "--soak", action="store_true", help="try many more random cases: for hours, not minutes"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many random cases are tried."""
    for profile, examples in (("default", 5), ("slow", 25), ("soak", 2_000)):
        hypothesis.settings.register_profile(profile, max_examples=examples, deadline=None)
    thorough = "slow" if _is_thorough(config) else "default"
    hypothesis.settings.load_profile("soak" if config.getoption("--soak") else thorough)


def _is_thorough(config: pytest.Config) -> bool:
    return bool(config.getoption("--slow") or config.getoption("--soak"))


_LONGEST_FIRST = (
    "preview/",
    "load/",
    "bot/cli/",
    "core/test_training",
    "discord/",
    "core/uploads/",
    "core/explain/",
)


_ON_SERVER = "postgresql"
"""In the names of cases that need a database server, which may not be installed."""


def _not_sampled(items: Iterable[pytest.Item], seed: int) -> set[str]:
    """Draw the cases that are not tried: the same for a seed in any process.

    Of a sampled test, as many are tried with each kind of database as its mark says; of a file's
    other tests with a database server, one in three.
    """
    cases: dict[tuple[str, int, bool], list[str]] = defaultdict(list)
    on_server: dict[str, list[str]] = defaultdict(list)
    for item in items:
        test, _, case = item.nodeid.partition("[")
        if (mark := item.get_closest_marker("sampled")) is not None:
            cases[test, mark.args[0], _ON_SERVER in case].append(item.nodeid)
        elif _ON_SERVER in case:
            on_server[test.partition("::")[0]].append(item.nodeid)
    drawings = [(test, count, nodeids) for (test, count, _), nodeids in cases.items()]
    drawings += [(path, -(-len(nodeids) // 3), nodeids) for path, nodeids in on_server.items()]
    left_out = set[str]()
    for name, count, nodeids in drawings:
        drawn = random.Random(f"{seed} {name}").sample(sorted(nodeids), min(count, len(nodeids)))
        left_out |= {*nodeids} - {*drawn}
    return left_out


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process waits for another at the end.

    Unless they are asked for, slow tests are left out, and all but some cases of sampled ones. A
    case that is named, as in `tests/test_a.py::test_b[case]`, is always tried.
    """
    if not _is_thorough(config):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow: --slow runs it"))
        seed = config.getoption("randomly_seed", 0)
        names = (arg.partition("::")[2] for arg in config.args)
        named = tuple(name for name in names if "[" in name)
        kept = [each for each in items if named and each.nodeid.endswith(named)]
        left_out = _not_sampled(items, seed) - {item.nodeid for item in kept}
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
        items[:] = [item for item in items if item.nodeid not in left_out]

    def rank(item: pytest.Item) -> int:
        path = item.path.as_posix()
        places = [i for i, part in enumerate(_LONGEST_FIRST) if f"tests/{part}" in path]
        return places[0] if places else len(_LONGEST_FIRST)

    items.sort(key=rank)  # stable: within a rank the order stays random


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether every case of a kind is tried, as `--slow` asks, and not only some."""
    return _is_thorough(pytestconfig)


@pytest.fixture(scope="session")
def explainer() -> "Explainer":
    """The shipped network, compiled once for all tests."""
    return load_explainer(WEIGHTS)


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


def _make_tables(url: URL) -> None:
    async def migrate() -> None:
        await (await Store.open(url)).close()

    with asyncio.Runner() as runner:
        runner.run(migrate())


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables and nothing in them, to be copied."""
    file = tmp_path_factory.mktemp("empty") / "bot.sqlite3"
    _make_tables(URL.create("sqlite+aiosqlite", database=str(file)))
    return file


@pytest.fixture(scope="session")
def empty_postgresql(postgresql: PostgreSQL) -> Iterator[str]:
    """The name of a database of PostgreSQL with the tables and nothing in them."""
    with postgresql.database() as url:
        _make_tables(url)
        yield str(url.database)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Of an SQLite file that is not there yet, and of an empty database of PostgreSQL.

    Both have the tables if the test asks for `store`.
    """
    has_tables = "store" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "bot.sqlite3"
        if has_tables:
            shutil.copy(request.getfixturevalue("empty_sqlite"), file)
        yield URL.create("sqlite+aiosqlite", database=str(file))
    else:
        template = request.getfixturevalue("empty_postgresql") if has_tables else "template0"
        with request.getfixturevalue("postgresql").database(template) as database:
            yield database


@pytest.fixture
async def store(url: URL) -> AsyncIterator[Store]:
    """A database with its tables and nothing in them."""
    store = await Store.open(url)
    yield store
    await store.close()
