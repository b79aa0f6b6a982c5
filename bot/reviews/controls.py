"""The controls of reviews."""

from typing import Any, Protocol, Self

from discord import ButtonStyle
from discord.ui import Button
from typing_extensions import override

from bot.i18n import Say
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control

_KEYS = {"next": "review.next", "share": "review.share", "keep": "review.keep"}


class _Presses(Protocol):
    async def ask(self, interaction: Interaction) -> None: ...
    async def share(self, interaction: Interaction, *, in_groups: bool) -> None: ...


class ReviewButton(
    Control[Button[Any], _Presses], template=rf"review:(?P<act>{'|'.join(_KEYS)}):{OWNER}"
):
    """Asks the next item, or chooses who may be asked."""

    @classmethod
    def of(cls, act: str, owner: int, say: Say) -> Self:
        """Make the button of `next`, `share` or `keep`."""
        style = ButtonStyle.primary if act == "next" else ButtonStyle.secondary
        return cls(Button(label=say(_KEYS[act]), style=style, custom_id=f"review:{act}:{owner}"))

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        if self.state["act"] == "next":
            await feature.ask(interaction)
        else:
            await feature.share(interaction, in_groups=self.state["act"] == "share")
