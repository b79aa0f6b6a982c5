"""The tables as the migrations make them, beside the models; and what is in them on the way."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Column, Connection, MetaData, Table, inspect, select

from bot.store.database import _connect
from bot.store.migrations import configuration
from bot.store.models import Base

Rows = dict[str, list[tuple[Any, ...]]]

_ANNA, _BORA, _SERVER = 1 << 62, (1 << 62) + 1, 1 << 61
_NOON = dt.datetime(2026, 3, 14, 12, 0, 59, 265358, tzinfo=dt.UTC)

# What each step made room for, in an order in which it can be written; `_row` adds what is missing.
_ROWS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "0001": {
        "corrections": [
            {"network": "c0ffee00", "message_id": 1 << 62, "prediction": 1, "label": 7},
            {"network": "c0ffee00", "message_id": 1 << 61, "prediction": 4, "label": -1},
        ]
    },
    "0002": {"corrections": [{"network": "0ddba110", "prediction": -1, "label": 7}]},
    "0003": {
        "people": [{"user_id": _ANNA, "on_scoreboards": True}, {"user_id": _BORA}],
        "servers": [
            {"server_id": _SERVER, "language": "ko", "daily_channel_id": 5},
            {"server_id": _SERVER + 1, "daily_hour": 23, "left_at": _NOON},
        ],
        "host_roles": [{"server_id": _SERVER, "role_id": 1 << 59}],
        "daily_digits": [{"server_id": _SERVER, "digit": 9999}],
        "lesson_progress": [
            {"user_id": _ANNA, "lesson": "gradcam", "screen": 3},
            {"user_id": _BORA, "lesson": "data", "finished_at": _NOON},
        ],
        "sessions": [
            {"session_id": 1, "thread_id": 1 << 58, "topic": "첫 모임", "lesson": "data"},
            {"session_id": 2, "topic": "Heat", "ended_at": _NOON},
        ],
        "participants": [
            {"session_id": 1, "user_id": _ANNA},
            {"session_id": 1, "user_id": _BORA, "left_at": _NOON},
        ],
        "following": [{"session_id": 1, "user_id": _BORA, "screen": 2}],
        "looked_at": [{"session_id": 1, "digit": 7, "times": 3}],
        "lesson_answers": [
            {"user_id": _BORA, "session_id": 0, "choice": 2},
            {"user_id": _BORA, "session_id": 1, "choice": 1, "right": True},
        ],
        "rounds": [
            {"round_id": 1, "session_id": 1, "question": {"digit": 7}},
            {"round_id": 2, "server_id": _SERVER, "closed_at": _NOON},
        ],
        "votes": [
            {"round_id": 1, "user_id": _ANNA, "choice": "9"},
            {"round_id": 2, "user_id": _BORA, "points": 120, "right": True},
        ],
        "review_items": [{"user_id": _BORA, "kind": "heat", "topic": "4"}],
    },
    "0004": {"deliveries": [{"kind": "daily", "subject_id": _SERVER, "attempts": 3}]},
    "0005": {},
}
# In what a row above does not name and may not be empty.
_PLAIN: dict[type, Any] = {
    int: 0,
    str: "",
    bool: False,
    object: {},  # JSON
    dt.datetime: _NOON,
    dt.date: _NOON.date(),
}
_DROPPED = {"daily_digits": {"retry_at"}}
"""Columns that a later step drops: their values do not come back."""
_REVISIONS = tuple(_ROWS)


async def test_the_migrations_make_what_the_models_say(url: URL) -> None:
    def compare(connection: Connection) -> None:
        command.upgrade(configuration(connection), "head")
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == _REVISIONS[-1]
        assert compare_metadata(context, Base.metadata) == []
        migrated = _checks(connection)  # Alembic does not compare these
        command.downgrade(configuration(connection), "base")
        Base.metadata.create_all(connection)
        assert migrated == _checks(connection)

    await _carry_out(url, compare)


def test_there_are_rows_of_every_table() -> None:
    written = {table for rows in _ROWS.values() for table in rows}

    assert written == set(Base.metadata.tables)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("steps", range(len(_REVISIONS) + 1))
async def test_what_is_in_it_goes_up_from_every_step_and_down_again(steps: int, url: URL) -> None:
    taken, ahead = _REVISIONS[:steps], _REVISIONS[steps:]
    revision = taken[-1] if taken else "base"

    def up_and_down(connection: Connection) -> None:
        if taken:
            command.upgrade(configuration(connection), revision)
        kept = _write(connection, taken)
        assert _read(connection) == kept

        command.upgrade(configuration(connection), "head")
        enqueued = {} if "0004" in taken else _enqueued(connection)
        assert _read(connection) == kept | enqueued
        full = _write(connection, ahead)
        assert _read(connection) == _together(kept | enqueued, full)

        command.downgrade(configuration(connection), revision)
        assert _read(connection) == kept
        command.upgrade(configuration(connection), "head")
        assert _read(connection).keys() - {"deliveries"} == kept.keys() - {"deliveries"}
        command.downgrade(configuration(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]

    await _carry_out(url, up_and_down)


async def test_todays_digits_that_are_not_sent_are_enqueued(url: URL) -> None:
    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration(connection), "0004")
        table = _tables(connection)["daily_digits"]
        today = dt.datetime.now(dt.UTC).date()
        rows: tuple[dict[str, Any], ...] = (
            {"day": today},
            {"day": today, "message_id": 5},
            {"day": today - dt.timedelta(days=1)},
        )
        for server_id, row in enumerate(rows, start=_SERVER):
            values = _row(table, {"server_id": server_id} | row)
            connection.execute(table.insert().values(values))

        command.upgrade(configuration(connection), "head")

        (deliveries,) = _enqueued(connection).values()
        assert [row[:2] for row in deliveries] == [("daily", _SERVER)]

    await _carry_out(url, upgrade)


async def test_what_was_still_to_be_said_is_enqueued(url: URL) -> None:
    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration(connection), "0003")
        rounds: tuple[dict[str, Any], ...] = (
            {"closed_at": _NOON, "message_id": 5},
            {"closed_at": _NOON, "message_id": 5, "revealed_at": _NOON},
            {"closed_at": _NOON, "message_id": 5, "user_id": _ANNA},
            {"closed_at": _NOON},
            {"message_id": 5, "channel_id": 6},
        )
        sessions: tuple[dict[str, Any], ...] = (
            {"thread_id": 1, "ended_at": _NOON},
            {"thread_id": 2, "ended_at": _NOON, "summary_id": 9},
            {"ended_at": _NOON},
        )
        tables = _tables(connection)
        for name, key, rows in (
            ("rounds", "round_id", rounds),
            ("sessions", "session_id", sessions),
        ):
            for number, row in enumerate(rows, start=1):
                values = _row(tables[name], {key: number} | row)
                connection.execute(tables[name].insert().values(values))

        command.upgrade(configuration(connection), "head")

        (deliveries,) = _enqueued(connection).values()
        assert [row[:2] for row in deliveries] == [("reveal", 1), ("session", 1)]

    await _carry_out(url, upgrade)


def _enqueued(connection: Connection) -> Rows:
    read = _read(connection)
    return {"deliveries": read["deliveries"]} if "deliveries" in read else {}


async def _carry_out(url: URL, steps: Callable[[Connection], None]) -> None:
    engine = _connect(url)
    try:
        async with engine.execution_options(foreign_keys=False).begin() as connection:
            await connection.run_sync(steps)
    finally:
        await engine.dispose()


def _write(connection: Connection, revisions: Iterable[str]) -> Rows:
    """Write the rows of these steps, and return them as the database gives them back."""
    tables, before = _tables(connection), _read(connection)
    for revision in revisions:
        for table, rows in _ROWS[revision].items():
            for row in rows:
                connection.execute(tables[table].insert().values(_row(tables[table], row)))
    return {
        table: [row for row in rows if row not in before.get(table, [])]
        for table, rows in _read(connection).items()
        if rows != before.get(table, [])
    }


def _row(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    needed = (column for column in table.columns if not column.nullable)
    return {column.name: _PLAIN[column.type.python_type] for column in needed} | given


def _read(connection: Connection) -> Rows:
    """Everything that there is, by table."""
    read = {
        name: sorted(map(tuple, connection.execute(select(*_lasting(table)))), key=repr)
        for name, table in _tables(connection).items()
    }
    return {table: rows for table, rows in read.items() if rows}


def _lasting(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name not in _DROPPED.get(table.name, ())]


def _together(some: Rows, more: Rows) -> Rows:
    return {
        table: sorted([*some.get(table, []), *more.get(table, [])], key=repr)
        for table in {*some, *more}
    }


def _tables(connection: Connection) -> dict[str, Table]:
    """The tables that there are, by name."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {name: table for name, table in metadata.tables.items() if name != "alembic_version"}


def _checks(connection: Connection) -> dict[str, list[tuple[str | None, str]]]:
    looking = inspect(connection)
    return {
        table: sorted(
            (str(check["name"]), check["sqltext"]) for check in looking.get_check_constraints(table)
        )
        for table in Base.metadata.tables
    }
