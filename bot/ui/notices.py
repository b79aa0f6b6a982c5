"""A sentence on its own: a refusal, a fault, something left out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import InteractionResponseType
from discord.ui import LayoutView, TextDisplay

from bot.i18n import Say, speaker
from bot.runtime.errors import sentence
from bot.ui.layout import framed


def notice(text: str) -> LayoutView:
    """Lay a sentence out as a message."""
    return framed(TextDisplay(text), colour=discord.Colour.gold())


@asynccontextmanager
async def telling(interaction: discord.Interaction[Any]) -> AsyncIterator[None]:
    """Answer an interaction, or else say in a sentence why not.

    Whatever answers interactions does it within this: what leaves a control's callback discord.py
    tells nobody, and what leaves a command only the log.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a person is waiting, whatever it is
        await _tell(interaction, error, speaker(interaction.locale))


async def _tell(interaction: discord.Interaction[Any], error: Exception, say: Say) -> None:
    """Answer an interaction with what went wrong, to its user alone where that is still open."""
    view = notice(sentence(error, say))
    if not interaction.response.is_done():
        await interaction.response.send_message(view=view, ephemeral=True)
    elif interaction.response.type is InteractionResponseType.deferred_channel_message:
        # It still waits for its text; anything else is there already, and stays.
        await interaction.edit_original_response(view=view, attachments=[])
    else:
        await interaction.followup.send(view=view, ephemeral=True)
