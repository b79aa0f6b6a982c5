"""A database and messages that version 0.1 has made, taken over by this one.

`tests/data/database-0.1.sql` is the dump of a study server's database. In it are a session under
way, one that ended before it was summed up, and a round that nobody has closed.
`tests/data/controls-0.1.json` has every control that 0.1 has sent in that server, in each of its
states. In both, names in angle brackets stand for Discord's ids.
"""

import asyncio
import json
import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from discord.ui import ActionRow, Container, LayoutView, Section, TextDisplay, Thumbnail
from sqlalchemy import make_url, select

from bot.lessons.illustrations import write_own
from bot.store.models import Delivery
from core.dataset import test_digit as digit_of
from tests.builders import picture, row
from tests.discord.conftest import Server
from tests.discord.looking import control, text

_DATA = Path(__file__).parents[1] / "data"
_LAST = ("session_end", "session_sure", "privacy_really")  # what they delete, others need


@pytest.fixture
async def threads(server: Server) -> dict[str, simcord.ChannelHandle]:
    """The threads of the two sessions."""
    channel = await server.bot.fetch_channel(server.channel.id)
    assert isinstance(channel, discord.TextChannel)
    for name in ("Heat", "Ended"):
        await channel.create_thread(name=name, type=discord.ChannelType.public_thread)
    heat, ended = server.channel.threads
    return {"thread": heat, "ended": ended}


@pytest.fixture
async def ids(
    server: Server, threads: dict[str, simcord.ChannelHandle], tmp_path: Path
) -> dict[str, int]:
    """Start the bot with the old database; return what the names stand for."""
    ids = {
        "guild": server.alex.guild.id,
        "channel": server.channel.id,
        "elsewhere": server.elsewhere.id,
        "alex": server.alex.id,
        "bora": server.bora.id,
        "minji": server.minji.id,
        "maya": server.alex.id,
        **{name: thread.id for name, thread in threads.items()},
    }
    dump = _filled((_DATA / "database-0.1.sql").read_text(encoding="utf-8"), ids)
    file = tmp_path / "old.sqlite3"

    def restore() -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(dump)

    await asyncio.to_thread(restore)
    await server.env.advance_time(24 * 3600 + 30 * 60)  # as late as it is in the database
    url = make_url(f"sqlite+aiosqlite:///{file}")
    crashed = server.bot
    bot = server.time.bot(server.settings.model_copy(update={"database_url": url}))
    await server.env.restart_bot(bot)
    await crashed.close()
    return ids


def _filled(template: str, ids: dict[str, int]) -> str:
    return re.sub(r"<([a-z]+)>", lambda name: str(ids[name[1]]), template)


async def test_what_was_cut_short_is_made_good(
    server: Server, ids: dict[str, int], threads: dict[str, simcord.ChannelHandle]
) -> None:
    await server.env.settle()

    (summary,) = [m for m in threads["ended"].history() if "Ended" in text(m) and m.attachments]
    assert summary.channel.id == ids["ended"]
    assert control(threads["thread"].pinned_messages()[0], "session_join")
    # The message of the round is gone with the old server, so that the answer is a new message.
    assert any("What did the network say? 1" in text(m) for m in server.channel.history())
    async with server.bot.store.read() as transaction:
        assert list(await transaction.scalars(select(Delivery.kind))) == []


async def test_every_control_answers(
    server: Server,
    ids: dict[str, int],
    threads: dict[str, simcord.ChannelHandle],
    caplog: pytest.LogCaptureFixture,
    thorough: bool,
) -> None:
    """In each of its states, or else in the first one that it was sent in."""
    guild = server.alex.guild
    manager = guild.create_role("manager", permissions=discord.Permissions(manage_guild=True))
    server.env.backend.edit_member(guild.id, server.alex.id, {"role_ids": [manager.id]})
    controls = json.loads((_DATA / "controls-0.1.json").read_text(encoding="utf-8"))
    controls.sort(key=lambda each: each["custom_id"].startswith(_LAST))
    seen: set[str] = set()
    for each in controls:
        custom_id = _filled(each["custom_id"], ids)
        kind = custom_id.partition(":")[0]
        if kind in seen and not thorough:
            continue
        place = threads["thread"] if kind.startswith(("session_", "own")) else server.channel
        message = await _sent(server, place, custom_id, each)
        people = (server.alex,) if kind in seen else (server.bora, server.alex)
        seen.add(kind)
        for person in people:
            caplog.clear()
            result = await _press(person, message, custom_id, each, server)

            assert result.acknowledged, custom_id
            faults = [record for record in caplog.records if record.levelno >= logging.ERROR]
            assert not faults, (custom_id, faults[0].getMessage(), faults[0].exc_info)
    assert len(seen) == 50


async def _sent(
    server: Server, place: simcord.ChannelHandle, custom_id: str, old: dict[str, Any]
) -> discord.Message:
    """Send a message with one of the old controls, as a bot that knows nothing of them."""
    parts: list[Any] = [TextDisplay("An old message")]
    files: list[discord.File] = []
    if old["picture"] is not None:
        folder = server.settings.database_url.database
        assert folder is not None
        file = Path(folder).with_name(old["picture"])
        several = custom_id.startswith(("digit", "all")) or "/-/-/" in custom_id
        drawn = row(0, 2, 3) if several else picture(0)
        file.write_bytes(write_own(digit_of(7).image) if file.suffix == ".png" else drawn)
        files = [discord.File(file)]
        parts = [Section(parts[0], accessory=Thumbnail(files[0]))]
    parts.append(ActionRow(_item(custom_id, old)))
    view = LayoutView(timeout=None)
    view.add_item(Container(*parts))
    channel = server.bot.get_partial_messageable(place.id)
    message = await channel.send(view=view, files=files)
    view.stop()  # the bot that sent it has ended since
    return message


def _item(custom_id: str, old: dict[str, Any]) -> discord.ui.Item[Any]:
    match old["type"]:
        case "button":
            return discord.ui.Button(label="old", custom_id=custom_id)
        case "select":
            options = [discord.SelectOption(label=value) for value in old["options"]]
            return discord.ui.Select(custom_id=custom_id, options=options)
        case "user_select":
            return discord.ui.UserSelect(custom_id=custom_id)
        case "role_select":
            return discord.ui.RoleSelect(custom_id=custom_id, min_values=0, max_values=25)
        case _:
            return discord.ui.ChannelSelect(custom_id=custom_id, min_values=0)


async def _press(
    person: simcord.MemberActor,
    message: discord.Message,
    custom_id: str,
    old: dict[str, Any],
    server: Server,
) -> simcord.InteractionResult:
    if old["type"] == "button":
        return await person.click(message, custom_id=custom_id)
    values: dict[str, Any] = {
        "select": old["options"][-1] if old["options"] else None,
        "user_select": server.bora,
        "role_select": server.alex.guild.create_role("hosts"),
        "channel_select": server.elsewhere,
    }
    return await person.select(message, [values[old["type"]]], custom_id=custom_id)
