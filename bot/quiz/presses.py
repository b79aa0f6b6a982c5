"""What the controls of a round ask for."""

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
