"""What a round asks."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from numpy import float32
from numpy.typing import NDArray

from core.explain.regions import Region


class Difficulty(StrEnum):
    """How near to another class the digits are that are asked about."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a riddle should be like.

    Attributes:
        difficulty: by the margin of its digit.
        topic: what it should be about, as `Riddle.topic`; `None`: anything.
        avoid: test digits that were seen lately.
    """

    difficulty: Difficulty = Difficulty.MEDIUM
    topic: str | None = None
    avoid: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Riddle:
    """A question about a test digit, with its answer; never shown to Discord while it is open.

    Attributes:
        kind: the name of its kind.
        digit: index of the test digit.
        label: its true class.
        target: the class explained.
        layer: whose feature maps are read.
        answer: the right choice.
        topic: what comes back to those who get it wrong.
        salt: pictures of the same digit differ by it.
        heat: the share of the heat that lies in each of nine fields; empty where none is asked for.
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

    def as_json(self) -> dict[str, Any]:
        """Write down what it takes to make the same riddle again."""
        return asdict(self) | {"heat": list(self.heat)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Make a riddle again."""
        return cls(**stored | {"heat": tuple(stored["heat"])})


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """The picture of a question or of its answer, and what is to be said of it.

    Attributes:
        file: JPEG or PNG.
        regions: where each of its maps is strongest, or its ink.
        probabilities: (10,) of the network; for an answer only.
    """

    file: bytes
    regions: tuple[tuple[Region, ...], ...]
    probabilities: NDArray[float32] | None = None

    @property
    def extension(self) -> str:
        """What its file is called by."""
        return "png" if self.file.startswith(b"\x89PNG") else "jpg"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a round is.

    Attributes:
        server_id: the server; `None`: direct messages.
        channel_id: the channel or thread.
        session_id: in which session, if in one.
        language: of the message; `None`: all.
    """

    server_id: int | None
    channel_id: int
    session_id: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote.

    Attributes:
        user_id: whose.
        choice: what.
        voted_at: when it was last chosen.
    """

    user_id: int
    choice: str
    voted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Award:
    """What a vote brought.

    Attributes:
        user_id: whom.
        choice: what they had chosen.
        right: whether it was right.
        points: for all together.
        named: whether others may be shown it.
    """

    user_id: int
    choice: str
    right: bool
    points: int
    named: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A round as it is.

    Attributes:
        round_id: ours.
        riddle: what it asks.
        place: where.
        user_id: whose own review it is; `None`: anybody's.
        message_id: of the question; `None`: not known.
        opened_at: when votes began.
        closes_at: from when on they are late.
        closed_at: when points were given; `None`: it is open.
        awards: what each vote brought, the most points first; none while it is open.
    """

    round_id: int
    riddle: Riddle
    place: Place
    user_id: int | None
    message_id: int | None
    opened_at: dt.datetime
    closes_at: dt.datetime
    closed_at: dt.datetime | None = None
    awards: tuple[Award, ...] = field(default=())
