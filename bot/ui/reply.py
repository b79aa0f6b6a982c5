"""Answering interactions, also when something goes wrong."""

from discord import InteractionResponseType

from bot.i18n import speaker
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
    message = notice(describe(error, speaker(interaction.locale)))
    await reply_privately(interaction, message)
