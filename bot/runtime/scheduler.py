"""What the bot does by itself when the time has come."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

_log = logging.getLogger(__name__)

_LONGEST_SLEEP = timedelta(minutes=5)  # another process may have left something to do
_SHORTEST_SLEEP = timedelta(seconds=0.05)
_AFTER_A_FAULT = timedelta(minutes=1)


class Job(Protocol):
    """Something that is due at times which the database knows."""

    async def next_due(self) -> datetime | None:
        """Say when to run next: in the past for at once, `None` for not at all."""

    async def run(self) -> None:
        """Do all that is due. What is done already must not be done again."""


class Scheduler:
    """Runs jobs when they are due, one after the other, in one background task.

    It sleeps until the earliest is due. A job that fails is logged and tried again a minute later;
    the others go on.

    Attributes:
        sleep: lets seconds pass; a simulation has its own way.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """See `start`.

        Args:
            now: the clock.
        """
        self._now = now
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._jobs: list[Job] = []
        self._rests: dict[int, datetime] = {}
        self._task: asyncio.Task[None] | None = None
        self._sleep: asyncio.Task[None] | None = None
        self._changed = False

    def add(self, job: Job) -> None:
        """Take a job in."""
        self._jobs.append(job)
        self.changed()

    def start(self) -> None:
        """Begin; what was due while the bot was away is done first."""
        self._task = asyncio.create_task(self._go_on(), name="scheduler")

    def changed(self) -> None:
        """Say that something may be due earlier than it was."""
        self._changed = True
        if self._sleep is not None:
            self._sleep.cancel()

    async def close(self) -> None:
        """End; a job that runs is interrupted."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _go_on(self) -> None:
        while True:
            self._changed = False
            due = [moment for job in self._jobs if (moment := await self._turn(job)) is not None]
            if self._changed:
                continue
            wait = min([*due, self._now() + _LONGEST_SLEEP]) - self._now()
            self._sleep = asyncio.create_task(
                self._pass(max(wait, _SHORTEST_SLEEP).total_seconds())
            )
            try:
                await asyncio.wait({self._sleep})
            finally:
                self._sleep.cancel()
                self._sleep = None

    async def _pass(self, seconds: float) -> None:
        await self.sleep(seconds)

    async def _turn(self, job: Job) -> datetime | None:
        """Run a job if it is due, and say when it is due next."""
        rests_until = self._rests.get(id(job))
        if rests_until is not None and rests_until > self._now():
            return rests_until
        try:
            due = await job.next_due()
            if due is not None and due <= self._now():
                await job.run()
                due = await job.next_due()
        except Exception:  # noqa: BLE001 - whatever it is, the others go on
            _log.exception("A job of the scheduler failed: %s", type(job).__name__)
            due = self._rests[id(job)] = self._now() + _AFTER_A_FAULT
        return due
