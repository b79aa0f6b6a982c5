"""What every control under an answer holds: the query that was answered, and for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from typing_extensions import override

from bot.explain.query import Query
from bot.runtime.networks import Network
from bot.ui.client import Interaction
from bot.ui.control import Control, ItemT
from core.explain.scores import Score
from core.figures.colormaps import Colormap

_NONE = "-"

# Messages that were sent long ago hold these codes: they never change.
LAYER_CODES = {"conv2d": "0", "max_pooling2d": "1", "conv2d_1": "2", "max_pooling2d_1": "3"}
SCORE_CODES = {Score.LOG_ODDS: "0", Score.LOGIT: "1", Score.PROBABILITY: "2"}
_COLOURS = {Colormap.VIRIDIS: "0", Colormap.JET: "1"}
NETWORK_CODES = {Network.TUTORIAL: "0", Network.UPLOADS: "1"}
STATE = (
    r"(?P<index>\d{1,4}|-)/(?P<layer>[0-3])/(?P<target>\d|-)/(?P<score>[0-2])/(?P<colours>[01])"
    r"/(?P<network>[01])/(?P<position>\d{1,2}|-)/(?P<correction>-?\d|-)"
    r"/(?P<owner>\d{1,20})/(?P<uploader>\d{1,20})"
)
"""Matches a query, the owner of its message and the uploader of its picture: 64 characters."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose an answer is.

    Attributes:
        owner: the id of the user whose presses change the message.
        uploader: the id of the user who may correct it; the owner's for a test digit.
        public: whether others see the message.
    """

    owner: int
    uploader: int
    public: bool

    @property
    def correctable(self) -> bool:
        """Whether the uploader sees the message."""
        return self.public or self.owner == self.uploader


class Presses(Protocol):
    """What the controls call."""

    async def answer(
        self, interaction: Interaction, query: Query, owner: int, uploader: int
    ) -> None:
        """Answer a query in the message's place, or privately."""

    async def correct(
        self,
        interaction: Interaction,
        query: Query,
        label: int | None,
        owner: int,
        uploader: int,
        *,
        confirmed: bool = False,
    ) -> None:
        """Record the label that an uploader gives to a digit, or take it back."""

    async def show_steps(self, interaction: Interaction, query: Query) -> None:
        """Show how the picture of an answer was read."""

    async def show_rule(self, interaction: Interaction) -> None:
        """Show how it is decided what is a digit."""


class QueryControl(Control[ItemT, Presses], template=r"(?!)"):
    """A control whose `custom_id` holds the query that its message answers.

    Attributes:
        query: that query.
        uploader: the id of the user whose picture it is about.
    """

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        self.query = Query(
            index=_number(self.state["index"]),
            layer=decode(LAYER_CODES, self.state["layer"]),
            target=_number(self.state["target"]),
            score=decode(SCORE_CODES, self.state["score"]),
            colours=decode(_COLOURS, self.state["colours"]),
            network=decode(NETWORK_CODES, self.state["network"]),
            position=_number(self.state["position"]),
            correction=_number(self.state["correction"]),
        )
        self.uploader = int(self.state["uploader"])

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        owner = self.owner if self.in_place(interaction) else interaction.user.id
        await feature.answer(interaction, self.changed(values), owner, self.uploader)

    def changed(self, values: Sequence[str]) -> Query:
        """Return the query with one thing changed.

        Args:
            values: what was chosen in a select; empty for a button.
        """
        raise NotImplementedError


def encode(query: Query, ownership: Ownership) -> str:
    """Write what a control holds, as `STATE` matches it."""
    fields = (
        query.index,
        LAYER_CODES[query.layer],
        query.target,
        SCORE_CODES[query.score],
        _COLOURS[query.colours],
        NETWORK_CODES[query.network],
        query.position,
        query.correction,
        ownership.owner,
        ownership.uploader,
    )
    return "/".join(_NONE if field is None else str(field) for field in fields)


def decode(codes: Mapping[_T, str], code: str) -> _T:
    """Return what a code stands for."""
    return next(value for value, each in codes.items() if each == code)


def _number(field: str) -> int | None:
    return None if field == _NONE else int(field)
