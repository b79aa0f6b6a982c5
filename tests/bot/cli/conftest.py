"""The command line, typed in this process: TensorFlow starts once for all of these tests."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import Settings

Typed = Callable[..., Result]


@pytest.fixture(autouse=True)
def nothing_set(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but the defaults, in a folder without a file .env."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """A command changes what signals do to the process that it runs in."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def typed() -> Typed:
    """Type a command, and take what it prints and its exit status."""

    def typed(*arguments: str | Path) -> Result:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception  # a person would see a traceback
        return result

    return typed
