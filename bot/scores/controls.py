"""The buttons below a scoreboard."""

from typing import Any, Protocol, Self

from discord import ButtonStyle
from discord.ui import Button
from typing_extensions import override

from bot.scores.scores import Period
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control

_PERIOD = rf"(?P<period>{'|'.join(Period)})"


class _Presses(Protocol):
    async def show_board(self, interaction: Interaction, period: Period) -> None: ...
    async def show_history(self, interaction: Interaction) -> None: ...
    async def set_shown(self, interaction: Interaction, period: Period, *, shown: bool) -> None: ...


class ScoreButton(
    Control[Button[Any], _Presses],
    template=rf"scores_(?P<act>of|mine|show|hide)(:{_PERIOD})?:{OWNER}",
):
    """Shows other points, or puts the person on scoreboards or takes them off."""

    @classmethod
    def drawn(
        cls, act: str, label: str, owner: int, period: Period | None = None, *, chosen: bool = False
    ) -> Self:
        """Make the button of `mine`, or that of `of`, `show` or `hide` with a period."""
        button = Button[Any](label=label, emoji="📈" if act == "mine" else None)
        button.custom_id = f"scores_{act}:{f'{period}:' if period else ''}{owner}"
        button.style = ButtonStyle.primary if chosen else ButtonStyle.secondary
        return cls(button)

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        if self.state["act"] == "mine":
            await feature.show_history(interaction)
            return
        period = Period(self.state["period"])
        if self.state["act"] == "of":
            await feature.show_board(interaction, period)
        else:
            await feature.set_shown(interaction, period, shown=self.state["act"] == "show")
