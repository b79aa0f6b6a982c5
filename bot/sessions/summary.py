"""What a session was: who took part, with how many points, and what was missed or viewed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.quiz.question import QuizQuestion
from bot.scores.scores import RoundFilter, Scores, Standing
from bot.sessions.sessions import PageUnderstanding, Session, Sessions
from bot.store import Store
from bot.store.models import LessonAnswer, Participant, Person, Round, ViewedDigit, Vote


@dataclass(frozen=True, slots=True)
class Attendance:
    """A person who took part.

    Attributes:
        joined_at: when they first joined; `None` if they answered without joining.
        left_at: when they left; `None` if they stayed.
        answers: the number of questions of lessons that they answered.
        right: the number of these that they answered correctly.
        standing: in the quiz; `None` if they did not vote.
    """

    user_id: int
    joined_at: dt.datetime | None
    left_at: dt.datetime | None
    answers: int
    right: int
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A question of a lesson, by its number from 0, and how many answers to it were wrong."""

    lesson: str
    question: int
    wrong: int
    answers: int


@dataclass(frozen=True, slots=True)
class MissedRound:
    """A round of the quiz, by its number from 1, and how many votes in it were wrong."""

    number: int
    question: QuizQuestion
    wrong: int
    answers: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a session was.

    Attributes:
        session: the session.
        people: who took part and may be named: by points, then by when they joined.
        unnamed: the number of others who took part.
        rounds: the number of rounds that were played.
        missed: what was answered wrong, the most often missed first.
        understanding: the votes on its pages.
        digits: how often each digit was viewed, by its index, the most often viewed first.
    """

    session: Session
    people: tuple[Attendance, ...]
    unnamed: int
    rounds: int
    missed: tuple[MissedQuestion | MissedRound, ...]
    understanding: tuple[PageUnderstanding, ...]
    digits: Mapping[int, int]

    @property
    def size(self) -> int:
        """The number of people who took part."""
        return len(self.people) + self.unnamed


class Summaries:
    """Sums sessions up from the database."""

    def __init__(self, store: Store, sessions: Sessions, scores: Scores) -> None:
        self._store = store
        self._sessions = sessions
        self._scores = scores

    async def of(self, session_id: int) -> Summary:
        """Sum a session up.

        Raises:
            UserError: If there is none with this id.
        """
        session = await self._sessions.get(session_id)
        board = await self._scores.standings(RoundFilter(session.server_id, session_id))
        understanding = await self._sessions.understanding(session_id)
        viewed = (
            select(ViewedDigit.digit, ViewedDigit.times)
            .where(ViewedDigit.session_id == session_id)
            .order_by(ViewedDigit.times.desc(), ViewedDigit.digit)
        )
        async with self._store.read() as transaction:
            people, unnamed = await _people(transaction, session_id, board)
            rounds = await _rounds(transaction, session_id)
            questions = await _questions(transaction, session_id)
            digits = dict(iter(await transaction.execute(viewed)))
        missed: list[MissedQuestion | MissedRound] = [*questions, *rounds]
        missed = [each for each in missed if each.wrong]
        missed.sort(key=lambda each: (-each.wrong, -each.wrong / each.answers, repr(each)))
        return Summary(
            session=session,
            people=tuple(sorted(people, key=_by_points)),
            unnamed=unnamed,
            rounds=len(rounds),
            missed=tuple(missed),
            understanding=tuple(understanding),
            digits=digits,
        )


async def _people(
    transaction: AsyncSession, session_id: int, board: list[Standing]
) -> tuple[list[Attendance], int]:
    """Find who joined, answered or voted, and count those who may not be named."""
    joined = select(Participant.user_id, Participant.joined_at, Participant.left_at).where(
        Participant.session_id == session_id
    )
    answered = (
        select(
            LessonAnswer.user_id,
            func.count(),
            func.count().filter(LessonAnswer.right.is_(True)),
        )
        .where(LessonAnswer.session_id == session_id)
        .group_by(LessonAnswer.user_id)
    )
    voted = select(Vote.user_id).join(Round).where(Round.session_id == session_id)
    times = {row[0]: (row[1], row[2]) for row in await transaction.execute(joined)}
    answers = {row[0]: (row[1], row[2]) for row in await transaction.execute(answered)}
    everyone = times.keys() | answers.keys() | set(await transaction.scalars(voted))
    unnamed = select(Person.user_id).where(
        Person.user_id.in_(everyone), Person.on_scoreboards.is_(False)
    )
    hidden = set(await transaction.scalars(unnamed))
    standings = {standing.user_id: standing for standing in board}
    people = []
    for user_id in everyone - hidden:
        joined_at, left_at = times.get(user_id, (None, None))
        given, right = answers.get(user_id, (0, 0))
        standing = standings.get(user_id)
        people.append(Attendance(user_id, joined_at, left_at, given, right, standing))
    return people, len(hidden)


async def _questions(transaction: AsyncSession, session_id: int) -> list[MissedQuestion]:
    wrong = func.count().filter(LessonAnswer.right.is_(False))
    statement = (
        select(LessonAnswer.lesson, LessonAnswer.question, wrong, func.count())
        .where(LessonAnswer.session_id == session_id)
        .group_by(LessonAnswer.lesson, LessonAnswer.question)
    )
    return [MissedQuestion(*row) for row in await transaction.execute(statement)]


async def _rounds(transaction: AsyncSession, session_id: int) -> list[MissedRound]:
    """Return all rounds that were played, including those that no one missed or answered."""
    wrong = func.count().filter(Vote.right.is_(False))
    statement = (
        select(Round.question, wrong, func.count(Vote.user_id))
        .outerjoin(Vote, Vote.round_id == Round.round_id)
        .where(Round.session_id == session_id, Round.closed_at.is_not(None))
        .group_by(Round.round_id)
        .order_by(Round.round_id)
    )
    rows = (await transaction.execute(statement)).all()
    return [
        MissedRound(number, QuizQuestion.from_json(question), wrong, answers)
        for number, (question, wrong, answers) in enumerate(rows, start=1)
    ]


def _by_points(person: Attendance) -> tuple[int, float, int]:
    points = person.standing.points if person.standing else -1
    joined = person.joined_at.timestamp() if person.joined_at else float("inf")
    return -points, joined, person.user_id
