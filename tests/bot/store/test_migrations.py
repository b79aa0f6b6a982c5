"""The tables as the migrations make them, beside the models."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, create_engine, insert, inspect, select

from bot.store import Store
from bot.store.migrations import configuration
from bot.store.models import Base, Correction


async def test_the_migrations_make_what_the_models_say(url: URL, tmp_path: Path) -> None:
    await (await Store.open(url)).close()
    modelled = create_engine(f"sqlite:///{tmp_path / 'models.sqlite3'}")
    Base.metadata.create_all(modelled)

    with _plain(url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        with modelled.connect() as models:  # Alembic does not compare these
            assert _checks(connection) == _checks(models)


async def test_all_steps_go_down_again_and_up_once_more(url: URL) -> None:
    await (await Store.open(url)).close()

    with _plain(url).begin() as connection:
        command.downgrade(configuration(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(configuration(connection), "head")
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


async def test_what_was_corrected_outlasts_every_step(url: URL) -> None:
    await (await Store.open(url)).close()
    row = (("c0ffee00", 1, 0, 1, 7),)

    with _plain(url).begin() as connection:
        command.downgrade(configuration(connection), "0001")
        connection.execute(insert(Correction).values(row[0]))
        command.upgrade(configuration(connection), "head")
        connection.execute(insert(Correction).values(("c0ffee00", 2, 0, -1, 7)))
        command.downgrade(configuration(connection), "0001")

        assert tuple(connection.execute(select(Correction.__table__))) == row


def _plain(url: URL) -> Engine:
    return create_engine(url.set(drivername="sqlite"))


def _checks(connection: Connection) -> dict[str, list[tuple[str | None, str]]]:
    looking = inspect(connection)
    return {
        table: [(check["name"], check["sqltext"]) for check in looking.get_check_constraints(table)]
        for table in Base.metadata.tables
    }
