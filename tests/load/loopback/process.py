"""The bot's process: started, watched, ended."""

import asyncio
import json
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil

from tests.load.loopback.server import Loopback
from tests.load.loopback.stalls import read_stalls

_ROOT = Path(__file__).parents[3]
_LONG_WORD = re.compile(r"[\w-]{100,}", re.ASCII)  # such as the token of an interaction
_SECONDS_TO_END = 20.0


class Process:
    """`gradcam-bot run` against a loopback Discord, with a folder of its own.

    It is there, connected and registered, within `async with`, and ended afterwards in any case.

    Attributes:
        folder: holds its database `bot.sqlite3`, its log `bot.log`, and what stalled its loop.
    """

    def __init__(self, discord: Loopback, folder: Path, **environment: str) -> None:
        self.discord = discord
        self.folder = folder
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def start(self) -> None:
        """Start it, again if it has ended, and wait until it is connected."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "HOME", "LANG", "TMPDIR") or name.startswith(("TF_", "COVERAGE"))
        }
        environment |= {
            "PYTHONPATH": str(_ROOT),
            "PYTHONUNBUFFERED": "1",
            "DISCORD_TOKEN": self.discord.token,
            "DATABASE_URL": f"sqlite+aiosqlite:///{self.folder / 'bot.sqlite3'}",
            "LOOPBACK": self.discord.url,
            "STALLS": str(self.folder / "stalls"),
        }
        (self.folder / "bot.log").touch()
        ready = self.log.count("Ready")
        with (self.folder / "bot.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.load.loopback.run_bot",
                cwd=self.folder,
                env=environment | self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        ended = asyncio.create_task(self._process.wait())
        connected = asyncio.create_task(self.discord.connected())
        try:
            await asyncio.wait((ended, connected), return_when=asyncio.FIRST_COMPLETED)
            assert not ended.done(), f"it ended with {ended.result()}:\n{self.log[-4000:]}"
            await connected
            while self.log.count("Ready") == ready:  # it connects while its networks load
                assert not ended.done(), f"it ended with {ended.result()}:\n{self.log[-4000:]}"
                await asyncio.sleep(0.05)
        except BaseException:
            await self.end()
            raise
        finally:
            connected.cancel()

    async def end(self) -> int | None:
        """End it as an operator does; kill it if it does not end. Returns its exit status."""
        process = self._process
        if process is None:
            return None
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_SECONDS_TO_END):
                return await process.wait()
        except TimeoutError:
            await self.kill()
            return None

    async def kill(self) -> None:
        """Kill it, as a crash does."""
        process = self._process
        assert process is not None
        with suppress(ProcessLookupError):
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
        await process.wait()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def log(self) -> str:
        """All that it has written."""
        return (self.folder / "bot.log").read_text(encoding="utf-8", errors="replace")

    @property
    def memory(self) -> int:
        """The memory that it holds now, in bytes; without the processes that decode pictures."""
        assert self._process is not None
        held: int = psutil.Process(self._process.pid).memory_info().rss
        return held

    @property
    def stalls(self) -> list[dict[str, Any]]:
        """When its loop stood still for more than 100 ms, for how long, and in what."""
        return read_stalls(self.folder / "stalls")

    @property
    def leaks(self) -> list[str]:
        """Where a token can be read, or a traceback, in its log or in what it has sent."""
        discord = self.discord
        said = "\n".join(
            json.dumps(message, ensure_ascii=False, default=str)
            for channel in discord.world.messages.values()
            for message in channel.values()
        )
        tokens = {each.token for each in discord.ledger.interactions.values()}
        found = []
        for place, text in (("the log", self.log), ("a message", said)):
            if discord.token in text or not tokens.isdisjoint(_LONG_WORD.findall(text)):
                found.append(f"a token in {place}")
            found += [f"in {place}: {error}" for error in _errors_with_traceback(text)]
        return found


def _errors_with_traceback(text: str) -> list[str]:
    """The errors whose tracebacks are in a text, each by its last line."""
    _, *tracebacks = text.split("Traceback (most recent call last)")
    return [
        next((line for line in each.splitlines()[1:] if line[:1].strip()), "cut short")
        for each in tracebacks
    ]
