"""Who has how many points."""

import datetime as dt

import pytest
from sqlalchemy import select

from bot.scores.scores import Board, Period, RoundFilter, Scores, Standing, Week, week_of
from bot.store import Store
from bot.store.models import Delivery, Participant, Round, Session, Vote

_NOW = dt.datetime(2027, 1, 6, 20, tzinfo=dt.UTC)  # a Wednesday, of ISO's first week
_HERE, _ELSEWHERE = 7, 8
_ANNA, _BORA, _CHUL, _DANA = 2**62, 2**62 + 1, 2**62 + 2, 2**62 + 3


@pytest.fixture
def scores(store: Store) -> Scores:
    return Scores(store, lambda: _NOW)


async def play(
    store: Store,
    closed_at: dt.datetime | None,
    server_id: int | None = _HERE,
    session_id: int | None = None,
    alone: int | None = None,
    **points: int,
) -> None:
    """A round in which people got points; whoever got some was right."""
    people = {"anna": _ANNA, "bora": _BORA, "chul": _CHUL, "dana": _DANA}
    async with store.begin() as session:
        asked = Round(
            server_id=server_id,
            channel_id=1,
            session_id=session_id,
            user_id=alone,
            kind="said",
            question={},
            opened_at=_NOW,
            closes_at=_NOW,
            closed_at=closed_at,
        )
        session.add(asked)
        await session.flush()
        for name, given in points.items():
            voted = Vote(round_id=asked.round_id, user_id=people[name], choice="1", voted_at=_NOW)
            if closed_at is not None:
                voted.points, voted.right = given, given > 0
            session.add(voted)


async def started(store: Store, thread_id: int) -> int:
    """A session, by its id."""
    async with store.begin() as session:
        made = Session(
            server_id=_HERE, channel_id=1, thread_id=thread_id, host_id=9, topic="", started_at=_NOW
        )
        session.add(made)
        await session.flush()
        return made.session_id


async def test_points_add_up_and_ties_share_a_rank(store: Store, scores: Scores) -> None:
    await play(store, _NOW, anna=10, bora=5, chul=5, dana=0)
    await play(store, _NOW, bora=5, chul=5, dana=3)

    assert await scores.standings(RoundFilter(_HERE)) == [
        Standing(1, _BORA, 10, 2, 2),
        Standing(1, _CHUL, 10, 2, 2),
        Standing(1, _ANNA, 10, 1, 1),
        Standing(4, _DANA, 3, 1, 2),
    ]


async def test_only_closed_rounds_of_this_server_count(store: Store, scores: Scores) -> None:
    await play(store, _NOW, anna=10)
    await play(store, None, anna=10, bora=10)
    await play(store, _NOW, _ELSEWHERE, anna=100)
    await play(store, _NOW, None, anna=100)
    await play(store, _NOW, alone=_ANNA, anna=100)

    assert await scores.standings(RoundFilter(_HERE)) == [Standing(1, _ANNA, 10, 1, 1)]


async def test_a_week_begins_on_monday_in_utc(store: Store, scores: Scores) -> None:
    monday = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)
    this_week = scores.rounds(Period.WEEK, _HERE, None)
    assert this_week == RoundFilter(_HERE, since=monday)
    await play(store, monday - dt.timedelta(seconds=1), anna=10)
    # Two in the morning of Monday in Seoul is still Sunday in UTC.
    seoul = dt.timezone(dt.timedelta(hours=9))
    await play(store, dt.datetime(2027, 1, 4, 2, tzinfo=seoul), anna=10)
    await play(store, monday, bora=5)

    assert await scores.standings(this_week) == [Standing(1, _BORA, 5, 1, 1)]
    assert [standing.points for standing in await scores.standings(RoundFilter(_HERE))] == [20, 5]
    last_week = scores.rounds(Period.LAST_WEEK, _HERE, None)
    assert await scores.standings(last_week) == [Standing(1, _ANNA, 20, 2, 2)]
    assert scores.rounds(Period.ALL, _HERE, 5) == RoundFilter(_HERE)
    assert scores.rounds(Period.SESSION, _HERE, 5) == RoundFilter(_HERE, session_id=5)


async def test_a_session_has_a_board_of_its_own(store: Store, scores: Scores) -> None:
    one, other = await started(store, 101), await started(store, 102)
    await play(store, _NOW, session_id=one, anna=10)
    await play(store, _NOW, session_id=other, bora=5)
    await play(store, _NOW, chul=5)

    assert await scores.session_in(101) == one
    assert await scores.session_in(100) is None
    assert await scores.standings(RoundFilter(_HERE, session_id=one)) == [
        Standing(1, _ANNA, 10, 1, 1)
    ]
    assert len(await scores.standings(RoundFilter(_HERE))) == 3


async def test_who_stays_off_is_seen_by_nobody_else_and_leaves_no_gap(
    store: Store, scores: Scores
) -> None:
    await play(store, _NOW, anna=10, bora=8, chul=5)
    await scores.set_shown(_BORA, shown=False)

    everybody = [Standing(1, _ANNA, 10, 1, 1), Standing(2, _CHUL, 5, 1, 1)]
    assert await scores.standings(RoundFilter(_HERE)) == everybody
    assert await scores.board(_CHUL, RoundFilter(_HERE)) == Board(
        tuple(everybody), everybody[1], True
    )
    own = Standing(2, _BORA, 8, 1, 1)
    assert await scores.board(_BORA, RoundFilter(_HERE)) == Board(tuple(everybody), own, False)
    assert (await scores.board(_DANA, RoundFilter(_HERE))).own is None

    await scores.set_shown(_BORA, shown=True)
    assert [standing.user_id for standing in await scores.standings(RoundFilter(_HERE))] == [
        _ANNA,
        _BORA,
        _CHUL,
    ]


async def test_ones_own_history_has_every_week_since_the_first(
    store: Store, scores: Scores
) -> None:
    for weeks, server_id, points in ((2, _HERE, 10), (2, _HERE, 0), (0, _ELSEWHERE, 4)):
        await play(store, _NOW - dt.timedelta(weeks=weeks), server_id, anna=points, bora=1)
    await play(store, _NOW - dt.timedelta(weeks=12), anna=50)
    await play(store, None, anna=50)
    await play(store, _NOW, alone=_ANNA, anna=50)

    assert await scores.history(_ANNA) == [
        Week(2026, 52, 10, 1, 2),
        Week(2026, 53, 0, 0, 0),
        Week(2027, 1, 4, 1, 1),
    ]
    assert [week.points for week in await scores.history(_ANNA, _HERE)] == [10, 0, 0]
    assert await scores.history(_DANA) == []


async def test_who_changes_whether_they_are_shown_has_their_sessions_say_so(
    store: Store, scores: Scores
) -> None:
    here, left, ended, others = [await started(store, 101 + n) for n in range(4)]
    async with store.begin() as transaction:
        for session_id, left_at in ((here, None), (left, _NOW), (ended, None)):
            transaction.add(
                Participant(session_id=session_id, user_id=_ANNA, joined_at=_NOW, left_at=left_at)
            )
        transaction.add(Participant(session_id=others, user_id=_BORA, joined_at=_NOW))
        (await transaction.get_one(Session, ended)).ended_at = _NOW

    await scores.set_shown(_ANNA, shown=False)

    async with store.read() as transaction:
        deliveries = await transaction.execute(select(Delivery.kind, Delivery.subject_id))
        assert [tuple(each) for each in deliveries] == [("session", here)]


def test_a_week_is_isos() -> None:
    sunday = dt.datetime(2027, 1, 3, 23, 59, 59, 999_999, tzinfo=dt.UTC)

    assert week_of(sunday) == dt.datetime(2026, 12, 28, tzinfo=dt.UTC)
    assert week_of(sunday + dt.timedelta(microseconds=1)) == dt.datetime(2027, 1, 4, tzinfo=dt.UTC)
    seoul = sunday.astimezone(dt.timezone(dt.timedelta(hours=9)))  # where it is Monday already
    assert week_of(seoul) == week_of(sunday)
