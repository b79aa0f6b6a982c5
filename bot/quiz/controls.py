"""The controls of rounds. No `custom_id` tells the answer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

from discord import ButtonStyle
from discord.ui import ActionRow, Button, Item
from typing_extensions import override

from bot.i18n import Say
from bot.quiz.kinds import KINDS
from bot.quiz.kinds.base import DIGITS
from bot.quiz.kinds.bet import FIELDS, BetKind, bet
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control

_ROUND = r"(?P<round>\d{1,10})"
_PER_ROW = 5


class Presses(Protocol):
    """What the controls of rounds call."""

    async def vote(self, interaction: Interaction, round_id: int, choice: str) -> None:
        """Take a vote."""

    async def ask_for_field(self, interaction: Interaction, round_id: int, digit: str) -> None:
        """Ask for the second half of a bet."""

    async def count(self, interaction: Interaction, round_id: int) -> None:
        """Tell the host how many have voted."""

    async def extend(self, interaction: Interaction, round_id: int) -> None:
        """Keep the round open for longer."""

    async def close(self, interaction: Interaction, round_id: int) -> None:
        """Close the round now."""


class VoteButton(
    Control[Button[Any], Presses],
    template=rf"vote:{_ROUND}:(?P<choice>[a-z0-9_]{{1,16}}):{OWNER}",
):
    """Votes for a choice."""

    @classmethod
    def of(cls, round_id: int, kind: str, choice: str, owner: int) -> Self:
        """Make the button of a choice."""
        label = KINDS[kind].choice_label(choice)
        return cls(Button(label=label, custom_id=f"vote:{round_id}:{choice}:{owner}"))

    @override
    async def press(self, feature: Presses, interaction: Interaction) -> None:
        await feature.vote(interaction, int(self.state["round"]), self.state["choice"])


class BetButton(Control[Button[Any], Presses], template=rf"bet:{_ROUND}:(?P<digit>\d):{OWNER}"):
    """Chooses the digit of a bet."""

    @classmethod
    def of(cls, round_id: int, digit: str, owner: int) -> Self:
        """Make the button of a digit."""
        return cls(Button(label=digit, custom_id=f"bet:{round_id}:{digit}:{owner}"))

    @override
    async def press(self, feature: Presses, interaction: Interaction) -> None:
        await feature.ask_for_field(interaction, int(self.state["round"]), self.state["digit"])


class FieldButton(
    Control[Button[Any], Presses],
    template=rf"field:{_ROUND}:(?P<digit>\d):(?P<field>[1-9]):{OWNER}",
):
    """Chooses the field of a bet, whose digit is chosen, and so votes."""

    @classmethod
    def of(cls, round_id: int, digit: str, field: str, owner: int, chosen: str | None) -> Self:
        """Make the button of a field; the chosen one is highlighted."""
        return cls(
            Button(
                label=field,
                style=ButtonStyle.primary if field == chosen else ButtonStyle.secondary,
                custom_id=f"field:{round_id}:{digit}:{field}:{owner}",
            )
        )

    @override
    async def press(self, feature: Presses, interaction: Interaction) -> None:
        choice = bet(self.state["digit"], self.state["field"])
        await feature.vote(interaction, int(self.state["round"]), choice)


class HostButton(
    Control[Button[Any], Presses], template=rf"round:(?P<does>votes|extend|close):{_ROUND}:{OWNER}"
):
    """Counts the votes of a round, extends it, or closes it; in a private message to its host."""

    labels: ClassVar[Mapping[str, str]] = {
        "votes": "quiz.host.votes",
        "extend": "quiz.host.extend",
        "close": "quiz.host.close",
    }

    @classmethod
    def of(cls, does: str, round_id: int, owner: int, say: Say) -> Self:
        """Make one of the three buttons."""
        custom_id = f"round:{does}:{round_id}:{owner}"
        return cls(Button(label=say(cls.labels[does]), custom_id=custom_id))

    @override
    async def press(self, feature: Presses, interaction: Interaction) -> None:
        round_id = int(self.state["round"])
        match self.state["does"]:
            case "votes":
                await feature.count(interaction, round_id)
            case "extend":
                await feature.extend(interaction, round_id)
            case _:
                await feature.close(interaction, round_id)


def choice_rows(round_id: int, kind: str, owner: int) -> list[ActionRow[Any]]:
    """Lay out all choices of a round; of a bet, the digits."""
    if kind == BetKind.name:
        buttons: list[Item[Any]] = [BetButton.of(round_id, digit, owner) for digit in DIGITS]
    else:
        buttons = [VoteButton.of(round_id, kind, choice, owner) for choice in KINDS[kind].choices]
    return _rows(buttons, _PER_ROW)


def field_rows(
    round_id: int, digit: str, owner: int, chosen: str | None = None
) -> list[ActionRow[Any]]:
    """Lay out the nine fields of a bet as in the grid."""
    buttons: list[Item[Any]] = [
        FieldButton.of(round_id, digit, field, owner, chosen) for field in FIELDS
    ]
    return _rows(buttons, 3)


def host_row(round_id: int, owner: int, say: Say) -> ActionRow[Any]:
    """Lay out what the host of an open round can do."""
    return ActionRow(*(HostButton.of(does, round_id, owner, say) for does in HostButton.labels))


def _rows(buttons: Sequence[Item[Any]], width: int) -> list[ActionRow[Any]]:
    return [ActionRow(*buttons[start : start + width]) for start in range(0, len(buttons), width)]


CONTROLS = (VoteButton, BetButton, FieldButton, HostButton)
"""All controls of rounds."""
