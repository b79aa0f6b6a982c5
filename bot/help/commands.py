"""`/help`."""

from discord.ext import commands

from bot.help.messages import help_page
from bot.i18n import speaker
from bot.ui.client import Interaction
from bot.ui.commands import localized
from bot.ui.reply import reply


class Help(commands.Cog):
    """Shows what to try first."""

    @localized("help")
    async def help(self, interaction: Interaction) -> None:
        """Show what to try first, to the asker alone."""
        manager = interaction.guild is not None and interaction.permissions.manage_guild
        page = help_page(interaction.client.mention, speaker(interaction.locale), manager=manager)
        await reply(interaction, page)
