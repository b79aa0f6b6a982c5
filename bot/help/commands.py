"""`/help`."""

from discord import app_commands
from discord.ext import commands

from bot.help.messages import help_page
from bot.i18n import label, speaker
from bot.ui.client import Client, Interaction
from bot.ui.reply import reply, reporting_errors


class Help(commands.Cog):
    """Shows what to try first."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @app_commands.command(
        name=label("command.help.name"), description=label("command.help.description")
    )
    async def help(self, interaction: Interaction) -> None:
        """Show what to try first, to the asker alone."""
        async with reporting_errors(interaction):
            manager = interaction.guild is not None and interaction.permissions.manage_guild
            page = help_page(self._client.mention, speaker(interaction.locale), manager=manager)
            await reply(interaction, page)
