"""The real process, `gradcam-bot run`, with the loopback Discord in Discord's place.

    LOOPBACK=http://127.0.0.1:PORT STALLS=FILE python -m tests.load.loopback.run_bot

The bot's code is unchanged: only the addresses of Discord are. Whenever its event loop does nothing
else for more than 100 ms, a line of JSON is added to the file STALLS.
"""

import asyncio
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.runtime.downloads import Downloads
from tests.load.loopback.rest import API

_EVERY, _STALL = 0.02, 0.1  # seconds


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
        loop, thread = asyncio.get_running_loop(), threading.get_ident()
        threading.Thread(target=_measure, args=(loop, thread, file), daemon=True).start()
        await start(self, *args, **options)

    discord.Client.start = watched  # type: ignore[method-assign]


def _measure(loop: asyncio.AbstractEventLoop, thread: int, file: Path) -> None:
    while not loop.is_closed():
        ran = threading.Event()
        asked = time.monotonic()
        try:
            loop.call_soon_threadsafe(ran.set)
        except RuntimeError:  # it was closed just now
            return
        stack: list[str] = []
        while not ran.wait(_STALL):
            frame = sys._current_frames().get(thread)
            stack = stack or [
                f"{Path(each.filename).name}:{each.lineno} {each.name}"
                for each in traceback.extract_stack(frame)[-6:]
            ]
        took = time.monotonic() - asked
        if took > _STALL:
            line = json.dumps({"at": asked, "seconds": took, "stack": stack})
            with file.open("a", encoding="utf-8") as stalls:
                stalls.write(line + "\n")
        time.sleep(_EVERY)


if __name__ == "__main__":
    from bot.__main__ import main

    redirect(os.environ["LOOPBACK"])
    watch(Path(os.environ["STALLS"]))
    sys.argv = ["gradcam-bot", "run"]
    main()
