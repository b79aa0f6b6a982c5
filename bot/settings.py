"""What an operator tells the bot: environment variables, or a file `.env` with the same names."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, InstanceOf, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.network import WEIGHTS
from core.record import ModelRecord, RecordError

_DATABASES = ("sqlite", "postgresql")
_TOKEN = re.compile(r"[\w-]+=*\.[\w-]+\.[\w-]+", re.ASCII)

_WRONG = {
    "database_url": (
        "it must be like sqlite+aiosqlite:///gradcam-bot.sqlite3 "
        "or postgresql+asyncpg://user:password@host/database."
    ),
    "max_waiting": "it must be a whole number, 1 or more.",
    "log_level": "choose DEBUG, INFO, WARNING or ERROR.",
}
"""The error message for each invalid setting."""

_MISSING = (
    "DISCORD_TOKEN is missing. Put it into the environment, or into a file .env in this folder; "
    "the README says how to get one. To try the bot without a token: gradcam-bot preview"
)
_MALFORMED = (
    "DISCORD_TOKEN is malformed: a bot's token has three parts of letters and digits with dots "
    "between them. Copy it again from https://discord.com/developers/applications, your "
    "application, Bot, Reset Token."
)


class SettingsError(Exception):
    """Settings are missing or wrong; the message has a line for each."""


def _database_url(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        url = make_url(value)
        usable = url.get_backend_name() in _DATABASES and url.get_dialect().is_async
    except ArgumentError:
        usable = False
    if not usable:
        raise ValueError("not the URL of a database that can be used")
    return url


class NetworkSettings(BaseSettings):
    """The settings of the commands that need a network and nothing else."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    weights: Path | None = Field(None, description="Another network than the shipped one.")

    @property
    def tutorial_weights(self) -> Path:
        """Where the tutorial's network is: the operator's, or else the shipped one."""
        return self.weights or WEIGHTS

    def load_tutorial_record(self) -> ModelRecord:
        """Read the record of the tutorial's network.

        Raises:
            SettingsError: If WEIGHTS is no folder with all that the bot shows of that network.
        """
        try:
            return ModelRecord.load_tutorial(self.tutorial_weights)
        except RecordError as error:
            raise SettingsError(f"WEIGHTS: {error}") from error

    @classmethod
    def read(cls) -> Self:
        """Read the settings from the environment and from `.env`.

        Raises:
            SettingsError: If one is wrong, or `.env` cannot be read.
        """
        try:
            return cls()
        except ValidationError as error:
            names = dict.fromkeys(str(fault["loc"][0]) for fault in error.errors())
            told = "\n".join(f"{name.upper()}: {_WRONG[name]}" for name in names)
            raise SettingsError(told) from error
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
            raise SettingsError(f"The file .env cannot be read: {reason}.") from error


class Settings(NetworkSettings):
    """The bot's settings, each with a default that works except for the token.

    `.env.example` explains them to operators; a test holds the two together.
    """

    discord_token: SecretStr | None = Field(None, description="The bot's token, a secret.")
    database_url: Annotated[InstanceOf[URL], NoDecode, BeforeValidator(_database_url)] = Field(
        make_url("sqlite+aiosqlite:///gradcam-bot.sqlite3"),
        description="What is remembered, and where; a file is made at the first start.",
    )
    max_waiting: int = Field(256, ge=1, description="Requests that may wait at the same time.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def token(self) -> str:
        """The bot's token.

        Raises:
            SettingsError: If there is none, or it cannot be one.
        """
        secret = self.discord_token
        token = "" if secret is None else secret.get_secret_value().strip()
        if not token:
            raise SettingsError(_MISSING)
        if not _TOKEN.fullmatch(token):
            raise SettingsError(_MALFORMED)
        return token
