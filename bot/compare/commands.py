"""`/methods` and `/compare`."""

from dataclasses import replace
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.compare.actions import CompareActions
from bot.compare.comparing import Comparing
from bot.compare.comparison import Axis, Comparison
from bot.compare.controls import CONTROLS
from bot.compare.messages import pair, sheet
from bot.explain.commands import defer_and_read, layer_choices, own_answer, query_about
from bot.explain.explaining import Explaining
from bot.explain.query import DEFAULT_LAYER
from bot.explain.uploads import Uploads
from bot.i18n import speaker
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized
from bot.ui.control import register
from bot.ui.reply import reply
from core.dataset import TEST_DIGITS


class Compare(commands.Cog):
    """Shows explanations of one digit side by side."""

    def __init__(
        self,
        client: Client,
        comparing: Comparing,
        explaining: Explaining,
        uploads: Uploads,
        actions: CompareActions,
    ) -> None:
        self._comparing = comparing
        self._explaining = explaining
        self._uploads = uploads
        register(client, actions, *CONTROLS)

    @localized("methods")
    async def methods(
        self,
        interaction: Interaction,
        index: app_commands.Range[int, 0, TEST_DIGITS - 1] | None = None,
        image: discord.Attachment | None = None,
        layer: str = DEFAULT_LAYER,
        target: app_commands.Range[int, 0, 9] | None = None,
        private: bool = False,
    ) -> None:
        """Show every method on one digit."""
        query = replace(query_about(index, image), layer=layer, target=target)
        self._explaining.check(query)
        reading = await defer_and_read(interaction, self._uploads, image, private=private)
        result = await self._comparing.sheet(query, reading)
        say, ownership = speaker(interaction.locale), own_answer(interaction, private=private)
        await reply(interaction, sheet(result, self._explaining.layers, say, ownership))

    @localized("compare")
    async def compare(
        self,
        interaction: Interaction,
        by: Literal["classes", "methods", "layers", "networks"] = "methods",
        index: app_commands.Range[int, 0, TEST_DIGITS - 1] | None = None,
        image: discord.Attachment | None = None,
        private: bool = False,
    ) -> None:
        """Show two explanations of one digit side by side."""
        comparison = Comparison.on(Axis(by), query_about(index, image))
        reading = await defer_and_read(interaction, self._uploads, image, private=private)
        result = await self._comparing.pair(comparison, reading)
        say, ownership = speaker(interaction.locale), own_answer(interaction, private=private)
        await reply(interaction, pair(result, self._explaining.layers, say, ownership))

    @methods.autocomplete("layer")
    async def layers(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the layers of the networks."""
        return layer_choices(self._explaining.layers, typed)
