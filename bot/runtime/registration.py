"""Telling Discord of the commands, only when they are not what it has."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from discord.http import Route

if TYPE_CHECKING:
    from discord.app_commands import CommandTree

    from bot.app import GradcamBot

_log = logging.getLogger(__name__)


async def sync_if_changed(tree: "CommandTree[GradcamBot]") -> dict[str, int]:
    """Compare the tree's global commands with Discord's, and send them where they differ.

    Discord limits how many commands may be created a day, and everybody's client loads them anew.

    Returns:
        The ids of the commands, by name.
    """
    client = tree.client
    # discord.py's fetch_commands does not ask for the localisations, and these may be all that
    # changed.
    route = Route("GET", "/applications/{id}/commands", id=client.application_id)
    there = await client.http.request(route, params={"with_localizations": "true"})
    here = [
        await command.get_translated_payload(tree, tree.translator)
        if tree.translator
        else command.to_dict(tree)
        for command in tree.get_commands()
    ]
    by_name = {command["name"]: command for command in there}
    if len(there) == len(here) and all(_same(c, by_name.get(c["name"])) for c in here):
        _log.info("The %d commands are as Discord has them", len(here))
        return {name: int(command["id"]) for name, command in by_name.items()}
    _log.info("Telling Discord of %d commands", len(here))
    return {command.name: command.id for command in await tree.sync()}


def _same(here: object, there: object) -> bool:
    """Whether Discord has at least what we say, an empty or false value being as good as none."""
    if isinstance(here, Mapping):
        found = there if isinstance(there, Mapping) else {}
        return all(_same(value, found.get(key)) for key, value in here.items())
    if isinstance(here, Sequence) and not isinstance(here, str):
        found_list = there if isinstance(there, Sequence) and not isinstance(there, str) else ()
        return len(here) == len(found_list) and all(map(_same, here, found_list))
    return here == there or (not here and not there)
