"""What `/help` shows."""

from collections.abc import Mapping
from typing import Any

import discord
from discord.ui import Container, LayoutView, Separator, TextDisplay

from bot.i18n import Say


def help_page(mentions: Mapping[str, str], say: Say) -> LayoutView:
    """Lay the help out.

    Args:
        mentions: how to write each command so that it can be clicked, by its name.
        say: the reader's language.
    """
    explain, model = mentions["explain"], mentions["model"]
    steps = (
        say("help.index", explain=explain),
        say("help.upload", explain=explain, menu=say("command.explain_message.name")),
        say("help.target"),
        say("help.model", model=model),
    )
    container: Container[Any] = Container(
        TextDisplay("\n".join((say("help.first"), *(f"- {step}" for step in steps)))),
        Separator(),
        TextDisplay(say("help.says")),
        TextDisplay(say("help.says_not")),
        accent_colour=discord.Colour(0x56B4E9),
    )
    view = LayoutView(timeout=None)
    view.add_item(container)
    return view
