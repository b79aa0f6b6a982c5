"""`/explain`, Apps › Explain, and pictures sent to the bot."""

from typing import Literal

import aiohttp
import discord
from discord import InteractionResponseType, Locale, app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.problems import Refusal, sentence
from bot.services.explaining import DEFAULT_LAYER, Question
from bot.views.explanation import Message, explanation
from bot.views.notice import notice, telling
from bot.views.question_controls import CONTROLS
from core.dataset import TEST_DIGITS
from core.digit import Digit
from core.figures.colours import Colours
from core.figures.digit import read_digit
from core.uploads import MAX_BYTES

_Interaction = discord.Interaction[GradcamBot]
# Where only a user installed the app, Discord lets it send five messages after its first answer.
_USER_INSTALL_MESSAGES = 6
_NOT_FETCHED = (discord.HTTPException, aiohttp.ClientError, TimeoutError)


class Explain(commands.Cog):
    """Everything that brings an explanation."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(
            name=label("command.explain_message.name"), callback=self.explain_message
        )

    async def cog_load(self) -> None:
        """Put the message menu and the controls where Discord's events find them."""
        self.bot.tree.add_command(self.menu)
        self.bot.add_dynamic_items(*CONTROLS)
        self.bot.handle(Question, self.asked_on)

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
        interaction: _Interaction,
        index: app_commands.Range[int, 0, TEST_DIGITS - 1] | None = None,
        image: discord.Attachment | None = None,
        layer: str = DEFAULT_LAYER,
        target: app_commands.Range[int, 0, 9] | None = None,
        colours: Literal["viridis", "jet"] = "viridis",
        private: bool = False,
    ) -> None:
        """Explain a test digit or an uploaded one."""
        async with telling(interaction):
            await interaction.response.defer(ephemeral=private, thinking=True)
            if index is not None and image is not None:
                raise Refusal("explain.index_or_image")
            if index is None and image is None:
                index = Question.random().index
            question = Question(index, layer, target, colours=Colours(colours))
            self.bot.explaining.check(question)
            upload = await self._read(image) if image is not None else None
            await self._show(interaction, question, upload, shared=not private)

    @explain.autocomplete("layer")
    async def layers(self, _: _Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the network's real layers."""
        return [
            app_commands.Choice(name=f"{name} ({h}×{w})", value=name)
            for name, (h, w) in self.bot.explaining.layers.items()
            if typed.casefold() in name
        ]

    async def explain_message(self, interaction: _Interaction, message: discord.Message) -> None:
        """Explain every picture of a message."""
        async with telling(interaction):
            await interaction.response.defer(thinking=True)
            say = speaker(interaction.locale)
            pictures = _pictures(message)
            if not pictures:
                raise Refusal("explain.no_pictures")
            answered = pictures
            only_user = interaction.is_user_integration() and not interaction.is_guild_integration()
            if only_user and len(pictures) > _USER_INSTALL_MESSAGES:
                answered = pictures[: _USER_INSTALL_MESSAGES - 1]
            replies = [
                await self._reply(picture, interaction.user.id, interaction.locale, shared=True)
                for picture in answered
            ]
            if len(answered) < len(pictures):
                replies.append(Message(notice(say("explain.left_out", answered=len(answered))), []))
            first, *others = replies
            await interaction.edit_original_response(view=first.view, attachments=first.files)
            for reply in others:
                await interaction.followup.send(view=reply.view, files=reply.files)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Explain pictures that come by direct message, or with a mention of the bot."""
        if message.author.bot or not self._addressed(message):
            return
        pictures = _pictures(message)
        locale = self.bot.locale_of(message)
        shared = message.guild is not None
        replies = [
            await self._reply(picture, message.author.id, locale, shared=shared)
            for picture in pictures
        ]
        if not pictures:
            replies = [Message(notice(speaker(locale)("explain.no_pictures")), [])]
        for reply in replies:
            await message.reply(view=reply.view, files=reply.files)

    async def asked_on(self, interaction: _Interaction, question: Question) -> None:
        """Answer what somebody chose below an explanation."""
        message = interaction.message
        if message is None:
            raise RuntimeError("a control was pressed on no message")
        upload = await self._digit_of(message) if question.index is None else None
        own = interaction.response.type is InteractionResponseType.deferred_message_update
        shared = own and not message.flags.ephemeral
        await self._show(interaction, question, upload, shared=shared)

    def _addressed(self, message: discord.Message) -> bool:
        """Whether a message is for the bot: a reply that pings it is not, unless with a picture."""
        if message.guild is None:
            return True
        me = self.bot.user
        if me is None or me not in message.mentions:
            return False
        return bool(_pictures(message)) or f"<@{me.id}>" in message.content

    async def _show(
        self, interaction: _Interaction, question: Question, upload: Digit | None, *, shared: bool
    ) -> None:
        answer = await self.bot.explaining.answer(question, upload)
        message = explanation(
            answer,
            speaker(interaction.locale),
            owner=interaction.user.id,
            shared=shared and not interaction.context.dm_channel,
        )
        await interaction.edit_original_response(view=message.view, attachments=message.files)

    async def _reply(
        self, picture: discord.Attachment, owner: int, locale: Locale, *, shared: bool
    ) -> Message:
        """Answer one picture of several: what is wrong with one is said in its place."""
        say = speaker(locale)
        try:
            answer = await self.bot.explaining.answer(Question(None), await self._read(picture))
        except Exception as error:  # noqa: BLE001 - each picture has its own answer
            return Message(notice(sentence(error, say)), [])
        return explanation(answer, say, owner=owner, shared=shared)

    async def _read(self, picture: discord.Attachment) -> Digit:
        if picture.size > MAX_BYTES:
            raise Refusal("upload.too_large", limit=MAX_BYTES >> 20)
        try:
            data = await picture.read()
        except _NOT_FETCHED as error:
            raise Refusal("upload.not_fetched") from error
        return await self.bot.explaining.read(data)

    async def _digit_of(self, message: discord.Message) -> Digit:
        """Read an uploaded digit back from the small picture in its answer."""
        for container in message.components:
            for part in getattr(container, "children", ()):
                accessory = getattr(part, "accessory", None)
                if isinstance(accessory, discord.ThumbnailComponent):
                    # Not `media.read()`: discord.py gives the media of accessories no connection.
                    try:
                        return Digit(
                            read_digit(await self.bot.http.get_from_cdn(accessory.media.url))
                        )
                    except (*_NOT_FETCHED, ValueError) as error:
                        raise Refusal("explain.gone") from error
        raise Refusal("explain.gone")


def _pictures(message: discord.Message) -> list[discord.Attachment]:
    """The attachments that may be pictures: all but those that say they are something else."""
    return [
        attachment
        for attachment in message.attachments
        if (attachment.content_type or "image/").startswith("image/")
    ]


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Explain(bot))
