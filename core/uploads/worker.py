"""Strangers' files are decoded in a process of their own, which may die of them."""

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

from core.uploads.limits import MAX_BYTES, MAX_WAIT
from core.uploads.picture import Picture
from core.uploads.problems import UploadError, UploadProblem
from core.uploads.wire import Task, receive_answer, receive_received, send_request

_log = logging.getLogger(__name__)

_MAX_START = 30.0
"""Seconds until a process is up; half a second is usual."""

_LAST_BREATH = 0.1
"""Seconds to a process that hung up, until it is ended and its own exit status is lost."""

_KEPT = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
"""The variables of the environment that a process needs to start. The others hold secrets."""


class DecodingWorker:
    """Decodes files in processes of bounded memory and time, which are replaced when they die.

    There are two by default, so that a file that takes one as long as it can does not keep the next
    person waiting. Calls may come from any thread; each waits for a process of its own.

    They are not of `multiprocessing`, nor of a pool on top of it. There the result is unpickled,
    which lets whoever takes the process over take its parent over too; processes share a pipe and
    its lock, so that one killed while it sends stops all of them; and each imports its parent's
    main module, and inherits its secrets.
    """

    def __init__(self, processes: int = 2) -> None:
        self._processes = [_Process() for _ in range(processes)]
        self._idle: queue.LifoQueue[_Process] = queue.LifoQueue()
        for process in self._processes:
            self._idle.put(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def decode(self, data: bytes) -> Picture:
        """Decode the first frame of a PNG, JPEG, WebP, GIF, HEIC or AVIF.

        Args:
            data: a file from anywhere.

        Raises:
            UploadError: it is no picture that can be read.
        """
        return self._ask(Task.DECODE, data)

    def reopen(self, file: bytes) -> Picture:
        """Read the file of a `Picture` again: its pixels are the same.

        Args:
            file: from `Picture.file`. Its own size is the only one it tells of.

        Raises:
            UploadError: it is no such file.
        """
        return self._ask(Task.REOPEN, file)

    def close(self) -> None:
        """End the processes; what is being decoded is given up."""
        for process in self._processes:
            process.close()

    def _ask(self, task: Task, data: bytes) -> Picture:
        if len(data) > MAX_BYTES:
            raise UploadError(UploadProblem.TOO_LARGE)
        process = self._idle.get()
        try:
            return process.ask(task, data)
        finally:
            self._idle.put(process)


class _LostError(Exception):
    """A process died, and not of the file."""


class _Process:
    """One process, and those that take its place. It is asked by one thread at a time."""

    def __init__(self) -> None:
        self._closed = False
        self._changing = threading.Lock()
        self._popen = _start()

    def ask(self, task: Task, data: bytes) -> Picture:
        """Have a file read.

        Raises:
            UploadError: it cannot be, or the process died of it.
        """
        for _ in range(2):
            try:
                return self._ask(task, data)
            except _LostError:
                self._replace()
            except EOFError as error:
                self._replace()
                raise UploadError(UploadProblem.GAVE_UP) from error
        raise UploadError(UploadProblem.GAVE_UP)

    def close(self) -> None:
        """End the process for good."""
        with self._changing:
            self._closed = True
            _end(self._popen)

    def _ask(self, task: Task, data: bytes) -> Picture:
        requests, answers = _streams(self._popen)
        try:
            with self._killed_after(_MAX_START):
                send_request(requests, task, data)
                receive_received(answers)
        except (OSError, EOFError) as error:
            raise _LostError from error
        with self._killed_after(MAX_WAIT):
            return receive_answer(answers)

    @contextlib.contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._popen.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _replace(self) -> None:
        with self._changing:
            if self._closed:
                raise UploadError(UploadProblem.GAVE_UP)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(_LAST_BREATH)
            _end(self._popen)
            _log.warning("A decoding process ended with status %s", self._popen.returncode)
            self._popen = _start()


def _start() -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    # One thread each is quicker for single pictures, and takes less of the address space.
    environment["OPENBLAS_NUM_THREADS"] = environment["MALLOC_ARENA_MAX"] = "1"
    return subprocess.Popen(
        [sys.executable, "-m", "core.uploads.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        start_new_session=True,  # Ctrl-C is for the bot, which ends its processes itself
    )


def _end(popen: subprocess.Popen[bytes]) -> None:
    popen.kill()
    popen.wait()
    for stream in _streams(popen):
        with contextlib.suppress(OSError):  # a request that was never taken
            stream.close()


def _streams(popen: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if popen.stdin is None or popen.stdout is None:
        raise RuntimeError("a decoding process has no pipes")
    return popen.stdin, popen.stdout
