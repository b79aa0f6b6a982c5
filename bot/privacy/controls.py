"""The buttons of `/privacy`."""

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


class _Presses(Protocol):
    async def show(self, interaction: Interaction) -> None: ...
    async def export(self, interaction: Interaction) -> None: ...
    async def confirm(self, interaction: Interaction) -> None: ...
    async def delete(self, interaction: Interaction) -> None: ...


class PrivacyButton(
    Control[Button[Any], _Presses], template=rf"privacy_(?P<action>{'|'.join(_BUTTONS)}):{OWNER}"
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
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        presses = {
            "export": feature.export,
            "delete": feature.confirm,
            "really": feature.delete,
            "keep": feature.show,
        }
        await presses[self.state["action"]](interaction)
