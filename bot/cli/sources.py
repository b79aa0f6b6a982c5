"""What `gradcam-bot explain` is given: picture files, folders of them, test digits."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.digit import Digit
    from core.uploads import DecodedImage, Reading

SUFFIXES = (".avif", ".gif", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".webp")
"""The suffixes, in lower case, of the files that count as pictures in a folder."""


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """One picture or test digit to explain.

    Attributes:
        name: as it is printed.
        file: the picture; `None` for a test digit.
        index: the test digit; `None` for a picture.
        error: why it cannot be read, in a sentence.
        digits: those in it, in reading order, once it has been read.
        image: where they are, once it has been decoded; `None` for a test digit.
        reading: how they were found in it; `None` for a test digit, and for any picture that was
            only decoded.
    """

    name: str
    file: Path | None = None
    index: int | None = None
    error: str | None = None
    digits: "Sequence[Digit]" = ()
    image: "DecodedImage | None" = None
    reading: "Reading | None" = None


def find_sources(paths: Sequence[Path], indexes: Sequence[int]) -> list[Source]:
    """List what is to be explained, with what cannot be read, without opening any file.

    Of a folder the pictures are taken, by their suffixes and in the order of their names; folders
    within it are not.
    """
    pictures = [source for path in paths for source in _at(path)]
    return pictures + [Source(f"index:{index}", index=index) for index in indexes]


def _at(path: Path) -> list[Source]:
    try:
        path.stat()
        if not path.is_dir():
            return [_picture(path)]
        files = sorted(f for f in path.iterdir() if f.suffix.lower() in SUFFIXES and f.is_file())
    except OSError as error:
        return [Source(str(path), path, error=_unreadable(error.strerror))]
    if not files:
        empty = f"There is no picture in this folder: no file ends in {', '.join(SUFFIXES)}."
        return [Source(str(path), path, error=empty)]
    return [_picture(file) for file in files]


def _picture(file: Path) -> Source:
    is_readable = os.access(file, os.R_OK)
    return Source(str(file), file, error=None if is_readable else _unreadable("Permission denied"))


def read_sources(sources: Sequence[Source]) -> Iterator[Source]:
    """Find the digits of each source, one source after the other.

    Raises:
        core.network.WeightsError: If the uploads' network, which finds them, cannot be loaded.
    """
    from core.dataset import test_digit

    files = [source for source in sources if source.file is not None]
    yield from _read_files(files) if any(source.error is None for source in files) else files
    for source in sources:
        if source.index is not None:
            yield replace(source, digits=(test_digit(source.index),))


def _read_files(sources: Sequence[Source]) -> Iterator[Source]:
    from bot.runtime.networks import load_explainer
    from core.network import UPLOADS_WEIGHTS
    from core.record import ModelRecord
    from core.uploads import Reader

    threshold = ModelRecord.load(UPLOADS_WEIGHTS).uploads_metrics.threshold
    reader = Reader(load_explainer(UPLOADS_WEIGHTS).logits, threshold)
    for source in decode_sources(sources):
        if source.image is None:
            yield source
            continue
        reading = reader.read(source.image)
        yield replace(source, digits=reading.digits, reading=reading)


def decode_sources(sources: Sequence[Source], *, on_white: bool = False) -> Iterator[Source]:
    """Decode the picture of each source, one source after the other.

    Args:
        sources: Pictures.
        on_white: Whether what is transparent becomes white, and not paper on which ink is visible.
    """
    from core.uploads import MAX_BYTES, UploadError
    from core.uploads.worker import DecodingWorker

    with DecodingWorker(processes=1) as worker:
        decode = worker.decode_on_white if on_white else worker.decode
        for source in sources:
            if source.error is not None or source.file is None:
                yield source
                continue
            try:
                with source.file.open("rb") as file:
                    image = decode(file.read(MAX_BYTES + 1))
            except UploadError as error:
                yield replace(source, error=str(error))
            except OSError as error:
                yield replace(source, error=_unreadable(error.strerror))
            else:
                yield replace(source, image=image)


def _unreadable(why: str | None) -> str:
    return f"The file cannot be read: {why}."
