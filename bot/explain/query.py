"""What can be asked about a digit."""

import random
from dataclasses import dataclass, replace
from typing import Self

from bot.runtime.networks import Network
from core.dataset import TEST_DIGITS
from core.explain.scores import Score
from core.figures.colormaps import Colormap

DEFAULT_LAYER = "max_pooling2d_1"
NO_DIGIT = -1
"""The label of a shape that is no digit, beside 0 to 9."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which digit to explain, and how.

    Attributes:
        index: of the test digit; `None` for an upload.
        layer: the layer whose feature maps are read.
        target: the class to explain; `None` for the predicted one.
        score: the score to differentiate.
        colours: the colour map of the heat.
        network: the network that answers.
        position: of the digit in an upload, from 0 in reading order; `None` for all digits.
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

    @classmethod
    def test_digit(cls, index: int | None = None) -> Self:
        """Ask about a test digit; about a random one if `index` is `None`."""
        return cls(random_index() if index is None else index)

    @classmethod
    def upload(cls) -> Self:
        """Ask about an uploaded picture."""
        return cls(None, network=Network.UPLOADS)

    def at_index(self, index: int) -> Self:
        """Ask about another test digit and its predicted class.

        Args:
            index: may lie outside the test set, which is then followed by itself.
        """
        return replace(self, index=index % TEST_DIGITS, target=None)

    def at_position(self, position: int | None) -> Self:
        """Ask about another digit of the upload, or about all. A correction stays behind."""
        target = self.target if self.correction is None else None
        return replace(self, position=position, target=target, correction=None)

    def corrected(self, label: int | None) -> Self:
        """Ask about the label that the uploader gives; without one, about the prediction."""
        return replace(self, correction=label, target=None if label == NO_DIGIT else label)


def random_index() -> int:
    """Return the index of a random test digit."""
    return random.randrange(TEST_DIGITS)  # noqa: S311 - not a secret
