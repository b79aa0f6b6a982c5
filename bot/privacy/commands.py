"""`/privacy`."""

from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.privacy.messages import PrivacyButton, deleted, exported, kept, sure
from bot.privacy.privacy import Asked
from bot.ui.client import Interaction
from bot.ui.control import register
from bot.ui.layout import Message
from bot.ui.reply import reply, reporting_errors


class Privacy(commands.Cog):
    """What is kept of a person."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Put the controls where Discord's events find them."""
        register(self.bot, self.bot, PrivacyButton)
        self.bot.handle(Asked, self.carry_out)

    @app_commands.command(
        name=label("command.privacy.name"), description=label("command.privacy.description")
    )
    async def privacy(self, interaction: Interaction) -> None:
        """Show what is kept of the asker, to them alone."""
        async with reporting_errors(interaction):
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._show(interaction)

    async def carry_out(self, interaction: Interaction, asked: Asked) -> None:
        """Export or delete what is kept of whoever presses."""
        me, say = interaction.user.id, speaker(interaction.locale)
        match asked.what:
            case "export":
                await _answer(interaction, exported(await self.bot.privacy.export(me), say))
            case "delete":
                await _answer(interaction, sure(say, me))
            case "really":
                forgotten = await self.bot.privacy.forget(me)
                for session_id in forgotten.left:
                    self.bot.dispatch("session_changed", session_id)
                await _answer(interaction, deleted(forgotten, say))
            case _:
                await self._show(interaction)

    async def _show(self, interaction: Interaction) -> None:
        me, say = interaction.user.id, speaker(interaction.locale)
        await _answer(interaction, kept(await self.bot.privacy.kept(me), say, me))


async def _answer(interaction: Interaction, message: Message) -> None:
    await reply(interaction, message)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Privacy(bot))
