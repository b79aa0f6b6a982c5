"""What is measured while the bot runs, for Prometheus. docs/watching.md lists it."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

T = TypeVar("T")

ARRIVED: ContextVar[float] = ContextVar("arrived")
"""When the interaction came that is being answered, by `time.perf_counter`."""

REGISTRY = CollectorRegistry()
"""All of the bot's own metrics, and those of its process."""

STAGE = Histogram(
    "gradcam_stage_seconds",
    "How long answers spend in each stage: acknowledge (from Discord's event to the "
    "acknowledgement), queue (waiting for a thread), compute, draw, read (decoding uploads and "
    "finding digits in them), send (a request to Discord)",
    ["stage"],
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
QUEUE_LENGTH = Gauge(
    "gradcam_queue_length",
    "Requests that wait for a thread of the engine, or have one",
    registry=REGISTRY,
)
BATCH_SIZE = Histogram(
    "gradcam_batch_digits",
    "Digits that the network explained in one run",
    registry=REGISTRY,
    buckets=(1, 2, 4, 8, 16, 32, 64, 128),
)
INTERACTIONS = Counter(
    "gradcam_interactions",
    "Commands and presses by outcome: answered, refused (the person was told why), failed (the "
    "log has the error), cancelled, early and late (before the bot was ready, and while it ended)",
    ["command", "outcome"],
    registry=REGISTRY,
)
ERRORS = Counter("gradcam_errors", "Errors in the log, by logger", ["logger"], registry=REGISTRY)
GATEWAY_LATENCY = Gauge(
    "gradcam_gateway_latency_seconds",
    "Time between a heartbeat and its acknowledgement",
    ["shard"],
    registry=REGISTRY,
)
GATEWAY_CONNECTED = Gauge(
    "gradcam_gateway_connected", "1 for each connected shard, else 0", ["shard"], registry=REGISTRY
)
GATEWAY_DISCONNECTS = Counter(
    "gradcam_gateway_disconnects",
    "Connections to the gateway that were lost, each followed by an attempt to reconnect",
    ["shard"],
    registry=REGISTRY,
)
STORE_UP = Gauge("gradcam_store_up", "1 if the database answers, else 0", registry=REGISTRY)
ROUNDS_OPEN = Gauge("gradcam_rounds_open", "Quiz rounds that take votes", registry=REGISTRY)
SESSIONS_OPEN = Gauge(
    "gradcam_sessions_open", "Study sessions that are under way", registry=REGISTRY
)
OUTBOX_DUE = Gauge(
    "gradcam_outbox_due", "Deliveries that are due and not yet made", registry=REGISTRY
)
LOOP_LAG = Histogram(
    "gradcam_event_loop_lag_seconds",
    "How much later than it asked for a task of the event loop runs, twice a second",
    registry=REGISTRY,
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
ProcessCollector(registry=REGISTRY)


def timed(stage: str, work: Callable[[], T]) -> Callable[[], T]:
    """Wrap a function that is handed to a thread, to measure how long it waits and runs."""
    handed = time.perf_counter()

    def run() -> T:
        STAGE.labels("queue").observe(time.perf_counter() - handed)
        with STAGE.labels(stage).time():
            return work()

    return run
