"""What an operator tells the bot: environment variables, a file `.env`, or a file for each secret.

A setting is declared once, as a field with its description. What its value must be is told by its
type, its bounds and its examples: in the message about a wrong value, in `.env.example`, and in
`docs/settings.md`, which `make settings` writes.
"""

import os
import re
from ipaddress import IPv4Address
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Literal, Self, Union, get_args, get_origin

from pydantic import (
    BeforeValidator,
    Field,
    HttpUrl,
    InstanceOf,
    IPvAnyAddress,
    NonNegativeInt,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.network import WEIGHTS
from core.record import ModelRecord, RecordError

ENV_FILE = Path(".env")
"""The file that settings are read from, in the folder that the bot is started in."""

SECRETS = Path("/run/secrets")
"""Where Docker puts secrets; systemd names its folder in `CREDENTIALS_DIRECTORY`."""

_DATABASES = ("sqlite", "postgresql")
_MOST_SHARDS = 100_000  # of one process; many times what Discord's largest bots have
_TOKEN = re.compile(r"[\w-]+=*\.[\w-]+\.[\w-]+", re.ASCII)

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


def _shard_ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    ids = set[int]()
    for part in value.split(","):
        first, dash, last = part.partition("-")
        span = range(int(first), int(last if dash else first) + 1)
        if not 0 < len(span) <= _MOST_SHARDS:
            raise ValueError("not a range of shards")
        ids.update(span)
    return sorted(ids)


class NetworkSettings(BaseSettings):
    """The settings of the commands that need a network and nothing else."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    weights: Path | None = Field(
        None,
        description=(
            "A folder that `gradcam-bot train` wrote: another network in place of the tutorial's, "
            "with its own training in /model and in the lessons. Uploads are read by the shipped "
            "one all the same."
        ),
        examples=["weights/mine"],
    )

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
        """Read the settings from the environment, from `.env`, and from the folders of secrets.

        Raises:
            SettingsError: If one is wrong, or a file cannot be read.
        """
        try:
            return cls(_secrets_dir=secrets_folders())
        except ValidationError as error:
            told = dict.fromkeys(_told(fault) for fault in error.errors())
            raise SettingsError("\n".join(told)) from error
        except (OSError, UnicodeError) as error:
            file = getattr(error, "filename", None) or ENV_FILE
            reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
            raise SettingsError(f"The file {file} cannot be read: {reason}.") from error


class Settings(NetworkSettings):
    """The bot's settings, each with a default that works except for the token."""

    discord_token: SecretStr | None = Field(
        None,
        description=(
            "The bot's token, from https://discord.com/developers/applications › your application "
            "› Bot. Keep it secret: anyone who has it can act as your bot. Without it, only "
            "`preview` and the other commands work."
        ),
    )
    database_url: Annotated[InstanceOf[URL], NoDecode, BeforeValidator(_database_url)] = Field(
        make_url("sqlite+aiosqlite:///gradcam-bot.sqlite3"),
        description=(
            "Where the bot stores what people learn, play and correct. An SQLite file is made at "
            "the first start, in the folder that the bot is started in; an absolute path begins "
            "with four slashes: sqlite+aiosqlite:////var/lib/… To copy it while the bot runs: "
            "`gradcam-bot backup copy.sqlite3`. PostgreSQL is for several "
            "processes of the bot, or where there is one already: the database has to be there, "
            "its tables are made at the first start."
        ),
        examples=[
            "sqlite+aiosqlite:///gradcam-bot.sqlite3",
            "postgresql+asyncpg://user:password@host/database",
        ],
    )
    inference: HttpUrl | None = Field(
        None,
        description=(
            "Where a Ray Serve cluster computes for the bot; docs/ray.md says how to start one and "
            "when it pays. While it does not answer, the bot computes by itself, as it always does "
            "without it."
        ),
        examples=["http://ray-head:8000/gradcam"],
    )
    shard_ids: Annotated[
        tuple[NonNegativeInt, ...] | None, NoDecode, BeforeValidator(_shard_ids)
    ] = Field(
        None,
        min_length=1,
        description=(
            "The shards that this process runs, where several processes run one bot; "
            "docs/scaling.md says how and when. Without it, the process runs all shards, as many "
            "as Discord recommends. Set SHARD_COUNT too, and a PostgreSQL in DATABASE_URL."
        ),
        examples=["0,1", "0-3"],
    )
    shard_count: int | None = Field(
        None,
        ge=1,
        description="How many shards the bot has in all its processes; the same in each of them.",
        examples=["4"],
    )
    max_waiting: int = Field(
        256, ge=1, description="How many requests may wait before people are asked to try again."
    )
    max_waiting_per_server: int = Field(
        128,
        ge=1,
        description=(
            "How many of them may be of one server. Servers take turns: a busy one slows the "
            "others down little."
        ),
    )
    max_waiting_per_person: int = Field(
        8,
        ge=1,
        description=(
            "How many of them may be of one person. People take turns too: one person's requests "
            "wait for that person's earlier ones."
        ),
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least level of the lines that are logged."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="How it is logged: for people, or a JSON object a line for programs."
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description=(
            "The port of a small server for programs that watch the bot: /healthz, /readyz and "
            "/metrics for Prometheus. Without a port there is none."
        ),
        examples=["9100"],
    )
    metrics_host: IPvAnyAddress = Field(
        IPv4Address("127.0.0.1"),
        description=(
            "The address where that server listens: this machine's own, or 0.0.0.0 for all that it "
            "has. Anyone who reaches it can read the metrics."
        ),
        examples=["127.0.0.1", "::1"],
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _all_shards_exist(self) -> Self:
        if (self.shard_ids is None) != (self.shard_count is None):
            raise ValueError("SHARD_IDS and SHARD_COUNT: set both or neither.")
        if max(self.shard_ids or (0,)) >= (self.shard_count or 1):
            raise ValueError("SHARD_IDS: all must be less than SHARD_COUNT; the first shard is 0.")
        return self

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


def secrets_folders() -> list[Path]:
    """Return the existing folders of secrets: a file's name is a setting, its content the value."""
    named = os.environ.get("CREDENTIALS_DIRECTORY")
    folders = [SECRETS, Path(named)] if named else [SECRETS]
    return [folder for folder in folders if folder.is_dir()]


def is_secret(name: str) -> bool:
    """Whether the value of a setting must not be seen by others."""
    return SecretStr in _types(Settings.model_fields[name])


def expected(name: str) -> str:
    """Say what the value of a setting must be, by its type, its bounds and its examples.

    >>> expected("max_waiting")
    'a whole number, at least 1'
    """
    field = Settings.model_fields[name]
    (kind,) = (each for each in _types(field) if each is not NoneType)
    if get_origin(kind) is Literal:
        *others, last = map(str, get_args(kind))
        return f"{', '.join(others)} or {last}" if others else last
    if kind is bool:
        return "true or false"
    if kind in {int, float}:
        noun = "a whole number" if kind is int else "a number"
        bounds = " and ".join(_bounds(field))
        return f"{noun}, {bounds}" if bounds else noun
    noun = "a path" if kind is Path else "a text"
    return f"{noun} like {' or '.join(field.examples)}" if field.examples else noun


def _told(fault: ErrorDetails) -> str:
    """Say what is wrong with a value, or with values that do not go together."""
    if not fault["loc"]:
        return str(fault["ctx"]["error"])
    name = str(fault["loc"][0])
    return f"{name.upper()}: it must be {expected(name)}."


def _types(field: FieldInfo) -> tuple[object, ...]:
    """The types that a value may have: those of a union, or the only one."""
    kind = field.annotation
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)


def _bounds(field: FieldInfo) -> list[str]:
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    return [
        f"{said} {getattr(bound, name)}"
        for bound in field.metadata
        for name, said in words.items()
        if hasattr(bound, name)
    ]
