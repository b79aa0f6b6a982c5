"""What is kept of one person: to see, to take along, to have forgotten.

The tables know it by one rule: what is somebody's stands in a row with their id in a column named
`user_id`, and what they lead in one with `host_id`. A row of the first kind is deleted. A row of
the second kind is others' too, whose scores hang on it, so it stays and loses the person: a session
under way is handed over to whoever has taken part in it for longest, or ends where nobody is left;
one that has ended keeps no host. What they called it goes too. Points that others were given stay
as they are: each vote has its own.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Table, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import Store
from bot.store.models import Base, Participant, Round, Session

OWN, LED = "user_id", "host_id"
"""The columns that hold a person's id."""

NOBODY = 0
"""Who leads a session whose host had themselves forgotten."""

_UNNAMED = "–"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done to forget somebody.

    Attributes:
        rows: how many rows were deleted, or lost the person.
        handed_over: the sessions under way that somebody else leads now.
        ended: the sessions under way that ended, since nobody else took part.
        left: all sessions that were under way with them, led by them or not.
    """

    rows: int
    handed_over: tuple[int, ...]
    ended: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks below what is kept of them.

    Attributes:
        what: `export`, `delete` (and be asked whether one means it), `really` or `keep`.
    """

    what: str


class Privacy:
    """Shows, exports and forgets what is kept of one person."""

    def __init__(
        self, store: Store, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        """Look into a store.

        Args:
            store: where all is.
            now: the time, with its zone.
        """
        self._store = store
        self._now = now

    async def kept(self, user_id: int) -> dict[str, int]:
        """Count what is kept of somebody, by table; those without anything are left out."""
        counts: dict[str, int] = {}
        async with self._store.begin() as session:
            for table, column in personal():
                statement = select(func.count()).where(table.c[column] == user_id)
                count = await session.scalar(statement.select_from(table)) or 0
                if count:
                    counts[table.name] = counts.get(table.name, 0) + count
        return counts

    async def export(self, user_id: int) -> dict[str, Any]:
        """Gather all that is kept of somebody, as JSON can hold it.

        Ids are written as text, since they are larger than what many readers of JSON keep exact.
        """
        kept: dict[str, list[dict[str, Any]]] = {}
        async with self._store.begin() as session:
            for table, column in personal():
                rows = await session.execute(select(table).where(table.c[column] == user_id))
                found = [_written(table, row) for row in rows.mappings()]
                if found:
                    kept.setdefault(table.name, []).extend(found)
        return {"user_id": str(user_id), "exported_at": self._now().isoformat(), "kept": kept}

    async def forget(self, user_id: int) -> Forgotten:
        """Delete all that is kept of somebody; see this module for what others share."""
        taking_part = exists().where(
            Participant.session_id == Session.session_id,
            Participant.user_id == user_id,
            Participant.left_at.is_(None),
        )
        under_way = select(Session.session_id).where(
            Session.ended_at.is_(None), or_(Session.host_id == user_id, taking_part)
        )
        async with self._store.begin() as session:
            await self._store.alone(session)
            left = tuple(await session.scalars(under_way.order_by(Session.session_id)))
            handed_over, ended = await self._leave_sessions(session, user_id)
            rows = 0
            for table, column in personal():
                mine = table.c[column] == user_id
                statement = (
                    delete(table).where(mine)
                    if column == OWN
                    else update(table).where(mine).values({column: NOBODY})
                )
                rows += len((await session.execute(statement.returning(table.c[column]))).all())
        return Forgotten(rows + len(handed_over), handed_over, ended, left)

    async def _leave_sessions(
        self, session: AsyncSession, user_id: int
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        handed_over, ended = [], []
        led = select(Session).where(Session.host_id == user_id).with_for_update()
        for each in (await session.scalars(led)).all():
            each.topic = _UNNAMED
            if each.ended_at is not None:
                continue
            heir = await session.scalar(
                select(Participant.user_id)
                .where(
                    Participant.session_id == each.session_id,
                    Participant.user_id != user_id,
                    Participant.left_at.is_(None),
                )
                .order_by(Participant.joined_at, Participant.user_id)
                .limit(1)
            )
            if heir is None:
                each.ended_at = self._now()
                ended.append(each.session_id)
            else:
                each.host_id = heir
                handed_over.append(each.session_id)
        await session.flush()
        return tuple(handed_over), tuple(ended)


def personal() -> Iterator[tuple[Table, str]]:
    """Find the tables that hold people's ids, those that refer to others first, and the columns."""
    for table in reversed(Base.metadata.sorted_tables):
        for column in (OWN, LED):
            if column in table.c:
                yield table, column


def _written(table: Table, row: Any) -> dict[str, Any]:  # noqa: ANN401 - of any table
    kept = {column.name: _plain(row[column.name], column.type) for column in table.c}
    if table is Round.__table__ and row["closed_at"] is None:
        kept["question"] = None  # its answer is in it
    return kept


def _plain(value: Any, kind: object) -> Any:  # noqa: ANN401 - of any column
    if isinstance(value, dt.date):  # a datetime is one
        return value.isoformat()
    if isinstance(kind, BigInteger) and value is not None:
        return str(value)
    return value
