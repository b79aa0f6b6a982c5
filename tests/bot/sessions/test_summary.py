"""The summary of a session, from the database."""

import datetime as dt
from dataclasses import asdict

import pytest

from bot.lessons.progress import ProgressStore
from bot.quiz.question import QuizQuestion
from bot.runtime.scheduler import Scheduler
from bot.scores.scores import Scores
from bot.sessions.sessions import PageUnderstanding, Sessions
from bot.sessions.summary import MissedQuestion, MissedRound, Summaries
from bot.store import Store
from bot.store.models import Person, Round, Vote
from tests.bot.lessons.builders import a_lesson

_NOW = dt.datetime(2027, 1, 6, 20, tzinfo=dt.UTC)
_HERE = 7
_QUESTION = QuizQuestion("said", 18, 3, 8, "max_pooling2d_1", "8", "3", 2)
_HOST, _BORA, _MINJI, _DANA = 2**62, 2**62 + 1, 2**62 + 2, 2**62 + 3


@pytest.fixture
def sessions(store: Store) -> Sessions:
    return Sessions(store, Scheduler(lambda: _NOW), lambda: _NOW)


@pytest.fixture
def summaries(store: Store, sessions: Sessions) -> Summaries:
    return Summaries(store, sessions, Scores(store, lambda: _NOW))


async def play(store: Store, session_id: int, kind: str, points: dict[int, int]) -> None:
    """A round that is over; whoever got points was right."""
    async with store.begin() as transaction:
        row = Round(
            server_id=_HERE,
            channel_id=700,
            session_id=session_id,
            kind=kind,
            question=asdict(_QUESTION),
            opened_at=_NOW,
            closes_at=_NOW,
            closed_at=_NOW,
        )
        transaction.add(row)
        await transaction.flush()
        for user_id, given in points.items():
            transaction.add(
                Vote(
                    round_id=row.round_id,
                    user_id=user_id,
                    choice="1",
                    voted_at=_NOW,
                    points=given,
                    right=given > 0,
                )
            )


async def test_a_session_in_which_nothing_happened(
    sessions: Sessions, summaries: Summaries
) -> None:
    one = await sessions.start(_HERE, 70, _HOST, "Heat")

    summary = await summaries.of(one.session_id)

    assert [person.user_id for person in summary.people] == [_HOST]
    assert summary.people[0].standing is None
    assert (summary.rounds, summary.missed, summary.digits) == (0, (), {})


async def test_who_joined_answered_or_voted_took_part(
    store: Store, sessions: Sessions, summaries: Summaries
) -> None:
    one = (await sessions.start(_HERE, 70, _HOST, "Heat")).session_id
    other = (await sessions.start(_HERE, 70, _DANA, "Elsewhere")).session_id
    await sessions.join(one, _BORA)
    await sessions.leave(one, _BORA)
    learning = ProgressStore(store, lambda: _NOW)
    data = a_lesson("data")
    await learning.answer(_MINJI, one, data, data.questions[0], 1)
    await play(store, one, "said", {_BORA: 80, _MINJI: 0})
    await play(store, one, "heat", {_BORA: 20, _MINJI: 130})
    await play(store, other, "heat", {_BORA: 999})

    summary = await summaries.of(one)

    told = [
        (person.user_id, person.standing and person.standing.points) for person in summary.people
    ]
    assert told == [(_MINJI, 130), (_BORA, 100), (_HOST, None)]
    minji, bora, host = summary.people
    assert minji.joined_at is None
    assert (minji.answers, minji.right) == (1, 1)
    assert minji.standing is not None
    assert (minji.standing.right, minji.standing.rounds) == (1, 2)
    assert bora.left_at == _NOW
    assert host.left_at is None
    assert summary.rounds == 2


async def test_what_was_missed_most_often_comes_first(
    store: Store, sessions: Sessions, summaries: Summaries
) -> None:
    one = (await sessions.start(_HERE, 70, _HOST, "Heat")).session_id
    learning = ProgressStore(store, lambda: _NOW)
    data, layers = a_lesson("data", questions=2), a_lesson("layers")
    first, second = data.questions
    for user_id, choice in ((_HOST, 1), (_BORA, 0), (_MINJI, 0)):
        await learning.answer(user_id, one, data, second, choice)
    await learning.answer(_BORA, one, data, first, 0)
    await learning.answer(_BORA, one, data, first, 1)  # the last answer counts
    await learning.answer(_BORA, 0, layers, layers.questions[0], 0)  # alone, not in the session
    await play(store, one, "said", {_BORA: 50})
    await play(store, one, "real", {_BORA: 0, _MINJI: 0, _HOST: 0})

    summary = await summaries.of(one)

    assert summary.missed == (
        MissedRound(2, _QUESTION, wrong=3, answers=3),
        MissedQuestion("data", 1, wrong=2, answers=3),
    )


async def test_who_is_on_no_scoreboard_is_counted_and_not_named(
    store: Store, sessions: Sessions, summaries: Summaries
) -> None:
    one = (await sessions.start(_HERE, 70, _HOST, "Heat")).session_id
    async with store.begin() as transaction:
        transaction.add(Person(user_id=_BORA, on_scoreboards=False, reviews_in_groups=False))
    await play(store, one, "said", {_BORA: 80, _MINJI: 20})

    summary = await summaries.of(one)

    assert [person.user_id for person in summary.people] == [_MINJI, _HOST]
    assert summary.unnamed == 1
    assert summary.people[0].standing is not None
    assert summary.people[0].standing.rank == 1


async def test_digits_are_counted_each_time_that_they_are_viewed(
    sessions: Sessions, summaries: Summaries
) -> None:
    one = (await sessions.start(_HERE, 70, _HOST, "Heat")).session_id
    for user_id, digit in ((_HOST, 7), (_BORA, 9), (_BORA, 7)):
        await sessions.view_digit(one, user_id, digit)
    assert (await sessions.get(one)).present == (_HOST, _BORA)
    await sessions.vote_understanding(one, "data", 0, _BORA, understood=False)

    summary = await summaries.of(one)
    assert list(summary.digits.items()) == [(7, 2), (9, 1)]
    assert summary.understanding == (PageUnderstanding("data", 0, yes=0, no=1),)

    await sessions.end(one)
    await sessions.view_digit(one, _MINJI, 9)
    assert (await sessions.get(one)).present == (_HOST, _BORA)
    assert (await summaries.of(one)).digits == summary.digits
