"""What the bot has accepted to do, so that it can be finished before the end."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

_GIVING_UP = 1.0  # seconds for telling people that they are not answered


class Workload:
    """The tasks that are answering people."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    @contextmanager
    def accepted(self) -> Iterator[None]:
        """Let the end of the bot wait for what the current task does here."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - called by coroutines
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def finish(self, seconds: float) -> int:
        """Wait for all tasks, also new ones, for some seconds at most; cancel those that are left.

        Returns how many these were.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._tasks and loop.time() < end:
            await asyncio.wait(self._tasks, timeout=end - loop.time())
        left = set(self._tasks)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_GIVING_UP)
        return len(left)
