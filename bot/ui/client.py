"""The Discord client as commands, controls and messages see it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

import discord
from cachetools import LRUCache
from discord import Locale
from discord.ext import commands

from bot.runtime.fairness import Admission

Away: TypeAlias = Literal["notice.early", "notice.late"]
"""Why nobody is served: the bot is not ready yet, or is ending. A key of the catalogue."""

_REMEMBERED = 10_000  # interactions and messages, and as many people's languages
_GIVING_UP = 1.0  # seconds for telling people that they are not answered


class Client(commands.AutoShardedBot):
    """A bot that knows which feature answers a control.

    Attributes:
        admission: limits the requests for which something is computed.
        features: what answers the presses of each class of controls; see `bot.ui.control.register`.
        command_ids: the ids of the global commands by name, for clickable mentions.
        away: why nobody is served now; `None` while everybody is.
        locales: the language of people's last interactions, by their ids; messages carry none.
    """

    def __init__(
        self,
        admission: Admission,
        **options: Any,  # noqa: ANN401 - those of the base class
    ) -> None:
        super().__init__(command_prefix=(), help_command=None, **options)
        self.admission = admission
        self.features: dict[type, object] = {}
        self.command_ids: dict[str, int] = {}
        self.away: Away | None = "notice.early"
        self.locales: LRUCache[int, Locale] = LRUCache(_REMEMBERED)
        self._met: LRUCache[int, None] = LRUCache(_REMEMBERED)
        self._answering: set[asyncio.Task[object]] = set()

    def is_new(self, event_id: int) -> bool:
        """Whether an interaction or a message is met for the first time: Discord may repeat it."""
        if event_id in self._met:
            return False
        self._met[event_id] = None
        return True

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Let the end of the bot wait for what the current task does here; see `drain`."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - called by coroutines
        self._answering.add(task)
        try:
            yield
        finally:
            self._answering.discard(task)

    async def drain(self, seconds: float) -> int:
        """Wait until all people are answered, also those who come now, for some seconds at most.

        What is not finished then is cancelled. Returns how many tasks these were.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._answering and loop.time() < end:
            await asyncio.wait(self._answering, timeout=end - loop.time())
        left = set(self._answering)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_GIVING_UP)
        return len(left)

    def mention(self, command: str) -> str:
        """Write a command so that it can be clicked, such as `</session start:123>`."""
        command_id = self.command_ids.get(command.partition(" ")[0])
        return f"`/{command}`" if command_id is None else f"</{command}:{command_id}>"


Interaction: TypeAlias = discord.Interaction[Client]
