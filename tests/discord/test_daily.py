"""The digit of the day, in a channel."""

import asyncio
import io
import json
from typing import Any

import discord
import pytest
from PIL import Image
from sqlalchemy import select

from bot.daily.daily import DailyProblem
from bot.i18n import speaker
from bot.store.models import DailyDigit
from core.dataset import DigitSet
from tests.discord.conftest import Server
from tests.discord.looking import alt_texts, answer, control, pictures, text

_HOUR, _DAY = 3600, 24 * 3600


async def until(server: Server, hour: int) -> None:
    """Let time pass until it is that hour for the next time, and what is due be done."""
    now = server.bot.now()
    passed = (hour - now.hour) * _HOUR - now.minute * 60 - now.second
    await server.env.advance_time(passed % _DAY or _DAY)
    await due(server)


async def due(server: Server) -> None:
    server.bot.scheduler.wake()
    await server.env.settle()


async def next_day(server: Server) -> None:
    await server.env.advance_time(_DAY)
    await due(server)


async def rows(server: Server) -> list[DailyDigit]:
    async with server.bot.store.begin() as session:
        return list(await session.scalars(select(DailyDigit).order_by(DailyDigit.day)))


@pytest.fixture
async def chosen(server: Server) -> None:
    """The server wants its digit at nine."""
    await until(server, 8)
    await server.bot.servers.change(server.alex.guild.id, daily_channel_id=server.channel.id)
    server.bot.scheduler.wake()


pytestmark = pytest.mark.usefixtures("chosen")


async def test_a_question_today_and_its_answer_beside_tomorrows(
    server: Server, digits: DigitSet
) -> None:
    await server.env.advance_time(_HOUR - 1)
    assert server.channel.history() == []
    await server.env.advance_time(1)

    (question,) = server.channel.history()
    (row,) = await rows(server)
    label = int(digits.labels[row.digit])
    assert row.message_id == question.id
    assert "## Digit of the day\n## 오늘의 숫자" in text(question)
    assert ("misread" in text(question)) != ("only just" in text(question))
    (alt,) = alt_texts(question)
    assert "light on black" in alt
    assert "검은 바탕" in alt
    # Nothing tells the answer, nor where it could be looked up.
    said = [request.json for request in server.env.http_requests if request.json][-1]
    shown = text(question).replace("28", "") + alt
    assert str(label) not in shown
    assert str(row.digit) not in json.dumps(said["components"]).replace(str(question.id), "")
    (picture,) = await pictures(server.bot, question)
    assert not Image.open(io.BytesIO(picture)).getexif()

    await next_day(server)

    (_, second) = sorted(server.channel.history(), key=lambda message: message.id)
    words = text(second)
    assert "### Yesterday's answer\n" in words
    assert "### 어제 숫자의 답\n" in words
    assert f"Test digit {row.digit} is {'an' if label == 8 else 'a'} **{label}**." in words
    assert f"정답은 **{label}**{'예요' if label in {2, 4, 5, 9} else '이에요'}." in words
    assert len(await pictures(server.bot, second)) == 2

    closer = await server.minji.click(second, custom_id=control(second, "daily"))
    assert closer.ephemeral
    assert f"테스트 데이터 {row.digit}번" in text(closer.response)


async def test_it_is_sent_once_a_day_also_over_restarts(server: Server) -> None:
    await until(server, 9)
    await server.restart()
    await due(server)
    await server.env.advance_time(_HOUR)
    await due(server)

    assert len(server.channel.history()) == 1


async def test_a_crash_before_sending_is_made_up_for(server: Server) -> None:
    await server.bot.scheduler.close()
    await server.env.advance_time(_HOUR)
    await server.bot.daily.run()  # draws the digit, and nothing sends it
    assert server.channel.history() == []

    await server.restart()
    await due(server)

    (question,) = server.channel.history()
    assert [row.message_id for row in await rows(server)] == [question.id]


async def test_a_crash_after_sending_sends_nothing_twice(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise RuntimeError("the process ends here")

    monkeypatch.setattr(server.bot.daily, "sent", crash)
    await until(server, 9)
    (question,) = server.channel.history()
    assert [row.message_id for row in await rows(server)] == [None]

    await server.restart()
    await server.env.advance_time(120)
    await due(server)

    assert server.channel.history() == [question]
    assert [row.message_id for row in await rows(server)] == [question.id]


async def test_the_servers_language_is_spoken(server: Server) -> None:
    await server.bot.servers.change(server.alex.guild.id, language="ko")
    await until(server, 9)
    await next_day(server)

    assert len(server.channel.history()) == 2
    for message in server.channel.history():
        for words in (text(message), *alt_texts(message)):
            for line in words.splitlines():
                assert any("가" <= letter <= "힣" for letter in line), line


async def test_a_channel_that_is_gone_is_survived_and_told_and_the_next_one_is_tried_at_once(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    guild = server.alex.guild
    await server.bot.servers.change(guild.id, daily_channel_id=12345)
    await until(server, 9)

    assert await server.bot.daily.problem(guild.id) is DailyProblem.GONE
    assert f"daily {guild.id} failed: 404" in caplog.text
    role = guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    maya = guild.add_member(server.env.create_user("maya"), roles=[role])
    shown = answer(await maya.slash(server.channel, "settings"))
    assert speaker("en")("settings.daily_gone") in text(shown)
    await maya.select(shown, [server.elsewhere], custom_id=control(shown, "settings_channel"))
    assert len(server.elsewhere.history()) == 1
    assert await server.bot.daily.problem(guild.id) is None


async def test_a_channel_that_is_forbidden_and_discord_out_of_order_hold_nobody_up(
    server: Server,
) -> None:
    guild = server.alex.guild
    silent = guild.create_text_channel(
        "silent", overwrites={guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    )
    other, third = (server.env.create_guild(name) for name in ("Other", "Third"))
    there, refused = (each.create_text_channel("digits") for each in (other, third))
    server.env.inject_error("POST", f"/channels/{refused.id}/messages", status=400)
    for server_id, channel in ((guild.id, silent), (third.id, refused), (other.id, there)):
        await server.bot.servers.change(server_id, daily_channel_id=channel.id)

    await until(server, 9)

    assert await server.bot.daily.problem(guild.id) is DailyProblem.FORBIDDEN
    assert await server.bot.daily.problem(third.id) is DailyProblem.FAILED
    assert len(there.history()) == 1
    assert refused.history() == []

    await server.env.advance_time(30)
    await due(server)
    assert len(refused.history()) == 1
    assert await server.bot.daily.problem(third.id) is None
    assert (len(there.history()), len(silent.history())) == (1, 0)

    await server.env.advance_time(60 * 60)
    server.env.backend.delete_overwrite(silent.id, guild.default_role.id)
    await due(server)
    assert (len(there.history()), len(silent.history())) == (1, 1)


async def test_a_slow_channel_delays_nobody_else(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = server.env.create_guild("Other")
    there = other.create_text_channel("digits")
    await server.bot.servers.change(other.id, daily_channel_id=there.id)
    slow = asyncio.Event()
    send = discord.PartialMessageable.send

    async def hesitating(channel: discord.PartialMessageable, **message: Any) -> discord.Message:
        if channel.id == server.channel.id:
            await server.env.external_wait(slow.wait(), reason="Discord is slow")
        return await send(channel, **message)

    monkeypatch.setattr(discord.PartialMessageable, "send", hesitating)
    await until(server, 9)

    assert (len(server.channel.history()), len(there.history())) == (0, 1)
    slow.set()
    await due(server)
    assert (len(server.channel.history()), len(there.history())) == (1, 1)
