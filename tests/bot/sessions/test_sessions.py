"""Study sessions, in the database."""

import asyncio
import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from bot.runtime.errors import UserError
from bot.runtime.scheduler import Scheduler
from bot.runtime.shards import Shards
from bot.sessions.sessions import NOWHERE, PageUnderstanding, Session, Sessions
from bot.store import Store
from bot.store.models import Delivery, DeliveryKind, Person, Round

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

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
    return Sessions(store, Scheduler(clock), clock)


async def begun(sessions: Sessions, topic: str = "Heat", thread_id: int = 700) -> Session:
    """A session in a thread."""
    session = await sessions.start(_HERE, _CHANNEL, _HOST, topic)
    await sessions.set_thread(session.session_id, thread_id)
    return await sessions.get(session.session_id)


async def open_round(store: Store, session_id: int, closes_at: dt.datetime) -> None:
    async with store.begin() as transaction:
        transaction.add(
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
    session = await begun(sessions)

    assert session.host_id == _HOST
    assert session.present == (_HOST,)
    assert session.is_open


async def test_a_user_joins_once_and_may_come_back_after_leaving(
    sessions: Sessions, clock: Clock
) -> None:
    one = (await begun(sessions)).session_id

    clock.now += dt.timedelta(minutes=1)
    for _ in range(2):
        assert await sessions.join(one, _MINJI)
    clock.now += dt.timedelta(minutes=1)
    await sessions.join(one, _BORA)
    assert (await sessions.get(one)).present == (_HOST, _MINJI, _BORA)

    for _ in range(2):
        await sessions.leave(one, _MINJI)
    assert (await sessions.get(one)).present == (_HOST, _BORA)
    assert await sessions.join(one, _MINJI)
    assert (await sessions.get(one)).present == (_HOST, _MINJI, _BORA)


async def test_who_is_on_no_scoreboard_is_counted_and_not_named(
    sessions: Sessions, store: Store
) -> None:
    one = (await begun(sessions)).session_id
    async with store.begin() as transaction:
        transaction.add(Person(user_id=_BORA, on_scoreboards=False, reviews_in_groups=False))

    await sessions.join(one, _BORA)

    session = await sessions.get(one)
    assert (session.present, session.unnamed) == ((_HOST,), 1)


async def test_of_presses_on_the_same_message_one_counts(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id
    await sessions.go_to(one, 0, "data", 0)
    presses = [1] * 20 + [-1] * 20
    random.shuffle(presses)

    for page in range(1, 6):
        moved = await asyncio.gather(
            *(sessions.go_to(one, page, "data", page + by) for by in presses)
        )
        assert sum(moved) == 1

    session = await sessions.get(one)
    assert session.revision == 6
    assert session.lesson == "data"


async def test_a_step_is_to_be_shown_anew_after_each_move(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id
    await sessions.go_to(one, 0, "data", 0)
    await sessions.set_step(one, 1, 9001)
    assert (await sessions.get(one)).step_id == 9001

    await sessions.go_to(one, 1, "data", 1)
    assert (await sessions.get(one)).step_id is None

    await sessions.set_step(one, 1, 9001)  # sent late: the group is elsewhere by now
    assert (await sessions.get(one)).step_id is None


async def test_it_ends_once_and_nothing_moves_afterwards(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id

    ended = await asyncio.gather(*(sessions.end(one) for _ in range(5)))

    assert sum(ended) == 1
    assert not await sessions.go_to(one, 0, "data", 0)
    assert not await sessions.hand_over(one, _BORA)
    assert not await sessions.join(one, _BORA)
    assert (await sessions.get(one)).present == (_HOST,)
    with pytest.raises(UserError, match=r"session\.ended"):
        await sessions.get_open(one)
    assert await sessions.open_in_server(_HERE) == []


async def test_it_does_not_end_while_a_round_is_open(
    sessions: Sessions, store: Store, clock: Clock
) -> None:
    one = (await begun(sessions)).session_id
    await open_round(store, one, _START + dt.timedelta(seconds=30))

    with pytest.raises(UserError, match=r"session\.round_open"):
        await sessions.end(one)
    assert (await sessions.get(one)).is_open

    clock.now += dt.timedelta(minutes=2)  # nobody closes it any more
    assert await sessions.end(one)


async def test_a_session_whose_thread_is_deleted_ends_in_the_middle_of_a_round(
    sessions: Sessions, store: Store
) -> None:
    one = (await begun(sessions)).session_id
    await open_round(store, one, _START + dt.timedelta(seconds=30))

    await sessions.lose_thread(one)

    session = await sessions.get(one)
    assert not session.is_open
    assert session.summary_id == NOWHERE


async def test_it_is_handed_over_to_somebody_who_so_takes_part(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id

    assert await sessions.hand_over(one, _BORA)

    session = await sessions.get(one)
    assert session.host_id == _BORA
    assert set(session.present) == {_HOST, _BORA}


async def test_the_last_vote_on_a_screen_counts(sessions: Sessions) -> None:
    one = (await begun(sessions)).session_id
    for user_id, understood in ((_HOST, True), (_BORA, True), (_MINJI, False), (_BORA, False)):
        await sessions.vote_understanding(one, "data", 2, user_id, understood=understood)
    await sessions.vote_understanding(one, "data", 3, _BORA, understood=True)

    assert await sessions.understanding(one) == [
        PageUnderstanding("data", 2, yes=1, no=2),
        PageUnderstanding("data", 3, yes=1, no=0),
    ]
    assert set((await sessions.get(one)).present) == {_HOST, _BORA, _MINJI}


async def test_several_go_on_at_the_same_time(sessions: Sessions) -> None:
    one = await begun(sessions, "One", 700)
    two = await begun(sessions, "Two", 701)
    other = await sessions.start(8, 80, _BORA, "Elsewhere")

    await sessions.go_to(one.session_id, 0, "data", 0)
    await sessions.join(two.session_id, _MINJI)

    assert [each.topic for each in await sessions.open_in_server(_HERE)] == ["One", "Two"]
    assert [each.topic for each in await sessions.open_in_server(8)] == ["Elsewhere"]
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


async def test_every_change_that_is_shown_is_enqueued_with_it(
    sessions: Sessions, store: Store
) -> None:
    one = (await begun(sessions)).session_id
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: sessions.set_thread(one, 700),
        lambda: sessions.join(one, _BORA),
        lambda: sessions.leave(one, _BORA),
        lambda: sessions.view_digit(one, _BORA, 7),
        lambda: sessions.vote_understanding(one, "data", 0, _MINJI, understood=True),
        lambda: sessions.go_to(one, 0, "data", 0),
        lambda: sessions.hand_over(one, _MINJI),
        lambda: sessions.end(one),
    ]
    for change in changes:
        assert await enqueued(store) == {one}
        await forget_deliveries(store)
        await change()
    assert await enqueued(store) == {one}

    unseen: list[Callable[[], Awaitable[object]]] = [
        lambda: sessions.join(one, _BORA),
        lambda: sessions.go_to(one, 1, "data", 1),
        lambda: sessions.hand_over(one, _HOST),
        lambda: sessions.end(one),
        lambda: sessions.set_panel(one, 1),
        lambda: sessions.set_step(one, 1, 2),
    ]
    await forget_deliveries(store)
    for change in unseen:
        await change()
    assert await enqueued(store) == set()


async def test_at_the_start_of_the_bot_all_are_enqueued_that_are_not_summed_up(
    sessions: Sessions, store: Store
) -> None:
    going_on = (await begun(sessions)).session_id
    ended = (await begun(sessions, thread_id=701)).session_id
    summed_up = (await begun(sessions, thread_id=702)).session_id
    await sessions.end(ended)
    await sessions.end(summed_up)
    await sessions.set_summary(summed_up, 9002)
    await forget_deliveries(store)

    await sessions.republish_all()

    assert await enqueued(store) == {going_on, ended}


async def test_after_a_day_a_session_ends_even_while_a_round_is_open(
    sessions: Sessions, store: Store, clock: Clock
) -> None:
    one = (await begun(sessions)).session_id
    due = await sessions.next_due()
    assert due == _START + dt.timedelta(days=1)
    await open_round(store, one, due + dt.timedelta(seconds=30))
    clock.now = due - dt.timedelta(seconds=1)
    await sessions.run()
    assert (await sessions.get(one)).is_open
    await forget_deliveries(store)

    clock.now = due
    await sessions.run()

    assert not (await sessions.get(one)).is_open
    assert await enqueued(store) == {one}
    assert await sessions.next_due() is None


async def test_a_process_ends_and_republishes_the_sessions_of_its_own_servers(
    sessions: Sessions, store: Store, clock: Clock
) -> None:
    here = await begun(sessions)
    there = await sessions.start(1 << 22, _CHANNEL, _HOST, "Heat")
    await forget_deliveries(store)
    ours = Sessions(store, Scheduler(clock), clock, Shards(frozenset({1}), 2))

    await ours.republish_all()
    assert await enqueued(store) == {there.session_id}
    clock.now += dt.timedelta(days=1)
    await ours.run()

    assert (await ours.get(here.session_id)).is_open
    assert not (await ours.get(there.session_id)).is_open
    assert await ours.next_due() is None


async def enqueued(store: Store) -> set[int]:
    async with store.read() as transaction:
        rows = await transaction.scalars(
            select(Delivery).where(Delivery.kind == DeliveryKind.SESSION)
        )
        return {row.subject_id for row in rows}


async def forget_deliveries(store: Store) -> None:
    async with store.begin() as transaction:
        await transaction.execute(delete(Delivery))
