"""What the controls of a round and of a review ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choosing:
    """A vote.

    Attributes:
        round_id: in which round.
        choice: for what.
    """

    round_id: int
    choice: str


@dataclass(frozen=True, slots=True)
class Betting:
    """The first half of a bet: the digit.

    Attributes:
        round_id: in which round.
        digit: which.
    """

    round_id: int
    digit: str


@dataclass(frozen=True, slots=True)
class Reviewing:
    """The next question of one's own review."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether what one gets wrong may come back as a group's round.

    Attributes:
        in_groups: whether it may.
    """

    in_groups: bool
