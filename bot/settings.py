"""What an operator tells the bot: environment variables, or a file `.env` with the same names."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, InstanceOf, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_DATABASES = ("sqlite", "postgresql")


def _database_url(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        url = make_url(value)
        usable = url.get_backend_name() in _DATABASES and url.get_dialect().is_async
    except ArgumentError:
        usable = False
    if not usable:
        # The value is not repeated: it may hold a password.
        raise ValueError("it must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
    return url


class Settings(BaseSettings):
    """The bot's settings, each with a default that works except for the token.

    `.env.example` explains them to operators; a test holds the two together.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    discord_token: SecretStr | None = Field(None, description="The bot's token, a secret.")
    weights: Path | None = Field(None, description="Another network than the shipped one.")
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


def told(error: ValidationError) -> str:
    """Say which settings are wrong, and how, a line each."""
    return "\n".join(
        f"{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}." for fault in error.errors()
    )
