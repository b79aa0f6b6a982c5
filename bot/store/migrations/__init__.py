"""How the tables came to be what they are, step by step, and the way from any step to the last."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

_UPGRADING = 6  # names PostgreSQL's lock; any number does that no other lock has


def configuration(connection: Connection) -> Config:
    """Alembic's configuration: the steps of this package, on a connection in a transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", __name__.replace(".migrations", ":migrations"))
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Take all steps that a database has not taken yet, in one transaction.

    Of several processes that start at the same time one takes them, and the others wait for it.
    """
    if await is_current(engine):
        return
    async with engine.execution_options(foreign_keys=False).begin() as connection:
        if engine.dialect.name == "postgresql":  # SQLite's transactions wait for each other anyway
            await connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
        await connection.run_sync(lambda sync: command.upgrade(configuration(sync), "head"))


async def is_current(engine: AsyncEngine) -> bool:
    """Whether a database has taken all steps.

    Raises:
        alembic.util.CommandError: If it has taken one that is unknown here.
    """
    async with engine.connect() as connection:
        return await connection.run_sync(_is_current)


def _is_current(connection: Connection) -> bool:
    taken = MigrationContext.configure(connection).get_current_heads()
    _steps().get_revisions(taken)  # raises where a newer version of the bot took one
    return set(taken) == set(_steps().get_heads())


@cache
def _steps() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))
