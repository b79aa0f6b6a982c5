"""`gradcam-bot doctor`: what it finds right, and each thing that is broken on purpose."""

import importlib.metadata
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from alembic.script import ScriptDirectory

from bot.cli.checks import CHECKS, Level, account, examine, installation
from bot.store import database, migrations
from core import network as networks
from core.figures import canvas
from core.network import NETWORK_FILE, UPLOADS_WEIGHTS, WEIGHTS, epoch_file
from core.uploads import worker
from tests.bot.cli.conftest import Typed
from tests.bot.cli.discord_api import Discord


@dataclass(frozen=True)
class Installed:
    """A bot that is set up well in a folder of its own, to be broken."""

    folder: Path
    discord: Discord
    patch: pytest.MonkeyPatch
    until_end: ExitStack

    @property
    def database(self) -> Path:
        """Its database, made and up to date."""
        return self.folder / "gradcam-bot.sqlite3"

    def set(self, name: str, value: object) -> None:
        """Give it a setting."""
        self.patch.setenv(name, str(value))

    def env(self, text: str) -> None:
        """Give it a file .env that nobody else may read."""
        (self.folder / ".env").write_text(text, encoding="utf-8")
        (self.folder / ".env").chmod(0o600)

    def own_weights(self) -> Path:
        """Give it a copy of the tutorial's network to break."""
        shutil.copytree(WEIGHTS, self.folder / "weights")
        self.set("WEIGHTS", self.folder / "weights")
        return self.folder / "weights"


@pytest.fixture
def installed(
    tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installed]:
    """A bot with a valid token, a database, and nothing wrong."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(empty_sqlite, tmp_path / "gradcam-bot.sqlite3")
    discord = Discord("a.b.c")
    with discord.running(), ExitStack() as until_end:
        monkeypatch.setattr(account, "API", discord.url)
        monkeypatch.setenv("DISCORD_TOKEN", discord.token)
        bot = Installed(tmp_path, discord, monkeypatch, until_end)
        _memory(8000)(bot)  # whatever this machine has
        monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(8 << 30))
        yield bot


def test_everything_is_in_order(installed: Installed, typed: Typed) -> None:
    installed.env("LOG_LEVEL=WARNING")

    told = typed("doctor")

    assert told.exit_code == 0, told.stdout
    assert {line[0] for line in told.stdout.splitlines()} == {"✓"}
    assert "10,000 test digits" in told.stdout
    assert "read test digit 7 as 9" in told.stdout
    assert "client_id=4321&scope=bot+applications.commands&permissions=" in told.stdout
    assert installed.discord.token not in told.stdout


@pytest.mark.parametrize(("token", "mark"), [("a.b.c", Level.UNCHECKED), ("", Level.WARNING)])
def test_what_takes_discord_or_a_token_is_not_checked_without(
    token: str, mark: Level, installed: Installed
) -> None:
    installed.set("DISCORD_TOKEN", token)
    installed.patch.setattr(account, "API", "http://127.0.0.1:1")

    found = dict(examine("Clock", "Application", "Permissions"))
    ((_, told),) = examine("Token")

    assert {finding.level for finding in found.values()} == {Level.UNCHECKED}
    assert all("not checked" in finding.text for finding in found.values())
    assert told.level is mark


Break = Callable[[Installed], object]


class _Usage(NamedTuple):
    free: int


def _missing(name: str) -> Break:
    def broken(installed: Installed) -> None:
        real = importlib.metadata.version

        def version(of: str) -> str:
            if of == name:
                raise importlib.metadata.PackageNotFoundError(name)
            return real(of)

        installed.patch.setattr(installation, "version", version)

    return broken


def _older(name: str) -> Break:
    def broken(installed: Installed) -> None:
        real = importlib.metadata.version
        installed.patch.setattr(
            installation, "version", lambda of: "0.1" if of == name else real(of)
        )

    return broken


def _step(name: str) -> Break:
    def broken(installed: Installed) -> None:
        with sqlite3.connect(installed.database) as store:
            store.execute("UPDATE alembic_version SET version_num = ?", (name,))
        store.close()

    return broken


def _first_step() -> str:
    (base,) = ScriptDirectory(str(Path(migrations.__file__).parent)).get_bases()
    return str(base)


def _locked(installed: Installed) -> None:
    installed.patch.setattr(database, "_BUSY_SECONDS", 0.05)
    writer = sqlite3.connect(installed.database, isolation_level=None)
    installed.until_end.callback(writer.close)
    writer.execute("BEGIN IMMEDIATE")


def _other_network(installed: Installed) -> None:
    """Weights of another shape, recorded as if they were right."""
    folder = installed.own_weights()
    import keras  # noqa: PLC0415

    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    model.save_weights(folder / NETWORK_FILE)
    metrics = folder / "metrics.json"
    recorded = networks.fingerprint(WEIGHTS)
    text = metrics.read_text(encoding="utf-8")
    metrics.write_text(text.replace(recorded, networks.fingerprint(folder)), encoding="utf-8")


def _changed_weights(installed: Installed) -> None:
    shutil.copy(epoch_file(9), installed.own_weights() / NETWORK_FILE)


def _cut_epoch(installed: Installed) -> None:
    file = epoch_file(3, installed.own_weights())
    file.write_bytes(file.read_bytes()[:1000])


def _uploads_changed(installed: Installed) -> None:
    copy = installed.folder / "uploads"
    shutil.copytree(UPLOADS_WEIGHTS, copy)
    shutil.copy(WEIGHTS / NETWORK_FILE, copy)
    installed.patch.setattr(networks, "UPLOADS_WEIGHTS", copy)


def _memory(mebibytes: int) -> Break:
    def broken(installed: Installed) -> None:
        file = installed.folder / "meminfo"
        file.write_text(f"MemTotal: 9999999 kB\nMemAvailable: {mebibytes << 10} kB\n")
        installed.patch.setattr(installation, "_MEMORY", file)

    return broken


def _container(installed: Installed) -> None:
    for name, value in (("_LIMIT", 600 << 20), ("_USED", 300 << 20)):
        (installed.folder / name).write_text(f"{value}\n")
        installed.patch.setattr(installation, name, installed.folder / name)


def _no_font(installed: Installed) -> None:
    broken = installed.folder / "font.ttf"
    broken.write_bytes(b"no font")
    installed.patch.setattr(canvas, "font_file", lambda *, bold: broken)  # noqa: ARG005


def _application(**changes: object) -> Break:
    return lambda installed: installed.discord.application.update(changes)


def _lacking(installed: Installed) -> None:
    installed.discord.servers[0]["permissions"] = str(1 << 10 | 1 << 11)


def _readable_env(installed: Installed) -> None:
    installed.env("DISCORD_TOKEN=a.b.c")
    (installed.folder / ".env").chmod(0o644)


_ENDED = OSError("it ended at once")


def _no_process(installed: Installed) -> None:
    def start(*_: object) -> None:
        raise _ENDED

    installed.patch.setattr(worker.DecodingWorker, "_start", start)


_BROKEN: dict[str, tuple[Break, str, Level, str]] = {
    "an interpreter that is too old": (
        lambda i: i.patch.setattr(platform, "python_version", lambda: "3.9.1"),
        "Python", Level.WRONG, "3.9.1, and <3.14,>=3.11 is needed",
    ),
    "a package that is missing": (
        _missing("scipy"), "Packages", Level.WRONG, "scipy is missing",
    ),
    "a package that is too old": (
        _older("keras"), "Packages", Level.WRONG, "keras is 0.1, and <3.16,>=3.15 is needed",
    ),
    "a value that cannot be": (
        lambda i: i.set("MAX_WAITING", "many"),
        "Settings", Level.WRONG, "MAX_WAITING: it must be a whole number, at least 1.",
    ),
    "a database of another kind": (
        lambda i: i.set("DATABASE_URL", "mysql://bot:hidden@host/db"),
        "Settings", Level.WRONG, "DATABASE_URL: it must be a text like sqlite+aiosqlite:///",
    ),
    "a misspelt setting": (
        lambda i: i.env("DISCORD_TOKE=hidden"),
        ".env", Level.WARNING, "Did you mean DISCORD_TOKEN?",
    ),
    "a file .env that is no text": (
        lambda i: (i.folder / ".env").write_bytes(b"\xff\xfe"), ".env", Level.WRONG, "UTF-8",
    ),
    "a secret that others may read": (
        _readable_env, ".env", Level.WARNING, "chmod 600 .env",
    ),
    "a database that cannot be reached": (
        lambda i: i.set("DATABASE_URL", "postgresql+asyncpg://bot:hidden@127.0.0.1:1/db"),
        "Database", Level.WRONG, "postgresql+asyncpg://bot:***@127.0.0.1:1/db cannot be used",
    ),
    "a folder that is not there": (
        lambda i: i.set("DATABASE_URL", "sqlite+aiosqlite:///nowhere/bot.sqlite3"),
        "Database", Level.WRONG, "nowhere/bot.sqlite3 cannot be made there",
    ),
    "a database that is none": (
        lambda i: i.database.write_bytes(b"no database" * 100),
        "Database", Level.WRONG, "file is not a database",
    ),
    "a database that cannot be written": (
        _locked, "Database", Level.WRONG, "database is locked",
    ),
    "a database of an older version": (
        _step(_first_step()), "Database", Level.WARNING, "is brought up to date at the next start",
    ),
    "a database of a newer version": (
        _step("9999"), "Database", Level.WRONG, "9999",
    ),
    "shards of two processes in a file": (
        lambda i: i.env("SHARD_IDS=0\nSHARD_COUNT=2"),
        "Settings", Level.WARNING, "Use PostgreSQL",
    ),
    "shards that there are not": (
        lambda i: i.env("SHARD_IDS=0-2\nSHARD_COUNT=2"),
        "Settings", Level.WRONG, "SHARD_IDS: all must be less than SHARD_COUNT",
    ),
    "a disk that is full": (
        lambda i: i.patch.setattr(shutil, "disk_usage", lambda _: _Usage(50 << 20)),
        "Disk", Level.WRONG, "50 MiB free",
    ),
    "little memory": (_memory(800), "Memory", Level.WARNING, "800 MiB free"),
    "a container with less": (_container, "Memory", Level.WRONG, "300 MiB free"),
    "a clock that is late": (
        lambda i: setattr(i.discord, "ahead", 100),
        "Clock", Level.WARNING, "s behind Discord's",
    ),
    "a token that cannot be one": (
        lambda i: i.set("DISCORD_TOKEN", "[bold]hidden[/bold]"),
        "Token", Level.WRONG, "DISCORD_TOKEN is malformed",
    ),
    "a token that was reset": (
        lambda i: i.set("DISCORD_TOKEN", "hidden.b.c"), "Token", Level.WRONG, "Discord refuses it",
    ),
    "a privileged intent that is on for nothing": (
        _application(flags=1 << 19),
        "Application", Level.WARNING, "the Message Content Intent is on for nothing",
    ),
    "commands that go elsewhere": (
        _application(interactions_endpoint_url="https://example.org"),
        "Application", Level.WRONG, "Empty the Interactions Endpoint URL",
    ),
    "a bot that nobody can invite": (
        _application(bot_require_code_grant=True),
        "Application", Level.WRONG, "Switch off Requires OAuth2 Code Grant",
    ),
    "no installs by people": (
        _application(integration_types_config={"0": {}}),
        "Application", Level.WARNING, "Tick User Install",
    ),
    "permissions that are lacking": (
        _lacking, "Permissions", Level.WARNING,
        "in Study the bot lacks Attach Files, Read Message History, Create Public Threads, "
        "Send Messages In Threads, Pin Messages",
    ),
    "a font that is broken": (_no_font, "Fonts", Level.WRONG, "font.ttf cannot be read"),
    "another network than the recorded": (
        _changed_weights, "Network", Level.WRONG, "and its record is of",
    ),
    "a network of another shape": (
        _other_network, "Network", Level.WRONG, "does not hold weights of the tutorial's network",
    ),
    "weights of an epoch that are cut off": (
        _cut_epoch, "Network", Level.WRONG, "epoch-03.weights.h5 does not hold weights",
    ),
    "a folder without a record": (
        lambda i: i.set("WEIGHTS", "[green]:smile:"),
        "Network", Level.WRONG, "WEIGHTS: [green]:smile: does not hold the record of a training.",
    ),
    "an uploads' network that was replaced": (
        _uploads_changed, "Uploads' network", Level.WRONG, "git checkout weights",
    ),
    "a cluster that does not answer": (
        lambda i: i.set("INFERENCE", "http://127.0.0.1:1/gradcam"),
        "Cluster", Level.WARNING, "not used: no answer (NewConnectionError)",
    ),
    "a decoding process that does not start": (
        _no_process, "Pictures", Level.WRONG, "it ended at once",
    ),
}  # fmt: skip


@pytest.mark.sampled(7)
@pytest.mark.parametrize("what", _BROKEN)
def test_what_is_broken_is_found_and_said_what_to_do(what: str, installed: Installed) -> None:
    break_it, name, level, told = _BROKEN[what]

    break_it(installed)
    findings = [finding for _, finding in examine(name)]

    (found,) = (finding for finding in findings if finding.level is not Level.FINE)
    assert found.level is level
    assert found.advice
    assert told in f"{found.text}\n{found.advice}"
    assert "hidden" not in str(findings)


def test_one_fault_hides_no_other_and_the_exit_status_tells(
    installed: Installed, typed: Typed
) -> None:
    installed.set("DATABASE_URL", "mysql://bot:hidden@host/db")
    installed.env("MAX_WAITNG=3")

    told = typed("doctor")

    assert told.exit_code == 1
    assert "hidden" not in told.output
    marks = {line[2:].partition(":")[0]: line[0] for line in told.stdout.splitlines()}
    assert set(CHECKS) <= marks.keys()
    assert {name: mark for name, mark in marks.items() if name in CHECKS and mark != "✓"} == {
        "Settings": "✗",
        ".env": "!",
        "Database": "–",
        "Disk": "–",
        "Token": "–",
        "Application": "–",
        "Permissions": "–",
        "Cluster": "–",
    }


@pytest.mark.parametrize("network", ["absent", str(WEIGHTS / NETWORK_FILE), "uploads"])
def test_a_network_that_the_bot_cannot_use_is_refused_by_all_in_the_same_words(
    typed: Typed, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = WEIGHTS.with_name("uploads") if network == "uploads" else Path(network)
    monkeypatch.setenv("WEIGHTS", str(where))
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")

    run, preview = typed("run"), typed("preview", "--port=0")

    assert (run.exit_code, preview.exit_code) == (1, 1)
    assert run.stderr == preview.stderr
    assert [finding.text for _, finding in examine("Network")] == [run.stderr.strip()]


def test_a_database_of_a_newer_version_is_refused_by_both(
    installed: Installed, typed: Typed
) -> None:
    _step("9999")(installed)

    run = typed("run")

    assert run.exit_code == 1
    assert "9999" in run.stderr
    assert [finding.text for _, finding in examine("Database")] == [run.stderr.strip()]
