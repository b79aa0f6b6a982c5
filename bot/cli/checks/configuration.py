"""The settings, and the file that they are in."""

import os
import stat
from collections.abc import Iterator
from difflib import get_close_matches

from dotenv import dotenv_values

from bot.cli.checks import Finding, fine, warning, wrong
from bot.settings import ENV_FILE, Settings, SettingsError, is_secret

_NAMES = {name.upper(): name for name in Settings.model_fields}


def values() -> Iterator[Finding]:
    """Read all settings."""
    try:
        settings = Settings.read()
    except SettingsError as error:
        for told in str(error).splitlines():
            yield wrong(told, "docs/settings.md explains each setting.")
        return
    ids, count = settings.shard_ids, settings.shard_count
    if ids is None:
        yield fine("readable")
    elif len(ids) != count and settings.database_url.get_backend_name() == "sqlite":
        yield warning(
            "SHARD_IDS leaves shards to other processes, and DATABASE_URL is a file of SQLite",
            "Use PostgreSQL, unless all of them run on this machine and use the same file.",
        )
    else:
        yield fine(f"readable; shards {', '.join(map(str, ids))} of {count}")


def env_file() -> Iterator[Finding]:
    """Look for names in `.env` that mean nothing, and for people who may read its secrets."""
    try:
        given = {name.upper(): value for name, value in dotenv_values(ENV_FILE).items()}
        mode = ENV_FILE.stat().st_mode
    except FileNotFoundError:
        yield fine("none here, so only the environment and files of secrets count")
        return
    except (OSError, UnicodeError):
        yield wrong("cannot be read", "Make it a text file in UTF-8 that this user may read.")
        return
    faults = False
    for name in sorted(given.keys() - _NAMES.keys()):
        faults = True
        near = get_close_matches(name, _NAMES, n=1)
        advice = f"Did you mean {near[0]}?" if near else "Delete the line; see docs/settings.md."
        yield warning(f"{name} is no setting, and is ignored", advice)
    holds_secret = any(
        value and name in _NAMES and is_secret(_NAMES[name]) for name, value in given.items()
    )
    if holds_secret and os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        faults = True
        yield warning("holds a secret, and others on this machine may read it", "chmod 600 .env")
    if not faults:
        yield fine(f"{len(given)} settings, and nothing else")
