"""What can be asked about a digit, and how the controls under an answer hold it."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from bot.runtime.networks import Network
from core.dataset import TEST_DIGITS
from core.explain.methods import METHODS
from core.explain.scores import Score
from core.figures.heatmaps import Colormap

DEFAULT_LAYER = "max_pooling2d_1"
DEFAULT_METHOD = "gradcam"
EXAMPLE = 901
"""The test digit to begin with, a 4: Grad-CAM marks its crossbar, and the network needs it."""
NO_DIGIT = -1
"""The label of a shape that is no digit, beside 0 to 9."""

_NONE = "-"
_LINE = "l"

# Messages that were sent long ago hold these codes: they never change.
LAYER_CODES = {"conv2d": "0", "max_pooling2d": "1", "conv2d_1": "2", "max_pooling2d_1": "3"}
SCORE_CODES = {Score.LOG_ODDS: "0", Score.LOGIT: "1", Score.PROBABILITY: "2"}
_COLOURS = {Colormap.VIRIDIS: "0", Colormap.JET: "1"}
NETWORK_CODES = {Network.TUTORIAL: "0", Network.UPLOADS: "1"}
METHOD_CODES = {
    "gradcam": "a",
    "gradcam++": "b",
    "hirescam": "c",
    "layercam": "d",
    "xgradcam": "e",
    "eigencam": "f",
    "scorecam": "g",
    "ablationcam": "h",
    "saliency": "i",
    "gradient_x_input": "j",
    "integrated_gradients": "k",
    "smoothgrad": "l",
    "occlusion": "m",
    "rise": "n",
}
STATE = (
    r"(?P<index>\d{1,4}|-)/(?P<layer>[0-3])/(?P<target>\d|-)/(?P<score>[0-2])/(?P<colours>[01])"
    r"/(?P<network>[01])(?:(?P<method>[a-n])(?P<against>\d|-))?"
    r"/(?P<position>l?\d{1,2}|-)/(?P<correction>-?\d|-)/(?P<owner>\d{1,20})/(?P<uploader>\d{1,20})"
)
"""Matches a query, the owner of its message and the uploader of its picture: 67 characters.

A query without method and class to compare with is one by Grad-CAM. A position with an l is that of
a line.
"""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Query:
    """Which digit to explain, and how.

    Attributes:
        index: the index of the test digit; `None` for an upload.
        layer: the layer whose feature maps are read.
        target: the class to explain; `None` for the predicted one.
        score: the score to differentiate.
        colours: the colour map of heatmaps.
        network: the network that answers.
        position: the digit's position in the upload, from 0; `None` for several digits.
        line: the line of the upload whose digits these are, from 0; `None` for all lines.
        method: the explanation method, a key of `core.METHODS`.
        against: the class that the explained one is compared with; `None` for none.
        correction: the label that the uploader gives the digit, 0 to 9 or `NO_DIGIT`; `None` if
            the uploader has given none. Where no digit was found, it labels the whole picture.
    """

    index: int | None
    layer: str = DEFAULT_LAYER
    target: int | None = None
    score: Score = Score.LOG_ODDS
    colours: Colormap = Colormap.VIRIDIS
    network: Network = Network.TUTORIAL
    position: int | None = None
    correction: int | None = None
    method: str = DEFAULT_METHOD
    against: int | None = None
    line: int | None = None

    @property
    def layer_read(self) -> str | None:
        """The layer that the method reads; `None` if it explains the input."""
        return self.layer if METHODS[self.method].per_layer else None

    @property
    def signed(self) -> bool:
        """Whether heatmaps hold evidence against the class too, below 0."""
        return self.against is not None or METHODS[self.method].signed

    @classmethod
    def test_digit(cls, index: int | None = None) -> Self:
        """Ask about a test digit; about a random one if `index` is `None`."""
        return cls(random_index() if index is None else index)

    @classmethod
    def upload(cls) -> Self:
        """Ask about an uploaded picture."""
        return cls(None, network=Network.UPLOADS)

    def at_index(self, index: int) -> Self:
        """Ask about another test digit and its predicted class; after the last comes the first."""
        return replace(self, index=index % TEST_DIGITS, target=None, against=None)

    def at_position(self, position: int | None) -> Self:
        """Ask about another digit of the upload, or about all. A correction stays behind."""
        target = self.target if self.correction is None else None
        return replace(self, position=position, line=None, target=target, correction=None)

    def at_line(self, line: int | None) -> Self:
        """Ask about the digits of a line of the upload, or of all lines."""
        return replace(self.at_position(None), line=line)

    def by_method(self, method: str) -> Self:
        """Ask for another method; of one that explains no class, nothing is compared."""
        against = self.against if METHODS[method].class_specific else None
        return replace(self, method=method, against=against)

    def corrected(self, label: int | None) -> Self:
        """Ask about the label that the uploader gives; without one, about the prediction."""
        return replace(self, correction=label, target=None if label == NO_DIGIT else label)


def random_index() -> int:
    """Return the index of a random test digit."""
    return random.randrange(TEST_DIGITS)  # noqa: S311 - not a secret


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
        """Whether the uploader can correct the answer, because they see its message."""
        return self.public or self.owner == self.uploader


def encode(query: Query, ownership: Ownership) -> str:
    """Write what a control holds, as `STATE` matches it."""
    fields = (
        query.index,
        LAYER_CODES[query.layer],
        query.target,
        SCORE_CODES[query.score],
        _COLOURS[query.colours],
        f"{NETWORK_CODES[query.network]}{_encode_method(query)}",
        query.position if query.line is None else f"{_LINE}{query.line}",
        query.correction,
        ownership.owner,
        ownership.uploader,
    )
    return "/".join(_NONE if field is None else str(field) for field in fields)


def decode(state: re.Match[str]) -> Query:
    """Return the query in what a control holds."""
    position = state["position"]
    return Query(
        index=_number(state["index"]),
        layer=value_of(state["layer"], LAYER_CODES),
        target=_number(state["target"]),
        score=value_of(state["score"], SCORE_CODES),
        colours=value_of(state["colours"], _COLOURS),
        network=value_of(state["network"], NETWORK_CODES),
        position=None if position.startswith(_LINE) else _number(position),
        line=int(position.removeprefix(_LINE)) if position.startswith(_LINE) else None,
        correction=_number(state["correction"]),
        method=value_of(state["method"] or METHOD_CODES[DEFAULT_METHOD], METHOD_CODES),
        against=_number(state["against"] or _NONE),
    )


def _encode_method(query: Query) -> str:
    if query.method == DEFAULT_METHOD and query.against is None:
        return ""
    return METHOD_CODES[query.method] + (_NONE if query.against is None else str(query.against))


def value_of(code: str, codes: Mapping[_T, str]) -> _T:
    """Return the value that has a code."""
    return next(value for value, each in codes.items() if each == code)


def _number(field: str) -> int | None:
    return None if field == _NONE else int(field)
