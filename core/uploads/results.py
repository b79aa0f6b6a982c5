"""Reading of labelled pictures, as uploads are read."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.figures.contact_sheet import Entry, thumbnail
from core.figures.upright import upright
from core.uploads.labels import LabelledPicture
from core.uploads.limits import MAX_BYTES
from core.uploads.problems import UploadError
from core.uploads.reader import Reader
from core.uploads.worker import DecodingWorker

ProbabilitiesFn = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""A network: from n > 0 digits (n, 28, 28) in [0, 1] to their probabilities (n, 10)."""


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """The answer for one picture.

    Attributes:
        answer: The digits in reading order; empty if none was found.
        confidences: The probability of each digit of the answer.
        error: Why the picture could not be read, in one sentence; `None` if it could.
        decoding: Seconds from the file's bytes to the image or the error.
        reading: Seconds from there to the answer.
        mistake: The entry in a contact sheet; `None` if the answer is correct.
    """

    picture: LabelledPicture
    answer: str
    confidences: tuple[float, ...]
    error: str | None
    decoding: float
    reading: float
    mistake: Entry | None

    @property
    def right(self) -> bool:
        """Whether the answer is exactly what was expected."""
        return self.mistake is None

    @property
    def refused(self) -> bool:
        """Whether the picture could be read, and no digit was found."""
        return self.error is None and not self.answer

    @property
    def confidence(self) -> float | None:
        """The lowest confidence; `None` if no digit was found."""
        return min(self.confidences, default=None)


def is_there(folder: Path, picture: LabelledPicture) -> bool:
    """Whether the file of a picture exists."""
    try:
        return (folder / picture.file).is_file()
    except OSError:  # the name is too long
        return False


def read_pictures(
    folder: Path,
    pictures: list[LabelledPicture],
    worker: DecodingWorker,
    reader: Reader,
    probabilities_fn: ProbabilitiesFn,
) -> Iterator[Result]:
    """Read pictures, whose files exist, one after the other, and time each."""
    with suppress(UploadError):
        worker.decode(b"")  # so that no picture is timed with the start of the process
    for picture in pictures:
        started = time.perf_counter()
        try:
            with (folder / picture.file).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            started = time.perf_counter()
            decoded = worker.decode(data)
        except (OSError, UploadError) as error:
            took = time.perf_counter() - started
            unread = Entry(picture.label, "", (), None, None, ())
            yield Result(picture, "", (), _sentence(error), took, 0.0, unread)
            continue
        decoding = time.perf_counter() - started
        started = time.perf_counter()
        reading = reader.read(decoded)
        images = tuple(digit.image for digit in reading.digits)
        probabilities = probabilities_fn(np.stack(images)) if images else np.empty((0, 10))
        took = time.perf_counter() - started
        answer = "".join(map(str, probabilities.argmax(axis=1).tolist()))
        confidences = tuple(probabilities.max(axis=1, initial=0).tolist())
        mistake = None
        if answer != picture.expected:
            lowest = min(confidences, default=None)
            mistake = Entry(picture.expected, answer, reading.lines, lowest, None, images)
            shown = upright(reading)
            boxes = [digit.box for digit in shown.digits if digit.box is not None]
            photo = thumbnail(shown.picture, boxes, page=mistake.is_page)
            mistake = replace(mistake, photo=photo)
        yield Result(picture, answer, confidences, None, decoding, took, mistake)


def _sentence(error: OSError | UploadError) -> str:
    if isinstance(error, UploadError):
        return str(error)
    return f"The file cannot be read: {error.strerror or error}."
