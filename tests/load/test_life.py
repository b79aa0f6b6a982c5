"""How the process begins and ends, and what it tells while it runs."""

import asyncio
import json
import re
import signal
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.i18n import speaker
from tests.builders import picture
from tests.load.loopback import Loopback, Person, Process
from tests.load.loopback.crowd import Crowd

_CANARY = "zwitscher"


async def test_it_ends_after_its_answers_and_logs_nothing_private(tmp_path: Path) -> None:
    port = unused_port()
    options = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "METRICS_PORT": str(port)}
    async with Loopback() as discord, aiohttp.ClientSession() as http:
        process = Process(discord, tmp_path, **options)
        guild = discord.guild("Study")
        channel = guild.channel("grad-cam")
        alex = guild.join(discord.person("alex"))
        minji = guild.join(discord.person("minji", "ko"), manager=True)
        early = asyncio.create_task(_write_early(discord, minji))
        async with process:
            await early
            await alex.upload(channel, (f"{_CANARY}.png", picture(7)))
            await minji.slash(channel, "session start", topic=f"{_CANARY} heute")
            alex.mention(channel, f"{_CANARY} {_CANARY}", (f"{_CANARY}.png", picture(7)))
            await channel.wait_for("^## 9")
            await _until_ready(http, f"http://127.0.0.1:{port}/readyz")
            async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
                metrics = await response.text()
            for expected in (
                'gradcam_stage_seconds_count{stage="acknowledge"}',
                'gradcam_stage_seconds_count{stage="read"}',
                'gradcam_stage_seconds_count{stage="send"}',
                'gradcam_interactions_total{command="explain",outcome="answered"} 1.0',
                'gradcam_gateway_connected{shard="0"} 1.0',
                "gradcam_sessions_open 1.0",
            ):
                assert expected in metrics
            before = [
                alex.start(channel, "explain", index=index, method="rise") for index in range(4)
            ]
            while not all(each.acknowledged for each in before):  # noqa: ASYNC110 - the loopback has no event for it
                await asyncio.sleep(0.01)
            assert process._process is not None
            process._process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.1)
            late = minji.start(channel, "explain", index=9)

            async with asyncio.timeout(11):  # ten seconds, by the bot's promise
                assert await process._process.wait() == 0
            for each in before:
                text = (await discord.wait(each)).text
                assert "reads a" in text or speaker("en")("notice.late") in text
            assert speaker("ko")("notice.late") in (await discord.wait(late)).text
        discord.check()
    lines = [json.loads(line) for line in process.log.splitlines() if line.startswith("{")]
    assert "Ready" in {line["event"] for line in lines}
    assert {"explain", "session start"} <= {line.get("command") for line in lines}
    assert discord.token not in process.log
    assert _CANARY not in process.log
    assert not process.leaks


@pytest.mark.slow
async def test_it_classifies_the_test_digits_before_anybody_plays(tmp_path: Path) -> None:
    port, metrics = unused_port(), ""
    async with (
        Loopback() as discord,
        aiohttp.ClientSession() as http,
        Process(discord, tmp_path, METRICS_PORT=str(port)),
        asyncio.timeout(30),
    ):
        while 'gradcam_stage_seconds_count{stage="draw"} 1.0' not in metrics:
            await asyncio.sleep(0.1)
            async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
                metrics = await response.text()


async def _until_ready(http: aiohttp.ClientSession, address: str) -> None:
    """Wait for discord.py, which looks for more servers for two seconds after the last one."""
    async with asyncio.timeout(10):
        while True:
            async with http.get(address) as response:
                ready, told = response.status == 200, await response.json()
            assert ready == all(told.values())
            if ready:
                return
            await asyncio.sleep(0.1)


async def _write_early(discord: Loopback, person: Person) -> None:
    """Send the bot a picture while its networks load."""
    await discord.connected()
    person.say(person.dm, f"{_CANARY} 안녕", (f"{_CANARY}.png", picture(7)))
    await person.dm.wait_for(re.escape(speaker("ko")("notice.early")))


@pytest.mark.slow
async def test_a_crowd_is_answered_or_asked_to_try_again_when_it_is_told_to_end(
    tmp_path: Path,
) -> None:
    async with Loopback() as discord:
        crowd = Crowd(discord, people=60, servers=8)
        async with Process(discord, tmp_path) as process:
            acting = asyncio.create_task(crowd.act_for_ever(at_once=60))
            while discord.ledger.counts()["answered"] < 60:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
            async with asyncio.timeout(11):
                assert await process.end() == 0
            acting.cancel()
            await asyncio.wait({acting})
        accepted = [each for each in discord.ledger.interactions.values() if each.acknowledged]
        assert [each.label for each in accepted if not each.answered or each.is_loading] == []
        assert process.leaks == []
        discord.check()
