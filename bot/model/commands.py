"""`/model`."""

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.model.messages import model
from bot.runtime.networks import Network
from bot.ui.notices import telling


class Model(commands.Cog):
    """The networks behind the answers."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    @app_commands.command(
        name=label("command.model.name"), description=label("command.model.description")
    )
    @app_commands.rename(network=label("command.model.network.name"))
    @app_commands.describe(network=label("command.model.network.description"))
    async def model(
        self,
        interaction: discord.Interaction[GradcamBot],
        network: Literal["tutorial", "uploads"] = "tutorial",
    ) -> None:
        """Show a network's layers, training and measured accuracy."""
        async with telling(interaction):
            await interaction.response.defer(thinking=True)
            about = self.bot.about[Network(network)]
            tally = await self.bot.corrections.tally(about.weights)
            message = model(about, tally, speaker(interaction.locale))
            await interaction.edit_original_response(view=message.view, attachments=message.files)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Model(bot))
