"""`gradcam-bot doctor`: what it finds right and wrong."""

import sqlite3
from pathlib import Path

import pytest

from core.network import NETWORK_FILE, WEIGHTS
from tests.bot.cli.conftest import Typed


def checks(typed: Typed) -> dict[str, str]:
    """What is told of each check, with the mark before it."""
    told = typed("doctor").stdout.splitlines()
    return {line[2:].partition(":")[0]: line for line in told}


def test_everything_is_in_order(typed: Typed) -> None:
    told = typed("doctor")

    assert told.exit_code == 0, told.stdout
    assert "10,000 test digits" in told.stdout
    assert "read test digit 7 as 9" in told.stdout
    assert "no DISCORD_TOKEN: only preview works" in told.stdout


def test_a_malformed_database_url_is_told_once_and_fails_nothing_else(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://bot:secret@host/db")

    told = typed("doctor")

    assert told.exit_code == 1
    assert told.output.count("DATABASE_URL") == 1
    assert "secret" not in told.output
    marks = {name: line[0] for name, line in checks(typed).items()}
    assert [name for name, mark in marks.items() if mark == "✗"] == ["Settings", "Database"]


def test_nonsense_is_not_called_a_token(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "[bold]my token[/bold]")

    assert checks(typed)["Settings"].startswith("✗ Settings: DISCORD_TOKEN is malformed")


def test_what_looks_like_markup_or_a_colour_is_text(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIGHTS", "[green]:smile:")

    told = typed("doctor").output

    assert "✗ Network: WEIGHTS: [green]:smile: does not hold the record of a training." in told
    assert "\x1b" not in told  # it is no terminal that this goes to


@pytest.mark.parametrize("network", ["absent", str(WEIGHTS / NETWORK_FILE), "uploads"])
def test_a_network_that_the_bot_cannot_use_is_refused_by_both_in_the_same_words(
    typed: Typed, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = WEIGHTS.with_name("uploads") if network == "uploads" else Path(network)
    monkeypatch.setenv("WEIGHTS", str(where))
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")

    run, preview = typed("run"), typed("preview", "--port=0")

    assert (run.exit_code, preview.exit_code) == (1, 1)
    assert run.stderr == preview.stderr
    assert checks(typed)["Network"] == f"✗ Network: {run.stderr.strip()}"


def test_a_database_of_a_newer_version_is_refused_by_both(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bot.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.close()
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")

    run = typed("run")

    assert run.exit_code == 1
    assert "9999" in run.stderr
    assert checks(typed)["Database"] == f"✗ Database: {run.stderr.strip()}"
