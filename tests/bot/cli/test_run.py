"""`gradcam-bot run`: what keeps it from Discord, and how it ends."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import Settings
from tests.bot.cli.conftest import Typed

_TOKEN = ".".join(("MTIz", "abc", "def"))
_USER = {"discriminator": "0", "avatar": None}
_COMMANDS = "/applications/123/commands"
_RUN = """
import sys
from discord.http import Route
from bot.cli import app
Route.BASE = sys.argv.pop()
app()
"""
_MAPPED = """
import ctypes
import numpy as np
from bot.cli.run import give_memory_back
class Mallinfo(ctypes.Structure):
    _fields_ = [(n, ctypes.c_size_t) for n in "arena o s h mapped u f used free k".split()]
libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Mallinfo
give_memory_back()
np.empty(2**24, np.uint8)  # once freed, glibc would keep blocks of its size
before = libc.mallinfo2().mapped
block = np.empty(2**21, np.uint8)
print(libc.mallinfo2().mapped - before)
"""


def test_without_a_token_it_says_what_is_missing(typed: Typed) -> None:
    told = typed("run")

    assert told.exit_code == 1
    assert told.stderr.startswith("DISCORD_TOKEN is missing.")
    assert "gradcam-bot preview" in told.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL: it must be DEBUG, INFO, WARNING or ERROR.\n"),
        ("MAX_WAITING", "none", "MAX_WAITING: it must be a whole number, at least 1.\n"),
        ("DISCORD_TOKEN", "x", "DISCORD_TOKEN is malformed: "),
        ("DATABASE_URL", "sqlite+aiosqlite:////proc/bot.sqlite3", "The database sqlite+aiosqlite:"),
        ("WEIGHTS", "absent", "WEIGHTS: absent does not hold the record of a training.\n"),
    ],
)
def test_what_is_wrong_is_told_before_discord_is_spoken_to(
    typed: Typed, name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", _TOKEN)
    monkeypatch.setenv(name, value)

    told = typed("run")

    assert told.exit_code == 1
    assert told.stderr.startswith(said)
    assert told.stderr.count("\n") == 1


class Discord:
    """What a bot asks until it would connect, which never succeeds; nor is one request answered.

    Attributes:
        stopped: that request was made.
    """

    def __init__(self, stop_at: str) -> None:
        self.stopped = asyncio.Event()
        self._stop_at = stop_at

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api")
        if path == self._stop_at:
            self.stopped.set()
        if path in {self._stop_at, "/gateway/bot"}:
            await asyncio.Event().wait()
        if path == "/users/@me":
            return _json({"id": "123", **_USER, "username": "bot"})
        if path == "/oauth2/applications/@me":
            owner = {"id": "9", **_USER, "username": "owner"}
            about = {"id": "123", "name": "bot", "description": "", "icon": None, "flags": 0}
            needed = {"bot_public": True, "bot_require_code_grant": False, "verify_key": ""}
            return _json({**about, **needed, "owner": owner, "summary": ""})
        if request.method == "PUT":
            commands = await request.json()
            known = {"application_id": "123", "version": "1", "description": ""}
            return _json(
                [{"id": str(i), **known, **command} for i, command in enumerate(commands, 1)]
            )
        return _json([])


def _json(value: object) -> web.Response:
    # Without a charset, which discord.py would not take for JSON.
    return web.Response(body=json.dumps(value).encode(), content_type="application/json")


@asynccontextmanager
async def serving(there: Discord) -> AsyncIterator[str]:
    """Serve on loopback, and give the address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", there.answer)
    server = TestServer(app, host="127.0.0.1", shutdown_timeout=0)
    await server.start_server()
    try:
        yield str(server.make_url("/api"))
    finally:
        await server.close()


@pytest.mark.sampled(1)
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("stop_at", "number"),
    # While the networks load, and once they are loaded.
    [("/gateway/bot", signal.SIGINT), (_COMMANDS, signal.SIGTERM)],
)
async def test_told_to_end_it_closes_and_leaves_nothing_behind(
    stop_at: str, number: signal.Signals, tmp_path: Path
) -> None:
    there = Discord(stop_at)
    names = {name.upper() for name in Settings.model_fields} | {"TF_CPP_MIN_LOG_LEVEL"}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    async with serving(there) as address:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _RUN, "run", address),
            cwd=tmp_path,
            env={**kept, "DISCORD_TOKEN": _TOKEN},
            stderr=asyncio.subprocess.PIPE,
            # As a process is born that a script starts in the background.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )
        assert process.stderr is not None
        complaint = asyncio.create_task(process.stderr.read())
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(there.stopped.wait())
        try:
            await asyncio.wait({stopped, ended}, timeout=200, return_when=asyncio.FIRST_COMPLETED)
            assert stopped.done(), (await complaint).decode()
            children = psutil.Process(process.pid).children(recursive=True)
            assert len(children) == 1 or stop_at != _COMMANDS  # which decodes pictures

            process.send_signal(number)

            assert await asyncio.wait_for(ended, 30) == 0
            said = (await complaint).decode()
            assert "Traceback" not in said
            assert "\x1b" not in said
            assert not any(child.is_running() for child in children)
        finally:
            if process.returncode is None:
                process.kill()


def test_told_to_end_twice_it_ends_at_once() -> None:
    program = """
import asyncio, os, signal
from importlib import import_module
async def wait() -> None:
    told = import_module("bot.cli.run")._told_to_end()
    os.kill(os.getpid(), signal.SIGTERM)
    await told
    print("told", flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(100)
asyncio.run(wait())
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (ended.stdout, ended.returncode) == ("told\n", -signal.SIGTERM)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's parameters")
def test_large_blocks_go_back_to_the_system() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _MAPPED], capture_output=True, text=True, check=True
    )

    assert int(told.stdout) >= 2**21
