"""What is asked with the controls of a session."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Join:
    """May I take part?"""

    session_id: int


@dataclass(frozen=True, slots=True)
class Leave:
    """I take part no more."""

    session_id: int


@dataclass(frozen=True, slots=True)
class Move:
    """The group goes on, or back.

    Attributes:
        session_id: whose.
        moves: what `Evening.moves` was when the message was drawn.
        by: how many screens; negative for back.
    """

    session_id: int
    moves: int
    by: int


@dataclass(frozen=True, slots=True)
class Take:
    """The group takes up a lesson.

    Attributes:
        session_id: whose.
        moves: what `Evening.moves` was when the message was drawn.
        lesson: its name.
    """

    session_id: int
    moves: int
    lesson: str


@dataclass(frozen=True, slots=True)
class Follow:
    """I can, or cannot, follow this screen."""

    session_id: int
    lesson: str
    screen: int
    follows: bool


@dataclass(frozen=True, slots=True)
class WhoFollows:
    """How many can follow?"""

    session_id: int


@dataclass(frozen=True, slots=True)
class PlayQuiz:
    """The group plays a round."""

    session_id: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """Somebody else is to lead.

    Attributes:
        session_id: what.
        user_id: who; `None`: ask.
    """

    session_id: int
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The evening is over.

    Attributes:
        session_id: which.
        sure: whether it was asked twice.
    """

    session_id: int
    sure: bool
