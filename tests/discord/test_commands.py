"""What Discord is told of the commands, and when."""

from typing import Any

import pytest
from discord import Locale
from discord.app_commands import locale_str

from bot.i18n import CommandTranslator
from tests.discord.conftest import Server

_OF_SERVERS = {"settings": ([0], [0]), "session": ([0], [0]), "quiz": ([0], [0, 1])}
"""Commands that are not for everybody everywhere: how the app is installed, and where."""


def _told(server: Server) -> Any:
    return next(r.json for r in server.env.http_requests if r.method == "PUT")


def _syncs(server: Server) -> int:
    return sum(request.method == "PUT" for request in server.env.http_requests)


async def test_commands_are_told_once_and_not_again_at_the_next_start(server: Server) -> None:
    assert _syncs(server) == 1

    await server.restart()

    assert _syncs(server) == 1
    assert set(server.bot.command_ids) == {
        command.name for command in server.bot.tree.get_commands()
    }
    assert set(server.bot.command_ids) >= {"explain", "model", "help", "Explain"}


@pytest.mark.parametrize("changed", ["command.explain.layer.description", "command.help.name"])
async def test_a_changed_text_is_a_change_in_a_translation_too(
    server: Server, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    translate = CommandTranslator.translate

    async def other(
        self: CommandTranslator, string: locale_str, locale: Locale, context: Any
    ) -> str | None:
        if locale is Locale.korean and string.extras.get("key") == changed:
            return "다른말"
        return await translate(self, string, locale, context)

    monkeypatch.setattr(CommandTranslator, "translate", other)
    await server.restart()

    assert _syncs(server) == 2
    assert server.bot.command_ids["explain"]


async def test_every_command_works_in_a_server_or_for_a_person_alone_but_what_is_a_servers(
    server: Server,
) -> None:
    for command in _told(server):
        where = (command["integration_types"], command["contexts"])
        assert where == _OF_SERVERS.get(command["name"], ([0, 1], [0, 1, 2])), command["name"]


async def test_names_and_options_are_korean_for_koreans(server: Server) -> None:
    payload = _told(server)
    named = {command["name"]: command for command in payload}

    assert named["explain"]["name_localizations"] == {"ko": "설명"}
    assert named["Explain"]["name_localizations"] == {"ko": "설명하기"}
    for command in payload:
        described = [command, *command.get("options", [])] if command["type"] == 1 else []
        for part in described:
            assert part["name_localizations"]["ko"]
            assert part["description_localizations"]["ko"]


async def test_only_intents_without_privilege_are_asked_for(server: Server) -> None:
    intents = server.bot.intents

    assert intents.guilds
    assert intents.guild_messages
    assert intents.dm_messages
    assert not intents.message_content
    assert not intents.members
    assert not intents.presences
