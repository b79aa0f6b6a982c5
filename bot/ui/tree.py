"""What happens to an interaction before its command or control is called."""

import time
from collections.abc import Iterator
from typing import Any, cast

import discord
from discord import InteractionType, app_commands
from typing_extensions import override

from bot.i18n import speaker
from bot.runtime import logs
from bot.runtime.errors import REQUEST_ERRORS
from bot.runtime.metrics import ARRIVED, INTERACTIONS
from bot.ui.client import Interaction
from bot.ui.layout import notice
from bot.ui.reply import reply, report

_TYPED = frozenset({"value", "filename", "url", "proxy_url", "content"})
"""Under which keys an interaction holds what a person typed, and the names of files."""


class Tree(app_commands.CommandTree[Any]):
    """Slash commands: nobody waits in vain, also where no command is called."""

    @override
    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return admits(interaction, _command(interaction))

    @override
    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell a person whose command cannot be called, such as one that is no longer there."""
        INTERACTIONS.labels("unknown", "failed").inc()
        await report(interaction, error)


def admits(interaction: Interaction, command: str) -> bool:
    """Whether to answer an interaction; also binds it to the log lines that follow.

    False while the bot is away, and for an interaction that Discord has sent before.
    """
    ARRIVED.set(time.perf_counter())
    server = interaction.guild
    logs.bind(
        command,
        _typed(cast("dict[str, object]", interaction.data or {})),
        interaction=interaction.id,
        guild=interaction.guild_id,
        shard=server.shard_id if server else 0,  # direct messages are of shard 0
    )
    return interaction.client.away is None and interaction.client.is_new(interaction.id)


async def turn_away(interaction: Interaction) -> None:
    """Tell a person who comes before the bot is ready, or while it ends, to try again."""
    away = interaction.client.away
    if away is None or interaction.response.is_done():  # it came in time
        return
    if interaction.type is InteractionType.autocomplete:
        await interaction.response.autocomplete([])
        return
    # Not by name: the commands and controls may not be there yet, and anyone can make up names.
    INTERACTIONS.labels("any", away.removeprefix("notice.")).inc()
    with interaction.client.answering():
        try:
            await reply(interaction, notice(speaker(interaction.locale)(away)))
        except REQUEST_ERRORS as error:
            await report(interaction, error)


def _command(interaction: Interaction) -> str:
    command = interaction.command
    return "unknown" if command is None else command.qualified_name


def _typed(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in _TYPED and isinstance(value, str):
                yield value
            else:
                yield from _typed(value)
    elif isinstance(part, list):
        for each in part:
            yield from _typed(each)
