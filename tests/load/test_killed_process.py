"""The real process, killed again and again under load: what it has confirmed is kept."""

import asyncio
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.load.loopback import Channel, Loopback, Person, Process
from tests.load.loopback.crowd import Crowd
from tests.load.loopback.people import NotAnsweredError
from tests.load.loopback.world import Payload
from tests.load.test_killed_session import check

_KILLS, _CHANNELS, _VOTERS = 20, 4, 5
_LONGEST = 10.0  # seconds of play between two kills
_SECONDS = 15  # of a round

Votes = dict[tuple[int, int], str]
"""What was chosen, by round and person; empty if that was not confirmed."""


@pytest.mark.timeout(3600)
async def test_what_it_has_confirmed_outlasts_it(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--soak"):
        pytest.skip("takes minutes")
    votes: Votes = {}
    async with Loopback() as discord:
        guild = discord.guild("Study")
        channels = [guild.channel(f"quiz-{number}") for number in range(_CHANNELS)]
        host = guild.join(discord.person("host"), manager=True)
        voters = [guild.join(discord.person(f"voter{each}")) for each in range(_VOTERS)]
        crowd = Crowd(discord, people=20, servers=4)
        process = Process(discord, tmp_path)
        for _ in range(_KILLS):
            await process.start()
            playing = [
                asyncio.create_task(_play_for_ever(host, voters, each, votes)) for each in channels
            ]
            playing.append(asyncio.create_task(crowd.act_for_ever(at_once=20)))
            await asyncio.sleep(random.uniform(0, _LONGEST))
            await process.kill()
            for task in playing:
                task.cancel()
            await asyncio.wait(playing)
            assert not any(not task.cancelled() and task.exception() for task in playing)
            check(tmp_path / "bot.sqlite3")
        async with process:
            for channel in list(channels):
                for thread in channel.threads:
                    answer = await host.slash(thread, "session end")
                    if answer.message.controls:  # else it was killed before it was the session's
                        await host.press(answer.message, "session_sure")
            async with asyncio.timeout(300):
                while _waiting(tmp_path / "bot.sqlite3"):  # noqa: ASYNC110 - another process's
                    await asyncio.sleep(0.5)
            await discord.quiet()
            assert (await host.slash(channels[0], "explain", index=7)).text
        check(tmp_path / "bot.sqlite3")
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as store:
            scored = store.execute("SELECT round_id, user_id, choice FROM votes WHERE points >= 0")
            kept = {(round_id, user_id): choice for round_id, user_id, choice in scored}
            threads = store.execute("SELECT thread_id FROM sessions WHERE summary_id > 0")
            summarised = [thread for (thread,) in threads]
    confirmed = {place: choice for place, choice in votes.items() if choice}
    assert len(confirmed) > _KILLS
    assert {place: kept.get(place) for place in confirmed} == confirmed
    assert len(summarised) > _KILLS / 2
    for thread in summarised:
        files = [
            file["filename"]
            for message in discord.world.messages[thread].values()
            for file in message["attachments"]
        ]
        assert len([name for name in files if name.endswith(".md")]) == 1, files


async def _play_for_ever(
    host: Person, voters: list[Person], channel: Channel, votes: Votes
) -> None:
    while True:
        with suppress(NotAnsweredError):
            await _play(host, voters, channel, votes)


async def _play(host: Person, voters: list[Person], channel: Channel, votes: Votes) -> None:
    """Vote in the newest round, each once; what is not confirmed is noted as an empty choice."""
    await host.slash(channel, "quiz", seconds=_SECONDS, kind="said")
    for person in voters:
        choice = random.choice(_choices(channel))
        _, number, chosen, _ = choice["custom_id"].split(":")
        place = int(number), person.id
        if place not in votes:
            votes[place] = ""
            question = next(each for each in channel.messages if choice in each.controls)
            if "Your answer" in (await person.press(question, choice["custom_id"])).text:
                votes[place] = chosen
    await host.slash(channel, "session start", topic="Grad-CAM")


def _choices(channel: Channel) -> list[Payload]:
    for message in reversed(channel.messages):
        if found := [each for each in message.controls if each["custom_id"].startswith("vote:")]:
            return found
    raise NotAnsweredError("there is no round yet")


def _waiting(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as store:
        rounds = store.execute("SELECT count(*) FROM rounds WHERE closed_at IS NULL").fetchone()
        deliveries = store.execute("SELECT count(*) FROM deliveries").fetchone()
    return bool(rounds[0] or deliveries[0])
