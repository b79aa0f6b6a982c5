"""A row in every table, and where in the database an id is."""

import datetime as dt
import itertools
import json
from typing import Any

from sqlalchemy import insert, select

from bot.store import Store
from bot.store.models import Base

_MOMENT = dt.datetime(2027, 1, 6, 20, tzinfo=dt.UTC)
_numbers = itertools.count(1_000)


async def fill(store: Store, user_id: int | None = None, server_id: int | None = None) -> None:
    """Put a row into every table, about one person and one server, or about others."""
    ids = {"user_id": user_id or next(_numbers), "server_id": server_id or next(_numbers)}
    ids["host_id"] = ids["user_id"]
    # Those whose ids others name come first.
    tables = sorted(
        Base.metadata.sorted_tables, key=lambda table: table.autoincrement_column is None
    )
    async with store.begin() as session:
        for table in tables:
            numbered = table.autoincrement_column
            row = {each.name: _value(each, ids) for each in table.c if each is not numbered}
            statement = insert(table).values(row)
            if numbered is None:
                await session.execute(statement)
            else:
                ids[numbered.name] = await session.scalar(statement.returning(numbered)) or 0


async def found(store: Store, wanted: int) -> set[tuple[str, str]]:
    """Every table and column in which a number is, whatever the column's type."""
    places = set()
    async with store.begin() as session:
        for table in Base.metadata.sorted_tables:
            for row in (await session.execute(select(table))).mappings():
                for name, value in row.items():
                    if str(wanted) in json.dumps(value, default=str):
                        places.add((table.name, name))
    return places


async def sizes(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    async with store.begin() as session:
        return {
            table.name: len((await session.execute(select(table))).all())
            for table in Base.metadata.sorted_tables
        }


def _value(column: Any, ids: dict[str, int]) -> Any:
    if column.name in ids:
        return ids[column.name]
    if column.name.endswith("_at"):
        return None if column.name in {"left_at", "ended_at"} else _MOMENT
    number = next(_numbers)
    values: dict[type, Any] = {
        int: number if column.name.endswith("_id") else number % 10,
        bool: True,
        str: f"x{number}",
        dt.date: _MOMENT.date(),
        object: {"digit": 1},  # of JSON
    }
    return values[column.type.python_type]
