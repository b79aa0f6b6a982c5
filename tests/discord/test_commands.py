"""What Discord is told of the commands, and when."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import simcord.interactions
from discord import Button, Locale
from discord.app_commands import locale_str

from bot.i18n import CommandTranslator, speaker
from bot.runtime.registration import sync_if_changed
from scripts.commands import PAGE, write_page
from tests.discord.conftest import Server
from tests.discord.looking import components, text

_OF_SERVERS = {"settings": ([0], [0]), "session": ([0], [0]), "quiz": ([0], [0, 1])}
"""Commands that are not for everybody everywhere: how the app is installed, and where."""

_FAULT = speaker("en")("problem.fault", id="").rstrip()


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


async def test_the_page_of_the_commands_is_what_discord_is_told(server: Server) -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(_told(server))  # scripts/commands.py


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


def _period(commands: Any) -> Any:
    return commands["scores"]["options"][0]


_MORE_THAN_WE_SAY: dict[str, Callable[[Any], object]] = {
    "a command": lambda c: c.update(old=c["help"] | {"name": "old", "id": "5"}),
    "an option": lambda c: c["help"].update(options=[c["scores"]["options"][1]]),
    "a choice": lambda c: _period(c)["choices"].append({"name": "Tomorrow", "value": "1"}),
    "choices where there are none": lambda c: c["term"]["options"][0].update(
        choices=[{"name": "ReLU", "value": "relu"}]
    ),
    "a choice's localization": lambda c: _period(c)["choices"][0]["name_localizations"].update(
        ja="今週"
    ),
    "a command's localization": lambda c: c["help"]["description_localizations"].update(ja="助け"),
    "an option's localization": lambda c: _period(c)["name_localizations"].update(ja="期間"),
    "a least value of zero": lambda c: _period(c).update(min_value=0),
    "a largest value": lambda c: _period(c).update(max_value=9),
    "a least length": lambda c: _period(c).update(min_length=1),
    "a largest length": lambda c: _period(c).update(max_length=9),
    "types of channels": lambda c: _period(c).update(channel_types=[0]),
    "that an option is required": lambda c: _period(c).update(required=True),
    "autocompletion": lambda c: c["scores"]["options"][1].update(autocomplete=True),
    "permissions": lambda c: c["help"].update(default_member_permissions="32"),
    "an age limit": lambda c: c["help"].update(nsfw=True),
    "fewer contexts": lambda c: c["help"].update(contexts=[0]),
    "more contexts": lambda c: c["settings"].update(contexts=None),
    "fewer ways to install": lambda c: c["help"].update(integration_types=[0]),
}


async def test_whatever_discord_has_that_we_do_not_say_is_removed(server: Server) -> None:
    tree = server.bot.tree
    told = _told(server)
    for kind, add in _MORE_THAN_WE_SAY.items():
        commands = _there(server)
        add(commands)
        _put_there(server, commands)
        before = _syncs(server)

        ids = await sync_if_changed(tree)

        assert _syncs(server) == before + 1, kind
        assert ids.keys() == {command["name"] for command in told}
        assert [r.json for r in server.env.http_requests if r.method == "PUT"][-1] == told


async def test_what_discord_adds_by_itself_is_no_change(server: Server) -> None:
    commands = _there(server)
    for command in commands.values():
        permissions = command.get("default_member_permissions")
        command |= {
            "application_id": "1",
            "version": "2",
            "default_permission": True,
            "dm_permission": None,
            "name_localized": "x",
            "default_member_permissions": permissions and str(permissions),
            "contexts": command["contexts"] if command["contexts"] != [0, 1, 2] else None,
            "integration_types": command["integration_types"][::-1],
            "handler": None,
        }
        for option in command.get("options", ()):
            option.setdefault("min_value", None)
            if not option.get("required"):
                option.pop("required", None)
            for choice in option.get("choices", ()):
                choice["name_localized"] = "y"
    _put_there(server, commands)

    await sync_if_changed(server.bot.tree)

    assert _syncs(server) == 1


def _there(server: Server) -> dict[str, Any]:
    """The commands that Discord has, by name."""
    commands = server.env.backend.commands[None].values()
    return {str(command["name"]): copy.deepcopy(dict(command)) for command in commands}


def _put_there(server: Server, commands: dict[str, Any]) -> None:
    stored = server.env.backend.commands[None]
    stored.clear()
    stored.update({(name, each["type"]): each for name, each in commands.items()})


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


async def test_where_the_server_is_not_known_each_command_works_or_says_where_it_does(
    server: Server,
) -> None:
    options: dict[str, dict[str, Any]] = {
        "explain": {"index": 7},
        "session start": {"topic": "Heat"},
        "term": {},
    }
    guild_id = server.alex.guild.id
    server.env.backend.emit("GUILD_DELETE", {"id": str(guild_id)})
    await server.env.settle()
    assert server.bot.get_guild(guild_id) is None

    for command in server.alex.available_commands(server.channel):
        result = await server.alex.slash(server.channel, command, **options.get(command, {}))
        assert result.acknowledged, command
        said = result.response or result.followups[0]
        assert _FAULT not in text(said), command
    refused = await server.alex.slash(server.channel, "quiz")
    assert text(refused.response) == speaker("en")("quiz.not_here")


async def test_in_a_channel_of_any_other_kind_each_command_works_or_says_where_it_does(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a person who installed the app, among friends, in a kind of channel that is new."""
    original = simcord.interactions.base_payload

    def base_payload(*args: Any, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = original(*args, **kwargs)
        payload["channel"] = {"id": payload["channel_id"], "type": 99}
        payload["context"] = 2
        payload["authorizing_integration_owners"] = {"1": str(kwargs["user_id"])}
        return record, payload

    monkeypatch.setattr(simcord.interactions, "base_payload", base_payload)
    for command in sorted(set(_there(server)) - set(_OF_SERVERS) - {"Explain"}):
        result = await server.alex.user.slash(command)
        said = result.response or result.followups[0]
        assert _FAULT not in text(said), command

        await server.env.advance_time(16 * 60)  # when nothing of the first answer can be used
        enabled = [
            str(part.custom_id)
            for part in components(said)
            if isinstance(part, Button) and not part.disabled and part.custom_id
        ]
        for custom_id in enabled[:1]:
            again = await server.alex.user.click(said.message, custom_id=custom_id)
            assert again.acknowledged
            assert _FAULT not in text(again.response or again.followups[0]), command
