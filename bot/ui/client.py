"""The Discord client as commands, controls and messages see it."""

from typing import Any, TypeAlias

import discord
from discord.ext import commands

from bot.runtime.fairness import Admission


class Client(commands.AutoShardedBot):
    """A bot that knows which feature answers a control.

    Attributes:
        admission: lets in requests for which something is computed, so many at a time.
        features: what answers the presses of each class of controls; see `bot.ui.control.register`.
        command_ids: the ids of the global commands by name, for clickable mentions.
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

    def mention(self, command: str) -> str:
        """Write a command so that it can be clicked, such as `</session start:123>`."""
        command_id = self.command_ids.get(command.partition(" ")[0])
        return f"`/{command}`" if command_id is None else f"</{command}:{command_id}>"


Interaction: TypeAlias = discord.Interaction[Client]
