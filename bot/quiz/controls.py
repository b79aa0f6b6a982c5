"""The controls of rounds. No `custom_id` tells the answer."""

from collections.abc import Sequence
from typing import Any, Protocol

from discord import ButtonStyle
from discord.ui import ActionRow, Button
from discord.utils import as_chunks
from typing_extensions import override

from bot.i18n import Say
from bot.quiz.kinds import KINDS
from bot.quiz.kinds.base import DIGITS
from bot.quiz.kinds.bet import FIELDS, BetKind, bet, field_letter
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control

_ROUND = r"(?P<round>\d{1,10})"
_HOST_BUTTONS = {
    "votes": "quiz.host.votes",
    "extend": "quiz.host.extend",
    "close": "quiz.host.close",
}


class _Presses(Protocol):
    async def vote(self, interaction: Interaction, round_id: int, choice: str) -> None: ...
    async def ask_for_field(self, interaction: Interaction, round_id: int, digit: str) -> None: ...
    async def count(self, interaction: Interaction, round_id: int) -> None: ...
    async def extend(self, interaction: Interaction, round_id: int) -> None: ...
    async def close(self, interaction: Interaction, round_id: int) -> None: ...


class VoteButton(
    Control[Button[Any], _Presses],
    template=rf"(?P<act>vote|bet|field):{_ROUND}:(?P<choice>[a-z0-9_]{{1,16}})"
    rf"(?::(?P<field>[1-9]))?:{OWNER}",
):
    """Votes for a choice; of a bet, `bet` chooses the digit, and then `field` votes."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        round_id, choice = int(self.state["round"]), self.state["choice"]
        match self.state["act"]:
            case "vote":
                await feature.vote(interaction, round_id, choice)
            case "bet":
                await feature.ask_for_field(interaction, round_id, choice)
            case _:
                await feature.vote(interaction, round_id, bet(choice, self.state["field"]))


class HostButton(
    Control[Button[Any], _Presses], template=rf"round:(?P<does>votes|extend|close):{_ROUND}:{OWNER}"
):
    """Counts the votes of a round, extends it, or closes it; in a private message to its host."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        does = {"votes": feature.count, "extend": feature.extend, "close": feature.close}
        await does[self.state["does"]](interaction, int(self.state["round"]))


CONTROLS = (VoteButton, HostButton)
"""All controls of rounds."""


def choice_rows(round_id: int, kind: str, owner: int) -> list[ActionRow[Any]]:
    """Lay out all choices of a round; of a bet, the digits."""
    act, choices = ("bet", DIGITS) if kind == BetKind.name else ("vote", KINDS[kind].choices)
    return _rows(
        [
            Button(
                label=KINDS[kind].choice_label(choice),
                custom_id=f"{act}:{round_id}:{choice}:{owner}",
            )
            for choice in choices
        ],
        5,
    )


def field_rows(
    round_id: int, digit: str, owner: int, chosen: str | None = None
) -> list[ActionRow[Any]]:
    """Lay out the nine fields of a bet as in the grid; the chosen one is highlighted."""
    return _rows(
        [
            Button(
                label=field_letter(field),
                style=ButtonStyle.primary if field == chosen else ButtonStyle.secondary,
                custom_id=f"field:{round_id}:{digit}:{field}:{owner}",
            )
            for field in FIELDS
        ],
        3,
    )


def host_row(round_id: int, owner: int, say: Say) -> ActionRow[Any]:
    """Lay out what the host of an open round can do."""
    buttons = (
        Button[Any](label=say(key), custom_id=f"round:{does}:{round_id}:{owner}")
        for does, key in _HOST_BUTTONS.items()
    )
    return ActionRow(*map(HostButton, buttons))


def _rows(buttons: Sequence[Button[Any]], width: int) -> list[ActionRow[Any]]:
    return [ActionRow(*map(VoteButton, row)) for row in as_chunks(buttons, width)]
