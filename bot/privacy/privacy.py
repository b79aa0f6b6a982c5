"""What is stored about one person: counted, exported and deleted.

A person's id is in a column named `user_id` of a row that is theirs, and `host_id` of a row that
they lead. A row of the first kind is deleted. A row of the second kind belongs to others too, whose
points depend on it, so it stays and loses the person and its name: a session under way is handed
over to the participant who has been in it longest, or ends if there is none. The points of others
stay as they are.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Table, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.runtime.clock import Clock, utc_now
from bot.runtime.outbox import enqueue
from bot.store import Store
from bot.store.models import Base, DeliveryKind, Participant, Round, Session

_OWN, _LED = "user_id", "host_id"  # the columns that hold a person's id
_NOBODY = 0  # the host of a session whose host has deleted their data
_UNNAMED = "–"


@dataclass(frozen=True, slots=True)
class DeletionReport:
    """What deleting a person's data has changed.

    Attributes:
        handed_over: the number of sessions under way that another person leads now.
        ended: the number of sessions under way that ended, since no other person took part.
    """

    handed_over: int
    ended: int


class Privacy:
    """Counts, exports and deletes what is stored about one person."""

    def __init__(self, store: Store, now: Clock = utc_now) -> None:
        self._store = store
        self._now = now

    async def count(self, user_id: int) -> dict[str, int]:
        """Return the number of a person's rows by table, without tables that have none."""
        counts = Counter[str]()
        async with self._store.read() as transaction:
            for table, column in personal_columns():
                statement = select(func.count()).where(table.c[column] == user_id)
                counts[table.name] += await transaction.scalar(statement.select_from(table)) or 0
        return dict(+counts)

    async def export(self, user_id: int) -> dict[str, Any]:
        """Return all that is stored about a person, as JSON can hold it.

        Ids are written as text, since they are larger than the integers that many readers of JSON
        keep exact.
        """
        rows = defaultdict[str, list[dict[str, Any]]](list)
        async with self._store.read() as transaction:
            for table, column in personal_columns():
                found = await transaction.execute(select(table).where(table.c[column] == user_id))
                for row in found.mappings():
                    rows[table.name].append(_written(table, row))
        return {"user_id": str(user_id), "exported_at": self._now().isoformat(), "kept": rows}

    async def delete(self, user_id: int) -> DeletionReport:
        """Delete all that is stored about a person; see this module for what others share.

        The messages of the sessions that the person leaves are enqueued in the outbox.
        """
        taking_part = exists().where(
            Participant.session_id == Session.session_id,
            Participant.user_id == user_id,
            Participant.left_at.is_(None),
        )
        under_way = select(Session.session_id).where(
            Session.ended_at.is_(None), or_(Session.host_id == user_id, taking_part)
        )
        async with self._store.begin() as transaction:
            await self._store.serialise(transaction)
            left = list(await transaction.scalars(under_way.order_by(Session.session_id)))
            report = await self._leave_sessions(transaction, user_id)
            for table, column in personal_columns():
                lead = update(table).values({column: _NOBODY})
                statement = delete(table) if column == _OWN else lead
                await transaction.execute(statement.where(table.c[column] == user_id))
            for session_id in left:
                await enqueue(
                    self._store, transaction, DeliveryKind.SESSION, session_id, self._now()
                )
        return report

    async def _leave_sessions(self, transaction: AsyncSession, user_id: int) -> DeletionReport:
        """Hand over or end the sessions under way that a person leads, and unname all they led."""
        handed_over = ended = 0
        led = select(Session).where(Session.host_id == user_id).with_for_update()
        for session in (await transaction.scalars(led)).all():
            session.topic = _UNNAMED
            if session.ended_at is not None:
                continue
            heir = await transaction.scalar(
                select(Participant.user_id)
                .where(
                    Participant.session_id == session.session_id,
                    Participant.user_id != user_id,
                    Participant.left_at.is_(None),
                )
                .order_by(Participant.joined_at, Participant.user_id)
                .limit(1)
            )
            if heir is None:
                session.ended_at = self._now()
                ended += 1
            else:
                session.host_id = heir
                handed_over += 1
        await transaction.flush()
        return DeletionReport(handed_over, ended)


def personal_columns() -> Iterator[tuple[Table, str]]:
    """Return each table and column that holds people's ids; tables that refer to others first."""
    for table in reversed(Base.metadata.sorted_tables):
        for column in (_OWN, _LED):
            if column in table.c:
                yield table, column


def _written(table: Table, row: Any) -> dict[str, Any]:  # noqa: ANN401 - of any table
    written = {column.name: _plain(row[column.name], column.type) for column in table.c}
    if table is Round.__table__ and row["closed_at"] is None:
        written["question"] = None  # its answer is in it
    return written


def _plain(value: Any, kind: object) -> Any:  # noqa: ANN401 - of any column
    if isinstance(value, dt.date):  # a datetime is one
        return value.isoformat()
    if isinstance(kind, BigInteger) and value is not None:
        return str(value)
    return value
