"""`/settings`: who may change what a server wants, and servers that come and go."""

import datetime as dt
from typing import Any

import discord
import pytest
import simcord
from simcord.backend.serializers import member_payload
from sqlalchemy import delete, select

from bot.servers.servers import ServerSettings
from bot.store.models import SERVER_RETENTION
from bot.store.models import Server as Row
from tests.bot.filled import fill, found
from tests.discord.conftest import Server
from tests.discord.looking import answer, components, control, options, text


@pytest.fixture
def manager(server: Server) -> simcord.MemberActor:
    """Somebody who may manage the server, and nothing else."""
    guild = server.alex.guild
    role = guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    return guild.add_member(server.env.create_user("maya"), roles=[role])


async def wishes(server: Server) -> ServerSettings:
    return await server.bot.servers.settings(server.alex.guild.id)


async def test_everything_can_be_chosen_and_is_shown_as_chosen(
    server: Server, manager: simcord.MemberActor
) -> None:
    hosts = server.alex.guild.create_role("hosts")
    result = await manager.slash(server.channel, "settings")
    assert result.ephemeral
    shown = answer(result)
    assert "It is off" in text(shown)

    for kind, value, expected in (
        ("language", "ko", ServerSettings("ko")),
        ("hosts", hosts, ServerSettings("ko", host_roles=frozenset({hosts.id}))),
        (
            "channel",
            server.elsewhere,
            ServerSettings("ko", server.elsewhere.id, 9, frozenset({hosts.id})),
        ),
        ("hour", "21", ServerSettings("ko", server.elsewhere.id, 21, frozenset({hosts.id}))),
        ("language", "both", ServerSettings(None, server.elsewhere.id, 21, frozenset({hosts.id}))),
    ):
        result = await manager.select(shown, [value], custom_id=control(shown, f"settings_{kind}"))
        assert result.acknowledged
        assert await wishes(server) == expected
        shown = answer(result)

    assert f"in <#{server.elsewhere.id}> at 21:00 UTC" in text(shown)
    defaults = [
        value.id for part in components(shown) for value in getattr(part, "default_values", ())
    ]
    assert defaults == [hosts.id, server.elsewhere.id]
    chosen = [
        option.label
        for part in components(shown)
        for option in getattr(part, "options", ())
        if option.default
    ]
    assert chosen == ["English and Korean", "At 21:00 UTC · 06:00 in Seoul"]

    await manager.select(shown, [], custom_id=control(shown, "settings_channel"))
    await manager.select(shown, [], custom_id=control(shown, "settings_hosts"))
    assert await wishes(server) == ServerSettings(None, None, 21)


async def test_a_role_that_is_gone_is_not_shown(
    server: Server, manager: simcord.MemberActor
) -> None:
    await server.bot.servers.change(server.alex.guild.id, host_roles=[12345])

    shown = answer(await manager.slash(server.channel, "settings"))

    assert not any(getattr(part, "default_values", ()) for part in components(shown))


async def test_a_korean_reader_reads_korean(server: Server, manager: simcord.MemberActor) -> None:
    server.locales[manager.id] = "ko"

    shown = answer(await manager.slash(server.channel, "settings"))

    assert all(any("가" <= c <= "힣" for c in line) for line in text(shown).splitlines())
    assert options(shown, "settings_language") == ["영어와 한국어", "영어", "한국어"]


async def test_others_may_not_even_see_the_command(server: Server) -> None:
    with pytest.raises(simcord.SetupError):
        await server.alex.slash(server.channel, "settings")


async def test_whom_the_server_lets_use_the_command_the_bot_does_not_lock_out(
    server: Server, manager: simcord.MemberActor
) -> None:
    """The server's Integrations may give the command to people without Manage Server."""
    shown = answer(await manager.slash(server.channel, "settings"))
    guild = server.alex.guild
    await server.bot.http.remove_role(guild.id, manager.id, guild.roles["managers"].id)

    await manager.select(shown, ["ko"], custom_id=control(shown, "settings_language"))

    assert await wishes(server) == ServerSettings("ko")


async def test_a_channel_that_is_gone_or_forbidden_is_told(
    server: Server, manager: simcord.MemberActor
) -> None:
    guild = server.alex.guild
    silent = guild.create_text_channel(
        "silent", overwrites={guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    )
    await server.bot.servers.change(guild.id, daily_channel_id=silent.id)
    shown = answer(await manager.slash(server.channel, "settings"))
    assert f"I cannot post in <#{silent.id}>" in text(shown)

    await server.bot.servers.change(guild.id, daily_channel_id=12345)
    result = await manager.slash(server.channel, "settings")
    assert "That channel no longer exists" in text(result.response)

    await manager.select(
        answer(result), [server.channel], custom_id=control(result.response, "settings_channel")
    )
    assert (await wishes(server)).daily_channel_id == server.channel.id


async def test_a_server_that_removes_the_bot_is_forgotten_after_thirty_days(
    server: Server,
) -> None:
    guild_id = server.alex.guild.id
    await server.bot.servers.change(guild_id, language="ko")
    guild = server.bot.get_guild(guild_id)
    assert guild is not None

    await guild.leave()
    await server.env.settle()
    assert await server.bot.servers.next_due() == server.bot.now() + SERVER_RETENTION

    await server.restart()
    await later(server, SERVER_RETENTION - dt.timedelta(minutes=1))
    assert (await wishes(server)).language == "ko"

    await server.env.advance_time(60)
    assert (await wishes(server)).language is None
    assert await server.bot.servers.next_due() is None


async def test_a_server_that_removed_the_bot_while_it_was_away_is_noticed(server: Server) -> None:
    await server.bot.servers.change(4321, language="ko")
    here = server.alex.guild.id
    await server.bot.servers.change(here, language="ko")
    await server.bot.servers.leave(here)

    await server.restart()
    await server.env.settle()

    assert await server.bot.servers.next_due() == server.bot.now() + SERVER_RETENTION
    await later(server, SERVER_RETENTION)
    assert [await server.bot.servers.language(each) for each in (4321, here)] == [None, "ko"]


async def later(server: Server, passed: dt.timedelta) -> None:
    """As if the servers had been left so much earlier; the simulator's days are long."""
    async with server.bot.store.begin() as session:
        for left in await session.scalars(select(Row).where(Row.left_at.is_not(None))):
            left.left_at = left.left_at and left.left_at - passed
    server.bot.scheduler.wake()
    await server.env.settle()


async def test_a_server_that_never_opened_its_settings_is_forgotten_too(server: Server) -> None:
    guild_id = server.alex.guild.id
    await fill(server.bot.store, server_id=4321)
    async with server.bot.store.begin() as transaction:
        await transaction.execute(delete(Row).where(Row.server_id == 4321))

    await server.restart()
    await server.env.settle()

    async with server.bot.store.read() as transaction:
        left = {row.server_id: row.left_at for row in await transaction.scalars(select(Row))}
    assert left == {guild_id: None, 4321: server.bot.now()}
    await later(server, SERVER_RETENTION)
    assert await found(server.bot.store, 4321) == set()


async def test_a_server_that_adds_the_bot_is_noted(server: Server) -> None:
    other = server.bot.get_guild(server.env.create_guild("Other").id)
    assert other is not None
    server.bot.dispatch("guild_join", other)  # the simulator says that it has become available
    await server.env.settle()

    async with server.bot.store.read() as transaction:
        assert await transaction.get(Row, other.id) is not None


async def test_what_the_bot_may_do_is_asked_again_when_it_may_have_changed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    guild, backend = server.alex.guild, server.env.backend
    role = guild.create_role("Helpers")
    backend.create_thread(server.channel.id, "Talk", server.alex.id)
    (thread,) = server.channel.threads
    asked = list[int]()

    async def note(server_id: int) -> None:
        asked.append(server_id)

    def changed(changes: dict[str, Any]) -> None:
        """Change the bot as a member; the simulation tells it only with an intent."""
        backend.edit_member(guild.id, backend.bot_user.id, changes)
        there = backend.get_guild(guild.id)
        me = member_payload(backend, there, there.members[backend.bot_user.id])
        told: Any = {**me, "guild_id": str(guild.id)}
        server.bot._connection.parse_guild_member_update(told)

    monkeypatch.setattr(server.bot.outbox, "retry", note)
    changes: list[tuple[Any, int]] = [
        (lambda: changed({"role_ids": [role.id]}), 1),
        (lambda: changed({"nick": "Grad"}), 0),
        (lambda: backend.edit_role(guild.id, role.id, {"permissions": 1 << 11}), 1),
        (lambda: backend.edit_role(guild.id, role.id, {"name": "Aides"}), 0),
        (lambda: backend.edit_channel(server.channel.id, {"name": "heatmaps"}), 0),
        (lambda: backend.edit_channel(thread.id, {}, thread_metadata={"locked": True}), 0),
        (lambda: backend.edit_channel(thread.id, {}, thread_metadata={"locked": False}), 1),
        (lambda: backend.delete_role(guild.id, role.id), 1),
    ]
    for number, (change, times) in enumerate(changes):
        asked.clear()
        change()
        await server.env.settle()
        assert asked[:1] == [guild.id] * times, number
