"""`/model`."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.views.model import model
from bot.views.notice import telling


class Model(commands.Cog):
    """The network behind the answers."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    @app_commands.command(
        name=label("command.model.name"), description=label("command.model.description")
    )
    async def model(self, interaction: discord.Interaction[GradcamBot]) -> None:
        """Show the network's layers, training and measured accuracy."""
        async with telling(interaction):
            await interaction.response.defer(thinking=True)
            about = self.bot.about
            view, files = model(about.record, about.summary, speaker(interaction.locale))
            await interaction.edit_original_response(view=view, attachments=files)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Model(bot))
