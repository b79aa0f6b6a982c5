"""Buttons and selects that outlive the process: their state is in their `custom_id`."""

import re
from abc import abstractmethod
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import discord
from discord.ui import Button, ChannelSelect, DynamicItem, Item, RoleSelect, Select, UserSelect
from typing_extensions import override

from bot.runtime.fairness import enter
from bot.ui.client import Client, Interaction
from bot.ui.reply import serving, taking_turn
from bot.ui.tree import admits

ItemT = TypeVar(
    "ItemT",
    bound=Button[Any] | Select[Any] | UserSelect[Any] | RoleSelect[Any] | ChannelSelect[Any],
)
FeatureT = TypeVar("FeatureT")

EVERYONE = 0
"""The owner of a message that belongs to no one: every press gets a private answer."""

OWNER = r"(?P<owner>\d{1,20})"
"""Matches the id of a message's owner in a template."""


class Control(DynamicItem[ItemT], Generic[ItemT, FeatureT], template=r"(?!)"):
    """A button or select that calls its feature when it is pressed.

    If the owner of the message presses, the answer takes the message's place. Anyone else gets a
    private answer, and so does the owner of a control that is always private.

    A subclass names its `custom_id` in its template, and implements `press`. Acknowledging the
    interaction and reporting errors are done here.

    Attributes:
        private: whether the answer never takes the message's place.
        computes: whether each press has something computed, and may be refused in a full queue.
        state: the match of the template with the `custom_id`.
        owner: the id of the user whose press changes the message, or `EVERYONE`.
        values: what was chosen in a select; empty for a button.
    """

    private: ClassVar[bool] = False
    computes: ClassVar[bool] = False

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        match = self.template.fullmatch(self.custom_id)
        assert match is not None  # noqa: S101 - discord.py has matched it already
        self.state = match
        self.owner = int(match.groupdict().get("owner", EVERYONE))
        self.values: list[str] = []

    @override
    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(item)  # type: ignore[arg-type]  # discord.py does not say which item it is

    @abstractmethod
    async def press(self, feature: FeatureT, interaction: Interaction) -> None:
        """Do what the control is for; the interaction is acknowledged already.

        Args:
            feature: what the control was registered with.
            interaction: the press.
        """

    def in_place(self, interaction: Interaction) -> bool:
        """Whether the answer takes the message's place."""
        return interaction.user.id == self.owner and not self.private

    def owner_of_answer(self, interaction: Interaction) -> int:
        """Return the id of the owner of the answer: the message's if it takes its place."""
        return self.owner if self.in_place(interaction) else interaction.user.id

    @override
    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return admits(interaction, type(self).__name__)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge a press and call `press`; an error is reported to the person who pressed."""
        client: Client = interaction.client
        feature = cast("FeatureT", client.features[type(self)])
        self.values = cast("dict[str, Any]", interaction.data or {}).get("values", [])
        async with serving(interaction, type(self).__name__), taking_turn(interaction):
            if self.computes:
                enter()
            if self.in_place(interaction):
                await interaction.response.defer()
            else:
                await interaction.response.defer(ephemeral=True, thinking=True)
            await self.press(feature, interaction)


def register(client: Client, feature: FeatureT, *controls: type[Control[Any, FeatureT]]) -> None:
    """Let a feature answer the presses of controls, on messages old and new.

    No control may have the prefix of another's template.
    """
    client.add_dynamic_items(*controls)
    client.features.update(dict.fromkeys(controls, feature))
