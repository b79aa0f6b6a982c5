"""`gradcam-bot backup` and `gradcam-bot restore`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import fail, unwritable


def backup(
    file: Annotated[Path, typer.Argument(help="A new file, an SQLite database.")],
) -> None:
    """Copy the database of DATABASE_URL into one file, while the bot may be running.

    The file is the same for SQLite and PostgreSQL, and readable to its owner only: it names people
    by their Discord ids.

    Exit status:

    - 0: the copy is complete
    - 1: there is none
    """
    from bot.settings import Settings, SettingsError
    from bot.store.backup import back_up
    from bot.store.database import StoreError

    if problem := unwritable(file):
        fail(problem)
    try:
        rows = back_up(Settings.read().database_url, file)
    except (SettingsError, StoreError) as error:
        fail(error)
    typer.echo(f"{rows:,} rows in {file}.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `gradcam-bot backup` wrote.")],
) -> None:
    """Fill the empty database of DATABASE_URL from a copy, of this version or an earlier one.

    Stop the bot first, and start it again afterwards.

    Exit status:

    - 0: everything is restored
    - 1: nothing is
    """
    from bot.settings import Settings, SettingsError
    from bot.store.backup import restore as restore_from
    from bot.store.database import StoreError

    try:
        url = Settings.read().database_url
        rows = restore_from(file, url)
    except (SettingsError, StoreError) as error:
        fail(error)
    typer.echo(f"{rows:,} rows restored to {url}.")
