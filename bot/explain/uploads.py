"""Pictures sent to the bot, and Apps › Explain."""

import discord
from discord import Locale, app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.explain.attachments import fetch
from bot.explain.audience import Audience
from bot.explain.outcome import answered
from bot.explain.questions import Question
from bot.i18n import label, speaker
from bot.runtime.errors import UserError, describe
from bot.ui.client import Interaction
from bot.ui.layout import Message, notice
from bot.ui.reply import reply, reporting_errors

# Where only a user installed the app, Discord lets it send five messages after its first answer.
_USER_INSTALL_MESSAGES = 6


class Pictures(commands.Cog):
    """Explains the pictures of messages."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(
            name=label("command.explain_message.name"), callback=self.explain_message
        )

    async def cog_load(self) -> None:
        """Put the message menu where Discord's events find it."""
        self.bot.tree.add_command(self.menu)

    async def explain_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Explain every picture of a message."""
        async with reporting_errors(interaction):
            await interaction.response.defer(thinking=True)
            say = speaker(interaction.locale)
            pictures = _pictures(message)
            if not pictures:
                raise UserError("explain.no_pictures")
            shown = pictures
            only_user = interaction.is_user_integration() and not interaction.is_guild_integration()
            if only_user and len(pictures) > _USER_INSTALL_MESSAGES:
                shown = pictures[: _USER_INSTALL_MESSAGES - 1]
            audience = Audience(interaction.user.id, message.author.id, shared=True)
            replies = [await self._reply(each, interaction.locale, audience) for each in shown]
            if len(shown) < len(pictures):
                replies.append(notice(say("explain.left_out", answered=len(shown))))
            first, *others = replies
            await reply(interaction, first)
            for each in others:
                await interaction.followup.send(view=each.view, files=each.files)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Explain pictures that come by direct message, or with a mention of the bot."""
        if message.author.bot or not self._addressed(message):
            return
        pictures = _pictures(message)
        locale = self.bot.locale_of(message)
        me = message.author.id
        audience = Audience(me, me, shared=message.guild is not None)
        replies = [await self._reply(picture, locale, audience) for picture in pictures]
        if not pictures:
            replies = [notice(speaker(locale)("explain.no_pictures"))]
        for each in replies:
            await message.reply(view=each.view, files=each.files)

    def _addressed(self, message: discord.Message) -> bool:
        """Whether a message is for the bot: a reply that pings it is not, unless with a picture."""
        if message.guild is None:
            return True
        me = self.bot.user
        if me is None or me not in message.mentions:
            return False
        return bool(_pictures(message)) or f"<@{me.id}>" in message.content

    async def _reply(
        self, picture: discord.Attachment, locale: Locale, audience: Audience
    ) -> Message:
        """Answer one picture of several: what is wrong with one is said in its place."""
        say = speaker(locale)
        try:
            reading = await fetch(self.bot, picture)
            outcome = await self.bot.explaining.answer(Question.upload(), reading)
        except Exception as error:  # noqa: BLE001 - each picture has its own answer
            return notice(describe(error, say))
        return answered(outcome, say, audience)


def _pictures(message: discord.Message) -> list[discord.Attachment]:
    """The attachments that may be pictures: all but those that say they are something else."""
    return [
        attachment
        for attachment in message.attachments
        if (attachment.content_type or "image/").startswith("image/")
    ]


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Pictures(bot))
