"""What an operator tells the bot: environment variables, or a file `.env` with the same names."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The bot's settings, each with a default that works except for the token.

    `.env.example` explains them to operators; a test holds the two together.
    """

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    discord_token: SecretStr | None = Field(None, description="The bot's token, a secret.")
    weights: Path | None = Field(None, description="Another network than the shipped one.")
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
