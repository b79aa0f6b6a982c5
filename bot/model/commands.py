"""`/model`."""

from collections.abc import Mapping
from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.explain.corrections import Corrections
from bot.i18n import label, speaker
from bot.model.about import About
from bot.model.messages import model
from bot.runtime.networks import Network
from bot.ui.client import Interaction
from bot.ui.reply import reply, reporting_errors


class Model(commands.Cog):
    """Shows the networks behind the answers."""

    def __init__(self, about: Mapping[Network, About], corrections: Corrections) -> None:
        self._about = about
        self._corrections = corrections

    @app_commands.command(
        name=label("command.model.name"), description=label("command.model.description")
    )
    @app_commands.rename(network=label("command.model.network.name"))
    @app_commands.describe(network=label("command.model.network.description"))
    async def model(
        self,
        interaction: Interaction,
        network: Literal["tutorial", "uploads"] = "tutorial",
    ) -> None:
        """Show a network's layers, training and measured accuracy."""
        async with reporting_errors(interaction):
            await interaction.response.defer(thinking=True)
            about = self._about[Network(network)]
            tally = await self._corrections.tally(about.weights)
            await reply(interaction, model(about, tally, speaker(interaction.locale)))
