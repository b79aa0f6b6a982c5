"""The buttons of `/privacy`."""

from collections.abc import Sequence
from typing import Any, Protocol, Self

import discord
from discord import ButtonStyle
from discord.ui import Button
from typing_extensions import override

from bot.i18n import Say
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control

_BUTTONS = {
    "export": ("privacy.export", "📦", ButtonStyle.primary),
    "delete": ("privacy.delete", "🗑️", ButtonStyle.danger),
    "really": ("privacy.really", None, ButtonStyle.danger),
    "keep": ("privacy.keep", None, ButtonStyle.secondary),
}


class Presses(Protocol):
    """What the buttons call; each is about the data of the person who pressed."""

    async def show(self, interaction: Interaction) -> None:
        """Show what is stored."""

    async def export(self, interaction: Interaction) -> None:
        """Send what is stored as a file."""

    async def confirm(self, interaction: Interaction) -> None:
        """Ask whether to delete everything."""

    async def delete(self, interaction: Interaction) -> None:
        """Delete everything."""


class PrivacyButton(
    Control[Button[Any], Presses], template=rf"privacy_(?P<action>{'|'.join(_BUTTONS)}):{OWNER}"
):
    """Exports the data, asks whether to delete it, deletes it, or keeps it."""

    @classmethod
    def drawn(cls, action: str, owner: int, say: Say) -> Self:
        """Make the button of an action: `export`, `delete`, `really` or `keep`."""
        key, emoji, style = _BUTTONS[action]
        custom_id = f"privacy_{action}:{owner}"
        return cls(Button(label=say(key), emoji=emoji, style=style, custom_id=custom_id))

    @override
    def in_place(self, interaction: discord.Interaction[Any]) -> bool:
        return super().in_place(interaction) and self.state["action"] != "export"

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        match self.state["action"]:
            case "export":
                await feature.export(interaction)
            case "delete":
                await feature.confirm(interaction)
            case "really":
                await feature.delete(interaction)
            case _:
                await feature.show(interaction)
