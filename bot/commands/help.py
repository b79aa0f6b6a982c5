"""`/help`."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.views.help import help_page
from bot.views.notice import telling


class Help(commands.Cog):
    """What to try first."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    @app_commands.command(
        name=label("command.help.name"), description=label("command.help.description")
    )
    async def help(self, interaction: discord.Interaction[GradcamBot]) -> None:
        """Show what to try first, to the asker alone."""
        async with telling(interaction):
            mentions = {name: f"</{name}:{id_}>" for name, id_ in self.bot.command_ids.items()}
            view = help_page(mentions, speaker(interaction.locale))
            await interaction.response.send_message(view=view, ephemeral=True)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Help(bot))
