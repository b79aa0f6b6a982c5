"""What becomes of labelled pictures when they are read as an upload is."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.figures.contact_sheet import Entry, thumbnail
from core.uploads.labels import Labelled
from core.uploads.limits import MAX_BYTES
from core.uploads.problems import UploadError
from core.uploads.reader import Reader, Reading
from core.uploads.worker import DecodingWorker

Classify = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""What tells the digits apart: (n, 28, 28) float32 in [0, 1], n > 0, to (n, 10) probabilities."""


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """What was made of one picture.

    Attributes:
        picture: what it is.
        answer: the digits that were read, in reading order; empty where none was found.
        confidences: in each of them, 0 to 1.
        error: why nothing was read, one sentence; `None` where something was.
        decoding: seconds from the file's bytes to a picture, or to the error.
        reading: seconds from there to the answer.
        mistake: what a contact sheet shows of it; `None` where the answer is right.
    """

    picture: Labelled
    answer: str
    confidences: tuple[float, ...]
    error: str | None
    decoding: float
    reading: float
    mistake: Entry | None

    @property
    def right(self) -> bool:
        """Whether the answer is the label: exactly its digits, or none where there are none."""
        return self.mistake is None

    @property
    def refused(self) -> bool:
        """Whether the picture was looked at, and no digit found."""
        return self.error is None and not self.answer

    @property
    def confidence(self) -> float | None:
        """In the digit that is least certain; `None` where none was found."""
        return min(self.confidences, default=None)


def is_there(folder: Path, picture: Labelled) -> bool:
    """Whether a picture's file is there at all."""
    try:
        return (folder / picture.file).is_file()
    except OSError:  # a name longer than names can be
        return False


def read_pictures(
    folder: Path,
    pictures: list[Labelled],
    worker: DecodingWorker,
    reader: Reader,
    classify: Classify,
) -> Iterator[Result]:
    """Read pictures one after the other, and take the time.

    Args:
        folder: where they are.
        pictures: whose files are there.
        worker: decodes them, in a process of its own.
        reader: finds the digits.
        classify: says which digits they are.
    """
    with suppress(UploadError):
        worker.decode(b"")  # what starts with the first file is no part of its time
    for picture in pictures:
        yield _read(folder, picture, worker, reader, classify)


def _read(
    folder: Path, picture: Labelled, worker: DecodingWorker, reader: Reader, classify: Classify
) -> Result:
    started = time.perf_counter()
    try:
        with (folder / picture.file).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        started = time.perf_counter()
        decoded = worker.decode(data)
    except (OSError, UploadError) as error:
        decoding = time.perf_counter() - started
        return _unread(picture, _sentence(error), decoding)
    decoding = time.perf_counter() - started
    started = time.perf_counter()
    reading = reader.read(decoded)
    images = [digit.image for digit in reading.digits]
    probabilities = classify(np.stack(images)) if images else np.empty((0, 10))
    took = time.perf_counter() - started
    answer = "".join(map(str, probabilities.argmax(axis=1).tolist()))
    confidences = tuple(probabilities.max(axis=1, initial=0).tolist())
    is_right = answer == picture.label
    mistake = None if is_right else _entry(picture, answer, confidences, reading)
    return Result(picture, answer, confidences, None, decoding, took, mistake)


def _unread(picture: Labelled, error: str, decoding: float) -> Result:
    mistake = Entry(picture.label, "", None, None, ())
    return Result(picture, "", (), error, decoding, 0.0, mistake)


def _sentence(error: OSError | UploadError) -> str:
    if isinstance(error, UploadError):
        return str(error)
    return f"The file cannot be read: {error.strerror or error}."


def _entry(
    picture: Labelled, answer: str, confidences: tuple[float, ...], reading: Reading
) -> Entry:
    boxes = [digit.box for digit in reading.digits if digit.box is not None]
    return Entry(
        label=picture.label,
        answer=answer,
        confidence=min(confidences, default=None),
        photo=thumbnail(reading.picture, boxes),
        seen=tuple(digit.image for digit in reading.digits),
    )
