"""The real process against a Discord on this machine, by its gateway and its REST API."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import web

from bot.i18n import speaker
from tests.builders import picture
from tests.load.loopback import Channel, Harm, Loopback, Person, Process
from tests.load.loopback.crowd import Crowd
from tests.load.loopback.people import NotAnsweredError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Server:
    """A study server: `alex` reads English, `minji` reads Korean."""

    discord: Loopback
    process: Process
    channel: Channel
    alex: Person
    minji: Person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(discord: Loopback, process: Process) -> Server:
    discord.patience = 30
    guild = discord.guild("Study")
    channel = guild.channel("grad-cam")
    alex = guild.join(discord.person("alex"))
    minji = guild.join(discord.person("minji", "ko"))
    return Server(discord, process, channel, alex, minji)


async def test_it_connects_and_registers_its_commands(server: Server) -> None:
    commands = {(each["type"], each["name"]) for each in server.discord.rest.commands}

    assert {(1, "explain"), (1, "quiz"), (1, "session"), (3, "Explain")} <= commands
    assert server.discord.gateway.happened["identified"] == 1


async def test_a_command_is_answered_and_its_buttons_work(server: Server) -> None:
    answer = await server.alex.slash(server.channel, "explain", index=7)

    assert "**9**" in answer.text
    (picture, *_) = answer.message.pictures
    assert picture.startswith(b"\x89PNG")

    after = await server.alex.press(answer.message, "step:on")

    assert after.message.id == answer.message.id
    assert "**5**" in after.text
    assert after.message.pictures[0] != picture


async def test_a_korean_reader_is_answered_in_korean_and_privately(server: Server) -> None:
    public = await server.alex.slash(server.channel, "explain", index=7)

    answer = await server.minji.choose(public.message, "layer", "conv2d")

    assert re.search(r"[가-힣].*\*\*9\*\*", answer.text)
    assert answer.is_private
    assert not re.search("[가-힣]", public.text)


async def test_an_option_is_completed(server: Server) -> None:
    answer = await server.alex.autocomplete(server.channel, "explain", "layer", "pool")

    assert [each["value"] for each in answer.choices] == ["max_pooling2d", "max_pooling2d_1"]


async def test_an_uploaded_picture_is_downloaded_and_read(server: Server) -> None:
    answer = await server.minji.upload(server.channel, ("아홉.png", picture(7)))

    assert answer.text.startswith("## 9")
    server.alex.mention(server.channel, "", ("seven.jpg", picture(0, kind="JPEG")))
    server.alex.say(server.alex.dm, "", ("two.png", picture(1)))
    assert (await server.channel.wait_for("^## 7")).pictures
    assert (await server.alex.dm.wait_for("^## 2")).pictures


async def test_nobody_waits_for_the_database_to_be_acknowledged(server: Server) -> None:
    alex, channel, rest = server.alex, server.channel, server.discord.rest
    quiz = await alex.slash(channel, "quiz", seconds=300)
    (vote, *_) = quiz.message.controls
    with closing(sqlite3.connect(server.process.folder / "bot.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = [server.minji.start_press(quiz.message, vote["custom_id"])]
        await asyncio.sleep(0.5)  # now the bot's only connection waits for the lock
        rest.seconds_to_acknowledge = 1.0
        waiting += [
            alex.start(channel, command)
            for command in ("quiz", "session list", "session panel", "session end")
        ]
        waiting.append(alex.start(channel, "session start", topic="Grad-CAM"))
        await asyncio.sleep(1.5)
        other.rollback()
    answers = [await server.discord.wait(each) for each in waiting]
    rest.seconds_to_acknowledge = 3.0

    assert all(each.text for each in answers)


async def test_after_a_cut_it_resumes_and_misses_nothing(server: Server) -> None:
    gateway = server.discord.gateway
    gateway.cut()
    missed = server.alex.start(server.channel, "explain", index=3)
    await server.discord.connected()

    assert (await server.discord.wait(missed)).text
    assert gateway.happened["resumed"] >= 1


async def test_it_comes_through_a_storm_of_reconnects(server: Server) -> None:
    gateway = server.discord.gateway
    for _ in range(5):
        gateway.storm(5)
        gateway.ask_to_reconnect()
        await asyncio.sleep(0.2)
    await server.discord.connected()

    assert (await server.alex.slash(server.channel, "explain", index=5)).text


@contextmanager
def harming(server: Server, harm: Harm) -> Iterator[None]:
    """Do harm in this context; the process is to log no traceback until its end."""
    leaks = len(server.process.leaks)
    server.discord.harm(harm)
    try:
        yield
    finally:
        server.discord.harm()
    assert server.process.leaks[leaks:] == []


@pytest.mark.parametrize("harm", [Harm(fail_after=1), Harm(cut_download=1)], ids=["failed", "cut"])
async def test_a_lost_acknowledgement_leaves_nobody_waiting(server: Server, harm: Harm) -> None:
    discord = server.discord
    for options in ({"index": 7}, {"layer": "none"}):  # deferred, and refused at once
        with harming(server, harm):
            started = server.alex.start(server.channel, "explain", **options)
            while not started.acknowledged:  # noqa: ASYNC110 - the loopback has no event for it
                await asyncio.sleep(0.001)
            discord.harm()
            assert (await discord.wait(started)).text
        assert not started.is_loading


@pytest.mark.parametrize(
    "harm", [Harm(cut_download=1), Harm(duplicate_events=1)], ids=["cut", "twice"]
)
async def test_a_message_is_replied_to_once(server: Server, harm: Harm) -> None:
    guild = server.discord.guild("Other")
    channel, minji = guild.channel("grad-cam"), guild.join(server.minji)
    with harming(server, harm):
        minji.mention(channel, "", ("seven.png", picture(0)))
        await channel.wait_for("^## 7")
        server.discord.harm()
        await server.discord.quiet(2.0)  # longer than discord.py waits before it sends once more

    assert len([each for each in channel.messages if each.is_by_bot]) == 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize("harm", ["fail_before", "fail_after", "cut_download", "cut_upload"])
async def test_a_follow_up_whose_answer_is_lost_is_sent_once(
    server: Server, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The placeholder before it is deleted without complaint, also if that was done already."""
    guild, harmed = server.discord.guild("Third"), set[tuple[str, str]]()
    channel = guild.channel("grad-cam")
    alex, minji = guild.join(server.alex), guild.join(server.minji)

    def does_once(kind: str, request: web.Request) -> bool:
        asked = request.method, request.match_info.get("token", "")
        of = server.discord.ledger.by_token(asked[1])
        if of is None or of.channel_id != channel.id or "/webhooks/" not in request.path:
            return False
        if kind != harm or asked in harmed or request.method not in {"POST", "DELETE"}:
            return False
        harmed.add(asked)
        return True

    monkeypatch.setattr(server.discord.rest, "_does", does_once)
    quiz = await alex.slash(channel, "quiz", seconds=300)  # the host's controls follow
    refused = await minji.slash(channel, "quiz")  # a round is open: said to her alone
    await server.discord.quiet(4.0)  # longer than the bot waits before it sends once more

    assert [method for method, _ in sorted(harmed)] == ["DELETE", "POST", "POST"]
    _, controls = quiz.messages
    (told,) = refused.messages
    assert controls.is_private
    assert told.is_private
    assert told.text == speaker("ko")("quiz.under_way")
    assert "cannot be told" not in server.process.log


async def test_a_command_that_comes_twice_is_run_once(server: Server) -> None:
    with harming(server, Harm(duplicate_events=1)):
        answer = await server.alex.slash(server.channel, "explain", index=7)
        after = await server.alex.press(answer.message, "step:on")
        await server.discord.quiet()

    assert answer.interaction.errors == after.interaction.errors == []


async def test_what_cannot_be_answered_is_logged_in_a_line(server: Server) -> None:
    alex, channel, discord = server.alex, server.channel, server.discord
    with harming(server, Harm(expire=1)):
        unanswered = [alex.start(channel, "explain", index=7)]
        with pytest.raises(NotAnsweredError):
            await alex.autocomplete(channel, "explain", "layer", "pool")
        discord.harm()
        unanswered.append(alex.start(channel, "explain", index=7))
        unanswered[-1].acknowledged = unanswered[-1].created  # by another process
        while not all(each.errors for each in unanswered):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        await discord.quiet()

    assert server.process.log.count("cannot be answered") >= 2
    assert "Choices came too late" in server.process.log
    assert unanswered[-1].shown == []
    for each in unanswered:
        each.lose()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("harm", [Harm(), Harm.of_everything(share=0.005)], ids=["", "harm"])
async def test_a_crowd_is_answered_each_once(server: Server, harm: Harm, thorough: bool) -> None:
    count = 100 if thorough else 50
    discord, process = server.discord, server.process
    crowd = Crowd(discord, people=20, servers=4)
    await discord.quiet()
    before, leaks = discord.ledger.counts(), len(process.leaks)
    discord.harm(harm)
    async for _ in crowd.act(interactions=count, at_once=20):
        pass
    discord.harm()
    assert await crowd.ask_everywhere() < 10  # seconds

    counts = discord.ledger.counts() - before
    assert counts["sent"] == count + 4
    assert counts["unanswered"] == 0, discord.ledger.errors
    if harm == Harm():
        assert counts["answered"] == count + 4
        assert counts["duplicates"] == 0, discord.ledger.duplicates
        assert process.leaks[leaks:] == []
    assert discord.ledger.acknowledgements()[-1] < 3
    assert process.is_running
    assert discord.token not in process.log
    answer = await server.alex.slash(server.channel, "explain", index=7)
    assert "**9**" in answer.text
