"""`gradcam-bot run`."""

import asyncio
import ctypes
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from bot.cli.common import end_like_ctrl_c, fail

if TYPE_CHECKING:
    from sqlalchemy import URL

    from bot.app import GradcamBot

_REFUSED = (
    "Discord refuses this token. Copy it again from https://discord.com/developers/applications, "
    "your application, Bot, Reset Token, and put it into DISCORD_TOKEN."
)
_UNREACHABLE = (
    "Discord cannot be reached. Check this machine's connection, proxy and clock, and start again."
)
_WAITS = 1, 2, 4, 8, 15, 15, 15  # seconds
_FINISHING = 7.0  # seconds for what was accepted

_ALLOCATION = {-8: 2, -3: 2**20, -1: 2**24}
"""M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of mallopt(3), the last two in bytes."""

LONGEST = 9.5
"""Seconds until the end, even if a network still computes for a person who is gone."""


def run() -> None:
    """Run the bot on Discord, until Ctrl-C. Needs DISCORD_TOKEN, in the environment or in .env.

    Ctrl-C and SIGTERM let it finish what it has accepted, within ten seconds, and ask everyone else
    to try again; a second one ends it at once.

    Exit status:

    - 0: it was told to end, by Ctrl-C or by SIGTERM
    - 1: it cannot run
    """
    end_like_ctrl_c()
    with suppress(KeyboardInterrupt):
        _run()


def give_memory_back() -> None:
    """Make glibc return the temporary memory of networks and pictures to the system at once.

    By default it raises M_MMAP_THRESHOLD as large blocks are freed (mallopt(3)), puts later ones on
    the heap among long-lived blocks, and memory grows for hours. Other C libraries lack mallopt.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        with suppress(AttributeError):
            for parameter, value in _ALLOCATION.items():
                libc.mallopt(parameter, value)


def _run() -> None:
    from bot.settings import Settings, SettingsError
    from bot.store import StoreError
    from core.network import WeightsError
    from core.record import RecordError

    try:
        settings = Settings.read()
        token = settings.token
        asyncio.run(_reach(settings.database_url))
        settings.load_tutorial_record()
    except (SettingsError, StoreError) as error:
        fail(error)

    import aiohttp
    import discord

    from bot.app import create_bot
    from bot.runtime import logs
    from bot.runtime.monitor import MonitorError

    logs.configure(settings.log_level, settings.log_format, [token])
    give_memory_back()
    try:
        asyncio.run(_serve(create_bot(settings), token))
    except (SettingsError, StoreError, WeightsError, RecordError, MonitorError) as error:
        fail(error)
    except discord.LoginFailure:
        fail(_REFUSED)
    except aiohttp.ClientConnectionError:
        fail(_UNREACHABLE)


async def _reach(database: "URL") -> None:
    """Wait for a database that does not answer: it may start at the same time as the bot.

    Raises:
        StoreError: If the database cannot be used, or does not answer in time.
    """
    from bot.store import StoreAwayError, up_to_date

    for seconds in (*_WAITS, 0):
        try:
            await up_to_date(database)
        except StoreAwayError as error:
            if not seconds:
                raise
            typer.echo(f"{error} Trying again in {seconds} s.", err=True)
            await asyncio.sleep(seconds)
        else:
            return


async def _serve(bot: "GradcamBot", token: str) -> None:
    """Run a bot until it ends, or until the process is told to end."""
    told = _told_to_end()
    async with bot:
        serving = asyncio.create_task(bot.start(token))
        await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
            return
        _end_at_last()
        await bot.finish(_FINISHING)
        serving.cancel()
        await asyncio.wait({serving})


def _end_at_last() -> None:
    """Let the process end without waiting for its threads, if these do not end in time."""
    end = threading.Timer(LONGEST, os._exit, (0,))
    end.daemon = True
    end.start()


def _told_to_end() -> asyncio.Future[None]:
    """Return a future that the first Ctrl-C or SIGTERM completes; the second ends the process."""
    loop = asyncio.get_running_loop()
    told = loop.create_future()
    numbers = signal.SIGINT, signal.SIGTERM

    def tell() -> None:
        told.set_result(None)
        for number in numbers:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in numbers:
        loop.add_signal_handler(number, tell)
    return told
