"""`/help`."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.help.messages import help_page
from bot.i18n import label, speaker
from bot.ui.notices import telling


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
            view = help_page(self._mentions(), speaker(interaction.locale))
            await interaction.response.send_message(view=view, ephemeral=True)

    def _mentions(self) -> dict[str, str]:
        """Write every command so that it can be clicked; one in a group has its group's id."""
        return {
            command.qualified_name: f"</{command.qualified_name}:{id_}>"
            for command in self.bot.tree.walk_commands()
            if (id_ := self.bot.command_ids.get((command.root_parent or command).name)) is not None
        }


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Help(bot))
