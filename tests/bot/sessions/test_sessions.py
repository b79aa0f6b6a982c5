"""Evenings of a group, in the database."""

import asyncio
import datetime as dt
import random

import pytest

from bot.runtime.errors import UserError
from bot.sessions.sessions import Evening, Followed, Sessions
from bot.store import Store
from bot.store.models import Person, Round

_START = dt.datetime(2027, 1, 6, 20, tzinfo=dt.UTC)
_HERE, _CHANNEL = 7, 70
_HOST, _BORA, _MINJI = 2**62, 2**62 + 1, 2**62 + 2


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = _START

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(store: Store, clock: Clock) -> Sessions:
    return Sessions(store, clock)


async def begun(sessions: Sessions, topic: str = "Heat", thread_id: int = 700) -> Evening:
    """An evening in a thread."""
    evening = await sessions.start(_HERE, _CHANNEL, _HOST, topic)
    await sessions.in_thread_now(evening.session_id, thread_id)
    return await sessions.get(evening.session_id)


async def open_round(store: Store, session_id: int, closes_at: dt.datetime) -> None:
    async with store.begin() as session:
        session.add(
            Round(
                server_id=_HERE,
                channel_id=700,
                session_id=session_id,
                kind="said",
                question={},
                opened_at=_START,
                closes_at=closes_at,
            )
        )


async def test_its_host_takes_part(sessions: Sessions) -> None:
    evening = await begun(sessions)

    assert evening.host_id == _HOST
    assert evening.present == (_HOST,)
    assert evening.under_way


async def test_who_joins_twice_is_there_once_and_whoever_left_may_come_back(
    sessions: Sessions, clock: Clock
) -> None:
    one = (await begun(sessions)).session_id

    clock.now += dt.timedelta(minutes=1)
    assert [await sessions.join(one, _MINJI) for _ in range(2)] == [True, False]
    clock.now += dt.timedelta(minutes=1)
    await sessions.join(one, _BORA)
    assert (await sessions.get(one)).present == (_HOST, _MINJI, _BORA)

    assert [await sessions.leave(one, _MINJI) for _ in range(2)] == [True, False]
    assert (await sessions.get(one)).present == (_HOST, _BORA)
    assert await sessions.join(one, _MINJI)
    assert (await sessions.get(one)).present == (_HOST, _MINJI, _BORA)


async def test_who_is_on_no_scoreboard_is_counted_and_not_named(
    sessions: Sessions, store: Store
) -> None:
    one = (await begun(sessions)).session_id
    async with store.begin() as session:
        session.add(Person(user_id=_BORA, on_scoreboards=False, reviews_in_groups=False))

    await sessions.join(one, _BORA)

    evening = await sessions.get(one)
    assert (evening.present, evening.unnamed) == ((_HOST,), 1)


async def test_of_presses_on_the_same_message_one_counts(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id
    await sessions.move(one, 0, "data", 0)
    presses = [1] * 20 + [-1] * 20
    random.shuffle(presses)

    for screen in range(1, 6):
        moved = await asyncio.gather(
            *(sessions.move(one, screen, "data", screen + by) for by in presses)
        )
        assert sum(moved) == 1

    evening = await sessions.get(one)
    assert evening.moves == 6
    assert evening.lesson == "data"


async def test_a_step_is_to_be_shown_anew_after_each_move(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id
    await sessions.move(one, 0, "data", 0)
    await sessions.step_sent(one, 1, 9001)
    assert (await sessions.get(one)).step_id == 9001

    await sessions.move(one, 1, "data", 1)
    assert (await sessions.get(one)).step_id is None

    await sessions.step_sent(one, 1, 9001)  # sent late: the group is elsewhere by now
    assert (await sessions.get(one)).step_id is None


async def test_it_ends_once_and_nothing_moves_afterwards(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id

    ended = await asyncio.gather(*(sessions.end(one) for _ in range(5)))

    assert sum(ended) == 1
    assert not await sessions.move(one, 0, "data", 0)
    assert not await sessions.hand_over(one, _BORA)
    with pytest.raises(UserError, match=r"session\.ended"):
        await sessions.join(one, _BORA)
    assert await sessions.of_server(_HERE) == []


async def test_it_does_not_end_while_a_round_is_open(
    sessions: Sessions, store: Store, clock: Clock
) -> None:
    one = (await begun(sessions)).session_id
    await open_round(store, one, _START + dt.timedelta(seconds=30))

    with pytest.raises(UserError, match=r"session\.round_open"):
        await sessions.end(one)
    assert (await sessions.get(one)).under_way

    clock.now += dt.timedelta(minutes=2)  # nobody closes it any more
    assert await sessions.end(one)


async def test_where_the_thread_is_gone_it_ends_in_the_middle_of_a_round(
    sessions: Sessions, store: Store
) -> None:
    one = (await begun(sessions)).session_id
    await open_round(store, one, _START + dt.timedelta(seconds=30))

    assert await sessions.end(one, at_once=True)


async def test_it_is_handed_over_to_somebody_who_so_takes_part(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id

    assert await sessions.hand_over(one, _BORA)

    evening = await sessions.get(one)
    assert evening.host_id == _BORA
    assert set(evening.present) == {_HOST, _BORA}


async def test_the_last_word_on_following_counts(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id
    for user_id, follows in ((_HOST, True), (_BORA, True), (_MINJI, False), (_BORA, False)):
        await sessions.follow(one, "data", 2, user_id, follows=follows)
    await sessions.follow(one, "data", 3, _BORA, follows=True)

    assert await sessions.following(one) == [
        Followed("data", 2, yes=1, no=2),
        Followed("data", 3, yes=1, no=0),
    ]
    assert set((await sessions.get(one)).present) == {_HOST, _BORA, _MINJI}


async def test_several_go_on_at_the_same_time(sessions: Sessions) -> None:
    one = await begun(sessions, "One", 700)
    two = await begun(sessions, "Two", 701)
    other = await sessions.start(8, 80, _BORA, "Elsewhere")

    await sessions.move(one.session_id, 0, "data", 0)
    await sessions.join(two.session_id, _MINJI)

    assert [each.topic for each in await sessions.of_server(_HERE)] == ["One", "Two"]
    assert [each.topic for each in await sessions.of_server(8)] == ["Elsewhere"]
    assert (await sessions.get(two.session_id)).lesson is None
    assert (await sessions.get(other.session_id)).present == (_BORA,)
    found = await sessions.in_thread(701)
    assert found is not None
    assert found.topic == "Two"


async def test_one_without_a_thread_is_discarded_and_one_with_a_thread_is_not(
    sessions: Sessions,
) -> None:
    kept = await begun(sessions)
    lost = await sessions.start(_HERE, _CHANNEL, _HOST, "Lost")

    for each in (kept, lost):
        await sessions.discard(each.session_id)

    assert await sessions.get(kept.session_id) == kept
    with pytest.raises(UserError, match=r"session\.gone"):
        await sessions.get(lost.session_id)
    following = await sessions.start(_HERE, _CHANNEL, _HOST, "Another")
    assert following.session_id != lost.session_id


async def test_what_has_ended_is_unfinished_until_it_is_summed_up(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id
    await sessions.end(one)
    assert [each.session_id for each in await sessions.unfinished()] == [one]

    await sessions.summary_sent(one, 9002)
    assert await sessions.unfinished() == []
