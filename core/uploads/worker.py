"""Decoding of untrusted files in separate processes, which may crash on them."""

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
from core.uploads.protocol import Task, receive_acknowledgement, receive_answer, send_request

_log = logging.getLogger(__name__)

_MAX_START = 30.0  # seconds until a process accepts its first file; usually a third of one
_MAX_EXIT = 0.1  # seconds for a process that closed its stream to exit with a status
_KEPT = 64 << 20  # bytes of memory that an idle process may keep
_ENVIRONMENT = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")  # other variables may hold secrets


class DecodingWorker:
    """Decodes files in processes with limited memory and time, which are replaced when they die.

    Thread-safe. Each call has a process to itself, so that a slow file does not delay the next one;
    all but the first are started on demand.

    `multiprocessing` and pools on top of it are not used. They unpickle results, so a process that
    is taken over could take its parent over too; their processes share a pipe and its lock, so one
    that is killed while it sends blocks all; and each imports the main module and inherits the
    environment, secrets included.
    """

    def __init__(self, processes: int = 2) -> None:
        """Start the first of at most `processes` processes."""
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
        """Decode the first frame of an untrusted PNG, JPEG, WebP, GIF, HEIC or AVIF.

        Raises:
            UploadError: If the file cannot be read.
        """
        return self._ask(Task.DECODE, data)

    def decode_on_white(self, data: bytes) -> DecodedImage:
        """Decode as `decode` does, with white where the image is transparent.

        Raises:
            UploadError: If the file cannot be read.
        """
        return self._ask(Task.DECODE_ON_WHITE, data)

    def reopen(self, file: bytes) -> DecodedImage:
        """Read the file of a `DecodedImage` again: the same pixels, without the original's size.

        Raises:
            UploadError: If it is no such file.
        """
        return self._ask(Task.REOPEN, file)

    def close(self) -> None:
        """Kill the processes; calls in progress raise `UploadError`."""
        with self._changing:
            self._closed = True
            for process in self._running:
                process.kill()
        # Those in use are returned when their callers notice.
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
                    if died.file_received:
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
    """A process died; `file_received` is whether it had received the file."""

    def __init__(self, *, file_received: bool) -> None:
        super().__init__()
        self.file_received = file_received


class _Process:
    """A decoding process, used by one thread at a time."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        # Arenas and threads would take address space, which is limited.
        environment["MALLOC_ARENA_MAX"] = environment["OPENBLAS_NUM_THREADS"] = "1"
        # Memory is kept for the next file: mapping it again page by page takes long.
        environment["MALLOC_MMAP_THRESHOLD_"] = environment["MALLOC_TRIM_THRESHOLD_"] = str(_KEPT)
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "core.uploads.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # the bot handles Ctrl-C
        )
        self._requests = cast("IO[bytes]", self._popen.stdin)  # both are pipes
        self._answers = cast("IO[bytes]", self._popen.stdout)

    def ask(self, task: Task, data: bytes) -> DecodedImage:
        """Send a file and wait for the answer.

        Raises:
            UploadError: If the file cannot be read.
            _DiedError: If the process died.
        """
        try:
            with self._killed_after(_MAX_START):
                send_request(self._requests, task, data)
                receive_acknowledgement(self._answers)
        except (OSError, EOFError) as error:
            raise _DiedError(file_received=False) from error
        try:
            with self._killed_after(MAX_WAIT):
                return receive_answer(self._answers)
        except EOFError as error:
            raise _DiedError(file_received=True) from error

    def kill(self) -> None:
        """Kill the process."""
        self._popen.kill()

    def end(self) -> int:
        """Wait for a process that was killed or closed its stream, and return its exit status."""
        try:
            status = self._popen.wait(_MAX_EXIT)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._popen.wait()
        self._answers.close()
        with contextlib.suppress(OSError):  # a request may be left unread
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
