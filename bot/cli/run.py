"""`gradcam-bot run`."""

import asyncio
import logging

from bot.cli.reporting import end_like_ctrl_c, fail

_REFUSED = (
    "Discord refuses this token. Copy it anew from https://discord.com/developers/applications, "
    "your application, Bot, Reset Token, and put it into DISCORD_TOKEN."
)
_UNREACHABLE = (
    "Discord cannot be reached. Check this machine's connection, proxy and clock, and start again."
)


def run() -> None:
    """Run the bot on Discord, until Ctrl-C. Needs DISCORD_TOKEN, in the environment or in .env.

    Exit status: 0 when it was told to end, by Ctrl-C or SIGTERM; 1 when it cannot run.
    """
    end_like_ctrl_c()
    try:
        problem = _run()
    except KeyboardInterrupt:
        problem = None
    if problem is not None:
        fail(problem)


def _run() -> str | None:
    """Run, and say what kept the bot from it."""
    from bot.settings import Settings, SettingsError
    from bot.store import StoreError, up_to_date
    from core.network import WeightsError
    from core.record import ModelRecord, RecordError

    try:
        settings = Settings.read()
        token = settings.token
        asyncio.run(up_to_date(settings.database_url))
        ModelRecord.load_tutorial(settings.tutorial_weights)
    except (SettingsError, StoreError) as error:
        return str(error)
    except RecordError as error:
        return f"WEIGHTS: {error}"

    import aiohttp
    import discord

    from bot.app import create_bot

    try:
        create_bot(settings).run(
            token,
            # Without colours, which discord.py takes a container's log for a terminal to give.
            log_formatter=logging.Formatter(
                "[{asctime}] [{levelname:<8}] {name}: {message}", "%Y-%m-%d %H:%M:%S", style="{"
            ),
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
