"""Points: for a right answer, for a fast one, and for a streak.

A right answer scores ten points. A fast one scores up to three more: three in the first third of
the time, two in the second, one in the last; but none in the first five seconds, so that guessing
at once does not pay. A streak scores one more for each round just before, in the same channel, that
the voter had right, up to three. A bet scores five points for the digit and up to five for the
field, in proportion to its heat.
"""

import datetime as dt
from dataclasses import dataclass

FULL_SCORE = 10
MAX_SPEED_BONUS = 3
MAX_STREAK_BONUS = 3
GRACE = dt.timedelta(seconds=5)
"""After the start, during which there is no speed bonus."""


@dataclass(frozen=True, slots=True)
class Grade:
    """Whether a choice is right, and its points without bonuses, at most `FULL_SCORE`."""

    right: bool
    points: int


def speed_bonus(voted_at: dt.datetime, opened_at: dt.datetime, closes_at: dt.datetime) -> int:
    """Return the points that a right answer scores for speed, 0 to `MAX_SPEED_BONUS`."""
    after, span = voted_at - opened_at - GRACE, closes_at - opened_at - GRACE
    if after < dt.timedelta() or span <= dt.timedelta():
        return 0
    return max(MAX_SPEED_BONUS - MAX_SPEED_BONUS * after // span, 0)
