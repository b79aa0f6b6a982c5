"""What Discord is told of the commands, and when."""

from typing import Any

import discord
from discord import Locale

from bot.i18n import catalogue
from tests.discord.conftest import Server


def _syncs(server: Server) -> int:
    return sum(request.method == "PUT" for request in server.env.http_requests)


async def test_commands_are_told_once_and_again_only_when_they_change(server: Server) -> None:
    assert _syncs(server) == 1

    await server.restart()
    assert _syncs(server) == 1

    there = await server.bot.tree.fetch_commands()
    await there[0].edit(description="Something else")
    await server.restart()
    assert _syncs(server) == 2
    assert server.bot.command_ids["explain"]


async def test_a_changed_translation_is_a_change(server: Server) -> None:
    bot = server.bot
    route = discord.http.Route(
        "PATCH",
        "/applications/{application_id}/commands/{command_id}",
        application_id=bot.application_id,
        command_id=bot.command_ids["explain"],
    )
    await bot.http.request(route, json={"description_localizations": {"ko": "다른 말"}})
    before = _syncs(server)

    await server.restart()

    assert _syncs(server) == before + 1


async def test_every_command_works_in_a_server_or_for_a_person_alone(server: Server) -> None:
    for command in await server.bot.tree.fetch_commands():
        told = command.to_dict()
        assert told["integration_types"] == [0, 1]
        assert told["contexts"] == [0, 1, 2]


async def test_names_and_options_are_korean_for_koreans(server: Server) -> None:
    payload: Any = next(r.json for r in server.env.http_requests if r.method == "PUT")
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


def test_the_korean_catalogue_is_offered_for_every_locale_string() -> None:
    assert catalogue("ko")["command.explain.name"] == "설명"
    assert Locale.korean.value == "ko"
