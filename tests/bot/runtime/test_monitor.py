"""`/healthz`, `/readyz` and `/metrics`."""

import threading
from collections.abc import AsyncIterator, Iterator

import aiohttp
import numpy as np
import pytest
from aiohttp.test_utils import unused_port
from prometheus_client.parser import text_string_to_metric_families

from bot.app import create_bot
from bot.runtime.engine import Engine
from bot.runtime.monitor import Monitor, MonitorError
from bot.runtime.networks import Network
from bot.settings import Settings
from bot.store import Store
from core.explain.explainer import Explainer
from core.explain.scores import Score


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    """Of a bot that is not connected, and has loaded nothing."""
    async with create_bot(Settings(_env_file=None, discord_token=None)) as bot:
        yield bot.monitor
        await bot.monitor.close()


@pytest.fixture
async def address(monitor: Monitor) -> str:
    """Where it listens."""
    port = unused_port()
    await monitor.start("127.0.0.1", port)
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def engine(explainer: Explainer, monitor: Monitor) -> Iterator[Engine]:
    """The engine of the bot."""
    engine = Engine(dict.fromkeys(Network, explainer), 0.0)
    monitor.engine = engine
    yield engine
    engine.close()


async def _get(address: str) -> tuple[int, dict[str, bool]]:
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return response.status, await response.json()


async def test_it_is_ready_when_all_parts_are(
    monitor: Monitor, address: str, engine: Engine, store: Store
) -> None:
    monitor.engine = None
    parts = {"gateway": False, "store": False, "networks": False}
    assert await _get(f"{address}/readyz") == (503, parts)

    monitor.engine, monitor.store = engine, store

    assert await _get(f"{address}/readyz") == (503, parts | {"store": True, "networks": True})


async def test_it_is_healthy_until_a_thread_takes_no_work(
    address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _get(f"{address}/healthz") == (200, {"threads": True})
    monkeypatch.setattr("bot.runtime.monitor._STUCK", 0.0)
    go_on = threading.Event()
    engine.threads[0].submit(go_on.wait)
    try:
        assert await _get(f"{address}/healthz") == (503, {"threads": False})
    finally:
        go_on.set()


async def test_metrics_count_what_was_computed(
    monitor: Monitor, address: str, engine: Engine, store: Store
) -> None:
    monitor.store = store

    async def sample(name: str, **labels: str) -> float:
        async with aiohttp.ClientSession() as session:
            text = await (await session.get(f"{address}/metrics")).text()
        return next(
            each.value
            for family in text_string_to_metric_families(text)
            for each in family.samples
            if each.name == name and each.labels == labels
        )

    await engine.run_network(lambda: None)
    before = await sample("gradcam_stage_seconds_count", stage="compute")
    digits = np.zeros((3, 28, 28), np.float32)

    await engine.explain_all(digits, Network.TUTORIAL, Score.LOG_ODDS)

    assert await sample("gradcam_stage_seconds_count", stage="compute") == before + 1
    assert await sample("gradcam_queue_length") == 0
    assert await sample("gradcam_store_up") == 1
    assert await sample("gradcam_rounds_open") == 0
    assert await sample("process_resident_memory_bytes") > 1e8


async def test_a_port_that_is_taken_is_told(monitor: Monitor, address: str) -> None:
    port = int(address.rpartition(":")[2])

    with pytest.raises(MonitorError, match=rf"127\.0\.0\.1 port {port} cannot be listened on: "):
        await Monitor(monitor._client, monitor._now).start("127.0.0.1", port)
