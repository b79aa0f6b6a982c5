"""Questions that come back, and what asks them."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from bot.ui.client import Interaction
from bot.ui.layout import Message


@dataclass(frozen=True, slots=True)
class Item:
    """What a question that was answered wrongly is about.

    Attributes:
        kind: the kind of question.
        topic: such as the true digit.
    """

    kind: str
    topic: str


@dataclass(frozen=True, slots=True)
class ReviewStatus:
    """What one person has to review.

    Attributes:
        due: how many items are due.
        later: how many are not due yet.
        next_at: when the next of these is due; `None` if there are none.
        in_groups: whether the person lets them come back in rounds of a group.
    """

    due: int
    later: int
    next_at: dt.datetime | None
    in_groups: bool


class Asker(Protocol):
    """Asks questions of some kinds again."""

    async def ask_again(
        self, interaction: Interaction, item: Item, status: ReviewStatus
    ) -> Message | None:
        """Lay out another question about the same; `None` if none is left."""
