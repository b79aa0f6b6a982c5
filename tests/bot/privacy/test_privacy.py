"""What is kept of a person can be seen, taken along and report, wherever it is."""

import datetime as dt
import json

import pytest
from sqlalchemy import BigInteger, select, update

from bot.privacy.privacy import DeletionReport, Privacy, personal_columns
from bot.scores.scores import RoundFilter, Scores
from bot.store import Store
from bot.store.models import Base, Delivery, Participant, Round, Session, Vote
from tests.bot.filled import fill, found, sizes

_NOW = dt.datetime(2027, 1, 6, 20, tzinfo=dt.UTC)
_ME, _OTHER, _THIRD = 2**62 + 1, 2**62 + 2, 2**62 + 3

# Ids of Discord's that are nobody's: those of places, of messages and of roles.
_OF_NOBODY = {
    "server_id",
    "channel_id",
    "subject_id",
    "daily_channel_id",
    "thread_id",
    "role_id",
    "message_id",
    "panel_id",
    "step_id",
    "summary_id",
}


@pytest.fixture
def privacy(store: Store) -> Privacy:
    return Privacy(store, lambda: _NOW)


async def test_all_of_a_person_is_exported_and_nothing_of_others(
    store: Store, privacy: Privacy
) -> None:
    await fill(store, user_id=_ME)
    await fill(store, user_id=_OTHER)
    places = await found(store, _ME)
    assert places == {(table.name, column) for table, column in personal_columns()}

    exported = json.loads(json.dumps(await privacy.export(_ME)))

    assert exported["user_id"] == str(_ME)
    assert exported["exported_at"] == "2027-01-06T20:00:00+00:00"
    assert set(exported["kept"]) == {table for table, _ in places}
    for table, rows in exported["kept"].items():
        (row,) = rows
        assert set(row) == set(Base.metadata.tables[table].c.keys())
        assert row.get("user_id", row.get("host_id")) == str(_ME)
    assert str(_OTHER) not in json.dumps(exported)
    assert await privacy.count(_ME) == dict.fromkeys(exported["kept"], 1)


async def test_the_answer_of_an_open_question_is_not_exported(
    store: Store, privacy: Privacy
) -> None:
    await fill(store, user_id=_ME)
    async with store.begin() as session:
        await session.execute(update(Round).values(closed_at=None))

    exported = await privacy.export(_ME)

    assert [row["question"] for row in exported["kept"]["rounds"]] == [None]


async def test_deletion_leaves_nothing_of_a_person_and_all_of_others(
    store: Store, privacy: Privacy
) -> None:
    await fill(store, user_id=_ME)
    await fill(store, user_id=_OTHER)
    others = await found(store, _OTHER)
    before = await sizes(store)

    report = await privacy.delete(_ME)

    assert await found(store, _ME) == set()
    assert await found(store, _OTHER) == others
    assert await privacy.count(_ME) == {}
    assert (await privacy.export(_ME))["kept"] == {}
    deleted = {table.name for table, column in personal_columns() if column == "user_id"}
    expected = {name: size - (name in deleted) for name, size in before.items()}
    expected["deliveries"] += report.ended  # their sessions show that they have left
    assert await sizes(store) == expected
    assert await privacy.delete(_ME) == DeletionReport(0, 0)


def test_every_id_in_the_tables_is_known_to_be_a_persons_or_nobodys() -> None:
    named = {
        column.name
        for table in Base.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, BigInteger) or column.name.endswith(("user", "person"))
    }

    assert named - {"user_id", "host_id"} == _OF_NOBODY


async def hosted(store: Store, *participants: int, ended: bool = False) -> int:
    """A session of mine, in which people have taken part, one after the other."""
    async with store.begin() as session:
        made = Session(
            server_id=7,
            channel_id=1,
            host_id=_ME,
            topic="An evening with me",
            started_at=_NOW,
            ended_at=_NOW if ended else None,
        )
        session.add(made)
        await session.flush()
        for minutes, user_id in enumerate(participants):
            joined_at = _NOW + dt.timedelta(minutes=minutes)
            session.add(
                Participant(session_id=made.session_id, user_id=user_id, joined_at=joined_at)
            )
        return made.session_id


async def test_a_session_under_way_is_handed_to_who_has_been_there_longest(
    store: Store, privacy: Privacy
) -> None:
    led = await hosted(store, _ME, _OTHER, _THIRD)
    alone = await hosted(store, _ME)
    left = await hosted(store, _ME, _OTHER, _THIRD)
    over = await hosted(store, _ME, _OTHER, ended=True)
    async with store.begin() as session:
        gone = await session.get_one(Participant, (left, _OTHER))
        gone.left_at = _NOW

    report = await privacy.delete(_ME)

    assert report == DeletionReport(handed_over=2, ended=1)
    async with store.begin() as session:
        enqueued = select(Delivery.subject_id).where(Delivery.kind == "session")
        assert set(await session.scalars(enqueued)) == {led, alone, left}
        hosts = {
            each.session_id: (each.host_id, each.ended_at, each.topic)
            for each in await session.scalars(select(Session))
        }
    assert hosts == {
        led: (_OTHER, None, "–"),
        alone: (0, _NOW, "–"),
        left: (_THIRD, None, "–"),
        over: (0, _NOW, "–"),
    }


async def test_scores_of_others_stay_as_they_are(store: Store, privacy: Privacy) -> None:
    session_id = await hosted(store, _ME, _OTHER, _THIRD)
    async with store.begin() as session:
        asked = Round(
            server_id=7,
            channel_id=1,
            session_id=session_id,
            kind="said",
            question={},
            opened_at=_NOW,
            closes_at=_NOW,
            closed_at=_NOW,
        )
        session.add(asked)
        await session.flush()
        for user_id, points in ((_ME, 10), (_OTHER, 7), (_THIRD, 0)):
            session.add(
                Vote(
                    round_id=asked.round_id,
                    user_id=user_id,
                    choice="1",
                    voted_at=_NOW,
                    points=points,
                    right=points > 0,
                )
            )
    scores = Scores(store, lambda: _NOW)
    before = await scores.standings(RoundFilter(7, session_id))

    await privacy.delete(_ME)

    after = await scores.standings(RoundFilter(7, session_id))
    assert [(each.user_id, each.points) for each in after] == [
        (each.user_id, each.points) for each in before[1:]
    ]
    assert [each.rank for each in after] == [1, 2]
