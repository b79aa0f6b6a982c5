"""Background jobs that run at times which the database knows."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.runtime.clock import Clock

_log = logging.getLogger(__name__)

_MIN_SLEEP = dt.timedelta(seconds=0.05)
_RETRY_AFTER_ERROR = dt.timedelta(minutes=1)


Sleep = Callable[[float], Awaitable[None]]
"""Waits for some seconds."""


class Job(Protocol):
    """Work that is due at certain times."""

    async def next_due(self) -> dt.datetime | None:
        """Return when to run next; a past time means now, `None` means never."""

    async def run(self) -> None:
        """Do everything that is due. Running it twice must do no harm."""


class Scheduler:
    """Runs each job in a task of its own, so that a slow job does not delay the others.

    A job that raises is logged and run again a minute later.

    Attributes:
        now: the clock.
        sleep: waits for some seconds; a simulation replaces it.
        max_sleep: how long a job sleeps at most, since another process may have added work.
    """

    def __init__(self, now: Clock) -> None:
        self.now = now
        self.sleep: Sleep = asyncio.sleep
        self.max_sleep = dt.timedelta(minutes=5)
        self._jobs: list[_Runner] = []
        self._started = False

    def add(self, job: Job) -> None:
        """Add a job; it runs as soon as the scheduler has started."""
        runner = _Runner(job, self)
        self._jobs.append(runner)
        if self._started:
            runner.start()

    def start(self) -> None:
        """Start all jobs. Work that fell due while the bot was not running is done first."""
        self._started = True
        for runner in self._jobs:
            runner.start()

    def wake(self) -> None:
        """Ask every job again when it is due: something may have become due earlier."""
        for runner in self._jobs:
            runner.wake()

    async def close(self) -> None:
        """Cancel all jobs and wait until they have ended."""
        tasks = {runner.task for runner in self._jobs if runner.task is not None}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


class _Runner:
    """Runs one job again and again, sleeping in between."""

    def __init__(self, job: Job, scheduler: Scheduler) -> None:
        self.task: asyncio.Task[None] | None = None
        self._job = job
        self._scheduler = scheduler
        self._sleep: asyncio.Future[None] | None = None
        self._awake = False
        self._resting_until: dt.datetime | None = None

    def start(self) -> None:
        name = type(self._job).__name__
        self.task = asyncio.create_task(self._run_forever(), name=f"scheduler: {name}")

    def wake(self) -> None:
        self._awake = True
        if self._sleep is not None:
            self._sleep.cancel()

    async def _run_forever(self) -> None:
        while True:
            self._awake = False
            due = await self._run_if_due()
            now = self._scheduler.now()
            latest = now + self._scheduler.max_sleep
            wait = min(due or latest, latest) - now
            if self._awake:
                continue
            seconds = max(wait, _MIN_SLEEP).total_seconds()
            self._sleep = asyncio.ensure_future(self._scheduler.sleep(seconds))
            try:
                await asyncio.wait({self._sleep})
            finally:
                self._sleep.cancel()
                self._sleep = None

    async def _run_if_due(self) -> dt.datetime | None:
        """Run the job if it is due, and return when it is due next."""
        if self._resting_until is not None and self._resting_until > self._scheduler.now():
            return self._resting_until
        try:
            due = await self._job.next_due()
            if due is not None and due <= self._scheduler.now():
                await self._job.run()
                due = await self._job.next_due()
        except Exception:  # noqa: BLE001 - the job is run again, whatever it was
            _log.exception("The job %s failed", type(self._job).__name__)
            due = self._resting_until = self._scheduler.now() + _RETRY_AFTER_ERROR
        return due
