"""What goes between the bot and the process that decodes for it: plain numbers and bytes.

A request is a file and what to do with it. The answer to it is one byte, as soon as the whole file
is there, and then a picture or what is wrong. Nothing is unpickled, and every number is checked:
whoever takes the process over with a hostile file can say what a picture looks like, and no more.
"""

import struct
from enum import IntEnum
from typing import IO

import numpy as np

from core.uploads.decoded_image import DecodedImage
from core.uploads.limits import MAX_BYTES, MAX_PIXELS, MAX_SIDE
from core.uploads.problems import UploadError, UploadProblem

_REQUEST = struct.Struct("<BI")  # task, bytes of the file
_RECEIVED = b"\x06"
_ANSWER = struct.Struct("<B?5I")  # outcome, animated, pixels across and down, size, bytes of file
_PROBLEMS = tuple(UploadProblem)
_A_PICTURE = len(_PROBLEMS)


class Task(IntEnum):
    """What to do with a file."""

    DECODE = 0
    REOPEN = 1


def send_request(stream: IO[bytes], task: Task, data: bytes) -> None:
    """Ask for a file to be read."""
    stream.write(_REQUEST.pack(task, len(data)))
    stream.write(data)
    stream.flush()


def receive_request(stream: IO[bytes]) -> tuple[Task, bytes]:
    """Wait for a request.

    Raises:
        EOFError: there will be none.
    """
    task, length = _REQUEST.unpack(_read(stream, _REQUEST.size))
    return Task(task), _read(stream, length)


def send_received(stream: IO[bytes]) -> None:
    """Say that a request is there: from now on it is the file's fault if no answer comes."""
    stream.write(_RECEIVED)
    stream.flush()


def receive_received(stream: IO[bytes]) -> None:
    """Wait until a request is there.

    Raises:
        EOFError: it never will be.
    """
    _read(stream, len(_RECEIVED))


def send_answer(stream: IO[bytes], answer: DecodedImage | UploadProblem) -> None:
    """Answer a request."""
    if isinstance(answer, DecodedImage):
        rows, columns, _ = answer.pixels.shape
        sizes = (columns, rows, *answer.size, len(answer.file))
        stream.write(_ANSWER.pack(_A_PICTURE, answer.animated, *sizes))
        stream.write(answer.file)
        stream.write(np.ascontiguousarray(answer.pixels).data)
    else:
        stream.write(_ANSWER.pack(_PROBLEMS.index(answer), False, 0, 0, 0, 0, 0))
    stream.flush()


def receive_answer(stream: IO[bytes]) -> DecodedImage:
    """Wait for the answer to a request.

    Raises:
        UploadError: what is wrong with the file.
        EOFError: there will be no answer, or none that makes sense.
    """
    head = _ANSWER.unpack(_read(stream, _ANSWER.size))
    outcome, animated, columns, rows, width, height, length = head
    if outcome < len(_PROBLEMS):
        raise UploadError(_PROBLEMS[outcome])
    is_whole = 0 < columns <= min(width, MAX_SIDE) and 0 < rows <= min(height, MAX_SIDE)
    if not (is_whole and width * height <= MAX_PIXELS and 0 < length <= MAX_BYTES):
        raise EOFError
    file = _read(stream, length)
    pixels = np.empty((rows, columns, 3), np.uint8)
    _read_into(stream, pixels.data.cast("B"))
    return DecodedImage(pixels, (width, height), file, animated)


def _read(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _read_into(stream: IO[bytes], place: memoryview) -> None:
    read = stream.readinto(place)  # type: ignore[attr-defined]  # missing from typing.IO[bytes]
    if read < len(place):
        raise EOFError
