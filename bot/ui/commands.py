"""Slash commands: named by the catalogue, with errors that are told to the person."""

import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeAlias

from discord import app_commands

from bot.i18n import label
from bot.ui.client import Interaction
from bot.ui.reply import report

Callback: TypeAlias = Callable[..., Coroutine[Any, Any, None]]


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


def localized(
    key: str, parent: app_commands.Group | None = None
) -> Callable[[Callback], app_commands.Command[Any, ..., None]]:
    """Make a method of a cog a command, named and described by the catalogue.

    The texts are `command.KEY.name` and `command.KEY.description`, and the same of
    `command.KEY.OPTION` for each option.

    Args:
        key: see above.
        parent: the group that the command belongs to.
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
