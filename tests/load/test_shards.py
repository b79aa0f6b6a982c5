"""Two processes with a shard each and one database: one is killed, and both do their own work."""

import asyncio
import random
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, select

from bot.runtime.clock import utc_now
from bot.runtime.scheduler import Scheduler
from bot.servers.servers import Servers
from bot.sessions.sessions import Sessions
from bot.store import Store
from bot.store.models import DailyDigit, Delivery, Round, Vote
from tests.load.loopback import Answer, Channel, Loopback, Message, Person, Process
from tests.postgresql import PostgreSQL

_SHARDS = 2
_DAILY = "Digit of the day"


@dataclass(frozen=True)
class Place:
    """A server of one shard, and the process that runs the shard."""

    process: Process
    server_id: int
    channel: Channel
    alex: Person


@pytest.mark.slow
@pytest.mark.timeout(3600)  # by the number of kills
async def test_each_does_what_is_due_in_its_own_servers_once_whichever_is_killed(
    postgresql: PostgreSQL, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with AsyncExitStack() as stack:
        url = stack.enter_context(postgresql.database())
        store = await Store.open(url)
        stack.push_async_callback(store.close)
        discord = await stack.enter_async_context(Loopback(shards=_SHARDS))
        discord.patience = 120
        shared = {
            "SHARD_COUNT": str(_SHARDS),
            "DATABASE_URL": url.render_as_string(hide_password=False),
        }
        places = []
        for shard in range(_SHARDS):
            folder = tmp_path / str(shard)
            folder.mkdir()
            process = Process(discord, folder, SHARD_IDS=str(shard), **shared)
            places.append(_place(discord, process, shard))
        starting = [stack.enter_async_context(each.process) for each in places]
        await asyncio.gather(*starting)
        killed, other = places

        threads = [await _start_session(each) for each in places]
        _, vote = await asyncio.gather(_play(killed, seconds=15), _play(other, seconds=20))
        await killed.process.kill()
        servers, sessions = Servers(store), Sessions(store, Scheduler(utc_now))
        for place in places:
            await servers.change(place.server_id, daily_channel_id=place.channel.id, daily_hour=0)
        (study,) = await sessions.open_in_server(killed.server_id)
        await sessions.end(study.session_id)

        # The other one goes on, and leaves alone what is due in a server that is not its own.
        asked = await other.alex.slash(threads[1], "session end")
        await other.alex.press(asked.message, "session_sure")
        await _until(lambda: len(_summaries(threads[1])) == 1)
        await other.channel.wait_for(_DAILY)
        await _until(lambda: re.search("That is right|Not quite", vote.text) is not None)
        await _until_found(store, select(Delivery.subject_id), [study.session_id])
        await _until_found(store, select(DailyDigit.server_id), [other.server_id])
        still_open = select(Round.server_id).where(Round.closed_at.is_(None))
        await _until_found(store, still_open, [killed.server_id])

        await killed.process.start()
        await _until(lambda: len(_summaries(threads[0])) == 1)
        await killed.channel.wait_for(_DAILY)
        unrevealed = select(Round.server_id).where(Round.revealed_at.is_(None))
        await _until_found(store, unrevealed, [])
        rounds = 1

        for _ in range(20 if request.config.getoption("--soak") else 0):
            await asyncio.gather(*(_play(place, seconds=15) for place in places))
            await asyncio.sleep(random.uniform(0, 18))
            place = random.choice(places)
            await place.process.kill()
            await place.process.start()
            await _until_found(store, unrevealed, [])
            rounds += 1

        await discord.quiet()
        for place, thread in zip(places, threads, strict=True):
            shown = [message.text for message in place.channel.messages]
            assert len([each for each in shown if _DAILY in each]) == 1
            assert len(shown) == 1 + rounds + 1  # with the beginning of the thread
            assert len(_summaries(thread)) == 1
        await _until_found(store, select(Delivery.subject_id), [])
        await _until_found(store, select(Vote.user_id).where(Vote.points.is_(None)), [])
        discord.check()
        assert not discord.ledger.duplicates


def _place(discord: Loopback, process: Process, shard: int) -> Place:
    guild = discord.guild("Study")
    while (guild.id >> 22) % _SHARDS != shard:
        guild = discord.guild("Study")
    alex = guild.join(discord.person("alex"), manager=True)
    return Place(process, guild.id, guild.channel("grad-cam"), alex)


async def _start_session(place: Place) -> Channel:
    await place.alex.slash(place.channel, "session start", topic="Heat")
    await _until(lambda: bool(place.channel.threads))
    (thread,) = place.channel.threads
    await thread.wait_for("Heat")
    return thread


def _summaries(thread: Channel) -> list[Message]:
    return [
        message
        for message in thread.messages
        if any(file["filename"].endswith(".md") for file in message.payload["attachments"])
    ]


async def _play(place: Place, *, seconds: int) -> Answer:
    """Start a round and vote in it; return the confirmation, which later tells how the vote did."""
    quiz = await place.alex.slash(place.channel, "quiz", kind="said", seconds=seconds)
    return await place.alex.press(quiz.message, quiz.message.controls[0]["custom_id"])


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while True:
            if condition():
                return
            await asyncio.sleep(0.05)


async def _until_found(store: Store, wanted: Select[Any], values: list[Any]) -> None:
    found = None
    try:
        async with asyncio.timeout(300):  # what was under way is tried again after two minutes
            while found != values:
                async with store.read() as transaction:
                    found = list(await transaction.scalars(wanted))
                await asyncio.sleep(0.05)
    except TimeoutError:
        assert found == values
