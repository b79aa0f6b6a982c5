"""`/explain`, Apps › Explain, and pictures sent to the bot."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.explain.actions import ExplainActions
from bot.explain.controls import CONTROLS
from bot.explain.explaining import Explaining
from bot.explain.messages import answer
from bot.explain.phrases import method_note
from bot.explain.query import DEFAULT_LAYER, DEFAULT_METHOD, Ownership, Query
from bot.explain.results import Shapes
from bot.explain.uploads import Uploads
from bot.i18n import Say, label, speaker
from bot.runtime import logs
from bot.runtime.errors import REQUEST_ERRORS, UserError, describe
from bot.runtime.fairness import enter
from bot.runtime.networks import Network
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized, matches
from bot.ui.control import register
from bot.ui.layout import Message, notice
from bot.ui.mentions import is_addressed, pictures, reply_to, speaker_to
from bot.ui.reply import follow_up, reply, reply_privately, reporting
from core.dataset import TEST_DIGITS
from core.explain.methods import METHODS
from core.figures.heatmaps import Colormap
from core.uploads import Reading

_LAST = 99  # number of the reply that comes after all others

# Where only a user installed the app, Discord lets it send five messages after its first answer.
_USER_INSTALL_MESSAGES = 6


class Explain(commands.Cog):
    """Explains test digits and uploaded pictures."""

    def __init__(
        self, client: Client, explaining: Explaining, uploads: Uploads, actions: ExplainActions
    ) -> None:
        self._client = client
        self._explaining = explaining
        self._uploads = uploads
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
        reading = await defer_and_read(interaction, self._uploads, image, private=private)
        result = await self._explaining.answer(query, reading)
        ownership = own_answer(interaction, private=private)
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
        found = pictures(message)
        if not found:
            raise UserError("explain.no_pictures")
        enter()
        await interaction.response.defer(thinking=True)
        say = speaker(interaction.locale)
        only_user = interaction.is_user_integration() and not interaction.is_guild_integration()
        ownership = Ownership(interaction.user.id, message.author.id, public=True)
        shown, answered, problems = found, False, list[str]()
        if only_user and len(found) > _USER_INSTALL_MESSAGES:
            shown = found[: _USER_INSTALL_MESSAGES - 1]
            problems.append(say("explain.left_out", answered=len(shown)))
        async for each in self._answers(shown, say, ownership):
            if isinstance(each, str):
                problems.append(each)
                continue
            try:
                if answered:
                    await follow_up(interaction, each, private=False)
                else:
                    await reply(interaction, each)
                answered = True
            except REQUEST_ERRORS as error:  # the others are answered
                problems.append(describe(error, say))
        if problems:
            await reply_privately(interaction, notice("\n".join(problems)))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Explain pictures that come by direct message, or with a mention of the bot."""
        client = self._client
        if client.away or not is_addressed(client, message) or not client.is_new(message.id):
            return
        logs.bind(
            "message",
            (message.content, *(each.filename for each in message.attachments)),
            guild=message.guild.id if message.guild else None,
        )
        say = speaker_to(client, message)
        with client.answering():
            try:
                await self._answer(message, say)
            except asyncio.CancelledError:
                await self._give_up(message, say)
                raise
            except discord.Forbidden:  # the other pictures would be refused too
                told = say("explain.lacks", permission=say("permission.attach_files"))
                with suppress(discord.Forbidden):  # it may not write there at all
                    await reply_to(message, notice(told), _LAST)

    async def _give_up(self, message: discord.Message, say: Say) -> None:
        if self._client.away is not None:
            await reply_to(message, notice(say(self._client.away)), _LAST)

    async def _answer(self, message: discord.Message, say: Say) -> None:
        me, found = message.author.id, pictures(message)
        ownership = Ownership(me, me, public=message.guild is not None)
        server = None if message.guild is None else message.guild.id
        with self._client.admission.request(me, server):
            if not found:
                await reply_to(message, notice(say("explain.no_pictures")))
            numbers = count()
            async for each in self._answers(found, say, ownership):
                answered = notice(each) if isinstance(each, str) else each
                await reply_to(message, answered, next(numbers))

    async def _answers(
        self, found: Sequence[discord.Attachment], say: Say, ownership: Ownership
    ) -> AsyncIterator[Message | str]:
        """Explain the pictures of a message one by one, or tell what is wrong with one."""
        for number, picture in enumerate(found, 1):
            try:
                reading = await self._uploads.read(picture.url, picture.size, ownership.owner)
                result = await self._explaining.answer(Query.upload(), reading)
                told: Message | str = answer(result, say, ownership)
            except Exception as error:  # noqa: BLE001 - the others are answered
                told, of_all = describe(error, say), len(found)
                if of_all > 1:
                    told = say("explain.picture", number=number, count=of_all, problem=told)
            yield told


def query_about(index: int | None, image: discord.Attachment | None) -> Query:
    """Ask about a test digit, any if nothing is given, or about an uploaded picture.

    Raises:
        UserError: If both are given.
    """
    if index is not None and image is not None:
        raise UserError("explain.index_or_image")
    return Query.test_digit(index) if image is None else Query.upload()


async def defer_and_read(
    interaction: Interaction, uploads: Uploads, image: discord.Attachment | None, *, private: bool
) -> Reading | None:
    """Let a person wait for the answer to a command, and read their picture, if there is one.

    Raises:
        UserError: If it is too large, or cannot be read, or if too many wait already.
    """
    if image is not None:
        uploads.check(image.size)
    enter()
    await interaction.response.defer(ephemeral=private, thinking=True)
    if image is None:
        return None
    return await uploads.read(image.url, image.size, interaction.user.id)


def own_answer(interaction: Interaction, *, private: bool) -> Ownership:
    """Give the answer to a command to the person who used it."""
    me, public = interaction.user.id, not private and not interaction.context.dm_channel
    return Ownership(me, me, public)


def layer_choices(layers: Shapes, typed: str) -> list[app_commands.Choice[str]]:
    """Return the layers whose names contain what was typed."""
    return [
        app_commands.Choice(name=f"{name} ({h}×{w})", value=name)
        for name, (h, w) in layers.items()
        if matches(typed, name)
    ]
