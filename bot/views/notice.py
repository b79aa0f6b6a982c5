"""A sentence on its own: a refusal, a fault, something left out."""

import discord
from discord.ui import Container, LayoutView, TextDisplay

from bot.i18n import Say
from bot.problems import sentence


def notice(text: str) -> LayoutView:
    """Lay a sentence out as a message."""
    view = LayoutView(timeout=None)
    view.add_item(Container(TextDisplay(text), accent_colour=discord.Colour.gold()))
    return view


async def tell(interaction: discord.Interaction, error: Exception, say: Say) -> None:
    """Answer an interaction with what went wrong, to its user alone where that is still open."""
    view = notice(sentence(error, say))
    if not interaction.response.is_done():
        await interaction.response.send_message(view=view, ephemeral=True)
    elif interaction.response.type in _THINKING:
        await interaction.edit_original_response(view=view, attachments=[])
    else:
        await interaction.followup.send(view=view, ephemeral=True)


# A deferred message still waits for its text; anything else is there already, and stays.
_THINKING = {discord.InteractionResponseType.deferred_channel_message}
