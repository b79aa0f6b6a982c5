"""Buttons and selects that outlive the process: what they mean is in their `custom_id`."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from discord.ui import Button, ChannelSelect, DynamicItem, RoleSelect, Select, UserSelect

from bot.views.notice import telling

if TYPE_CHECKING:
    import discord
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
    """

    owner: int
    beside: ClassVar[bool] = False

    @abstractmethod
    def asked(self, values: Sequence[str]) -> object:
        """Say what a press asks for.

        Args:
            values: what was chosen in a select; empty for a button.
        """

    def in_place(self, interaction: "discord.Interaction[Any]") -> bool:
        """Whether the answer may take the message's place."""
        return interaction.user.id == self.owner and not self.beside

    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        """Acknowledge, have it carried out, and tell the presser if that fails."""
        async with telling(interaction):
            if self.in_place(interaction):
                await interaction.response.defer()
            else:
                await interaction.response.defer(ephemeral=True, thinking=True)
            chosen = cast("SelectMessageComponentInteractionData", interaction.data or {})
            bot: GradcamBot = interaction.client
            await bot.carry_out(interaction, self.asked(chosen.get("values", [])))
