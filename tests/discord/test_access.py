"""The bot works with the permissions that its invite link asks for, and with no more."""

import ast
from pathlib import Path

import discord
import pytest
import simcord

from bot.ui.access import PERMISSIONS, invite
from tests.builders import picture
from tests.discord.conftest import Server
from tests.discord.looking import text

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def strict(server: Server) -> simcord.ChannelHandle:
    """A channel in which the bot may do what it asks for, and nothing else; alex may host."""
    guild, backend = server.alex.guild, server.env.backend
    role = guild.create_role("Grad-CAM", permissions=PERMISSIONS)
    backend.edit_member(guild.id, backend.bot_user.id, {"role_ids": [role.id]})
    host = guild.create_role("Host", permissions=discord.Permissions(manage_threads=True))
    backend.edit_member(guild.id, server.alex.id, {"role_ids": [host.id]})
    others = discord.Permissions.all() & ~PERMISSIONS
    only = discord.PermissionOverwrite.from_pair(PERMISSIONS, others)
    return guild.create_text_channel("strict", overwrites={role: only})


async def test_everything_works_with_the_permissions_of_the_link(
    server: Server, strict: simcord.ChannelHandle
) -> None:
    await server.minji.send(strict, server.mention, attachments=[("a.png", picture(0))])
    quiz = await server.minji.slash(strict, "quiz")
    start = await server.alex.slash(strict, "session start", topic="Heat")

    pictured = [each for each in strict.history() if each.author.bot and each.attachments]
    assert len(pictured) == 2, text(quiz.response)
    (thread,) = strict.threads
    assert thread.last_message is not None, text(start.response)
    # The simulator asks for Manage Messages, which Discord no longer does.
    assert any("/pins/" in request.path for request in server.env.http_requests)
    assert not start.followups  # which say what the bot may not do


async def test_only_who_manages_a_server_is_offered_its_settings(server: Server) -> None:
    limited = {
        command.name: command.default_permissions
        for command in server.bot.tree.get_commands()
        if command.default_permissions is not None
    }

    assert limited == {"settings": discord.Permissions(manage_guild=True)}


def test_whatever_the_code_looks_for_is_asked_for() -> None:
    looked_for = set[str]()
    for file in (_ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(
                ("app_permissions", "mine")
            ):
                looked_for.add(node.attr)

    looked_for = {name for name in looked_for if hasattr(PERMISSIONS, name)}
    assert {"view_channel", "pin_messages"} <= looked_for
    assert all(getattr(PERMISSIONS, name) for name in looked_for)


def test_the_readme_has_the_link() -> None:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")

    assert invite(4321).replace("4321", "APPLICATION_ID") in readme
    assert "asks for seven permissions" in readme
    assert sum(needed for _, needed in PERMISSIONS) == 7
