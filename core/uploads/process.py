"""The process that decodes untrusted bytes, with bounded memory, time and rights.

`core.uploads.worker` starts it. It answers requests on its standard input until that ends.
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

from core.uploads.decode import decode, decode_on_white, reopen
from core.uploads.decoded_image import DecodedImage
from core.uploads.limits import MAX_MEMORY, MAX_WAIT
from core.uploads.problems import UploadError, UploadProblem
from core.uploads.protocol import Task, receive_request, send_acknowledgement, send_answer

if sys.platform != "win32":
    import resource

_TASKS: dict[Task, Callable[[bytes], DecodedImage]] = {
    Task.DECODE: decode,
    Task.REOPEN: reopen,
    Task.DECODE_ON_WHITE: decode_on_white,
}

_NICENESS = 5  # the bot's own work goes first


def main() -> None:
    """Answer requests until the stream ends."""
    requests, answers = _take_over_streams()
    _warm_up()
    _bound(files=1 + max(s.fileno() for s in (requests, answers, sys.stderr)))
    while True:
        try:
            task, data = receive_request(requests)
        except EOFError:
            return
        send_acknowledgement(answers)
        _bound_time()
        send_answer(answers, _answer(task, data))


def _answer(task: Task, data: bytes) -> DecodedImage | UploadProblem:
    try:
        return _TASKS[task](data)
    except UploadError as error:
        return error.problem


def _take_over_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Redirect the standard streams to null, because libraries may print to them.

    Python's own standard error is kept for tracebacks.
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
    """Load everything that is loaded on first use, which is impossible once files are limited."""
    exif = Image.Exif()
    exif[Base.XResolution] = 72.0  # makes Pillow read EXIF while it opens a JPEG
    cut_out = Image.new("RGBA", (99, 99))
    cut_out.paste("white", (9, 9, 90, 90))
    cut_out.paste("black", (40, 20, 50, 80))
    pages = (Image.new("RGB", (side, side)) for side in (99, 999))
    for image, kind in (*product(pages, ("PNG", "JPEG")), (cut_out, "PNG")):
        buffer = io.BytesIO()
        image.save(buffer, kind, exif=exif)
        decode(buffer.getvalue())


def _bound(files: int) -> None:
    """Limit priority, memory and open files."""
    if sys.platform == "win32":
        return
    os.nice(_NICENESS)
    if sys.platform == "linux":
        # When the machine runs out of memory, the kernel is to kill this process first.
        Path("/proc/self/oom_score_adj").write_text("1000")
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + MAX_MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, files)


def _bound_time() -> None:
    """Limit the processor time for one file, in case the bot is not there to kill the process."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + MAX_WAIT), hard))


def _limit(kind: int, limit: int) -> None:
    _, hard = resource.getrlimit(kind)
    lower = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (lower, lower))


if __name__ == "__main__":
    main()
