"""The controls of rounds; no `custom_id` knows the answer."""

from collections.abc import Sequence
from typing import Any, Self

from discord import ButtonStyle
from discord.ui import ActionRow, Button, Item

from bot.quiz import DIGITS, FIELDS, KINDS, bet
from bot.quiz.phrases import choice_label
from bot.quiz.presses import Betting, Choosing
from bot.ui.control import OWNER, LegacyControl

EVERYBODY = 0
"""The owner of a message that is everybody's: each press is answered to its presser alone."""

_ROUND = r"(?P<round>\d{1,10})"
_PER_ROW = 5


class VoteButton(
    LegacyControl[Button[Any]], template=rf"vote:{_ROUND}:(?P<choice>[a-z0-9_]{{1,16}}):{OWNER}"
):
    """One choice."""

    @classmethod
    def drawn(cls, round_id: int, kind: str, choice: str, owner: int) -> Self:
        """Draw it."""
        custom_id = f"vote:{round_id}:{choice}:{owner}"
        return cls(Button(label=choice_label(kind, choice), custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Choosing(int(self.state["round"]), self.state["choice"])


class BetButton(LegacyControl[Button[Any]], template=rf"bet:{_ROUND}:(?P<digit>\d):{OWNER}"):
    """The digit of a bet."""

    @classmethod
    def drawn(cls, round_id: int, digit: str, owner: int) -> Self:
        """Draw it."""
        return cls(Button(label=digit, custom_id=f"bet:{round_id}:{digit}:{owner}"))

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Betting(int(self.state["round"]), self.state["digit"])


class FieldButton(
    LegacyControl[Button[Any]], template=rf"field:{_ROUND}:(?P<digit>\d):(?P<field>[1-9]):{OWNER}"
):
    """The field of a bet, whose digit is chosen."""

    @classmethod
    def drawn(cls, round_id: int, digit: str, field: str, owner: int, chosen: str | None) -> Self:
        """Draw it."""
        return cls(
            Button(
                label=field,
                style=ButtonStyle.primary if field == chosen else ButtonStyle.secondary,
                custom_id=f"field:{round_id}:{digit}:{field}:{owner}",
            )
        )

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Choosing(int(self.state["round"]), bet(self.state["digit"], self.state["field"]))


def choice_rows(round_id: int, kind: str, owner: int) -> list[ActionRow[Any]]:
    """Offer all choices of a round; of a bet, the digits."""
    if kind == "bet":
        buttons: list[Item[Any]] = [BetButton.drawn(round_id, digit, owner) for digit in DIGITS]
    else:
        buttons = [
            VoteButton.drawn(round_id, kind, choice, owner) for choice in KINDS[kind].choices
        ]
    return _rows(buttons, _PER_ROW)


def field_rows(
    round_id: int, digit: str, owner: int, chosen: str | None = None
) -> list[ActionRow[Any]]:
    """Offer the nine fields, as they lie."""
    buttons: list[Item[Any]] = [
        FieldButton.drawn(round_id, digit, field, owner, chosen) for field in FIELDS
    ]
    return _rows(buttons, 3)


def _rows(buttons: Sequence[Item[Any]], width: int) -> list[ActionRow[Any]]:
    return [ActionRow(*buttons[start : start + width]) for start in range(0, len(buttons), width)]


CONTROLS = (VoteButton, BetButton, FieldButton)
"""All that there are."""
