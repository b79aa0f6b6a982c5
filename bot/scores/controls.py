"""The buttons below a scoreboard."""

from collections.abc import Sequence
from typing import Any, Protocol, Self

from discord import ButtonStyle
from discord.ui import Button
from typing_extensions import override

from bot.i18n import Say
from bot.scores.scores import Period
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control

_PERIOD = rf"(?P<period>{'|'.join(Period)})"


class Presses(Protocol):
    """What the buttons below a scoreboard call."""

    async def show_board(self, interaction: Interaction, period: Period) -> None:
        """Show the scoreboard of a period."""

    async def show_history(self, interaction: Interaction) -> None:
        """Show the person's own points by week."""

    async def set_shown(self, interaction: Interaction, period: Period, *, shown: bool) -> None:
        """Put the person on scoreboards, or take them off."""


class PeriodButton(Control[Button[Any], Presses], template=rf"scores_of:{_PERIOD}:{OWNER}"):
    """Shows the scoreboard of another period."""

    @classmethod
    def drawn(cls, period: Period, label: str, owner: int, *, chosen: bool) -> Self:
        """Highlight the period that the message shows."""
        style = ButtonStyle.primary if chosen else ButtonStyle.secondary
        return cls(Button(label=label, style=style, custom_id=f"scores_of:{period}:{owner}"))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.show_board(interaction, Period(self.state["period"]))


class HistoryButton(Control[Button[Any], Presses], template=rf"scores_mine:{OWNER}"):
    """Shows the person's own points by week."""

    @classmethod
    def drawn(cls, owner: int, say: Say) -> Self:
        """Label it in the person's language."""
        custom_id = f"scores_mine:{owner}"
        return cls(Button(label=say("scores.mine"), emoji="📈", custom_id=custom_id))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.show_history(interaction)


class ShownButton(
    Control[Button[Any], Presses], template=rf"scores_(?P<to>show|hide):{_PERIOD}:{OWNER}"
):
    """Puts the person on scoreboards, or takes them off."""

    @classmethod
    def drawn(cls, period: Period, owner: int, say: Say, *, shown: bool) -> Self:
        """Offer the opposite of what is so."""
        to = "hide" if shown else "show"
        label = say("scores.hide" if shown else "scores.show")
        return cls(Button(label=label, custom_id=f"scores_{to}:{period}:{owner}"))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        period = Period(self.state["period"])
        await feature.set_shown(interaction, period, shown=self.state["to"] == "show")


CONTROLS = (PeriodButton, HistoryButton, ShownButton)
