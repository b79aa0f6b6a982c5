"""`/model`."""

from collections.abc import Mapping
from typing import Literal

from discord.ext import commands

from bot.explain.corrections import Corrections
from bot.i18n import speaker
from bot.model.about import About
from bot.model.messages import model
from bot.runtime.networks import Network
from bot.ui.client import Interaction
from bot.ui.commands import localized
from bot.ui.reply import reply


class Model(commands.Cog):
    """Shows the networks behind the answers."""

    def __init__(self, about: Mapping[Network, About], corrections: Corrections) -> None:
        self._about = about
        self._corrections = corrections

    @localized("model")
    async def model(
        self,
        interaction: Interaction,
        network: Literal["tutorial", "uploads"] = "tutorial",
    ) -> None:
        """Show a network's layers, training and measured accuracy."""
        await interaction.response.defer(thinking=True)
        about = self._about[Network(network)]
        tally = await self._corrections.tally(about.weights)
        await reply(interaction, model(about, tally, speaker(interaction.locale)))
