"""The Discord client as commands, controls and messages see it."""

from typing import Any, TypeAlias

import discord
from cachetools import LRUCache
from discord import Locale
from discord.ext import commands

_HANGUL = range(ord("가"), ord("힣") + 1)
_MAX_LOCALES = 10_000


class Client(commands.AutoShardedBot):
    """A bot that knows which feature answers a control, and in which language a person reads.

    Attributes:
        features: what answers the presses of each class of controls; see `bot.ui.control.register`.
        command_ids: the ids of the global commands by name, for clickable mentions.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of the base class
        super().__init__(command_prefix=commands.when_mentioned, help_command=None, **options)
        self.features: dict[type, object] = {}
        self.command_ids: dict[str, int] = {}
        self._locales: LRUCache[int, Locale] = LRUCache(_MAX_LOCALES)

    def mention(self, command: str) -> str:
        """Write a command so that it can be clicked, such as `</session start:123>`.

        Args:
            command: its qualified name.
        """
        command_id = self.command_ids.get(command.partition(" ")[0])
        return f"`/{command}`" if command_id is None else f"</{command}:{command_id}>"

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Remember the reader's language: messages do not carry it."""
        self._locales[interaction.user.id] = interaction.locale

    def locale_of(self, message: discord.Message) -> Locale:
        """Guess the language in which to answer a message.

        Korean if it contains Hangul; else the language of its author's last interaction since the
        bot started; else the server's.
        """
        if any(ord(letter) in _HANGUL for letter in message.content):
            return Locale.korean
        known: Locale | None = self._locales.get(message.author.id)
        if known is not None:
            return known
        return message.guild.preferred_locale if message.guild else Locale.american_english


Interaction: TypeAlias = discord.Interaction[Client]
