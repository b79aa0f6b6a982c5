"""`gradcam-bot run`."""

import asyncio
import logging
from contextlib import suppress

from bot.cli.common import end_like_ctrl_c, fail

_REFUSED = (
    "Discord refuses this token. Copy it again from https://discord.com/developers/applications, "
    "your application, Bot, Reset Token, and put it into DISCORD_TOKEN."
)
_UNREACHABLE = (
    "Discord cannot be reached. Check this machine's connection, proxy and clock, and start again."
)


def run() -> None:
    """Run the bot on Discord, until Ctrl-C. Needs DISCORD_TOKEN, in the environment or in .env.

    Exit status:

    - 0: it was told to end, by Ctrl-C or by SIGTERM
    - 1: it cannot run
    """
    end_like_ctrl_c()
    with suppress(KeyboardInterrupt):
        _run()


def _run() -> None:
    from bot.settings import Settings, SettingsError
    from bot.store import StoreError, up_to_date
    from core.network import WeightsError
    from core.record import RecordError

    try:
        settings = Settings.read()
        token = settings.token
        asyncio.run(up_to_date(settings.database_url))
        settings.load_tutorial_record()
    except (SettingsError, StoreError) as error:
        fail(error)

    import aiohttp
    import discord

    from bot.app import create_bot

    try:
        create_bot(settings).run(
            token,
            # Without colours: discord.py takes the log of a container for a terminal.
            log_formatter=logging.Formatter(
                "[{asctime}] [{levelname:<8}] {name}: {message}", "%Y-%m-%d %H:%M:%S", style="{"
            ),
            log_level=logging.getLevelNamesMapping()[settings.log_level],
            root_logger=True,
        )
    except (SettingsError, StoreError, WeightsError, RecordError) as error:
        fail(error)
    except discord.LoginFailure:
        fail(_REFUSED)
    except aiohttp.ClientConnectionError:
        fail(_UNREACHABLE)
