"""What a Ray Serve cluster on this machine costs and gives: `python -m benchmarks.cluster`.

Prints a table for docs/ray.md: many requests at the same time, by this process alone and by the
cluster in turn, for the tutorial's network and for a heavy one.
"""

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass

import numpy as np
import psutil
import ray
from ray import serve

from benchmarks.machine import describe
from bot.runtime.cluster import Cluster
from bot.runtime.engine import Engine
from bot.runtime.networks import Network, load_explainer
from bot.serve import deployment
from core._keras import keras
from core.dataset import test_digit
from core.explain.explainer import Explainer
from core.explain.scores import Score
from core.network import WEIGHTS

_SECONDS, _ROUNDS = 5, 3
_HERE, _PORT = "127.0.0.1", 8123
_NETWORK = Network.TUTORIAL  # the name under which each is asked for

Ask = Callable[[Engine], Coroutine[None, None, object]]


@dataclass(frozen=True)
class Measured:
    """The figures of one round.

    Attributes:
        rate: requests a second.
        p95: seconds that a request takes, in 95% of them at most.
        own: seconds of processor time that this process spends on a request.
        there: seconds of processor time that Ray's processes spend on it.
    """

    rate: float
    p95: float
    own: float
    there: float


def load_tutorial() -> Mapping[str, Explainer]:
    return {_NETWORK: load_explainer(WEIGHTS)}


def load_heavy() -> Mapping[str, Explainer]:
    """MobileNet, with the same random weights wherever it is loaded."""
    keras.utils.set_random_seed(0)
    return {_NETWORK: Explainer(keras.applications.MobileNet(weights=None), weights_hash="random")}


async def ask_tutorial(engine: Engine) -> object:
    return await engine.explain_all(test_digit(7).image[np.newaxis], _NETWORK, Score.LOG_ODDS)


async def ask_heavy(engine: Engine) -> object:
    image = np.zeros((1, 224, 224, 3), np.float32)
    layer = engine.explainers[_NETWORK].default_layer
    return await engine.explain(image, _NETWORK, layer, [0], "gradcam", Score.LOG_ODDS, None)


async def measure(engine: Engine, ask: Ask, at_once: int) -> Measured:
    seconds: list[float] = []
    await asyncio.gather(*(ask(engine) for _ in range(at_once)))
    began, own, there = time.perf_counter(), time.process_time(), time_of_ray()

    async def asker() -> None:
        while (start := time.perf_counter()) < began + _SECONDS:
            await ask(engine)
            seconds.append(time.perf_counter() - start)

    await asyncio.gather(*(asker() for _ in range(at_once)))
    took, n = time.perf_counter() - began, len(seconds)
    own, there = time.process_time() - own, time_of_ray() - there
    return Measured(n / took, float(np.percentile(seconds, 95)), own / n, there / n)


def time_of_ray() -> float:
    """Return the seconds of processor time that Ray's processes have had."""
    times = [each.cpu_times() for each in psutil.Process().children(recursive=True)]
    return sum(each.user + each.system for each in times)


def row(name: str, rounds: list[Measured]) -> str:
    rate, *seconds = np.median([astuple(each) for each in rounds], axis=0)
    return f"| {name} | {rate:.3g} | {' | '.join(f'{each * 1e3:.3g} ms' for each in seconds)} |"


@contextmanager
def running_ray() -> Iterator[None]:
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        ray.init(
            num_cpus=2,
            include_dashboard=False,
            log_to_driver=False,
            object_store_memory=80 * 2**20,
            _node_ip_address=_HERE,
            _temp_dir=folder,
        )
        try:
            serve.start(http_options={"host": _HERE, "port": _PORT})
            yield
        finally:
            ray.shutdown()


def main() -> None:
    print(f"{describe()}.\n")
    print("| | requests a second | p95 | processor time here, a request | in Ray's processes |")
    print("| --- | --- | --- | --- | --- |")
    with running_ray(), asyncio.Runner() as runner:
        for name, load, ask, at_once in (
            ("the tutorial's network", load_tutorial, ask_tutorial, 16),
            ("MobileNet", load_heavy, ask_heavy, 4),
        ):
            explainers = {_NETWORK: load()[_NETWORK]}
            alone = Engine(explainers, 0.0)
            for replicas in (1, 2):
                fixed = deployment.options(num_replicas=replicas, autoscaling_config=None)
                serve.run(fixed.bind(load), route_prefix="/")
                cluster = Cluster(
                    f"http://{_HERE}:{_PORT}/", {_NETWORK: explainers[_NETWORK].weights_hash}
                )
                cluster.check()
                remote = Engine(explainers, 0.0, cluster=cluster)
                rounds: dict[Engine, list[Measured]] = {alone: [], remote: []}
                for _ in range(_ROUNDS):
                    for engine, measured in rounds.items():
                        measured.append(runner.run(measure(engine, ask, at_once)))
                if not cluster.present:
                    raise RuntimeError("the cluster did not answer")
                print(row(f"{name}, this process", rounds[alone]))
                print(row(f"{name}, replicas: {replicas}", rounds[remote]), flush=True)
                remote.close()
            alone.close()


if __name__ == "__main__":
    main()
