"""A Ray cluster on this machine alone, which may be killed at any moment.

    python -m tests.load.cluster PORT REPLICAS FOLDER

starts one with the networks on it, and writes a line when they answer at the port.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

_HERE = "127.0.0.1"


class LocalCluster:
    """A cluster in processes of its own."""

    def __init__(self, folder: str) -> None:
        """See `local_cluster`."""
        with socket.socket() as free:
            free.bind((_HERE, 0))
            self._port = free.getsockname()[1]
        self._folder = folder
        self._head: subprocess.Popen[bytes] | None = None
        self._processes: list[psutil.Process] = []

    @property
    def url(self) -> str:
        """Where the networks answer, also after a restart."""
        return f"http://{_HERE}:{self._port}/gradcam"

    def start(self, replicas: int) -> None:
        """Start it, and return when all replicas answer."""
        own = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self._head = subprocess.Popen(
            (sys.executable, "-m", __name__, str(self._port), str(replicas), self._folder),
            stdout=subprocess.PIPE,
            env=os.environ | own,
        )
        assert self._head.stdout is not None
        assert self._head.stdout.readline() == b"ready\n"
        head = psutil.Process(self._head.pid)
        self._processes = [head, *head.children(recursive=True)]

    def kill_a_replica(self) -> None:
        """Kill one of the processes that hold the networks."""
        named = {each: " ".join(each.cmdline()) for each in self._processes}
        next(each for each, name in named.items() if "ServeReplica" in name).kill()

    def freeze(self) -> None:
        """Let every process stand still: connections are made, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let every process go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill every process, if there are any."""
        if self._head is None:
            return
        with self._head:  # waits for it
            self._processes += psutil.Process(self._head.pid).children(recursive=True)
            self._signal(signal.SIGKILL)
        self._head = None
        _, alive = psutil.wait_procs(self._processes, timeout=60)
        assert not alive

    def _signal(self, number: signal.Signals) -> None:
        for process in self._processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


@contextmanager
def local_cluster() -> Iterator[LocalCluster]:
    """Hand out a cluster that is to be started, and leave nothing of it behind."""
    # Sockets are in this folder, whose name may not be long.
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        cluster = LocalCluster(folder)
        try:
            yield cluster
        finally:
            cluster.kill()


def main(port: int, replicas: int, folder: str) -> None:
    """Start a cluster, and wait to be killed."""
    import ray  # noqa: PLC0415 - all of it warns of what is deprecated, and takes long
    from ray import serve  # noqa: PLC0415

    from bot.serve import deployment  # noqa: PLC0415

    ray.init(
        num_cpus=replicas,
        include_dashboard=False,
        object_store_memory=80 * 2**20,  # the least that Ray takes
        log_to_driver=False,
        _node_ip_address=_HERE,
        _temp_dir=folder,
    )
    serve.start(http_options={"host": _HERE, "port": port})
    application = deployment.options(num_replicas=replicas, autoscaling_config=None).bind()
    serve.run(application, route_prefix="/gradcam")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
