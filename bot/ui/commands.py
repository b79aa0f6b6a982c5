"""Slash commands: named by the catalogue, with errors that are told to the person."""

import inspect
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from discord import app_commands

from bot.i18n import label
from bot.ui.reply import Callback, reporting


def matches(typed: str, text: str) -> bool:
    """Whether a text contains what was typed; both are compared as `folded`."""
    return folded(typed) in folded(text)


def folded(text: str) -> str:
    """Normalise case, white space and Unicode form: a Mac may send decomposed Hangul."""
    return " ".join(normalize("NFKC", text).casefold().split())


def localized(
    key: str, parent: app_commands.Group | None = None
) -> Callable[[Callback], app_commands.Command[Any, ..., None]]:
    """Make a method of a cog a command, named and described by the catalogue.

    The texts are `command.KEY.name` and `command.KEY.description`, and the same of
    `command.KEY.OPTION` for each option.
    """
    prefix = f"command.{key}"

    def decorate(callback: Callback) -> app_commands.Command[Any, ..., None]:
        options = list(inspect.signature(callback).parameters)[2:]
        app_commands.rename(**{o: label(f"{prefix}.{o}.name") for o in options})(callback)
        app_commands.describe(**{o: label(f"{prefix}.{o}.description") for o in options})(callback)
        command = app_commands.command if parent is None else parent.command
        make = command(name=label(f"{prefix}.name"), description=label(f"{prefix}.description"))
        return make(reporting(callback))

    return decorate
