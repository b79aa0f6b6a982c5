"""`gradcam-bot preview` as a process of its own, as a person at a terminal has it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/#\S+")
# A language is chosen here; the last one is set by importing TensorFlow, as the tests do.
_NOT_INHERITED = {"LC_ALL", "LC_MESSAGES", "LANG", "TF_CPP_MIN_LOG_LEVEL"}


def until(condition: Callable[[], T], seconds: float = 100) -> T:
    """Ask again and again until the answer is yes, and return that answer."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} seconds")
        time.sleep(0.02)
    return answer


class Serving:
    """The command, from its start until somebody ends it.

    Attributes:
        address: of the page.
    """

    def __init__(self, folder: Path, *, port: int = 0, language: str = "C.UTF-8") -> None:
        """Start it, and wait until it has printed the page's address.

        Args:
            folder: where it runs, and what it prints is kept; there is no `.env` in it.
            port: where it serves; 0 for any.
            language: the machine's, as in `LANG`.
        """
        environment = {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED}
        self._stdout, self._stderr = folder / "stdout.txt", folder / "stderr.txt"
        with self._stdout.open("w") as stdout, self._stderr.open("w") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "preview", "--port", str(port)],
                cwd=folder,
                stdout=stdout,
                stderr=stderr,
                env=environment | {"LANG": language},
            )
        try:
            until(lambda: self._process.poll() is not None or _ADDRESS.search(self.stdout), 110)
            address = _ADDRESS.search(self.stdout)
            assert address is not None, f"{self.stdout}{self.stderr}"
            self.address = address[0]
        except BaseException:
            self._process.kill()
            raise

    @property
    def stdout(self) -> str:
        """What it has printed so far."""
        return self._stdout.read_text()

    @property
    def stderr(self) -> str:
        """What it has complained of so far."""
        return self._stderr.read_text()

    def send(self, number: signal.Signals) -> int:
        """Send it a signal, and return its exit status when it has ended."""
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait until it has ended, and return its exit status."""
        return self._process.wait(timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self.send(signal.SIGTERM)
