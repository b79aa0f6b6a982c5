"""The simulated server's clock: the bot goes by it, and it goes as ours does."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import simcord

from bot.app import GradcamBot, create_bot
from bot.settings import Settings

_TICK = 1.0  # seconds


class SimulatedTime:
    """The time of a simulated Discord, for bots that run there.

    Attributes:
        env: the simulated Discord, which is made with the first bot.
    """

    env: simcord.Env

    def bot(self, settings: Settings) -> GradcamBot:
        """Build a bot that goes by this time."""
        bot = create_bot(settings, self.now)
        bot.scheduler.sleep = self._sleep
        bot.scheduler.max_sleep = dt.timedelta(days=1)  # there is no other process
        return bot

    def now(self) -> dt.datetime:
        """Tell the time."""
        return self.env.now()

    async def _sleep(self, seconds: float) -> None:
        # Else whoever does something is kept waiting until whatever is due soon is over.
        await self.env.external_wait(asyncio.sleep(seconds), reason="the scheduler")


@asynccontextmanager
async def passing(
    env: simcord.Env, page: simcord.Preview, live: Callable[[float], Awaitable[None]]
) -> AsyncIterator[None]:
    """Let time pass on a simulated server, until this ends.

    The simulator's own time stands still: no round would ever close, nobody else would ever act.
    Here it goes on every second, unless the page is doing something, which waits in its turn too.

    Args:
        env: the simulated Discord.
        page: of it, served.
        live: is called with the seconds that have passed: what the other members do.
    """
    turn = asyncio.Lock()
    act = page._action  # noqa: SLF001 - the simulator refuses what overlaps

    async def in_turn(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with turn:
            return await act(context_id, body)

    page._action = in_turn  # type: ignore[method-assign]  # noqa: SLF001
    task = asyncio.create_task(_pass(env, page, live, turn))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _pass(
    env: simcord.Env,
    page: simcord.Preview,
    live: Callable[[float], Awaitable[None]],
    turn: asyncio.Lock,
) -> None:
    loop = asyncio.get_running_loop()
    then = loop.time()
    while True:
        await asyncio.sleep(_TICK)
        async with turn:
            now = loop.time()
            before = len(env.http_requests)
            # A computer that slept has not lived through an evening.
            seconds = min(now - then, 2 * _TICK)
            await env.advance_time(seconds)
            await live(seconds)
            # Not without need: what somebody is about to press grows old when it is published anew.
            if len(env.http_requests) > before:
                await page.refresh()
            then = now
