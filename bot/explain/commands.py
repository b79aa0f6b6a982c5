"""`/explain`, Apps › Explain, and pictures sent to the bot."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Literal
from unicodedata import normalize

import discord
from cachetools import LRUCache
from discord import Locale, app_commands
from discord.ext import commands

from bot.explain.actions import Actions
from bot.explain.controls import CONTROLS
from bot.explain.explaining import Explaining
from bot.explain.messages import answer
from bot.explain.phrases import method_note
from bot.explain.query import DEFAULT_LAYER, DEFAULT_METHOD, Ownership, Query
from bot.explain.results import Shapes
from bot.explain.uploads import Uploads
from bot.i18n import Say, label, speaker
from bot.runtime import logs
from bot.runtime.errors import UserError, describe
from bot.runtime.networks import Network
from bot.ui.client import Client, Interaction
from bot.ui.codes import MAY_NOT_REFER
from bot.ui.commands import localized, matches
from bot.ui.control import register
from bot.ui.layout import Message, notice
from bot.ui.reply import reply, reply_privately, reporting
from core.dataset import TEST_DIGITS
from core.explain.methods import METHODS
from core.figures.heatmaps import Colormap
from core.uploads import Reading

_log = logging.getLogger(__name__)

_HANGUL = range(ord("가"), ord("힣") + 1)
_MAX_LOCALES = 10_000

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
        self._locales: LRUCache[int, Locale] = LRUCache(_MAX_LOCALES)
        self._menu = app_commands.ContextMenu(
            name=label("command.explain_message.name"), callback=self.explain_message
        )
        client.tree.add_command(self._menu)
        register(client, actions, *CONTROLS)

    @localized("explain")
    async def explain(
        self,
        interaction: Interaction,
        index: app_commands.Range[int, 0, TEST_DIGITS - 1] | None = None,
        image: discord.Attachment | None = None,
        method: str = DEFAULT_METHOD,
        layer: str | None = None,
        target: app_commands.Range[int, 0, 9] | None = None,
        against: app_commands.Range[int, 0, 9] | None = None,
        colours: Literal["viridis", "jet"] = "viridis",
        private: bool = False,
    ) -> None:
        """Explain a test digit or an uploaded picture."""
        query = replace(
            query_about(index, image),
            layer=layer or DEFAULT_LAYER,
            target=target,
            colours=Colormap(colours),
            method=method,
            against=against,
        )
        self._explaining.check(query)
        if layer is not None and query.layer_read is None:
            fitting = ", ".join(each.title for each in METHODS.values() if each.per_layer)
            title = METHODS[method].title
            raise UserError("explain.layer_unread", method=title, methods=fitting)
        reading = await wait(interaction, self._uploads, image, private=private)
        result = await self._explaining.answer(query, reading, interaction.user.id)
        ownership = asker(interaction, private=private)
        await reply(interaction, answer(result, speaker(interaction.locale), ownership))

    @explain.autocomplete("layer")
    async def layers(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the layers of the networks."""
        return layer_choices(self._explaining.layers, typed)

    @explain.autocomplete("method")
    async def methods(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the methods; those that fail the sanity check are marked."""
        say, records = speaker(interaction.locale), self._explaining.records[Network.TUTORIAL]
        layer = interaction.namespace.layer or DEFAULT_LAYER
        return [
            app_commands.Choice(
                name=f"{method.title}: {method_note(name, layer, records, say)}", value=name
            )
            for name, method in METHODS.items()
            if matches(typed, f"{name} {method.title}")
        ]

    @reporting
    async def explain_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Explain every picture of a message."""
        pictures = _pictures(message)
        if not pictures:
            raise UserError("explain.no_pictures")
        await interaction.response.defer(thinking=True)
        say = speaker(interaction.locale)
        only_user = interaction.is_user_integration() and not interaction.is_guild_integration()
        ownership = Ownership(interaction.user.id, message.author.id, public=True)
        shown, answered, problems = pictures, False, list[str]()
        if only_user and len(pictures) > _USER_INSTALL_MESSAGES:
            shown = pictures[: _USER_INSTALL_MESSAGES - 1]
            problems.append(say("explain.left_out", answered=len(shown)))
        async for each in self._answers(shown, say, ownership):
            if isinstance(each, str):
                problems.append(each)
                continue
            try:
                if answered:
                    await interaction.followup.send(view=each.view, files=each.files)
                else:
                    await reply(interaction, each)
                answered = True
            except discord.HTTPException as error:  # the others are answered
                problems.append(describe(error, say))
        if problems:
            await reply_privately(interaction, notice("\n".join(problems)))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Remember the reader's language: messages do not carry it."""
        self._locales[interaction.user.id] = interaction.locale

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Explain pictures that come by direct message, or with a mention of the bot."""
        if message.author.bot or not self._addressed(message):
            return
        logs.bind(
            "message",
            (message.content, *(each.filename for each in message.attachments)),
            guild=message.guild.id if message.guild else None,
        )
        say = speaker(self._locale_of(message))
        me = message.author.id
        ownership = Ownership(me, me, public=message.guild is not None)
        pictures = _pictures(message)
        if self._client.away is not None:
            await _reply_to(message, notice(say(self._client.away)))
            return
        server = None if message.guild is None else message.guild.id
        try:
            with self._client.workload.accepted(), self._client.admission.request(me, server):
                if not pictures:
                    await _reply_to(message, notice(say("explain.no_pictures")))
                async for each in self._answers(pictures, say, ownership):
                    await _reply_to(message, notice(each) if isinstance(each, str) else each)
        except discord.Forbidden:  # as it would be for the other pictures
            permission = say("permission.attach_files")
            with suppress(discord.Forbidden):  # it may not write there at all
                await _reply_to(message, notice(say("explain.lacks", permission=permission)))

    def _locale_of(self, message: discord.Message) -> Locale:
        """Guess the language in which to answer a message.

        Korean if it contains Hangul; else the language of its author's last interaction since the
        bot started; else the server's.
        """
        # A Mac may send syllables in parts.
        if any(ord(letter) in _HANGUL for letter in normalize("NFC", message.content)):
            return Locale.korean
        known: Locale | None = self._locales.get(message.author.id)
        if known is not None:
            return known
        return message.guild.preferred_locale if message.guild else Locale.american_english

    def _addressed(self, message: discord.Message) -> bool:
        """Whether a message is for the bot: a reply that pings it is not, unless with a picture."""
        if message.guild is None:
            return True
        me = self._client.user
        if me is None or me not in message.mentions:
            return False
        return bool(_pictures(message)) or f"<@{me.id}>" in message.content

    async def _answers(
        self, pictures: Sequence[discord.Attachment], say: Say, ownership: Ownership
    ) -> AsyncIterator[Message | str]:
        """Explain the pictures of a message one by one, or tell what is wrong with one."""
        for number, picture in enumerate(pictures, 1):
            try:
                reading = await self._uploads.read(picture.url, picture.size, ownership.owner)
                result = await self._explaining.answer(Query.upload(), reading, ownership.owner)
                told: Message | str = answer(result, say, ownership)
            except Exception as error:  # noqa: BLE001 - the others are answered
                told, count = describe(error, say), len(pictures)
                if count > 1:
                    told = say("explain.picture", number=number, count=count, problem=told)
            yield told


def query_about(index: int | None, image: discord.Attachment | None) -> Query:
    """Ask about a test digit, any if nothing is given, or about an uploaded picture.

    Raises:
        UserError: If both are given.
    """
    if index is not None and image is not None:
        raise UserError("explain.index_or_image")
    return Query.test_digit(index) if image is None else Query.upload()


async def wait(
    interaction: Interaction, uploads: Uploads, image: discord.Attachment | None, *, private: bool
) -> Reading | None:
    """Let a person wait for the answer to a command, and read their picture, if there is one.

    Raises:
        UserError: If it is too large, or cannot be read.
    """
    if image is not None:
        uploads.check(image.size)
    await interaction.response.defer(ephemeral=private, thinking=True)
    if image is None:
        return None
    return await uploads.read(image.url, image.size, interaction.user.id)


def asker(interaction: Interaction, *, private: bool) -> Ownership:
    """Give the answer to a command to the person who used it."""
    me, public = interaction.user.id, not private and not interaction.context.dm_channel
    return Ownership(me, me, public)


def layer_choices(layers: Shapes, typed: str) -> list[app_commands.Choice[str]]:
    """Return the layers that what was typed may begin or be part of."""
    return [
        app_commands.Choice(name=f"{name} ({h}×{w})", value=name)
        for name, (h, w) in layers.items()
        if matches(typed, name)
    ]


async def _reply_to(message: discord.Message, reply: Message) -> None:
    """Reply to a message, which may be deleted by now; a reply that cannot be sent is logged.

    Raises:
        discord.Forbidden: the bot may not write in the channel, or attach files there.
    """
    send = partial(message.channel.send, view=reply.view, files=reply.files)
    try:
        try:
            await send(reference=message.to_reference(fail_if_not_exists=False))
        except discord.HTTPException as error:
            if error.code != MAY_NOT_REFER:
                raise
            reply.rewind()
            await send()
    except discord.HTTPException as error:
        _log.warning("A reply cannot be sent to channel %d: %s", message.channel.id, error)
        if isinstance(error, discord.Forbidden):
            raise


def _pictures(message: discord.Message) -> list[discord.Attachment]:
    """Return the attachments that may be pictures: all that do not say otherwise."""
    return [
        attachment
        for attachment in message.attachments
        if (attachment.content_type or "image/").startswith("image/")
    ]
