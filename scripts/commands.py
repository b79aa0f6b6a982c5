"""Write docs/commands.md from the commands that the bot registers with Discord.

python -m scripts.commands
"""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import simcord
from sqlalchemy import make_url

from bot.app import create_bot
from bot.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"

_INTRODUCTION = """\
# Commands

Discord shows names and descriptions in the language that you use it in; the Korean names are in
brackets. A star marks an option that is required. `python -m scripts.commands` writes this page.
"""
_SUBCOMMAND, _MESSAGE_MENU = 1, 3  # Discord's numbers


def write_page(commands: Sequence[Mapping[str, Any]]) -> str:
    """Describe commands, as they are registered with Discord, in Markdown."""
    menus = [command for command in commands if command.get("type") == _MESSAGE_MENU]
    slash = [named for command in commands if command not in menus for named in _names(command)]
    sections = [_section(*named) for named in sorted(slash, key=lambda named: named[0])]
    sections += [
        f"## Apps › {menu['name']} (`{_korean(menu)}`), in the menu of a message\n"
        for menu in menus
    ]
    return "\n".join([_INTRODUCTION, *sections])


def _names(command: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield a command, or each of its subcommands, with its names in English and Korean."""
    name, korean = f"/{command['name']}", f"/{_korean(command)}"
    parts = [each for each in command.get("options", ()) if each["type"] == _SUBCOMMAND]
    if not parts:
        yield name, korean, command
    for each in parts:
        yield f"{name} {each['name']}", f"{korean} {_korean(each)}", each


def _section(name: str, korean: str, command: Mapping[str, Any]) -> str:
    lines = [f"## `{name}` (`{korean}`)", "", f"{command['description']}.", ""]
    if options := command.get("options", ()):
        lines += ["| Option | What it is | Values |", "| --- | --- | --- |"]
        lines += [*map(_row, options), ""]
    return "\n".join(lines)


def _row(option: Mapping[str, Any]) -> str:
    star = "*" if option.get("required") else ""
    cells = (
        f"`{option['name']}`{star} (`{_korean(option)}`)",
        option["description"],
        _values(option),
    )
    return "| " + " | ".join(cells) + " |"


def _values(option: Mapping[str, Any]) -> str:
    if choices := option.get("choices"):
        return ", ".join(str(choice["name"]) for choice in choices)
    if "min_value" in option or "max_value" in option:
        return f"{option.get('min_value', '')} to {option.get('max_value', '')}"
    if option.get("autocomplete"):
        return "suggested as you type"
    return {3: "text", 4: "a number", 5: "true or false", 7: "a channel", 11: "a file"}[
        option["type"]
    ]


def _korean(part: Mapping[str, Any]) -> str:
    return str((part.get("name_localizations") or {}).get("ko", part["name"]))


async def _registered() -> list[dict[str, Any]]:
    """Start the bot on a simulated Discord, and return what it registers."""
    with tempfile.TemporaryDirectory() as folder:
        url = make_url(f"sqlite+aiosqlite:///{folder}/bot.sqlite3")
        bot = create_bot(Settings(_env_file=None, database_url=url))
        env = simcord.Env(bot, settle_timeout=120, shard_count=1)
        await env.start()
        try:
            sent = next(request for request in env.http_requests if request.method == "PUT")
            return cast("list[dict[str, Any]]", sent.json)
        finally:
            await env.shutdown()


if __name__ == "__main__":
    PAGE.write_text(write_page(asyncio.run(_registered())), encoding="utf-8")
