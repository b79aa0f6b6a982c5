"""Votes are counted once, and points given once, whoever asks how often at the same time."""

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator, Awaitable

import pytest
from sqlalchemy import URL, select
from sqlalchemy.exc import IntegrityError

from bot.quiz.question import QuizQuestion, Round, Venue
from bot.quiz.rounds import SECONDS, Rounds
from bot.quiz.scoring import GRACE
from bot.runtime.errors import UserError
from bot.runtime.shards import Shards
from bot.store import Store
from bot.store.models import Delivery, DeliveryKind, Person, Vote

_NOW = dt.datetime(2030, 1, 1, 20, tzinfo=dt.UTC)
_ANNA, _BORA, _CHUL = 2**62, 2**62 + 1, 2**62 + 2
_HERE = Venue(server_id=7, channel_id=70)
_NINE = QuizQuestion("heat", 7, 9, 9, "conv2d_1", "9", "9", 1)
_HEAT = (0.0, 0.1, 0.0, 0.25, 0.0, 0.05, 0.1, 0.5, 0.0)
_BET = QuizQuestion("bet", 7, 9, 9, "max_pooling2d_1", "9@8", "9", 1, _HEAT)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = _NOW

    def __call__(self) -> dt.datetime:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rounds(store: Store, clock: Clock) -> Rounds:
    return Rounds(store, clock)


@pytest.fixture
async def other(url: URL, clock: Clock) -> AsyncIterator[Rounds]:
    """The same as another process has it: with connections of its own."""
    another = await Store.open(url)
    yield Rounds(another, clock)
    await another.close()


async def begin(
    rounds: Rounds, question: QuizQuestion, venue: Venue = _HERE, seconds: int = SECONDS
) -> Round:
    """Open a round whose message Discord takes at once."""
    opened = await rounds.open(question, venue, seconds)
    begun = await rounds.sent(opened.round_id, 1_000 + opened.round_id)
    assert begun is not None
    return begun


async def points(rounds: Rounds, round_id: int) -> dict[int, int]:
    round_ = await rounds.get(round_id)
    assert round_ is not None
    return {result.user_id: result.points for result in round_.results}


async def to_reveal(store: Store) -> list[int]:
    """The rounds whose answers are to be shown."""
    async with store.read() as transaction:
        return list(
            await transaction.scalars(
                select(Delivery.subject_id).where(Delivery.kind == DeliveryKind.REVEAL)
            )
        )


async def test_everybody_who_is_right_scores(rounds: Rounds, clock: Clock) -> None:
    round_ = await begin(rounds, _NINE)
    for user, choice in ((_ANNA, "9"), (_BORA, "4"), (_CHUL, "9")):
        await rounds.vote(round_.round_id, user, choice)
    clock.pass_(45)

    assert await rounds.close(round_.round_id)

    assert await points(rounds, round_.round_id) == {_ANNA: 10, _BORA: 0, _CHUL: 10}


async def test_the_last_vote_counts_and_brings_its_own_time(rounds: Rounds, clock: Clock) -> None:
    round_ = await begin(rounds, _NINE, seconds=65)
    clock.pass_(6)
    await rounds.vote(round_.round_id, _ANNA, "9")
    await rounds.vote(round_.round_id, _BORA, "9")
    clock.pass_(50)
    await rounds.vote(round_.round_id, _BORA, "4")
    await rounds.vote(round_.round_id, _BORA, "9")
    clock.pass_(10)

    await rounds.close(round_.round_id)

    assert await points(rounds, round_.round_id) == {_ANNA: 13, _BORA: 11}


async def test_guessing_at_once_brings_nothing_for_speed(rounds: Rounds, clock: Clock) -> None:
    round_ = await begin(rounds, _NINE)
    clock.pass_(GRACE.total_seconds() - 0.001)
    await rounds.vote(round_.round_id, _ANNA, "9")
    clock.pass_(0.001)
    await rounds.vote(round_.round_id, _BORA, "9")

    await rounds.close(round_.round_id)

    assert await points(rounds, round_.round_id) == {_ANNA: 10, _BORA: 13}


async def test_a_late_vote_is_refused_even_before_the_round_is_closed(
    rounds: Rounds, clock: Clock
) -> None:
    round_ = await begin(rounds, _NINE, seconds=30)
    await rounds.vote(round_.round_id, _ANNA, "4")
    clock.pass_(30)

    with pytest.raises(UserError, match=r"quiz\.late"):
        await rounds.vote(round_.round_id, _ANNA, "9")
    with pytest.raises(UserError, match=r"quiz\.late"):
        await rounds.require_open(round_.round_id, _ANNA)
    await rounds.close(round_.round_id)

    assert await points(rounds, round_.round_id) == {_ANNA: 0}


async def test_a_closed_round_takes_no_vote_though_its_time_is_not_over(rounds: Rounds) -> None:
    round_ = await begin(rounds, _NINE)
    await rounds.close(round_.round_id)

    with pytest.raises(UserError, match=r"quiz\.late"):
        await rounds.vote(round_.round_id, _ANNA, "9")


async def test_a_choice_that_there_is_not_is_no_vote(rounds: Rounds) -> None:
    round_ = await begin(rounds, _NINE)

    with pytest.raises(ValueError, match="has no choice"):
        await rounds.vote(round_.round_id, _ANNA, "11")


async def test_being_right_in_the_rounds_before_adds_up_to_three(
    rounds: Rounds, clock: Clock
) -> None:
    brought = []
    for right in (True, True, True, True, True, False, True):
        round_ = await begin(rounds, _NINE)
        await rounds.vote(round_.round_id, _ANNA, "9" if right else "4")
        clock.pass_(60)
        await rounds.close(round_.round_id)
        brought.append((await points(rounds, round_.round_id))[_ANNA])

    assert brought == [10, 11, 12, 13, 13, 0, 10]


async def test_a_streak_is_of_its_channel_and_a_round_left_out_ends_it(
    rounds: Rounds, clock: Clock
) -> None:
    for place, voters in ((70, (_ANNA, _BORA)), (70, (_BORA,)), (71, (_BORA,)), (70, (_ANNA,))):
        round_ = await begin(rounds, _NINE, Venue(7, place))
        for voter in voters:
            await rounds.vote(round_.round_id, voter, "9")
        clock.pass_(60)
        await rounds.close(round_.round_id)
        last = await points(rounds, round_.round_id)

        if place == 71:
            assert last == {_BORA: 10}
    assert last == {_ANNA: 10}


async def test_a_bet_brings_half_for_the_digit_and_half_by_the_heat(
    rounds: Rounds, clock: Clock
) -> None:
    round_ = await begin(rounds, _BET)
    bets = ("9@8", "9@4", "9@2", "4@8", "4@1")
    for user, bet in enumerate(bets, start=_ANNA):
        await rounds.vote(round_.round_id, user, bet)
    clock.pass_(60)

    await rounds.close(round_.round_id)

    done = await rounds.get(round_.round_id)
    assert done is not None
    by_bet = {result.choice: (result.points, result.right) for result in done.results}
    assert by_bet == {
        "9@8": (10, True),
        "9@4": (7, True),
        "9@2": (6, False),
        "4@8": (5, False),
        "4@1": (0, False),
    }


async def test_two_processes_close_a_round_once(
    rounds: Rounds, other: Rounds, clock: Clock
) -> None:
    round_ = await begin(rounds, _NINE)
    await rounds.vote(round_.round_id, _ANNA, "9")
    clock.pass_(60)

    closed = await asyncio.gather(*(each.close(round_.round_id) for each in (rounds, other) * 5))

    assert sorted(closed) == [False] * 9 + [True]
    assert await points(other, round_.round_id) == {_ANNA: 10}


async def test_a_process_closes_the_rounds_of_its_own_servers(store: Store, clock: Clock) -> None:
    processes = [Rounds(store, clock, Shards(frozenset({shard}), 2)) for shard in range(2)]
    there = await begin(processes[0], _NINE, Venue(1 << 22, 1))
    here, private = [
        (await begin(processes[1], _NINE, venue, seconds=60)).round_id
        for venue in (Venue(1, 2), Venue(None, 3))
    ]
    unsent = await processes[1].open(_NINE, Venue(1, 4))
    first, second = [await each.next_due() for each in processes]
    assert (first, second) == (
        clock() + dt.timedelta(seconds=60),
        clock() + dt.timedelta(seconds=45),
    )
    clock.pass_(600)

    await processes[0].close_due()

    assert await to_reveal(store) == [here, private]
    assert await processes[0].get(unsent.round_id) is None
    assert await processes[0].next_due() is None
    assert await processes[1].next_due() == there.closes_at


async def test_one_round_at_a_time_is_open_in_a_channel(rounds: Rounds, other: Rounds) -> None:
    opened = await asyncio.gather(
        *(each.open(_NINE, _HERE) for each in (rounds, other) * 3), return_exceptions=True
    )

    refused = [each for each in opened if isinstance(each, UserError)]
    assert len(refused) == 5
    assert {each.key for each in refused} == {"quiz.under_way"}
    await begin(rounds, _NINE, Venue(7, 71))  # another channel is free


async def test_after_a_restart_it_is_the_same_round(
    rounds: Rounds, other: Rounds, store: Store, clock: Clock
) -> None:
    round_ = await rounds.open(_BET, Venue(7, 70, language="ko"))
    await rounds.sent(round_.round_id, 700)
    await rounds.vote(round_.round_id, _ANNA, "9@8")

    again = await other.get(round_.round_id)

    assert again is not None
    assert again.question == _BET
    assert again.venue == round_.venue
    assert (again.message_id, again.opened_at, again.closes_at) == (700, _NOW, round_.closes_at)
    assert await other.next_due() == round_.closes_at
    clock.pass_(45)
    await other.close_due()
    assert await to_reveal(store) == [round_.round_id]
    assert await points(other, round_.round_id) == {_ANNA: 10}
    assert await other.next_due() is None


async def test_the_clock_starts_when_discord_has_taken_the_message(
    rounds: Rounds, clock: Clock
) -> None:
    opened = await rounds.open(_NINE, _HERE, seconds=30)
    clock.pass_(100)  # longer than the round is open
    await rounds.close_due()
    await rounds.vote(opened.round_id, _ANNA, "9")

    begun = await rounds.sent(opened.round_id, 700)

    assert begun is not None
    assert (begun.opened_at, begun.closes_at) == (clock(), clock() + dt.timedelta(seconds=30))
    clock.pass_(10)
    await rounds.vote(opened.round_id, _BORA, "9")
    clock.pass_(20)
    await rounds.close_due()
    assert await points(rounds, opened.round_id) == {_ANNA: 10, _BORA: 13}


async def test_only_the_first_report_of_a_sent_message_starts_the_clock(
    rounds: Rounds, clock: Clock
) -> None:
    begun = await begin(rounds, _NINE)
    clock.pass_(10)

    again = await rounds.sent(begun.round_id, 800)

    assert again == begun


async def test_a_round_that_was_never_sent_is_withdrawn(rounds: Rounds, clock: Clock) -> None:
    opened = await rounds.open(_NINE, _HERE)
    due = await rounds.next_due()
    assert due is not None
    assert due <= clock() + dt.timedelta(minutes=5)
    clock.time = due

    await rounds.close_due()

    assert await rounds.get(opened.round_id) is None
    assert await rounds.sent(opened.round_id, 700) is None
    assert await rounds.next_due() is None
    await rounds.open(_NINE, _HERE)


async def test_a_session_that_is_gone_is_not_called_an_open_round(rounds: Rounds) -> None:
    with pytest.raises(IntegrityError):
        await rounds.open(_NINE, Venue(7, 70, session_id=999))


async def test_an_extended_round_closes_later(rounds: Rounds, clock: Clock) -> None:
    begun = await begin(rounds, _NINE, seconds=30)
    clock.pass_(29)
    extended = await rounds.extend(begun.round_id, dt.timedelta(seconds=30))
    assert extended.closes_at == begun.closes_at + dt.timedelta(seconds=30)
    clock.pass_(10)
    await rounds.close_due()
    assert not await rounds.close(begun.round_id, due_only=True)  # it was due when this was planned

    await rounds.vote(begun.round_id, _ANNA, "9")
    clock.pass_(21)
    await rounds.close_due()

    assert await points(rounds, begun.round_id) == {_ANNA: 12}
    with pytest.raises(UserError, match=r"quiz\.closed"):
        await rounds.extend(begun.round_id, dt.timedelta(seconds=30))


async def test_votes_are_counted_before_a_round_closes(rounds: Rounds) -> None:
    begun = await begin(rounds, _NINE)
    for user, choice in ((_ANNA, "9"), (_BORA, "4"), (_ANNA, "3")):
        await rounds.vote(begun.round_id, user, choice)

    assert await rounds.count_votes(begun.round_id) == 2


async def test_a_result_tells_how_its_points_came_about(rounds: Rounds, clock: Clock) -> None:
    for question, choice in ((_NINE, "9"), (_BET, "9@4")):
        begun = await begin(rounds, question)
        clock.pass_(10)
        await rounds.vote(begun.round_id, _ANNA, choice)
        clock.pass_(35)
        await rounds.close_due()

    done = await rounds.get(begun.round_id)

    assert done is not None
    (result,) = done.results
    assert (result.base, result.speed, result.streak, result.points) == (7, 3, 1, 11)


async def test_who_stays_off_scoreboards_is_not_named(rounds: Rounds, store: Store) -> None:
    round_ = await begin(rounds, _NINE)
    for user in (_ANNA, _BORA, _CHUL):
        await rounds.vote(round_.round_id, user, "9")
    async with store.begin() as session:
        session.add(Person(user_id=_ANNA, on_scoreboards=False))
        session.add(Person(user_id=_BORA, on_scoreboards=True))
    await rounds.close(round_.round_id)

    done = await rounds.get(round_.round_id)

    assert done is not None
    assert {each.user_id: each.named for each in done.results} == {
        _ANNA: False,
        _BORA: True,
        _CHUL: True,
    }


async def test_a_review_is_its_owners_alone_and_brings_no_points(
    rounds: Rounds, store: Store
) -> None:
    round_ = await rounds.open(_NINE, _HERE, user_id=_ANNA)
    with pytest.raises(UserError):
        await rounds.vote(round_.round_id, _BORA, "9")
    await rounds.vote(round_.round_id, _ANNA, "9")

    await rounds.close(round_.round_id)

    assert await points(rounds, round_.round_id) == {_ANNA: 0}
    assert await to_reveal(store) == []


async def test_a_review_that_nobody_answered_leaves_nothing(rounds: Rounds, clock: Clock) -> None:
    round_ = await rounds.open(_NINE, _HERE, user_id=_ANNA)
    clock.pass_(60 * 60)

    await rounds.close_due()

    assert await rounds.get(round_.round_id) is None


async def test_digits_that_were_seen_are_known(rounds: Rounds) -> None:
    round_ = await begin(rounds, _NINE)
    await rounds.vote(round_.round_id, _ANNA, "9")

    assert await rounds.seen(_HERE.channel_id) == {7}
    assert await rounds.seen(0, _ANNA) == {7}
    assert await rounds.seen(0, _BORA) == frozenset()


@pytest.mark.sampled(1)
async def test_many_votes_at_once_are_what_they_are_one_after_the_other(
    rounds: Rounds, other: Rounds, store: Store, thorough: bool
) -> None:
    chance = random.Random(6)
    round_ = await begin(rounds, _BET, seconds=60)
    votes = []
    for _ in range(900 if thorough else 180):
        at = round_.opened_at + dt.timedelta(seconds=chance.uniform(0, 66))  # one in ten is late
        bet = f"{chance.choice('4999')}@{chance.choice('1248')}"
        votes.append((chance.randrange(200 if thorough else 40), bet, at))
    votes += chance.sample(votes, len(votes) // 9)
    chance.shuffle(votes)

    def voting(place: int, user: int, bet: str, at: dt.datetime) -> Awaitable[Round]:
        process = (rounds, other)[place % 2]
        return Rounds(process._store, lambda: at).vote(round_.round_id, user, bet)

    done = await asyncio.gather(
        *(voting(place, *each) for place, each in enumerate(votes)),
        return_exceptions=True,
    )
    await asyncio.gather(rounds.close(round_.round_id), other.close(round_.round_id))

    in_time = [vote for vote in votes if vote[2] < round_.closes_at]
    assert len(in_time) < len(votes)
    assert sum(isinstance(each, UserError) for each in done) == len(votes) - len(in_time)
    assert not [
        each for each in done if isinstance(each, Exception) and type(each) is not UserError
    ]
    last = {user: (bet, at) for user, bet, at in sorted(in_time, key=lambda vote: vote[2])}
    async with store.begin() as session:
        stored = list(await session.scalars(select(Vote)))
    assert len(stored) == len(last)
    for vote in stored:
        bet, at = last[vote.user_id]
        assert (vote.choice, vote.voted_at) == (bet, at)
        share = _HEAT[int(bet[2]) - 1]
        expected = (5 if bet[0] == "9" else 0) + round(5 * share / 0.5)
        if bet[0] == "9" and share >= 0.25:
            after = (at - round_.opened_at).total_seconds() - 5
            expected += 0 if after < 0 else 3 - int(3 * after / 55)
        assert vote.points == expected


async def test_while_a_round_closes_each_vote_counts_that_was_taken_and_none_that_was_refused(
    rounds: Rounds, other: Rounds
) -> None:
    round_, chance = await begin(rounds, _NINE), random.Random(9)
    changing, processes = range(0, 200, 4), (rounds, other)
    for user in changing:
        await rounds.vote(round_.round_id, user, "4")

    async def vote(user: int) -> None:
        await asyncio.sleep(chance.uniform(0, 0.05))
        await processes[user % 2].vote(round_.round_id, user, "9")

    async def close(process: Rounds) -> bool:
        await asyncio.sleep(0.025)
        return await process.close(round_.round_id)

    *voted, first, second = await asyncio.gather(
        *map(vote, range(200)), *map(close, processes), return_exceptions=True
    )

    assert {first, second} == {False, True}
    refused = {user for user, error in enumerate(voted) if error is not None}
    assert {error.key for error in voted if isinstance(error, UserError)} <= {"quiz.late"}
    assert all(isinstance(error, UserError | None) for error in voted)
    done = await rounds.get(round_.round_id)
    assert done is not None
    choices = {result.user_id: (result.choice, result.points) for result in done.results}
    counted, left = set(range(200)) - refused, refused & set(changing)
    assert choices == dict.fromkeys(counted, ("9", 10)) | dict.fromkeys(left, ("4", 0))
