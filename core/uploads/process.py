"""The process that decodes untrusted bytes, with bounded memory, time and rights.

It is started by `core.uploads.worker`, answers what comes on its standard input, and ends with it.
"""

import io
import math
import os
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import IO

from PIL import Image
from PIL.ExifTags import Base

from core.uploads.decode import decode, reopen
from core.uploads.decoded_image import DecodedImage
from core.uploads.limits import MAX_MEMORY, MAX_WAIT
from core.uploads.problems import UploadError, UploadProblem
from core.uploads.wire import Task, receive_request, send_answer, send_received

if sys.platform != "win32":  # which has no such limits
    import resource

_TASKS: dict[Task, Callable[[bytes], DecodedImage]] = {Task.DECODE: decode, Task.REOPEN: reopen}

_NICENESS = 5
"""What the bot itself has to do goes first."""


def main() -> None:
    """Answer requests until whoever sent them is gone."""
    requests, answers = _take_over_streams()
    _warm_up()
    _bound(files=1 + max(s.fileno() for s in (requests, answers, sys.stderr)))
    while True:
        try:
            task, data = receive_request(requests)
        except EOFError:
            return
        send_received(answers)
        _bound_time()
        send_answer(answers, _answer(task, data))


def _answer(task: Task, data: bytes) -> DecodedImage | UploadProblem:
    try:
        return _TASKS[task](data)
    except UploadError as error:
        return error.problem


def _take_over_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Leave the standard streams to libraries that print, where nobody hears them.

    Python's own standard error stays: what it has to say is a fault of ours.
    """
    requests, answers, errors = (
        os.fdopen(os.dup(n), mode) for n, mode in enumerate(("rb", "wb", "w"))
    )
    sys.stderr = errors
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    return requests, answers


def _warm_up() -> None:
    """Let everything be loaded that is loaded when it is first used, and cannot be later."""
    exif = Image.Exif()
    exif[Base.XResolution] = 72.0  # for it, Pillow reads EXIF while it opens a JPEG
    cut_out = Image.new("RGBA", (99, 99))
    cut_out.paste("white", (9, 9, 90, 90))
    cut_out.paste("black", (40, 20, 50, 80))
    pages = (Image.new("RGB", (side, side)) for side in (99, 999))
    for image, kind in (*product(pages, ("PNG", "JPEG")), (cut_out, "PNG")):
        buffer = io.BytesIO()
        image.save(buffer, kind, exif=exif)
        decode(buffer.getvalue())


def _bound(files: int) -> None:
    """Give up what decoding does not need: precedence, memory without end, and opening files."""
    if sys.platform == "win32":
        return
    os.nice(_NICENESS)
    if sys.platform == "linux":
        # Where the machine runs out of memory, this is what the kernel is to end, and not the bot.
        Path("/proc/self/oom_score_adj").write_text("1000")
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + MAX_MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, files)


def _bound_time() -> None:
    """End this process after so much work on one file, even if nobody is left to end it."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + MAX_WAIT), hard))


def _limit(kind: int, limit: int) -> None:
    _, hard = resource.getrlimit(kind)
    lower = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (lower, lower))


if __name__ == "__main__":
    main()
