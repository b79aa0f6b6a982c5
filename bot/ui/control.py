"""Buttons and selects that outlive the process: what they mean is in their `custom_id`."""

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

import discord
from discord.ui import Button, ChannelSelect, DynamicItem, Item, RoleSelect, Select, UserSelect

from bot.ui.notices import telling

if TYPE_CHECKING:
    from discord.types.interactions import SelectMessageComponentInteractionData

    from bot.app import GradcamBot

ItemT = TypeVar(
    "ItemT",
    bound=Button[Any] | Select[Any] | UserSelect[Any] | RoleSelect[Any] | ChannelSelect[Any],
)


class Control(DynamicItem[ItemT], template=r"(?!)"):
    """A button or select whose press asks the bot for something.

    Whose message it is stands in its `custom_id`. When the owner presses, the message itself
    changes; anybody else is given an answer of their own that only they see, and so is the owner
    by a control that says so.

    A subclass says what a press asks for, as a value; the command that handles values of that type
    carries it out (see `GradcamBot.handle`). Neither need care for acknowledging, for languages or
    for failure.

    Attributes:
        owner: the id of the user whose press changes the message.
        beside: whether the answer never takes the message's place.
        state: what its template found in its `custom_id`.
    """

    owner: int
    beside: ClassVar[bool] = False

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        match = self.template.fullmatch(self.custom_id)
        assert match is not None  # noqa: S101 - discord.py has matched it already
        self.state = match

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the base class names it
        item: Item[Any],
        match: re.Match[str],  # noqa: ARG003
        /,
    ) -> Self:
        """Bring a control back from what a message holds."""
        return cls(item)  # type: ignore[arg-type]  # discord.py does not say which item it is

    @abstractmethod
    def asked(self, values: Sequence[str]) -> object:
        """Say what a press asks for.

        Args:
            values: what was chosen in a select; empty for a button.
        """

    def in_place(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether the answer may take the message's place."""
        return interaction.user.id == self.owner and not self.beside

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge, have it carried out, and tell the presser if that fails."""
        async with telling(interaction):
            if self.in_place(interaction):
                await interaction.response.defer()
            else:
                await interaction.response.defer(ephemeral=True, thinking=True)
            chosen = cast("SelectMessageComponentInteractionData", interaction.data or {})
            bot: GradcamBot = interaction.client
            await bot.carry_out(interaction, self.asked(chosen.get("values", [])))
