"""The database, and the disk that it is on."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL

from bot.cli.checks import Finding, fine, measured, unchecked, warning, wrong
from bot.settings import Settings, SettingsError
from bot.store import StoreError, try_to_write, up_to_date

_ENOUGH, _LEAST = 1024, 100  # MiB
_UNKNOWN = "not checked before the settings are right"


def database() -> Iterator[Finding]:
    """Connect to the database, compare its tables with this version's, and write into it."""
    url = _url()
    if url is None:
        yield unchecked(_UNKNOWN)
        return
    file = _file(url)
    if file is not None and not file.exists():
        if os.access(file.parent, os.W_OK):
            yield fine(f"{url} is made at the first start")
        else:
            advice = "Make the folder, let this user write into it, or change DATABASE_URL."
            yield wrong(f"{file} cannot be made there", advice)
        return
    try:
        current = asyncio.run(up_to_date(url))
        asyncio.run(try_to_write(url))
    except StoreError as error:
        advice = "Is it running, of this version, not full, and may this user write into it?"
        yield wrong(str(error), advice)
        return
    if current:
        yield fine(f"{url} is up to date and can be written")
    else:
        advice = "Copy it first if it holds anything: an older version cannot go back to it."
        yield warning(f"{url} is brought up to date at the next start", advice)


def disk() -> Iterator[Finding]:
    """Look for space where the database is."""
    url = _url()
    if url is None:
        yield unchecked(_UNKNOWN)
        return
    file = _file(url)
    folder = Path() if file is None else file.parent
    if not folder.is_dir():
        yield unchecked(f"not checked: there is no folder {folder}")
        return
    free = shutil.disk_usage(folder).free >> 20
    told = f"{free:,} MiB free in {folder.resolve()}"
    advice = "Delete what is not needed, or move the database to another disk (DATABASE_URL)."
    yield measured(free, _LEAST, _ENOUGH, told, advice)


def _url() -> URL | None:
    try:
        return Settings.read().database_url
    except SettingsError:
        return None


def _file(url: URL) -> Path | None:
    """The file of an SQLite database; none of one in memory, or of PostgreSQL."""
    in_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(str(url.database)) if in_file else None
