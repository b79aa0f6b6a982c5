"""What the bot has accepted to do, so that it can be finished before the end."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Workload:
    """Counts what is under way."""

    def __init__(self) -> None:
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def accepted(self) -> Iterator[None]:
        """Count something until it has ended."""
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def finished(self, seconds: float) -> int:
        """Wait until nothing is under way, for some seconds at most; return what still is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        return self._under_way
