"""Answering interactions, also when something goes wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from discord import InteractionResponseType

from bot.i18n import Say, speaker
from bot.runtime.errors import describe
from bot.ui.client import Interaction
from bot.ui.layout import Message, notice


async def reply(interaction: Interaction, message: Message) -> None:
    """Show a message as the answer to an interaction.

    After a deferral it takes the place of what waits, or of the message whose control was pressed;
    otherwise it is sent to the user alone.
    """
    if interaction.response.is_done():
        await interaction.edit_original_response(view=message.view, attachments=message.files)
    else:
        await interaction.response.send_message(
            view=message.view, files=message.files, ephemeral=True
        )


@asynccontextmanager
async def reporting_errors(interaction: Interaction) -> AsyncIterator[None]:
    """Answer an interaction with a sentence if what is done with it raises.

    Everything that answers interactions runs within this: discord.py only logs an exception that
    leaves the callback of a dynamic item or a command.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a person is waiting, whatever it was
        await _report(interaction, error, speaker(interaction.locale))


async def _report(interaction: Interaction, error: Exception, say: Say) -> None:
    message = notice(describe(error, say))
    original = interaction.response.type
    if original is None or original is InteractionResponseType.deferred_channel_message:
        await reply(interaction, message)
    else:  # the message is there already, and stays
        await interaction.followup.send(view=message.view, ephemeral=True)
