"""Points: what a right answer is worth, a quick one, and one after others.

A right answer is worth ten points. A quick one up to three more: three in the first third of the
time, two in the second, one in the last; but none in the first five seconds, so that guessing at
once does not pay. Whoever was right in the rounds just before in the same channel gets one more for
each of them, up to three. Who bets has five points for the digit and up to five for the field, by
how much of the hottest field's heat lies there.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.quiz.question import Award, Ballot

RIGHT = 10
QUICK = 3
STREAK = 3
GRACE = dt.timedelta(seconds=5)
"""So long after the start a right answer is worth no more than later."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a choice is worth by itself.

    Attributes:
        right: whether it is right.
        points: without what speed and others before it add.
    """

    right: bool
    points: int


def quickness(voted_at: dt.datetime, opened_at: dt.datetime, closes_at: dt.datetime) -> int:
    """Find what the speed of a right answer adds.

    Args:
        voted_at: when it was last chosen.
        opened_at: when votes began.
        closes_at: from when on they are late.
    """
    after, span = voted_at - opened_at - GRACE, closes_at - opened_at - GRACE
    if after < dt.timedelta() or span <= dt.timedelta():
        return 0
    return max(QUICK - QUICK * after // span, 0)


def award(
    marks: Mapping[str, Mark],
    ballots: Sequence[Ballot],
    streaks: Mapping[int, int],
    opened_at: dt.datetime,
    closes_at: dt.datetime,
) -> list[Award]:
    """Give points.

    Args:
        marks: what each choice is worth.
        ballots: one a person.
        streaks: in how many rounds just before each was right; none: 0.
        opened_at: when votes began.
        closes_at: from when on they were late.
    """
    awards = []
    for ballot in ballots:
        mark = marks[ballot.choice]
        points = mark.points
        if mark.right:
            points += quickness(ballot.voted_at, opened_at, closes_at)
            points += min(streaks.get(ballot.user_id, 0), STREAK)
        awards.append(Award(ballot.user_id, ballot.choice, mark.right, points))
    return awards
