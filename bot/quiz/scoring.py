"""Points: for a right answer, for a fast one, and for a streak.

A right answer scores ten points. A fast one scores up to three more: three in the first third of
the time, two in the second, one in the last; but none in the first five seconds, so that guessing
at once does not pay. A streak scores one more for each round just before, in the same channel, that
the voter had right, up to three. A bet scores five points for the digit and up to five for the
field, in proportion to its heat.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.quiz.question import Result, Vote

FULL_SCORE = 10
MAX_SPEED_BONUS = 3
MAX_STREAK_BONUS = 3
GRACE = dt.timedelta(seconds=5)
"""After the start, during which there is no speed bonus."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What a choice scores by itself.

    Attributes:
        right: whether it is right.
        points: without bonuses, at most `FULL_SCORE`.
    """

    right: bool
    points: int


def speed_bonus(voted_at: dt.datetime, opened_at: dt.datetime, closes_at: dt.datetime) -> int:
    """Return the points that a right answer scores for speed, 0 to `MAX_SPEED_BONUS`.

    Args:
        voted_at: when it was last changed.
        opened_at: when the clock started.
        closes_at: when the round was to close.
    """
    after, span = voted_at - opened_at - GRACE, closes_at - opened_at - GRACE
    if after < dt.timedelta() or span <= dt.timedelta():
        return 0
    return max(MAX_SPEED_BONUS - MAX_SPEED_BONUS * after // span, 0)


def score(
    grades: Mapping[str, Grade],
    votes: Sequence[Vote],
    streaks: Mapping[int, int],
    opened_at: dt.datetime,
    closes_at: dt.datetime,
) -> list[Result]:
    """Score the votes of a round, in their order.

    Args:
        grades: of each choice.
        votes: one a person.
        streaks: how many rounds just before each person had right; 0 if missing.
        opened_at: when the clock started.
        closes_at: when the round was to close.
    """
    results = []
    for vote in votes:
        grade = grades[vote.choice]
        speed = streak = 0
        if grade.right:
            speed = speed_bonus(vote.voted_at, opened_at, closes_at)
            streak = min(streaks.get(vote.user_id, 0), MAX_STREAK_BONUS)
        results.append(Result(vote.user_id, vote.choice, grade.right, grade.points, speed, streak))
    return results
