"""A transactional outbox: deliveries wait in the database until Discord has accepted them.

Code that makes a message due enqueues its delivery in the same transaction, so that a crash loses
neither. A delivery has a kind and a subject, such as `reveal` and the id of a round; enqueuing it
again while it waits changes only when it is tried.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.runtime.clock import Clock
from bot.runtime.errors import REQUEST_ERRORS
from bot.runtime.scheduler import Scheduler
from bot.runtime.shards import ALL_SHARDS, Shards
from bot.store import Store, StoreAwayError
from bot.store.models import SERVER_RETENTION, Delivery

Deliver = Callable[[int], Awaitable[None]]
"""Sends what is due for a subject. Raises if it could not; sending it twice must do no harm."""

MAX_AGE = SERVER_RETENTION
"""After this time a delivery that still fails is given up."""

_FIRST_WAIT, _MAX_WAIT = dt.timedelta(seconds=30), dt.timedelta(hours=1)
_LEASE = dt.timedelta(minutes=2)  # no other process tries a delivery while one has it
_AT_ONCE = 8  # deliveries of a kind

_log = logging.getLogger(__name__)


class Undeliverable(Exception):  # noqa: N818 - names what is so, not what went wrong
    """The delivery can never succeed, such as when its channel was deleted; it is dropped."""


async def enqueue(
    store: Store, transaction: AsyncSession, kind: str, subject_id: int, now: dt.datetime
) -> None:
    """Make a delivery due, in the transaction that changes what there is to say.

    Wake the scheduler after the transaction, or the delivery waits for its next round. The kind
    has at most 16 characters, and was added to the outbox.
    """
    due = {"due_at": now, "attempts": 0, "enqueued_at": now}
    await transaction.execute(
        store.insert(Delivery)
        .values(kind=kind, subject_id=subject_id, **due)
        .on_conflict_do_update(index_elements=["kind", "subject_id"], set_=due)
    )


class Outbox:
    """Carries out the deliveries of some shards, each kind as a job of its own, several at a time.

    A delivery that raises is tried again after 30 seconds, then after twice as long each time, at
    most an hour, for 30 days; and at once when something was allowed in its server.
    """

    def __init__(
        self, store: Store, scheduler: Scheduler, now: Clock, shards: Shards = ALL_SHARDS
    ) -> None:
        self._store = store
        self._scheduler = scheduler
        self._now = now
        self._shards = shards
        self._queues: dict[str, _Queue] = {}
        self._server_ids: dict[str, SQLColumnExpression[Any]] = {}

    def add(self, kind: str, deliver: Deliver, server_id: SQLColumnExpression[Any]) -> None:
        """Carry out the deliveries of a kind with a function.

        `server_id` is the id of the server that a row of `Delivery` is about, as SQL; NULL for
        direct messages.
        """
        handled = and_(Delivery.kind == kind, self._shards.condition(server_id))
        queue = _Queue(kind, handled, deliver, self._store, self._scheduler, self._now)
        self._queues[kind], self._server_ids[kind] = queue, server_id
        self._scheduler.add(queue)

    async def retry(self, server_id: int) -> None:
        """Carry out now what has failed in a server, since the bot may be allowed more there.

        What is tried within the next two minutes anyway is left alone: it may be under way.
        """
        now = self._now()
        there = (
            and_(Delivery.kind == kind, of_delivery == server_id)
            for kind, of_delivery in self._server_ids.items()
        )
        waiting = and_(or_(*there), Delivery.due_at > now + _LEASE)
        async with self._store.read() as transaction:
            if not await transaction.scalar(select(exists().where(waiting))):
                return
        async with self._store.begin() as transaction:
            await transaction.execute(update(Delivery).where(waiting).values(due_at=now))
        self._scheduler.wake()

    async def deliver(self, kind: str, subject_id: int) -> None:
        """Carry out a delivery now, if it has not been carried out yet.

        Raises:
            Exception: what the delivery raised; it is tried again later.
        """
        await self._queues[kind].deliver(subject_id)

    async def close(self) -> None:
        """Interrupt what is being delivered; it is due again at once."""
        for queue in self._queues.values():
            await queue.close()


class _Queue:
    """The deliveries of one kind that this process handles; a job of the scheduler."""

    def __init__(
        self,
        kind: str,
        handled: ColumnElement[bool],
        deliver: Deliver,
        store: Store,
        scheduler: Scheduler,
        now: Clock,
    ) -> None:
        self._kind = kind
        self._handled = handled
        self._deliver = deliver
        self._store = store
        self._scheduler = scheduler
        self._now = now
        self._running: dict[int, asyncio.Task[None]] = {}
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def next_due(self) -> dt.datetime | None:
        """Return when the next delivery is due that is not in progress."""
        if len(self._running) >= _AT_ONCE:
            return None  # a delivery that ends wakes the scheduler
        first = select(func.min(Delivery.due_at)).where(
            self._handled, Delivery.subject_id.not_in(self._running)
        )
        async with self._store.read() as transaction:
            due: dt.datetime | None = await transaction.scalar(first)
        return due

    async def run(self) -> None:
        """Start what is due, without waiting for it."""
        due = (
            select(Delivery.subject_id)
            .where(
                self._handled,
                Delivery.due_at <= self._now(),
                Delivery.subject_id.not_in(self._running),
            )
            .order_by(Delivery.due_at)
            .limit(_AT_ONCE - len(self._running))
        )
        async with self._store.read() as transaction:
            subjects = list(await transaction.scalars(due))
        for subject_id in subjects:
            task = asyncio.create_task(self._try(subject_id), name=f"{self._kind} {subject_id}")
            self._running[subject_id] = task
            task.add_done_callback(partial(self._ended, subject_id))

    async def deliver(self, subject_id: int, *, due_only: bool = False) -> None:
        lock = self._locks.setdefault(subject_id, asyncio.Lock())
        async with lock:
            now = self._now()
            leased_until = now + _LEASE
            delivery = and_(Delivery.kind == self._kind, Delivery.subject_id == subject_id)
            claim = update(Delivery).where(delivery)
            if due_only:
                claim = claim.where(Delivery.due_at <= now)
            claim = claim.values(due_at=leased_until, attempts=Delivery.attempts + 1)
            returning = claim.returning(Delivery.attempts, Delivery.enqueued_at)
            async with self._store.begin() as transaction:
                claimed = (await transaction.execute(returning)).first()
            if claimed is None:
                return
            attempts, enqueued_at = claimed
            # Matches only while our lease holds: a delivery enqueued again meanwhile is kept.
            ours = and_(delivery, Delivery.due_at == leased_until)
            try:
                await self._deliver(subject_id)
            except Undeliverable as error:
                _log.info("%s %d is dropped: %s", self._kind, subject_id, error)
            except asyncio.CancelledError:
                await self._postpone(ours, dt.timedelta())
                raise
            except Exception:
                if enqueued_at < self._now() - MAX_AGE:
                    _log.error("%s %d is given up after %s", self._kind, subject_id, MAX_AGE)
                    await self._remove(ours)
                else:
                    wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 10), _MAX_WAIT)
                    await self._postpone(ours, wait)
                raise
            await self._remove(ours)

    async def close(self) -> None:
        tasks = set(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, subject_id: int, _: asyncio.Task[None]) -> None:
        del self._running[subject_id]
        self._scheduler.wake()

    async def _try(self, subject_id: int) -> None:
        try:
            await self.deliver(subject_id, due_only=True)
        except (*REQUEST_ERRORS, StoreAwayError) as error:
            _log.warning("%s %d failed: %s", self._kind, subject_id, error)
        except Exception:  # noqa: BLE001 - it is tried again, whatever it was
            _log.exception("%s %d failed", self._kind, subject_id)

    async def _postpone(self, ours: ColumnElement[bool], wait: dt.timedelta) -> None:
        statement = update(Delivery).where(ours).values(due_at=self._now() + wait)
        async with self._store.begin() as transaction:
            await transaction.execute(statement)
        self._scheduler.wake()

    async def _remove(self, ours: ColumnElement[bool]) -> None:
        async with self._store.begin() as transaction:
            await transaction.execute(delete(Delivery).where(ours))
