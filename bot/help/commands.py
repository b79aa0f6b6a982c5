"""`/help`."""

from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.help.messages import help_page
from bot.i18n import label, speaker
from bot.ui.client import Interaction
from bot.ui.reply import reply, reporting_errors


class Help(commands.Cog):
    """What to try first."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    @app_commands.command(
        name=label("command.help.name"), description=label("command.help.description")
    )
    async def help(self, interaction: Interaction) -> None:
        """Show what to try first, to the asker alone."""
        async with reporting_errors(interaction):
            view = help_page(self._mentions(), speaker(interaction.locale))
            await reply(interaction, view)

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
