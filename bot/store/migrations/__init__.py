"""How the tables came to be what they are, step by step, and the way from any step to the last.

Alembic takes a fifth of a second and 15 MB, and is imported only where a step is to be taken.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

if TYPE_CHECKING:
    from alembic.config import Config

_UPGRADING = 6  # names PostgreSQL's lock; any number does that no other lock has
_STEPS = Path(__file__).parent / "versions"


class UnknownStepError(Exception):
    """A newer version of the bot took a step that is unknown here."""


def configuration(connection: Connection) -> "Config":
    """Alembic's configuration: the steps of this package, on a connection in a transaction."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", __name__.replace(".migrations", ":migrations"))
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Take all steps that a database has not taken yet, in one transaction.

    Of several processes that start at the same time one takes them, and the others wait for it.

    Raises:
        UnknownStepError: If it has taken one that is unknown here.
    """
    if await is_current(engine):
        return
    async with engine.execution_options(foreign_keys=False).begin() as connection:
        if engine.dialect.name == "postgresql":  # SQLite's transactions wait for each other anyway
            await connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
        await connection.run_sync(_upgrade)


async def is_current(engine: AsyncEngine) -> bool:
    """Whether a database has taken all steps.

    Raises:
        UnknownStepError: If it has taken one that is unknown here.
    """
    async with engine.connect() as connection:
        taken = await connection.run_sync(_last_step)
    steps = sorted(file.name.partition("_")[0] for file in _STEPS.glob("[0-9]*.py"))
    if taken is not None and taken not in steps:
        raise UnknownStepError(
            f"it is at step {taken}, and this version of the bot knows {steps[-1]}"
        )
    return taken == steps[-1]


def _last_step(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    step: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return step


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415

    command.upgrade(configuration(connection), "head")
