"""Watching the bot from outside: `/healthz`, `/readyz` and `/metrics` on a small server."""

import asyncio
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING

import aiohttp
import discord
from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select

from bot.runtime.clock import Clock
from bot.runtime.metrics import (
    ARRIVED,
    GATEWAY_CONNECTED,
    GATEWAY_DISCONNECTS,
    GATEWAY_LATENCY,
    LOOP_LAG,
    OUTBOX_DUE,
    REGISTRY,
    ROUNDS_OPEN,
    SESSIONS_OPEN,
    STAGE,
    STORE_UP,
)
from bot.store import Store, StoreError
from bot.store.models import Delivery, Round, Session

if TYPE_CHECKING:
    from bot.runtime.engine import Engine

_STUCK = 60.0  # seconds that threads may be busy with what they have; an upload may take 20
_STORE_SECONDS = 2.0  # until the database counts as away
_TICK = 0.5  # seconds
_ENDS = 1.0  # seconds for requests that are under way when the server ends

_log = logging.getLogger(__name__)


class MonitorError(Exception):
    """The server cannot be started; the message is one sentence for an operator."""


class Monitor:
    """Tells programs how the bot is.

    - `/healthz`: 200 while the event loop runs and the engine's threads take work, else 503.
    - `/readyz`: 200 while all shards are connected, the database answers and the networks are
      loaded, else 503; the body says which of them is not so.
    - `/metrics`: for Prometheus; see `bot.runtime.metrics`.

    Attributes:
        store: `None` until it is open.
        engine: `None` until the networks are loaded.
    """

    def __init__(self, client: discord.AutoShardedClient, now: Clock) -> None:
        self.store: Store | None = None
        self.engine: Engine | None = None
        self._client = client
        self._now = now
        self._pulses: list[_Pulse] = []
        self._ticking: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen, and begin to measure.

        Raises:
            MonitorError: If the address cannot be used.
        """
        app = web.Application()
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_ENDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise MonitorError(
                f"{host} port {port} cannot be listened on: {error.strerror}. "
                "Check METRICS_HOST and METRICS_PORT."
            ) from error
        _log.info("Metrics are at http://%s:%d/metrics", host, port)
        self._client.event(self.on_shard_disconnect)
        self._ticking = asyncio.create_task(_measure_lag(), name="event loop lag")

    async def close(self) -> None:
        """End the server."""
        if self._ticking is not None:
            self._ticking.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Count connections to the gateway that were lost."""
        GATEWAY_DISCONNECTS.labels(shard_id).inc()

    async def _health(self, _: web.Request) -> web.Response:
        return _told(threads=self._threads_answer())

    async def _ready(self, _: web.Request) -> web.Response:
        shards = self._client.shards.values()
        connected = self._client.is_ready() and not any(shard.is_closed() for shard in shards)
        store = await self._ask_store() is not None
        return _told(gateway=connected, store=store, networks=self.engine is not None)

    async def _metrics(self, _: web.Request) -> web.Response:
        for shard_id, shard in self._client.shards.items():
            GATEWAY_CONNECTED.labels(shard_id).set(not shard.is_closed())
            GATEWAY_LATENCY.labels(shard_id).set(shard.latency)
        counts = await self._ask_store()
        STORE_UP.set(counts is not None)
        for gauge, count in zip(
            (ROUNDS_OPEN, SESSIONS_OPEN, OUTBOX_DUE), counts or (), strict=False
        ):
            gauge.set(count)
        return web.Response(
            body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    def _threads_answer(self) -> bool:
        if self.engine is None:
            return True  # loading
        self._pulses = self._pulses or [_Pulse(threads) for threads in self.engine.threads]
        return all([pulse.beats() for pulse in self._pulses])  # noqa: C419 - call every one

    async def _ask_store(self) -> tuple[int, int, int] | None:
        """Count open rounds, open sessions and due deliveries; `None` if the store is away."""
        if self.store is None:
            return None
        rounds = select(func.count()).select_from(Round).where(Round.closed_at.is_(None))
        sessions = select(func.count()).select_from(Session).where(Session.ended_at.is_(None))
        due = select(func.count()).select_from(Delivery).where(Delivery.due_at <= self._now())
        with suppress(TimeoutError, StoreError):
            async with asyncio.timeout(_STORE_SECONDS), self.store.read() as transaction:
                return (
                    await transaction.scalar(rounds) or 0,
                    await transaction.scalar(sessions) or 0,
                    await transaction.scalar(due) or 0,
                )
        return None


class _Pulse:
    """Tells whether threads take work, by handing them some that takes no time."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._beat: Future[None] | None = None
        self._handed = 0.0

    def beats(self) -> bool:
        now = time.monotonic()
        if self._beat is None or self._beat.done():
            self._beat, self._handed = self._threads.submit(_nothing), now
        return now - self._handed < _STUCK


def timing_requests() -> aiohttp.TraceConfig:
    """Measure every request to Discord: acknowledgements from when their interaction came."""
    trace = aiohttp.TraceConfig()

    async def begin(_: object, context: SimpleNamespace, __: object) -> None:
        context.began = time.perf_counter()

    async def end(
        _: object, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        acknowledges = params.url.path.endswith("/callback")
        began = ARRIVED.get(context.began) if acknowledges else context.began
        stage = "acknowledge" if acknowledges else "send"
        STAGE.labels(stage).observe(time.perf_counter() - began)

    trace.on_request_start.append(begin)
    trace.on_request_end.append(end)
    return trace


def _nothing() -> None: ...


async def _measure_lag() -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _TICK
        await asyncio.sleep(_TICK)
        LOOP_LAG.observe(loop.time() - due)


def _told(**parts: bool) -> web.Response:
    return web.json_response(parts, status=200 if all(parts.values()) else 503)
