"""Settings, and the file that explains them."""

import ast
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot import settings as settings_module
from bot.app import create_bot
from bot.settings import NetworkSettings, Settings, SettingsError, expected
from core.network import WEIGHTS
from scripts.settings import files

_ROOT = Path(__file__).parents[2]
_EXAMPLE = _ROOT / ".env.example"


def test_what_operators_read_is_what_the_code_declares() -> None:
    for name, text in files().items():
        assert (_ROOT / name).read_text(encoding="utf-8") == text, "run make settings"


def test_the_bot_uses_every_setting_and_reads_no_other() -> None:
    used, read_past = set[str](), list[str]()
    for file in (_ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
                if node.attr in {"environ", "getenv"}:
                    read_past.append(f"{file.relative_to(_ROOT)}:{node.lineno}")

    assert Settings.model_fields.keys() <= used
    files_of = {place.partition(":")[0] for place in read_past}
    # The folder of secrets, and the language of the terminal: no settings of ours.
    assert files_of == {"bot/settings.py", "bot/cli/preview.py"}


def test_a_setting_may_be_a_file_of_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker, systemd = tmp_path / "docker", tmp_path / "systemd"
    for folder in (docker, systemd):
        folder.mkdir()
        (folder / "DISCORD_TOKEN").write_text(f"a.b.{folder.name}\n")
    (docker / "log_level").write_text("error")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings_module, "SECRETS", docker)
    for name in ("DISCORD_TOKEN", "LOG_LEVEL", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)

    def last_part() -> str:
        return Settings.read().token.rpartition(".")[2]

    assert last_part() == "docker"
    assert Settings.read().log_level == "ERROR"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(systemd))
    assert last_part() == "systemd"
    Path(".env").write_text("DISCORD_TOKEN=a.b.dotenv")
    assert last_part() == "dotenv"
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.environment")
    assert last_part() == "environment"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("weights", "a path like weights/mine"),
        ("max_waiting", "a whole number, at least 1"),
        ("log_level", "DEBUG, INFO, WARNING or ERROR"),
        (
            "database_url",
            "a text like sqlite+aiosqlite:///gradcam-bot.sqlite3 "
            "or postgresql+asyncpg://user:password@host/database",
        ),
    ],
)
def test_the_declaration_says_what_a_value_must_be(name: str, said: str) -> None:
    assert expected(name) == said


def test_a_copy_of_the_example_is_a_working_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    assert Settings(_env_file=_EXAMPLE) == Settings(_env_file=None)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "abc")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    settings = Settings(_env_file=None)

    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "abc"
    assert settings.log_level == "DEBUG"
    assert "abc" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["sqlite+aiosqlite:////var/lib/bot.sqlite3", "postgresql+asyncpg://bot:secret@host/bot"]
)
def test_a_database_is_named_by_its_url(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    settings = Settings(_env_file=None)

    assert settings.database_url.render_as_string(hide_password=False) == url
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["bot.sqlite3", "sqlite:///bot.sqlite3", "mysql+aiomysql://b:secret@h/b", "what://b"]
)
def test_a_database_that_cannot_be_used_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(SettingsError) as refused:
        Settings.read()

    assert str(refused.value).count("\n") == 0
    assert str(refused.value).startswith("DATABASE_URL: it must be a text like sqlite+")
    assert "secret" not in str(refused.value)


def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_WAITING", "0")

    with pytest.raises(ValidationError):
        Settings(_env_file=None)


def test_every_wrong_setting_is_told_once_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MAX_WAITING", "many"), ("LOG_LEVEL", "LOUD"), ("DATABASE_URL", "x")):
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        Settings.read()

    names = [line.partition(":")[0] for line in str(refused.value).splitlines()]
    assert sorted(names) == ["DATABASE_URL", "LOG_LEVEL", "MAX_WAITING"]
    assert "Input" not in str(refused.value)


def test_every_setting_that_can_be_wrong_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields.keys() - {"weights", "discord_token"}:
        monkeypatch.setenv(name.upper(), "nonsense")

        with pytest.raises(SettingsError):
            Settings.read()

        monkeypatch.delenv(name.upper())


def test_the_network_is_named_whatever_else_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "x")
    monkeypatch.delenv("WEIGHTS", raising=False)
    assert NetworkSettings.read().tutorial_weights == WEIGHTS

    monkeypatch.setenv("WEIGHTS", str(tmp_path))
    assert NetworkSettings.read().tutorial_weights == tmp_path


@pytest.mark.parametrize(
    ("ids", "ran"), [("0", (0,)), ("2,0", (0, 2)), ("1-3", (1, 2, 3)), ("0, 2-3", (0, 2, 3))]
)
def test_a_process_may_run_some_shards(
    ids: str, ran: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARD_IDS", ids)
    monkeypatch.setenv("SHARD_COUNT", "4")

    settings = Settings.read()

    assert settings.shard_ids == ran
    bot = create_bot(settings)
    assert (bot.shard_ids, bot.shard_count) == ([*ran], 4)


@pytest.mark.parametrize(
    ("ids", "count", "said"),
    [
        ("0-", "4", "SHARD_IDS: it must be a text like 0,1 or 0-3."),
        ("3-0", "4", "SHARD_IDS: it must be a text like 0,1 or 0-3."),
        ("0-99999999999", "4", "SHARD_IDS: it must be a text like 0,1 or 0-3."),
        ("-1", "4", "SHARD_IDS: it must be a text like 0,1 or 0-3."),
        ("0", "0", "SHARD_COUNT: it must be a whole number, at least 1."),
        ("0-4", "4", "SHARD_IDS: all must be less than SHARD_COUNT; the first shard is 0."),
        ("0", "", "SHARD_IDS and SHARD_COUNT: set both or neither."),
        ("", "4", "SHARD_IDS and SHARD_COUNT: set both or neither."),
    ],
)
def test_shards_that_cannot_be_are_told(
    ids: str, count: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARD_IDS", ids)
    monkeypatch.setenv("SHARD_COUNT", count)

    with pytest.raises(SettingsError) as refused:
        Settings.read()

    assert str(refused.value) == said


def test_a_file_that_is_no_text_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SettingsError, match=r"\.env cannot be read: it is not text in UTF-8"):
        Settings.read()


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("", "is missing"),
        ("  ", "is missing"),
        ("x", "is malformed"),
        ("a token", "is malformed"),
        ("Bot MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs", "is malformed"),
        ("MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.", "is malformed"),
    ],
)
def test_what_cannot_be_a_token_is_told_apart_from_none(
    token: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", token)
    settings = Settings(_env_file=None)

    with pytest.raises(SettingsError, match=f"DISCORD_TOKEN {problem}"):
        _ = settings.token


def test_a_token_may_have_spaces_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ("MTk4NjIyNDgzNDcxOTI1MjQ4", "Cl2FMQ", "Zn-m1XVW7vRz_4b7Cq4se7k")
    monkeypatch.setenv("DISCORD_TOKEN", f" {'.'.join(parts)}\n")

    assert Settings(_env_file=None).token.split(".") == [*parts]
