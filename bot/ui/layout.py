"""The layout that every message shares: one framed column of components."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import discord
from discord import ComponentType
from discord.ui import Container, DynamicItem, Item, LayoutView, TextDisplay

CALM, WARNING = discord.Colour(0x56B4E9), discord.Colour(0xE69F00)
"""Colours of the frame: blue, and orange where the network is wrong or unsure."""
ERROR = discord.Colour.gold()
"""Colour of the frame of a sentence about an error."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, ready to be sent or to replace another."""

    view: LayoutView
    files: Sequence[discord.File] = ()

    def rewind(self) -> None:
        """Make it ready to be sent again, after Discord has refused it."""
        for file in self.files:
            file.reset()


def framed(
    *parts: Item[Any], files: Sequence[discord.File] = (), colour: discord.Colour = CALM
) -> Message:
    """Lay parts out one below the other.

    Args:
        parts: at most 40 components, including those nested in them.
        files: the files that the parts refer to.
        colour: the colour of the frame.
    """
    view = LayoutView(timeout=None)
    view.add_item(Container(*parts, accent_colour=colour))
    for child in view.walk_children():
        if isinstance(child, DynamicItem) and child.type is not ComponentType.button:
            # By the id of a menu, a client may keep what was chosen in it before the message was
            # edited, and show it in place of what the message holds now.
            child.item.id = random.randrange(1 << 16, 1 << 31)  # noqa: S311 - not a secret
    # Controls are dispatched by their templates. A view that is not stopped would be kept for it
    # too, that of a private message for 15 minutes.
    view.stop()
    return Message(view, files)


def notice(text: str, colour: discord.Colour = ERROR) -> Message:
    """Lay out a text on its own."""
    return framed(TextDisplay(text), colour=colour)


def attached(picture: bytes, name: str, alt: str) -> discord.File:
    """Make an encoded picture an attachment, with a text of at most 1,024 characters for it."""
    return discord.File(BytesIO(picture), name, description=alt)
