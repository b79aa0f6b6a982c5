"""The real process, `gradcam-bot run`, with the loopback Discord in Discord's place.

    LOOPBACK=http://127.0.0.1:PORT STALLS=FILE python -m tests.load.loopback.run_bot

The bot's code is unchanged: only the addresses of Discord are. When its event loop stands still is
written to the file STALLS; see `tests/load/loopback/stalls.py`.
"""

import os
import sys
from pathlib import Path
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.runtime.downloads import Downloads
from tests.load.loopback.rest import API
from tests.load.loopback.stalls import watch_loop


def redirect(loopback: str) -> None:
    """Put a loopback Discord in Discord's place.

    Downloads keep their address, which the bot checks; it is the connection that goes elsewhere.
    """
    Route.BASE = loopback + API
    gateway = yarl.URL(loopback).with_scheme("ws") / "gateway/"
    DiscordWebSocket.DEFAULT_GATEWAY = gateway
    host = yarl.URL(loopback)
    request = Downloads._request

    async def elsewhere(self: Downloads, address: str) -> bytes:
        there = yarl.URL(address).with_scheme("http").with_host(str(host.host))
        return await request(self, str(there.with_port(host.port)))

    Downloads._request = elsewhere  # type: ignore[method-assign]


def watch(file: Path) -> None:
    """Watch the event loop from the moment the bot logs in."""
    start = discord.Client.start

    async def watched(self: discord.Client, *args: Any, **options: Any) -> None:
        watch_loop(file)
        await start(self, *args, **options)

    discord.Client.start = watched  # type: ignore[method-assign]


if __name__ == "__main__":
    from bot.__main__ import main

    redirect(os.environ["LOOPBACK"])
    watch(Path(os.environ["STALLS"]))
    sys.argv = ["gradcam-bot", "run"]
    main()
