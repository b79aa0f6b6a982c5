"""Answering interactions, also when something goes wrong."""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeAlias

import discord
from discord import InteractionResponseType

from bot.i18n import speaker
from bot.runtime.errors import UserError, describe
from bot.ui.client import Interaction
from bot.ui.codes import UNKNOWN_MESSAGE
from bot.ui.layout import Message, notice

_log = logging.getLogger(__name__)

Callback: TypeAlias = Callable[..., Coroutine[Any, Any, None]]
"""A method of a cog that answers an interaction."""


async def reply(interaction: Interaction, message: Message) -> None:
    """Show a message as the answer to an interaction.

    After a deferral it takes the place of what waits, or of the message whose control was pressed;
    otherwise it is sent to the user alone. So it is if the message whose control was pressed has
    been deleted since.
    """
    if interaction.response.is_done():
        try:
            await interaction.edit_original_response(view=message.view, attachments=message.files)
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            message.rewind()
            await interaction.followup.send(view=message.view, files=message.files, ephemeral=True)
    else:
        await interaction.response.send_message(
            view=message.view, files=message.files, ephemeral=True
        )


async def reply_privately(interaction: Interaction, message: Message) -> None:
    """Show a message to the user alone, whatever the interaction was deferred as.

    A public "is thinking…" is deleted. A message that is there already stays.
    """
    if not interaction.response.is_done():
        await reply(interaction, message)
        return
    waiting = False
    if interaction.response.type is InteractionResponseType.deferred_channel_message:
        flags = (await interaction.original_response()).flags
        if flags.loading and flags.ephemeral:
            await reply(interaction, message)
            return
        waiting = flags.loading
    if waiting:
        # Discord takes the first message after a deferral for the public one, and takes none once
        # that was deleted: something else must end the waiting.
        await reply(interaction, notice("…"))
    await interaction.followup.send(view=message.view, files=message.files, ephemeral=True)
    if waiting:
        await interaction.delete_original_response()


async def report(interaction: Interaction, error: Exception) -> None:
    """Tell the person who used an interaction what went wrong, in their language and privately."""
    if isinstance(error, discord.Forbidden):
        _log.warning("Discord forbids what was asked for: %s", error)
        error = UserError("problem.forbidden")
    message = notice(describe(error, speaker(interaction.locale)))
    try:
        await reply_privately(interaction, message)
    except discord.HTTPException as refused:  # such as where the message that waits is deleted
        _log.warning("Somebody cannot be told of an error: %s", refused)


def reporting(callback: Callback) -> Callback:
    """Let a method that answers an interaction tell the person what went wrong.

    discord.py would only log it.
    """

    @wraps(callback)
    async def report_errors(
        self: object, interaction: Interaction, *args: object, **options: object
    ) -> None:
        try:
            await callback(self, interaction, *args, **options)
        except Exception as error:  # noqa: BLE001 - a person is waiting, whatever it was
            await report(interaction, error)

    return report_errors
