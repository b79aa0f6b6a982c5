"""The simulated server's clock: the bot runs by it, and it follows the real time."""

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
        env: the simulated Discord; set it once it is created with the first bot.
    """

    env: simcord.Env

    def bot(self, settings: Settings) -> GradcamBot:
        """Create a bot that runs by this time."""
        bot = create_bot(settings, self.now)
        bot.scheduler.sleep = self._sleep
        bot.scheduler.max_sleep = dt.timedelta(days=1)  # there is no other process
        return bot

    def now(self) -> dt.datetime:
        """Return the simulated time."""
        return self.env.now()

    async def _sleep(self, seconds: float) -> None:
        # The simulator would otherwise wait for a sleeping job before it ends an action.
        await self.env.external_wait(asyncio.sleep(seconds), reason="the scheduler")


@asynccontextmanager
async def running_clock(
    env: simcord.Env, page: simcord.Preview, on_tick: Callable[[float], Awaitable[None]]
) -> AsyncIterator[None]:
    """Let the simulated time follow the real time within the context.

    The simulator's own time stands still. Here it advances every second, and `on_tick` is called
    with the seconds that have passed, to let other members act. Actions on the page and ticks take
    turns, because the simulator refuses operations that overlap.
    """
    turn = asyncio.Lock()
    act = page._action  # noqa: SLF001 - there is no public hook

    async def act_in_turn(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with turn:
            # The page counts relative times from its last refresh; now they are counted from now.
            page._advance_presentation_time()  # noqa: SLF001
            return await act(context_id, body)

    async def tick_forever() -> None:
        loop = asyncio.get_running_loop()
        last_tick = loop.time()
        while True:
            await asyncio.sleep(_TICK)
            async with turn:
                now = loop.time()
                requests = len(env.http_requests)
                seconds = min(now - last_tick, 2 * _TICK)  # no jump after the computer has slept
                await env.advance_time(seconds)
                await on_tick(seconds)
                # Publishing makes what a visitor is about to press stale, so only on a change.
                if len(env.http_requests) > requests:
                    await page.refresh()
                last_tick = now

    page._action = act_in_turn  # type: ignore[method-assign]  # noqa: SLF001
    task = asyncio.create_task(tick_forever())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
