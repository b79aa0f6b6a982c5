"""`gradcam-bot run`."""

import logging

import typer
from rich.console import Console

_NOTHING_TO_LOG_IN_WITH = (
    "DISCORD_TOKEN is missing. Put it into the environment, or into a file .env in this folder; "
    "the README says how to get one. To try the bot without a token: gradcam-bot preview"
)
_REFUSED = (
    "Discord refuses this token. Copy it anew from https://discord.com/developers/applications, "
    "your application, Bot, Reset Token, and put it into DISCORD_TOKEN."
)
_UNREACHABLE = (
    "Discord cannot be reached. Check this machine's connection, proxy and clock, and start again."
)


def run() -> None:
    """Run the bot on Discord, until Ctrl-C. Needs DISCORD_TOKEN, in the environment or in .env."""
    problem = _run()
    if problem is not None:
        Console(stderr=True, highlight=False).print(problem, soft_wrap=True, markup=False)
        raise typer.Exit(1)


def _run() -> str | None:
    """Run, and say what kept the bot from it."""
    from pydantic import ValidationError

    from bot.settings import Settings, told

    try:
        settings = Settings()
    except ValidationError as error:
        return told(error)
    if settings.discord_token is None or not settings.discord_token.get_secret_value().strip():
        return _NOTHING_TO_LOG_IN_WITH

    import aiohttp
    import discord

    from bot.app import create_bot
    from bot.store import StoreError
    from core.network import WeightsError
    from core.record import RecordError

    try:
        create_bot(settings).run(
            settings.discord_token.get_secret_value().strip(),
            log_level=logging.getLevelNamesMapping()[settings.log_level],
            root_logger=True,
        )
    except discord.LoginFailure:
        return _REFUSED
    except aiohttp.ClientConnectionError:
        return _UNREACHABLE
    except (WeightsError, RecordError, StoreError) as error:
        return str(error)
    return None
