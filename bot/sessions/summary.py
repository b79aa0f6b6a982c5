"""What an evening was: who took part and with how many points, what was hard or looked at."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import case, func, select

from bot.scores.scores import Rounds, Scores, Standing
from bot.sessions.sessions import Evening, Followed, Sessions
from bot.store import Store
from bot.store.models import LessonAnswer, LookedAt, Participant, Person, Round, Vote


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody who took part.

    Attributes:
        user_id: who.
        joined_at: when first; `None`: they answered without joining.
        left_at: when last; `None`: they stayed.
        answers: how many questions of lessons they answered.
        right: how many of these rightly.
        standing: in the quiz; `None`: they did not play.
    """

    user_id: int
    joined_at: dt.datetime | None
    left_at: dt.datetime | None
    answers: int
    right: int
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A question of a lesson that somebody got wrong.

    Attributes:
        lesson: whose.
        question: its number in the lesson, from 0.
        wrong: how many got it wrong.
        answers: how many answered.
    """

    lesson: str
    question: int
    wrong: int
    answers: int


@dataclass(frozen=True, slots=True)
class MissedRound:
    """A round that somebody got wrong.

    Attributes:
        number: which of the session's rounds, from 1.
        kind: of question.
        wrong: how many got it wrong.
        answers: how many answered.
    """

    number: int
    kind: str
    wrong: int
    answers: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A test digit, and how often it was looked at."""

    digit: int
    times: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What an evening was.

    Attributes:
        evening: which.
        people: those who took part and may be named: by points, then by when they came.
        unnamed: how many more took part.
        rounds: how many were played.
        missed: what was missed, the most often missed first.
        following: who could follow which screens.
        digits: what was looked at, the most often looked at first.
    """

    evening: Evening
    people: tuple[Attendance, ...]
    unnamed: int
    rounds: int
    missed: tuple[MissedQuestion | MissedRound, ...]
    following: tuple[Followed, ...]
    digits: tuple[Seen, ...]


class Summaries:
    """Sums sessions up, from what the database has of them."""

    def __init__(self, store: Store, sessions: Sessions, scores: Scores) -> None:
        """See `of`.

        Args:
            store: where the answers are.
            sessions: know who could follow.
            scores: know the points.
        """
        self._store = store
        self._sessions = sessions
        self._scores = scores

    async def of(self, session_id: int) -> Summary:
        """Sum a session up as it is.

        Raises:
            UserError: there is none any more.
        """
        evening = await self._sessions.get(session_id)
        board = await self._scores.standings(Rounds(evening.server_id, session_id))
        standings = {standing.user_id: standing for standing in board}
        people, unnamed = await self._people(session_id, standings)
        questions = await self._missed_questions(session_id)
        rounds = await self._rounds(session_id)
        missed: list[MissedQuestion | MissedRound] = [*questions, *rounds]
        return Summary(
            evening=evening,
            people=tuple(sorted(people, key=_by_points)),
            unnamed=unnamed,
            rounds=len(rounds),
            missed=tuple(sorted((each for each in missed if each.wrong), key=_by_missed)),
            following=tuple(await self._sessions.following(session_id)),
            digits=await self._digits(session_id),
        )

    async def _people(
        self, session_id: int, standings: dict[int, Standing]
    ) -> tuple[list[Attendance], int]:
        """Find who joined, answered or voted: whoever did one of these took part."""
        joined = select(Participant.user_id, Participant.joined_at, Participant.left_at).where(
            Participant.session_id == session_id
        )
        answered = (
            select(
                LessonAnswer.user_id,
                func.count(),
                func.sum(case((LessonAnswer.right.is_(True), 1), else_=0)),
            )
            .where(LessonAnswer.session_id == session_id)
            .group_by(LessonAnswer.user_id)
        )
        voted = select(Vote.user_id).join(Round).where(Round.session_id == session_id).distinct()
        async with self._store.begin() as session:
            there = {row[0]: (row[1], row[2]) for row in await session.execute(joined)}
            answers = {row[0]: (row[1], int(row[2])) for row in await session.execute(answered)}
            everybody = there.keys() | answers.keys() | set(await session.scalars(voted))
            hidden = set(
                await session.scalars(
                    select(Person.user_id).where(
                        Person.user_id.in_(everybody), Person.on_scoreboards.is_(False)
                    )
                )
            )
        people = []
        for user_id in everybody - hidden:
            joined_at, left_at = there.get(user_id, (None, None))
            given, right = answers.get(user_id, (0, 0))
            standing = standings.get(user_id)
            people.append(Attendance(user_id, joined_at, left_at, given, right, standing))
        return people, len(hidden)

    async def _missed_questions(self, session_id: int) -> list[MissedQuestion]:
        wrong = func.sum(case((LessonAnswer.right.is_(False), 1), else_=0))
        statement = (
            select(LessonAnswer.lesson, LessonAnswer.question, wrong, func.count())
            .where(LessonAnswer.session_id == session_id)
            .group_by(LessonAnswer.lesson, LessonAnswer.question)
        )
        async with self._store.begin() as session:
            return [
                MissedQuestion(lesson, question, int(wrong), answers)
                for lesson, question, wrong, answers in await session.execute(statement)
            ]

    async def _rounds(self, session_id: int) -> list[MissedRound]:
        """All rounds that were played, also those that nobody missed or answered."""
        wrong = func.coalesce(func.sum(case((Vote.right.is_(False), 1), else_=0)), 0)
        statement = (
            select(Round.kind, wrong, func.count(Vote.user_id))
            .outerjoin(Vote, Vote.round_id == Round.round_id)
            .where(Round.session_id == session_id, Round.closed_at.is_not(None))
            .group_by(Round.round_id, Round.kind)
            .order_by(Round.round_id)
        )
        async with self._store.begin() as session:
            rows = (await session.execute(statement)).all()
        return [
            MissedRound(number, kind, int(wrong), answers)
            for number, (kind, wrong, answers) in enumerate(rows, start=1)
        ]

    async def _digits(self, session_id: int) -> tuple[Seen, ...]:
        statement = (
            select(LookedAt.digit, LookedAt.times)
            .where(LookedAt.session_id == session_id)
            .order_by(LookedAt.times.desc(), LookedAt.digit)
        )
        async with self._store.begin() as session:
            return tuple(Seen(*row) for row in await session.execute(statement))


def _by_points(person: Attendance) -> tuple[int, float, int]:
    points = person.standing.points if person.standing else -1
    came = person.joined_at.timestamp() if person.joined_at else float("inf")
    return -points, came, person.user_id


def _by_missed(missed: MissedQuestion | MissedRound) -> tuple[int, float, str]:
    return -missed.wrong, -missed.wrong / missed.answers, repr(missed)
