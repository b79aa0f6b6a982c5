"""`/model`."""

from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.model.messages import model
from bot.runtime.networks import Network
from bot.ui.client import Interaction
from bot.ui.reply import reply, reporting_errors


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
        interaction: Interaction,
        network: Literal["tutorial", "uploads"] = "tutorial",
    ) -> None:
        """Show a network's layers, training and measured accuracy."""
        async with reporting_errors(interaction):
            await interaction.response.defer(thinking=True)
            about = self.bot.about[Network(network)]
            tally = await self.bot.corrections.tally(about.weights)
            message = model(about, tally, speaker(interaction.locale))
            await reply(interaction, message)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Model(bot))
