"""What every message of the bot has in common: one framed column, which no timeout ends."""

from typing import Any

import discord
from discord.ui import Container, Item, LayoutView

CALM, WARNING = discord.Colour(0x56B4E9), discord.Colour(0xE69F00)
"""Of the frame: blue, and orange where the network is known to be wrong."""


def framed(*parts: Item[Any], colour: discord.Colour = CALM) -> LayoutView:
    """Lay parts out one below the other.

    Args:
        parts: at most 40 with all that they contain, which Discord allows.
        colour: of the frame.
    """
    view = LayoutView(timeout=None)
    view.add_item(Container(*parts, accent_colour=colour))
    return view
