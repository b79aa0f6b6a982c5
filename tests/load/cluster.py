"""A Ray cluster on this machine alone, which may be killed at any moment.

    python -m tests.load.cluster PORT REPLICAS FOLDER

starts one with the networks on it, and prints a line when they answer on the port.
"""

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
        """See `a_cluster`."""
        with socket.socket() as free:
            free.bind((_HERE, 0))
            self._port = free.getsockname()[1]
        self._folder = folder
        self._processes: list[psutil.Process] = []

    @property
    def url(self) -> str:
        """Where the networks answer, also after a restart."""
        return f"http://{_HERE}:{self._port}/gradcam"

    def start(self, replicas: int) -> None:
        """Start it, and return when all replicas answer."""
        command = (sys.executable, "-m", "tests.load.cluster")
        head = subprocess.Popen(
            [*command, str(self._port), str(replicas), self._folder],
            stdout=subprocess.PIPE,
            text=True,
        )
        self._processes = [psutil.Process(head.pid)]
        assert head.stdout is not None
        assert head.stdout.readline() == "ready\n"
        self._processes += self._processes[0].children(recursive=True)

    def kill_a_replica(self) -> None:
        """Kill one of the processes that hold the networks."""
        replicas = [each for each in self._processes if "ServeReplica" in each.cmdline()[0]]
        replicas[0].kill()

    def kill(self) -> None:
        """Kill every process at once, as if the cable was pulled."""
        for process in self._processes[:1]:
            with suppress(psutil.NoSuchProcess):
                self._processes += process.children(recursive=True)
        for process in self._processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        gone, alive = psutil.wait_procs(self._processes, 30)
        assert not alive
        self._processes = []


@contextmanager
def a_cluster() -> Iterator[LocalCluster]:
    """Hand out a cluster, to be started, and leave nothing of it behind."""
    # Sockets are in this folder, whose name may not be long.
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        cluster = LocalCluster(folder)
        try:
            yield cluster
        finally:
            cluster.kill()


def main(port: int, replicas: int, folder: str) -> None:
    """Start a cluster and wait for its end."""
    import ray
    from ray import serve

    from bot.serve import deployment

    ray.init(
        num_cpus=replicas,
        include_dashboard=False,
        object_store_memory=80 * 2**20,
        log_to_driver=False,
        _node_ip_address=_HERE,
        _temp_dir=folder,
    )
    serve.start(http_options={"host": _HERE, "port": port})
    application = deployment.options(num_replicas=replicas, autoscaling_config=None).bind()
    serve.run(application, route_prefix="/gradcam")
    print("ready", flush=True)
    signal.pause()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
