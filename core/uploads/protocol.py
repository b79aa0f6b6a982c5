"""Messages between the bot and the process that decodes for it: plain numbers and bytes.

A request is a task and a file. It is acknowledged by one byte when the whole file has arrived, and
then answered by an image or a problem. Nothing is unpickled and every number is checked, so that a
process that was taken over by a hostile file can only say what an image looks like.
"""

import struct
from enum import IntEnum
from typing import IO

import numpy as np

from core.uploads.decoded_image import DecodedImage
from core.uploads.limits import MAX_BYTES, MAX_DECODED, MAX_PIXELS, MAX_SIDE
from core.uploads.problems import UploadError, UploadProblem

_REQUEST = struct.Struct("<BI")  # task, bytes of the file
_RECEIVED = b"\x06"
_ANSWER = struct.Struct("<B?5I")  # outcome, animated, columns, rows, width, height, bytes of file
_PROBLEMS = tuple(UploadProblem)
_AN_IMAGE = len(_PROBLEMS)


class Task(IntEnum):
    """What to do with a file."""

    DECODE = 0
    REOPEN = 1
    DECODE_ON_WHITE = 2


def send_request(stream: IO[bytes], task: Task, data: bytes) -> None:
    """Send a request."""
    stream.write(_REQUEST.pack(task, len(data)))
    stream.write(data)
    stream.flush()


def receive_request(stream: IO[bytes]) -> tuple[Task, bytes]:
    """Wait for a request.

    Raises:
        EOFError: If the stream has ended.
    """
    task, length = _REQUEST.unpack(_read(stream, _REQUEST.size))
    return Task(task), _read(stream, length)


def send_acknowledgement(stream: IO[bytes]) -> None:
    """Acknowledge a request: if no answer follows, the file is to blame."""
    stream.write(_RECEIVED)
    stream.flush()


def receive_acknowledgement(stream: IO[bytes]) -> None:
    """Wait for the acknowledgement of a request.

    Raises:
        EOFError: If the stream has ended.
    """
    _read(stream, len(_RECEIVED))


def send_answer(stream: IO[bytes], answer: DecodedImage | UploadProblem) -> None:
    """Send the answer to a request."""
    if isinstance(answer, DecodedImage):
        rows, columns, _ = answer.pixels.shape
        sizes = (columns, rows, *answer.size, len(answer.file))
        stream.write(_ANSWER.pack(_AN_IMAGE, answer.animated, *sizes))
        stream.write(answer.file)
        stream.write(np.ascontiguousarray(answer.pixels).data)
    else:
        stream.write(_ANSWER.pack(_PROBLEMS.index(answer), False, 0, 0, 0, 0, 0))
    stream.flush()


def receive_answer(stream: IO[bytes]) -> DecodedImage:
    """Wait for the answer to a request.

    Raises:
        UploadError: If the answer is a problem.
        EOFError: If the stream has ended, or the answer is invalid.
    """
    head = _ANSWER.unpack(_read(stream, _ANSWER.size))
    outcome, animated, columns, rows, width, height, length = head
    if outcome < len(_PROBLEMS):
        raise UploadError(_PROBLEMS[outcome])
    is_valid = 0 < columns <= min(width, MAX_SIDE) and 0 < rows <= min(height, MAX_SIDE)
    is_valid &= columns * rows <= MAX_DECODED
    if not (is_valid and width * height <= MAX_PIXELS and 0 < length <= MAX_BYTES):
        raise EOFError
    file = _read(stream, length)
    pixels = np.empty((rows, columns, 3), np.uint8)
    if stream.readinto(pixels.data.cast("B")) < pixels.nbytes:  # type: ignore[attr-defined]
        raise EOFError
    return DecodedImage(pixels, (width, height), file, animated)


def _read(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
