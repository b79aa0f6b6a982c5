"""The quiz: guessing what the network sees.

riddle     what a round asks, and the other values
source     the test digits, their margins and maps
kinds/     a file for each kind of round
scoring    points
rounds     `Quiz`: opened, voted in, closed once, revealed
"""

from bot.quiz.kinds import DIGITS, FIELDS, KINDS, BetKind, Kind, bet
from bot.quiz.question import (
    Asked,
    Award,
    Ballot,
    Difficulty,
    Picture,
    Place,
    Riddle,
    Wish,
)
from bot.quiz.rounds import SECONDS, Quiz
from bot.quiz.source import Source

__all__ = [
    "DIGITS",
    "FIELDS",
    "KINDS",
    "SECONDS",
    "Asked",
    "Award",
    "Ballot",
    "BetKind",
    "Difficulty",
    "Kind",
    "Picture",
    "Place",
    "Quiz",
    "Riddle",
    "Source",
    "Wish",
    "bet",
]
