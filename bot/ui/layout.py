"""What every message of the bot has in common: one framed column, which no timeout ends."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import discord
from discord.ui import Container, Item, LayoutView

CALM, WARNING = discord.Colour(0x56B4E9), discord.Colour(0xE69F00)
"""Of the frame: blue, and orange where the network is known to be wrong, or is not sure."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, ready to be sent or to replace another."""

    view: LayoutView
    files: list[discord.File] = field(default_factory=list)


def framed(*parts: Item[Any], colour: discord.Colour = CALM) -> LayoutView:
    """Lay parts out one below the other.

    Args:
        parts: at most 40 with all that they contain, which Discord allows.
        colour: of the frame.
    """
    view = LayoutView(timeout=None)
    view.add_item(Container(*parts, accent_colour=colour))
    return view


def attached(picture: bytes, name: str, alt: str) -> discord.File:
    """Make a file of a picture.

    Args:
        picture: the file.
        name: as it is called in the message.
        alt: describes it to those who cannot see it.
    """
    return discord.File(BytesIO(picture), name, description=alt)
