"""The values of the quiz: questions, votes, rounds and their results."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from numpy import float32
from numpy.typing import NDArray

from core.explain.regions import Region
from core.faithfulness.deletion import DeletionTest


class Difficulty(StrEnum):
    """How close to another class the digits of the questions are."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a question should be like.

    Attributes:
        difficulty: by the margin of its digit.
        topic: as `QuizQuestion.topic`; `None` for any.
        avoid: indices of test digits that were seen lately.
    """

    difficulty: Difficulty = Difficulty.MEDIUM
    topic: str | None = None
    avoid: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """A question about a test digit, with its answer; never sent to Discord while it is open.

    Attributes:
        kind: the name of its kind.
        digit: the index of the test digit.
        label: the digit's true class.
        target: the class explained.
        layer: the layer whose feature maps are read.
        answer: the right choice.
        topic: what those who are wrong are asked about again.
        salt: tells pictures of the same digit apart.
        heat: the share of the heat in each of nine fields; empty for most kinds.
        methods: keys of `core.METHODS`, one for each map; empty where Grad-CAM alone is used.
    """

    kind: str
    digit: int
    label: int
    target: int
    layer: str
    answer: str
    topic: str
    salt: int
    heat: tuple[float, ...] = ()
    methods: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Make a question again from the JSON of its fields; version 0.1 stored no methods."""
        heat, methods = tuple(stored["heat"]), tuple(stored.get("methods", ()))
        return cls(**stored | {"heat": heat, "methods": methods})


@dataclass(frozen=True, eq=False, slots=True)
class Figure:
    """The picture of a question or of its answer, and what its texts are written from.

    Attributes:
        file: a JPEG or PNG.
        regions: where each of its maps is strongest, or where most ink is.
        cells: the height and width of its maps; (0, 0) if it has none.
        probabilities: (10,), what the network predicts; of an answer only.
        shares: for each map, the share of its heat in each of nine fields; in a bet's answer only.
        tests: the deletion test of each map; of the answer of `true` only.
    """

    file: bytes
    regions: tuple[tuple[Region, ...], ...] = ()
    cells: tuple[int, int] = (0, 0)
    probabilities: NDArray[float32] | None = None
    shares: tuple[tuple[float, ...], ...] = ()
    tests: tuple[DeletionTest, ...] = ()

    @property
    def extension(self) -> str:
        """The extension of its file name."""
        return "png" if self.file.startswith(b"\x89PNG") else "jpg"


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a round takes place.

    Attributes:
        server_id: the server; `None` for direct messages.
        channel_id: the channel or thread.
        session_id: the study session, if it is part of one.
        language: the language of the message; `None` for all.
    """

    server_id: int | None
    channel_id: int
    session_id: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class VoteResult:
    """How a vote did, once its round is closed.

    Attributes:
        user_id: the voter.
        choice: what they chose.
        right: whether it was right.
        base: points for the answer by itself.
        speed: points for being fast.
        streak: points for the rounds before.
        named: whether the voter may be named to others.
    """

    user_id: int
    choice: str
    right: bool
    base: int
    speed: int = 0
    streak: int = 0
    named: bool = True

    @property
    def points(self) -> int:
        """All points together."""
        return self.base + self.speed + self.streak


@dataclass(frozen=True, slots=True)
class Round:
    """A round.

    Attributes:
        round_id: its id in the database.
        question: what it asks.
        venue: where it takes place.
        user_id: whose review it is; `None` if anyone may vote.
        message_id: the id of the question; `None` until Discord has taken it.
        opened_at: when its clock started.
        closes_at: later votes are refused.
        closed_at: when points were given; `None` while it is open.
        revealed_at: when the answer was shown; `None` until then.
        results: one for each vote, the most points first; empty while it is open.
    """

    round_id: int
    question: QuizQuestion
    venue: Venue
    user_id: int | None
    message_id: int | None
    opened_at: dt.datetime
    closes_at: dt.datetime
    closed_at: dt.datetime | None = None
    revealed_at: dt.datetime | None = None
    results: tuple[VoteResult, ...] = ()
