"""The migrations of the database, run by Alembic.

Alembic is imported only if a migration has to be run, because that takes time and memory.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

if TYPE_CHECKING:
    from alembic.config import Config

_UPGRADING = 6  # key of a PostgreSQL advisory lock; any number that no other lock uses
_REVISIONS = Path(__file__).parent / "versions"


class UnknownRevisionError(Exception):
    """The database has a revision of a newer version of the bot, which is unknown here."""


def configuration(connection: Connection) -> "Config":
    """Configure Alembic with the migrations of this package, on a connection in a transaction."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", __name__.replace(".migrations", ":migrations"))
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Run all migrations that a database lacks, in one transaction.

    Of several processes that start at the same time one runs them, and the others wait for it.

    Raises:
        UnknownRevisionError: If the database has a revision that is unknown here.
    """
    if await is_current(engine):
        return
    async with engine.execution_options(foreign_keys=False).begin() as connection:
        if engine.dialect.name == "postgresql":  # SQLite's transactions wait for each other anyway
            await connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
        await connection.run_sync(_upgrade)


async def is_current(engine: AsyncEngine) -> bool:
    """Whether a database has the last revision.

    Raises:
        UnknownRevisionError: If the database has a revision that is unknown here.
    """
    async with engine.connect() as connection:
        current = await connection.run_sync(_current_revision)
    known = sorted(file.name.partition("_")[0] for file in _REVISIONS.glob("[0-9]*.py"))
    if current is not None and current not in known:
        raise UnknownRevisionError(
            f"it has revision {current}, and this version of the bot knows {known[-1]}"
        )
    return current == known[-1]


def _current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415

    command.upgrade(configuration(connection), "head")
