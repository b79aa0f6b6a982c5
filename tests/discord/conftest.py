"""The real bot on the simulated Discord, with an English and a Korean reader."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType
from sqlalchemy import make_url

from bot.app import GradcamBot
from bot.preview.clock import SimulatedTime
from bot.preview.locales import use_locales
from bot.runtime import engine
from bot.settings import Settings
from core.uploads.worker import DecodingWorker
from tests.discord.payloads import Validator


class _PatientEnv(simcord.Env):
    """Waits for a restarted bot as long as for anything else; a busy machine takes over 5 s.

    It looks more often whether the bot has settled than simcord, which takes 50 milliseconds.
    """

    async def _settle_internal(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the base class names it
        idle: float = 0.016,
        **options: Any,
    ) -> None:
        patient = None if timeout is None else max(timeout, self.settle_timeout)
        await super()._settle_internal(timeout=patient, idle=idle, **options)


@dataclass(frozen=True)
class Server:
    """A study server: `alex` and `bora` read English, `minji` reads Korean.

    Its time stands still but for what a test lets pass: `await server.env.advance_time(seconds)`.
    """

    env: simcord.Env
    channel: simcord.ChannelHandle
    elsewhere: simcord.ChannelHandle
    alex: simcord.MemberActor
    bora: simcord.MemberActor
    minji: simcord.MemberActor
    locales: dict[int, str]
    settings: Settings
    time: SimulatedTime

    @property
    def bot(self) -> GradcamBot:
        """The bot as it runs now."""
        return cast("GradcamBot", self.env.bot)

    @property
    def last(self) -> discord.Message:
        """The newest message of the channel."""
        message = self.channel.last_message
        assert message is not None
        return message

    @property
    def mention(self) -> str:
        """How to mention the bot."""
        user = self.bot.user
        assert user is not None
        return user.mention

    async def forbid(self, channel: simcord.ChannelHandle, *permissions: str) -> None:
        """Deny the bot some permissions in a channel; with none, allow what was denied."""
        me, deny = self.env.backend.bot_user.id, discord.Permissions()
        deny.update(**dict.fromkeys(permissions, True))
        overwrite = Overwrite(me, OverwriteType.MEMBER, allow=0, deny=deny.value)
        self.env.backend.set_overwrite(channel.id, overwrite)
        await self.env.advance_time(1)

    async def restart(self) -> None:
        """Start the bot anew, as after a crash."""
        crashed = self.bot
        await self.env.restart_bot(self.time.bot(self.settings))
        await crashed.close()


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path) -> Settings:
    """Settings that owe nothing to the machine's environment, with a database of their own."""
    shutil.copy(empty_sqlite, tmp_path / "bot.sqlite3")
    return Settings(
        _env_file=None,
        discord_token=None,
        weights=None,
        inference=None,
        database_url=make_url(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite3'}"),
        max_waiting=256,
        max_waiting_per_server=128,
        max_waiting_per_person=8,
        log_level="INFO",
    )


class _KeptWorker(DecodingWorker):
    """Stays when a bot closes: starting a process for each test would take longer than most do."""

    def close(self) -> None:
        pass

    def end(self) -> None:
        super().close()


@pytest.fixture(scope="session")
def kept_worker() -> Iterator[DecodingWorker]:
    """The decoding processes of all bots, one after the other."""
    worker = _KeptWorker()
    yield worker
    worker.end()


@pytest.fixture
async def server(
    settings: Settings,
    validator: Validator,
    kept_worker: DecodingWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Server]:
    """A server with the bot in it; what the bot sends is held against Discord's description."""
    monkeypatch.setattr(engine, "DecodingWorker", lambda: kept_worker)
    locales: dict[int, str] = {}
    time = SimulatedTime()
    with use_locales(locales):
        env = time.env = _PatientEnv(time.bot(settings), settle_timeout=60, shard_count=1)
        await env.start()
        try:
            guild = env.create_guild("Study")
            channel = guild.create_text_channel("grad-cam")
            elsewhere = guild.create_text_channel("off-topic")
            alex, bora, minji = (
                guild.add_member(env.create_user(name)) for name in ("alex", "bora", "minji")
            )
            locales[minji.id] = "ko"
            yield Server(env, channel, elsewhere, alex, bora, minji, locales, settings, time)
            validator.check(env.http_requests)
            env.raise_errors()
        finally:
            await env.shutdown()  # takes the bot off the simulation, and does not close it
            await env.bot.close()


@pytest.fixture(scope="session")
def validator() -> Validator:
    """Discord's own description of its API, where it is at hand."""
    return Validator.find()
