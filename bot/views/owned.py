"""Controls of a message that is one person's."""

import re
from abc import ABC
from typing import Any, Self

import discord
from discord.ui import Item

from bot.views.control import Control, ItemT

OWNER = r"(?P<owner>\d{1,20})"
"""In a template: whose message it is."""


class OwnedControl(Control[ItemT], ABC, template=r"(?!)"):
    """Knows whose message it is, from its `custom_id`.

    Attributes:
        state: what its template found.
    """

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        match = self.template.fullmatch(self.custom_id)
        assert match is not None  # noqa: S101 - discord.py has matched it already
        self.state = match
        self.owner = int(match["owner"])

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
