"""What can be asked about a digit."""

import random
from dataclasses import dataclass, replace
from typing import Self

from bot.runtime.networks import Network
from core.dataset import TEST_DIGITS
from core.explain.scores import Score
from core.figures.colours import Colours

DEFAULT_LAYER = "max_pooling2d_1"
NO_DIGIT = -1
"""What a person may say of a shape, beside 0 to 9: that it is no digit at all."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know about a digit.

    Attributes:
        index: the test digit; `None` for an upload.
        layer: whose feature maps are read.
        target: the class to explain; `None` for the predicted one.
        score: what is differentiated.
        colours: how the heat is coloured.
        network: which one answers.
        place: which of an upload's digits, from 0 in reading order; `None` for all that it has.
        said: what the uploader says that this digit is, 0 to 9 or `NO_DIGIT`; `None` for nothing.
            Of a picture in which none was found, it is said of all that is there.
    """

    index: int | None
    layer: str = DEFAULT_LAYER
    target: int | None = None
    score: Score = Score.LOG_ODDS
    colours: Colours = Colours.VIRIDIS
    network: Network = Network.TUTORIAL
    place: int | None = None
    said: int | None = None

    @classmethod
    def test_digit(cls, index: int | None = None) -> Self:
        """Ask about a test digit, any of them where none is named."""
        return cls(random.randrange(TEST_DIGITS) if index is None else index)  # noqa: S311 - chance

    @classmethod
    def upload(cls) -> Self:
        """Ask about an uploaded picture."""
        return cls(None, network=Network.UPLOADS)

    def step(self, by: int) -> Self:
        """Ask the same about a neighbour; the last test digit is followed by the first."""
        if self.index is None:
            raise ValueError("an upload has no neighbours")
        return replace(self, index=(self.index + by) % TEST_DIGITS)

    def enter(self, place: int | None) -> Self:
        """Ask the same about another digit of the upload, or all: what was said is of this one."""
        target = self.target if self.said is None else None
        return replace(self, place=place, target=target, said=None)

    def correct(self, said: int) -> Self:
        """Take in what the uploader says, and explain that class."""
        return replace(self, said=said, target=None if said == NO_DIGIT else said)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that somebody asks below an answer.

    Attributes:
        question: the answered one, with one thing changed.
        uploader: the id of the user whose picture it is about.
    """

    question: Question
    uploader: int


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody says that a digit really is.

    Attributes:
        before: what its message answers.
        said: 0 to 9, or `NO_DIGIT`.
        owner: the id of the user whose message it is.
        uploader: the id of the user whose picture it is.
    """

    before: Question
    said: int
    owner: int
    uploader: int


@dataclass(frozen=True, slots=True)
class HowRead:
    """How was this picture read, step by step?

    Attributes:
        question: what its message answers.
    """

    question: Question


@dataclass(frozen=True, slots=True)
class HowDecided:
    """By which rule was it decided that something is a digit, and how often is that right?"""
