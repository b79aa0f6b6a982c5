"""Decoding of untrusted files in separate processes, which may die of them."""

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self, cast

from core.uploads.decoded_image import DecodedImage
from core.uploads.limits import MAX_BYTES, MAX_WAIT
from core.uploads.problems import UploadError, UploadProblem
from core.uploads.wire import Task, receive_answer, receive_received, send_request

_log = logging.getLogger(__name__)

_MAX_START = 30.0
"""Seconds until a process takes its first file; a third of one is usual."""

_LAST_BREATH = 0.1
"""Seconds for a process that hung up to end by itself, which tells why it did."""

_KEPT = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
"""The variables of the environment that a process needs to start. Others hold secrets."""


class DecodingWorker:
    """Decodes files in processes of bounded memory and time, which are replaced when they die.

    There may be two at a time, so that a file that takes one as long as it can does not keep the
    next person waiting; the second is started when it is first needed. Calls may come from any
    thread, and each has a process to itself meanwhile.

    They are not of `multiprocessing`, nor of a pool on top of it. There what comes back is
    unpickled, so whoever takes the process over takes its parent over too; processes share a pipe
    and its lock, so one that is killed while it sends stops all; and each imports its parent's main
    module, and inherits its environment, secrets included.
    """

    def __init__(self, processes: int = 2) -> None:
        """Start the first process.

        Args:
            processes: how many there may be at a time.
        """
        self._closed = False
        self._processes = processes
        self._changing = threading.Lock()
        self._running: set[_Process] = set()
        self._free: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(processes - 1):
            self._free.put(None)
        self._free.put(self._start())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def decode(self, data: bytes) -> DecodedImage:
        """Decode the first frame of a PNG, JPEG, WebP, GIF, HEIC or AVIF.

        Args:
            data: a file from anywhere.

        Raises:
            UploadError: it is no picture that can be read.
        """
        return self._ask(Task.DECODE, data)

    def reopen(self, file: bytes) -> DecodedImage:
        """Read the file of a `DecodedImage` again: its pixels are the same.

        Args:
            file: from `DecodedImage.file`. Its own size is the only one it tells of.

        Raises:
            UploadError: it is no such file.
        """
        return self._ask(Task.REOPEN, file)

    def close(self) -> None:
        """End the processes, and give up what they are at."""
        with self._changing:
            self._closed = True
            for process in self._running:
                process.kill()
        # Those in use come back as soon as whoever uses them has seen that they are dead.
        for dead in [self._free.get() for _ in range(self._processes)]:
            if dead:
                dead.end()
            self._free.put(None)

    def _ask(self, task: Task, data: bytes) -> DecodedImage:
        if len(data) > MAX_BYTES:
            raise UploadError(UploadProblem.TOO_LARGE)
        process = self._free.get()
        try:
            for _ in range(2):
                process = process or self._start()
                try:
                    return process.ask(task, data)
                except _DiedError as died:
                    dead, process = process, None
                    process = self._replace(dead)
                    if died.of_the_file:
                        break
            raise UploadError(UploadProblem.GAVE_UP)
        finally:
            self._free.put(process)

    def _start(self) -> "_Process":
        with self._changing:
            if self._closed:
                raise UploadError(UploadProblem.GAVE_UP)
            process = _Process()
            self._running.add(process)
        return process

    def _replace(self, process: "_Process") -> "_Process":
        with self._changing:
            self._running.discard(process)
        _log.warning("A decoding process ended with status %s", process.end())
        return self._start()


class _DiedError(Exception):
    """A process died.

    Attributes:
        of_the_file: whether it had the file by then.
    """

    def __init__(self, *, of_the_file: bool) -> None:
        super().__init__("with a file" if of_the_file else "before it had the file")
        self.of_the_file = of_the_file


class _Process:
    """One process, from its start to its end; it is asked by one thread at a time."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        # One arena, and no threads for matrices, which nobody multiplies: address space is bounded.
        environment["MALLOC_ARENA_MAX"] = environment["OPENBLAS_NUM_THREADS"] = "1"
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "core.uploads.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the bot, which ends its processes itself
        )
        self._requests = cast("IO[bytes]", self._popen.stdin)  # these two are pipes, as was asked
        self._answers = cast("IO[bytes]", self._popen.stdout)

    def ask(self, task: Task, data: bytes) -> DecodedImage:
        """Have a file read.

        Raises:
            UploadError: it cannot be.
            _DiedError: there is no answer, nor will there be.
        """
        try:
            with self._killed_after(_MAX_START):
                send_request(self._requests, task, data)
                receive_received(self._answers)
        except (OSError, EOFError) as error:
            raise _DiedError(of_the_file=False) from error
        try:
            with self._killed_after(MAX_WAIT):
                return receive_answer(self._answers)
        except EOFError as error:
            raise _DiedError(of_the_file=True) from error

    def kill(self) -> None:
        """End the process at once."""
        self._popen.kill()

    def end(self) -> int:
        """See a process off that was killed or hung up; returns its exit status."""
        try:
            status = self._popen.wait(_LAST_BREATH)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._popen.wait()
        self._answers.close()
        with contextlib.suppress(OSError):  # there may be a request that was never taken
            self._requests.close()
        return status

    @contextlib.contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
