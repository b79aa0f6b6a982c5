"""`/explain`, Apps › Explain, and pictures sent to the bot."""

import logging
from dataclasses import replace
from typing import Literal

import discord
from discord import Locale, app_commands
from discord.ext import commands

from bot.explain.actions import Actions
from bot.explain.controls import CONTROLS
from bot.explain.explaining import Explaining
from bot.explain.messages import answer
from bot.explain.query import DEFAULT_LAYER, Query
from bot.explain.query_control import Ownership
from bot.explain.uploads import Uploads
from bot.i18n import label, speaker
from bot.runtime.errors import UserError, describe
from bot.ui.client import Client, Interaction
from bot.ui.control import register
from bot.ui.layout import Message, notice
from bot.ui.reply import reply, reporting_errors
from core.dataset import TEST_DIGITS
from core.figures.colours import Colours

_log = logging.getLogger(__name__)

# Where only a user installed the app, Discord lets it send five messages after its first answer.
_USER_INSTALL_MESSAGES = 6


class Explain(commands.Cog):
    """Explains test digits and uploaded pictures."""

    def __init__(
        self, client: Client, explaining: Explaining, uploads: Uploads, actions: Actions
    ) -> None:
        self._client = client
        self._explaining = explaining
        self._uploads = uploads
        self._menu = app_commands.ContextMenu(
            name=label("command.explain_message.name"), callback=self.explain_message
        )
        client.tree.add_command(self._menu)
        register(client, actions, *CONTROLS)

    @app_commands.command(
        name=label("command.explain.name"), description=label("command.explain.description")
    )
    @app_commands.rename(
        index=label("command.explain.index.name"),
        image=label("command.explain.image.name"),
        layer=label("command.explain.layer.name"),
        target=label("command.explain.target.name"),
        colours=label("command.explain.colours.name"),
        private=label("command.explain.private.name"),
    )
    @app_commands.describe(
        index=label("command.explain.index.description"),
        image=label("command.explain.image.description"),
        layer=label("command.explain.layer.description"),
        target=label("command.explain.target.description"),
        colours=label("command.explain.colours.description"),
        private=label("command.explain.private.description"),
    )
    async def explain(
        self,
        interaction: Interaction,
        index: app_commands.Range[int, 0, TEST_DIGITS - 1] | None = None,
        image: discord.Attachment | None = None,
        layer: str = DEFAULT_LAYER,
        target: app_commands.Range[int, 0, 9] | None = None,
        colours: Literal["viridis", "jet"] = "viridis",
        private: bool = False,
    ) -> None:
        """Explain a test digit or an uploaded picture."""
        async with reporting_errors(interaction):
            if index is not None and image is not None:
                raise UserError("explain.index_or_image")
            query = Query.upload() if image is not None else Query.test_digit(index)
            query = replace(query, layer=layer, target=target, colours=Colours(colours))
            self._explaining.check(query)
            if image is not None:
                self._uploads.check(image.size)
            await interaction.response.defer(ephemeral=private, thinking=True)
            me, reading = interaction.user.id, None
            if image is not None:
                reading = await self._uploads.read(image.url, image.size, me)
            result = await self._explaining.answer(query, reading, me)
            public = not private and not interaction.context.dm_channel
            message = answer(result, speaker(interaction.locale), Ownership(me, me, public))
            await reply(interaction, message)

    @explain.autocomplete("layer")
    async def layers(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the layers of the networks."""
        return [
            app_commands.Choice(name=f"{name} ({h}×{w})", value=name)
            for name, (h, w) in self._explaining.layers.items()
            if typed.casefold() in name
        ]

    async def explain_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Explain every picture of a message."""
        async with reporting_errors(interaction):
            pictures = _pictures(message)
            if not pictures:
                raise UserError("explain.no_pictures")
            await interaction.response.defer(thinking=True)
            say = speaker(interaction.locale)
            shown = pictures
            only_user = interaction.is_user_integration() and not interaction.is_guild_integration()
            if only_user and len(pictures) > _USER_INSTALL_MESSAGES:
                shown = pictures[: _USER_INSTALL_MESSAGES - 1]
            ownership = Ownership(interaction.user.id, message.author.id, public=True)
            replies = [await self._answer(each, interaction.locale, ownership) for each in shown]
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
        locale = self._client.locale_of(message)
        me = message.author.id
        ownership = Ownership(me, me, public=message.guild is not None)
        replies = [await self._answer(picture, locale, ownership) for picture in pictures]
        if not pictures:
            replies = [notice(speaker(locale)("explain.no_pictures"))]
        for each in replies:
            await message.reply(view=each.view, files=each.files)

    def _addressed(self, message: discord.Message) -> bool:
        """Whether a message is for the bot: a reply that pings it is not, unless with a picture."""
        if message.guild is None:
            return True
        me = self._client.user
        if me is None or me not in message.mentions:
            return False
        return bool(_pictures(message)) or f"<@{me.id}>" in message.content

    async def _answer(
        self, picture: discord.Attachment, locale: Locale, ownership: Ownership
    ) -> Message:
        """Answer one picture of several: an error of one is told in its place."""
        say = speaker(locale)
        try:
            reading = await self._uploads.read(picture.url, picture.size, ownership.owner)
            result = await self._explaining.answer(Query.upload(), reading, ownership.owner)
        except Exception as error:  # noqa: BLE001 - each picture has its own answer
            return notice(describe(error, say))
        return answer(result, say, ownership)


def _pictures(message: discord.Message) -> list[discord.Attachment]:
    """Return the attachments that may be pictures: all that do not say otherwise."""
    return [
        attachment
        for attachment in message.attachments
        if (attachment.content_type or "image/").startswith("image/")
    ]
