"""What was wrong comes back after ever longer waits, until it is learned."""

import datetime as dt
from itertools import pairwise

import pytest

from bot.lessons.progress import LESSON, ProgressStore
from bot.reviews.asking import Item
from bot.reviews.schedule import Reviews, record_answers
from bot.store import Store
from bot.store.models import Participant, ReviewItem, Round, Session, Vote
from tests.bot.lessons.builders import a_lesson

_NOW = dt.datetime(2030, 1, 1, 20, tzinfo=dt.UTC)
_DAY = dt.timedelta(days=1)
_ANNA, _BORA, _CHUL = 2**62, 2**62 + 1, 2**62 + 2
_SERVER = 7
_NINES, _FOURS, _OLD = Item("heat", "9"), Item("heat", "4"), Item("forgotten", "9")


class Learners:
    """People who answer questions, and the clock."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.time = _NOW
        self.reviews = Reviews(store, ("heat", "bet"), (LESSON,), lambda: self.time)

    async def answer(self, item: Item, **right: bool) -> None:
        people = {"anna": _ANNA, "bora": _BORA, "chul": _CHUL}
        async with self.store.begin() as session:
            by_id = {people[name]: was_right for name, was_right in right.items()}
            await record_answers(self.store, session, item, by_id, self.time)


@pytest.fixture
def learners(store: Store) -> Learners:
    return Learners(store)


async def test_what_was_wrong_comes_back_tomorrow(learners: Learners) -> None:
    await learners.answer(_NINES, anna=False, bora=True)
    assert await learners.reviews.next_due(_ANNA) is None

    learners.time += _DAY

    assert await learners.reviews.next_due(_ANNA) == _NINES
    assert await learners.reviews.next_due(_BORA) is None


async def test_the_waits_grow_until_it_is_learned(learners: Learners) -> None:
    await learners.answer(_NINES, anna=False)
    moments = [learners.time]
    while (status := await learners.reviews.status(_ANNA)).next_at is not None:
        learners.time = status.next_at
        moments.append(learners.time)
        await learners.answer(_NINES, anna=True)

    assert [(after - before).days for before, after in pairwise(moments)] == [1, 3, 7, 14, 30]


async def test_wrong_again_begins_anew(learners: Learners) -> None:
    await learners.answer(_NINES, anna=False)
    learners.time += _DAY
    await learners.answer(_NINES, anna=True)
    learners.time += 3 * _DAY
    await learners.answer(_NINES, anna=False)

    assert (await learners.reviews.status(_ANNA)).next_at == learners.time + _DAY


async def test_right_before_its_time_changes_nothing(learners: Learners) -> None:
    await learners.answer(_NINES, anna=False)
    await learners.answer(_NINES, anna=True)

    assert (await learners.reviews.status(_ANNA)).next_at == _NOW + _DAY


async def test_what_has_waited_longest_is_first_and_what_nobody_can_ask_is_left_out(
    learners: Learners,
) -> None:
    await learners.answer(_OLD, anna=False)
    learners.time += _DAY
    await learners.answer(_FOURS, anna=False)
    learners.time += _DAY
    await learners.answer(_NINES, anna=False)
    learners.time += _DAY / 2

    status = await learners.reviews.status(_ANNA)

    assert await learners.reviews.next_due(_ANNA) == _FOURS
    assert (status.due, status.later, status.in_groups) == (1, 1, False)


async def test_a_group_is_asked_what_most_of_those_who_agreed_got_wrong(
    learners: Learners, store: Store
) -> None:
    async with store.begin() as session:
        session.add(
            Round(
                round_id=1,
                server_id=_SERVER,
                channel_id=70,
                kind="heat",
                question={},
                opened_at=_NOW,
                closes_at=_NOW,
                closed_at=_NOW,
            )
        )
        for user in (_ANNA, _BORA, _CHUL):
            session.add(Vote(round_id=1, user_id=user, choice="4", voted_at=_NOW))
    await learners.answer(_NINES, anna=False, bora=False)
    await learners.answer(_FOURS, bora=False, chul=False)
    learners.time += 2 * _DAY
    assert await learners.reviews.next_due_in_group(_SERVER) is None

    await learners.reviews.share(_ANNA, in_groups=True)
    assert await learners.reviews.next_due_in_group(_SERVER) == _NINES
    assert await learners.reviews.next_due_in_group(_SERVER + 1) is None

    await learners.reviews.share(_BORA, in_groups=True)
    await learners.reviews.share(_CHUL, in_groups=True)
    await learners.reviews.share(_ANNA, in_groups=False)
    assert await learners.reviews.next_due_in_group(_SERVER) == _FOURS
    assert (await learners.reviews.status(_CHUL)).in_groups


async def _session_with_anna(store: Store) -> None:
    async with store.begin() as session:
        session.add(
            Session(
                session_id=1,
                server_id=_SERVER,
                channel_id=70,
                host_id=_BORA,
                topic="Heat",
                started_at=_NOW,
            )
        )
        await session.flush()
        session.add(Participant(session_id=1, user_id=_ANNA, joined_at=_NOW))


async def test_a_session_is_asked_what_its_own_people_got_wrong(
    learners: Learners, store: Store
) -> None:
    await _session_with_anna(store)
    await learners.answer(_NINES, anna=False)
    await learners.answer(_FOURS, chul=False)
    for user in (_ANNA, _CHUL):
        await learners.reviews.share(user, in_groups=True)
    learners.time += _DAY

    assert await learners.reviews.next_due_in_group(_SERVER, session_id=1) == _NINES


async def test_nothing_is_kept_of_who_was_always_right(learners: Learners, store: Store) -> None:
    await learners.answer(_NINES, anna=True)

    async with store.begin() as session:
        assert await session.get(ReviewItem, (_ANNA, "heat", "9")) is None


async def test_a_lessons_question_comes_back_to_oneself_and_to_no_group(
    learners: Learners, store: Store
) -> None:
    progress = ProgressStore(store, lambda: learners.time)
    await _session_with_anna(store)
    await learners.reviews.share(_ANNA, in_groups=True)
    lesson = a_lesson("data")
    (question,) = lesson.questions
    await progress.answer(_ANNA, 1, lesson, question, 2)
    await progress.answer(_ANNA, 1, lesson, question, 1)  # told by then what is right
    learners.time += _DAY

    assert await learners.reviews.next_due(_ANNA) == Item(LESSON, "data/0")
    assert await learners.reviews.next_due_in_group(_SERVER, session_id=1) is None
    await progress.answer(_ANNA, 0, lesson, question, 1)
    assert (await learners.reviews.status(_ANNA)).next_at == learners.time + 3 * _DAY


async def test_what_can_no_longer_be_asked_is_dropped(learners: Learners) -> None:
    gone = Item(LESSON, "gone/3")
    await learners.answer(gone, anna=False, bora=False)
    learners.time += _DAY

    await learners.reviews.drop(_ANNA, gone)

    assert await learners.reviews.next_due(_ANNA) is None
    assert await learners.reviews.next_due(_BORA) == gone
