"""Registering the commands with Discord, only when they differ from what it has."""

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

import discord
from discord.app_commands import CommandTree
from discord.http import Route

ClientT = TypeVar("ClientT", bound=discord.Client)

_log = logging.getLogger(__name__)

_FIELDS = frozenset(
    {
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "default_member_permissions",
        "contexts",
        "integration_types",
        "nsfw",
        "options",
        "required",
        "autocomplete",
        "channel_types",
        "min_value",
        "max_value",
        "min_length",
        "max_length",
        "choices",
        "value",
    }
)  # of commands, options and choices; Discord adds others, such as ids and versions
_ALL_CONTEXTS = [0, 1, 2]


async def sync_if_changed(tree: CommandTree[ClientT]) -> dict[str, int]:
    """Compare the tree's global commands with Discord's, and send them if they differ.

    Discord limits how many commands may be created a day, and every client reloads them.

    Returns:
        The ids of the commands, by name.
    """
    client = tree.client
    # discord.py's fetch_commands does not ask for localisations, which may be all that changed.
    route = Route("GET", "/applications/{id}/commands", id=client.application_id)
    registered = await client.http.request(route, params={"with_localizations": "true"})
    wanted = [
        await command.get_translated_payload(tree, tree.translator)
        if tree.translator
        else command.to_dict(tree)
        for command in tree.get_commands()
    ]
    if _by_name(wanted) == _by_name(registered):
        _log.info("The %d commands are registered already", len(wanted))
        return {command["name"]: int(command["id"]) for command in registered}
    _log.info("Registering %d commands", len(wanted))
    return {command.name: command.id for command in await tree.sync()}


def _by_name(commands: list[dict[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
    return {(command["type"], command["name"]): normalized(command) for command in commands}


def normalized(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a command, an option or a choice in the one form that means the same.

    Fields that Discord adds are left out, and so are those with their default value.
    """
    fields = {}
    for key in _FIELDS & part.keys():
        value = part[key]
        if key in {"options", "choices"}:
            value = [normalized(each) for each in value or ()]
        elif key in {"contexts", "integration_types", "channel_types"}:
            value = sorted(value or ())
        elif key.endswith("_localizations"):
            value = {str(locale): text for locale, text in (value or {}).items() if text}
        elif key == "default_member_permissions" and value is not None:
            value = str(value)  # discord.py sends an integer, Discord returns a string
        is_default = value is None or value is False or value in ("", [], {})
        if not is_default and not (key == "contexts" and value == _ALL_CONTEXTS):
            fields[key] = value
    return fields
