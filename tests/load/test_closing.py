"""Many rounds that close at the same time, by several processes, with the same people in them."""

import asyncio
import datetime as dt
import random
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import URL, select

from bot.quiz.question import QuizQuestion, Venue
from bot.quiz.rounds import Rounds
from bot.store import Store
from bot.store.models import ReviewItem, Vote

_NOW = dt.datetime(2030, 1, 1, 20, tzinfo=dt.UTC)
_PEOPLE, _CHANNELS, _PROCESSES = 100, 12, 3
_NINE = QuizQuestion("heat", 7, 9, 9, "conv2d_1", "9", "9", 1)


@pytest.mark.slow
async def test_rounds_about_the_same_are_closed_at_once_and_each_once(url: URL) -> None:
    now = _NOW
    async with AsyncExitStack() as stack:
        stores = [await Store.open(url) for _ in range(_PROCESSES)]
        for store in stores:
            stack.push_async_callback(store.close)
        processes = [Rounds(store, lambda: now) for store in stores]

        async def play(channels: int, chances: str) -> int:
            """Play a round in each channel, and count how often one was said to be closed."""
            nonlocal now
            rounds = [
                await processes[0].open(_NINE, Venue(1, channel)) for channel in range(channels)
            ]
            for round_ in rounds:
                for person in random.sample(range(_PEOPLE), _PEOPLE):
                    await processes[1].vote(round_.round_id, person, random.choice(chances))
            closing = [round_.round_id for round_ in rounds] * _PROCESSES
            random.shuffle(closing)
            closed = await asyncio.gather(
                *(
                    processes[place % _PROCESSES].close(round_id)
                    for place, round_id in enumerate(closing)
                )
            )
            now += dt.timedelta(days=2)  # so that all that was wrong is due
            return sum(closed)

        assert await play(1, "4") == 1
        assert await play(_CHANNELS, "99994") == _CHANNELS

        async with stores[0].begin() as session:
            votes = list(await session.scalars(select(Vote).where(Vote.round_id > 1)))
            items = list(await session.scalars(select(ReviewItem)))
    assert len(votes) == _CHANNELS * _PEOPLE
    for vote in votes:
        assert vote.right == (vote.choice == "9")
        assert vote.points == (10 if vote.right else 0)
    wrong = {vote.user_id for vote in votes if not vote.right}
    assert wrong <= {item.user_id for item in items} <= set(range(_PEOPLE))
