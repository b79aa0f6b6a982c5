"""Settings, and the file that explains them."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, told

_EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_the_example_names_every_setting_and_no_other() -> None:
    named = re.findall(r"^#? ?([A-Z_]+)=", _EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_shows_the_defaults() -> None:
    shown = dict(
        re.findall(r"^# ([A-Z_]+)=(.*)$", _EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    defaults = Settings(_env_file=None)

    for name, value in shown.items():
        default = getattr(defaults, name.lower())
        assert value == ("" if default is None else str(default))


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

    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None)

    assert "sqlite+aiosqlite:///" in told(refused.value)
    assert "secret" not in str(refused.value)


def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_WAITING", "0")

    with pytest.raises(ValidationError):
        Settings(_env_file=None)
