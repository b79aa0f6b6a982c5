"""Fuzz the decoding process: send it real files with random damage, for a given time.

    python -m scripts.fuzz --seconds 60 --seed 1
    python -m scripts.fuzz faults/1-4711.png        (try a file again)

Every file has to result in a picture or an `UploadError`. A file that results in anything else, or
ends the process other than by its limits, is saved in a folder, named by its seed and number, and
the exit status is 1. The same seed gives the same files.
"""

import argparse
import io
import itertools
import logging
import random
import re
import signal
import struct
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageDraw

from core.uploads import MAX_PIXELS, DecodedImage, UploadError
from core.uploads.limits import MAX_SIDE
from core.uploads.worker import DecodingWorker

_BOUNDS = (-signal.SIGKILL, -signal.SIGXCPU) if sys.platform != "win32" else (1,)
"""Exit statuses of a process that was killed because it took too long."""

_PIECE = re.compile(
    rb".{4}(IHDR|PLTE|tRNS|IDAT|IEND|acTL|fcTL|fdAT|eXIf|iCCP|tEXt|zTXt|iTXt|gAMA|pHYs)"
    rb"|\xff[\xc0-\xcf\xd8-\xfe]"  # JPEG
    rb"|[\x21][\x01\xf9\xfe\xff]|\x2c"  # GIF
    rb"|(VP8[ LX]|ALPH|ANIM|ANMF|EXIF|XMP |ICCP)"
    rb"|.{4}(ftyp|meta|hdlr|pitm|iloc|iinf|infe|iref|auxl|thmb|dimg|cdsc|iprp|ipco|ispe|pixi|hvcC"
    rb"|av1C|auxC|colr|irot|imir|clap|ipma|idat|mdat|moov|trak|mdia|minf|stbl|stsd|stsz|stco|stts)",
    re.DOTALL,
)
"""Where a chunk, segment, block or box begins, in any of the formats."""

_EXTREMES = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]

_MADE = re.compile(rb"((?:mvhd|tkhd|mdhd)\x01.{3}).{16}", re.DOTALL)
"""When an animation was made: the same seed is to give the same files at any time."""

_WHOLE_PNG = 0.8
"""Share of the broken PNGs whose checksums are corrected; decoders stop at a wrong one."""


class Mutant(NamedTuple):
    """A broken file.

    Attributes:
        name: its seed and number, and the format it was of.
        data: its bytes.
    """

    name: str
    data: bytes


def main() -> None:
    """Fuzz until the time is up, save what is faulty, and print how often each outcome occurred."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="*", help="feed these, as they are")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("faults"), help="for what is found")
    options = parser.parse_args()
    if options.files:
        fed: Iterable[Mutant] = [Mutant(file.name, file.read_bytes()) for file in options.files]
    else:
        fed = _for_seconds(options.seconds, mutants(options.seed))
    outcomes: Counter[str] = Counter()
    faults = 0
    for mutant, outcome, is_fault in feed(fed):
        outcomes[outcome] += 1
        if is_fault:
            faults += 1
            options.folder.mkdir(parents=True, exist_ok=True)
            (options.folder / mutant.name).write_bytes(mutant.data)
            print(f"{options.folder / mutant.name}: {outcome}")
    for outcome, count in outcomes.most_common():
        print(f"{count:8,} {outcome}")
    print(f"{outcomes.total():8,} files, {faults} faults")
    sys.exit(faults > 0)


def feed(files: Iterable[Mutant]) -> Iterator[tuple[Mutant, str, bool]]:
    """Decode files in the process that decodes uploads.

    Yields:
        Each file, its outcome in a few words, and whether that is a fault.
    """
    ends = _Ends()
    log = logging.getLogger("core.uploads.worker")
    log.addHandler(ends)
    try:
        with DecodingWorker(processes=1) as worker:
            for file in files:
                ends.statuses.clear()
                outcome, is_fault = _decode(worker, file.data)
                for status in ends.statuses:
                    outcome = f"process ended with status {status}"
                    is_fault |= status not in _BOUNDS
                yield file, outcome, is_fault
    finally:
        log.removeHandler(ends)


def _decode(worker: DecodingWorker, data: bytes) -> tuple[str, bool]:
    try:
        picture = worker.decode(data)
    except UploadError as error:
        return error.problem, False
    except Exception as error:  # noqa: BLE001 - what may come is what is to be found out
        return repr(error), True
    return ("picture", False) if _is_sound(picture) else (f"unsound picture {picture.size}", True)


def _is_sound(picture: DecodedImage) -> bool:
    rows, columns, _ = picture.pixels.shape
    width, height = picture.size
    is_shrunk = (columns, rows) != (width, height)
    return (
        columns <= width
        and rows <= height
        and width * height <= MAX_PIXELS
        and max(rows, columns) <= MAX_SIDE
        and (not is_shrunk or max(rows, columns) >= MAX_SIDE // 2)
    )


class _Ends(logging.Handler):
    """Collects the exit statuses of decoding processes from the worker's log."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[int] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Collect the status in a record."""
        if isinstance(record.args, tuple):
            self.statuses += [status for status in record.args if isinstance(status, int)]


def _for_seconds(seconds: float, files: Iterator[Mutant]) -> Iterator[Mutant]:
    end = time.monotonic() + seconds
    return itertools.takewhile(lambda _: time.monotonic() < end, files)


def mutants(seed: int) -> Iterator[Mutant]:
    """Break real files, without end; the same seed gives the same ones."""
    files = real_files()
    for number in itertools.count():
        rng = random.Random(f"{seed}-{number}")  # noqa: S311 - no secret
        kind, data = rng.choice(files)
        _, other = rng.choice(files)
        for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
            data = rng.choice(_WAYS)(data, other, rng) or data
        if kind == "png" and rng.random() < _WHOLE_PNG:
            data = _with_checksums(data)
        yield Mutant(f"{seed}-{number}.{kind}", data)


def _flip(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Flip bits."""
    flipped = bytearray(data)
    for at in rng.choices(range(len(data)), k=rng.choice((1, 1, 2, 8, 64))):
        flipped[at] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def _number(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Set a number field to what nobody expects there."""
    at = min(_place(data, rng), len(data) - 1)
    size = rng.choice((1, 2, 4, 4))
    value = rng.choice(_EXTREMES) % (1 << 8 * size)
    return data[:at] + value.to_bytes(size, rng.choice(("little", "big"))) + data[at + size :]


def _size(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Say another width or height, wherever the right one stands."""
    order = rng.choice((">", "<"))
    form = order + rng.choice("HI")
    right = struct.pack(form, rng.choice(_PAGE))
    other = struct.pack(form, rng.choice((0, 1, 5, 95, 97, 500, 7_000, 16_383, 0xFFFF)))
    return data.replace(right, other, rng.choice((1, -1)))


def _cut(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """End it early."""
    return data[: _place(data, rng)]


def _leave_out(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Leave out some bytes."""
    at = _place(data, rng)
    return data[:at] + data[at + rng.choice((1, 2, 4, 30, 300)) :]


def _insert(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Put in something: noise, zeros, or ones."""
    at, length = _place(data, rng), rng.choice((1, 2, 4, 30, 3_000))
    return (
        data[:at] + rng.choice((rng.randbytes(length), bytes(length), b"\xff" * length)) + data[at:]
    )


def _splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Go on with another file."""
    return data[: _place(data, rng)] + other[_place(other, rng) :]


def _transplant(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Put a piece of another file in."""
    at = _place(data, rng)
    return data[:at] + rng.choice(_pieces(other)) + data[at:]


def _repeat(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Have a piece several times."""
    pieces = _pieces(data)
    at = rng.randrange(len(pieces))
    pieces[at] *= rng.choice((2, 2, 3, 50, 1_000))
    return b"".join(pieces)


def _drop(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Leave a piece out."""
    pieces = _pieces(data)
    del pieces[rng.randrange(len(pieces))]
    return b"".join(pieces)


def _shuffle(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Exchange two pieces."""
    pieces = _pieces(data)
    one, other = rng.randrange(len(pieces)), rng.randrange(len(pieces))
    pieces[one], pieces[other] = pieces[other], pieces[one]
    return b"".join(pieces)


_WAYS: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    *(_flip, _number, _number, _number, _size, _cut, _leave_out, _insert),
    *(_splice, _transplant, _repeat, _drop, _shuffle),
)
"""Number fields are where the faults are."""


def _place(data: bytes, rng: random.Random) -> int:
    """Choose a place: anywhere, or near the beginning of a piece, where the numbers are."""
    if rng.random() < 0.3:
        return rng.randrange(len(data) + 1)
    starts = [0, *(piece.start() for piece in _PIECE.finditer(data))]
    return min(rng.choice(starts) + rng.randrange(30), len(data))


def _pieces(data: bytes) -> list[bytes]:
    starts = [piece.start() for piece in _PIECE.finditer(data)]
    return [data[a:b] for a, b in itertools.pairwise((0, *starts, len(data)))]


def _with_checksums(png: bytes) -> bytes:
    """Make the checksums of a PNG right, as far as its chunks can be followed."""
    right, at = bytearray(png), 8
    while at + 12 <= len(right):
        (length,) = struct.unpack_from(">I", right, at)
        end = at + 8 + length
        if end + 4 > len(right):
            break
        struct.pack_into(">I", right, end, zlib.crc32(right[at + 4 : end]))
        at = end + 4
    return bytes(right)


_PAGE = (96, 72)


def real_files() -> list[tuple[str, bytes]]:
    """Make small files of all formats, each in the variants that are read in other ways."""
    pillow_heif.register_heif_opener()
    page = Image.new("RGB", _PAGE, "#ffeecc")
    drawing = ImageDraw.Draw(page)
    drawing.line((30, 15, 60, 15, 40, 60), "#223399", 6)
    drawing.ellipse((60, 40, 80, 60), outline="#aa2211", width=3)
    ink = page.convert("RGBA")
    ink.putalpha(page.convert("L").point(lambda grey: 255 - grey))
    deep = Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257)
    frames: dict[str, Any] = {"save_all": True, "append_images": [page.rotate(9), page.rotate(60)]}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + bytes(12) + profile[36:]  # when it was made
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    notes: dict[str, Any] = {"exif": exif, "icc_profile": profile, "comment": b"a comment"}
    return [
        *((kind, _saved(page, name)) for kind, name in _KINDS.items()),
        *((kind, _saved(page, name, **notes)) for kind, name in _KINDS.items()),
        *((kind, _saved(page, name, **frames)) for kind, name in _KINDS.items() if kind != "jpg"),
        *((kind, _saved(ink, name)) for kind, name in _KINDS.items() if kind not in {"jpg", "gif"}),
        *(("png", _saved(page.convert(mode))) for mode in ("1", "L", "LA", "P")),
        ("png", _saved(page.convert("P"), transparency=bytes(range(256)))),
        ("png", _saved(page, transparency=(255, 238, 204))),
        ("png", _saved(deep)),
        ("jpg", _saved(page, "JPEG", progressive=True)),
        ("jpg", _saved(page.convert("L"), "JPEG", restart_marker_blocks=2)),
        ("jpg", _saved(page.convert("CMYK"), "JPEG", subsampling=0)),
        ("jpg", _saved(page, "MPO", save_all=True, append_images=[page])),
        ("gif", _saved(page, "GIF", transparency=3, disposal=2, interlace=0)),
        ("webp", _saved(ink, "WEBP", lossless=True)),
        ("heic", _saved(page, "HEIF", quality=-1, chroma=444)),
        ("heic", _saved(page.resize((400, 300)), "HEIF", thumbnails=[96])),
        ("heic", _deep_heic()),
        ("avif", _saved(ink, "AVIF", subsampling="4:4:4")),
    ]


_KINDS = {
    "png": "PNG",
    "jpg": "JPEG",
    "gif": "GIF",
    "webp": "WEBP",
    "heic": "HEIF",
    "avif": "AVIF",
}


def _saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401
    file = io.BytesIO()
    image.save(file, kind, **options)
    return _MADE.sub(lambda box: box[1] + bytes(16), file.getvalue())


def _deep_heic() -> bytes:
    """Make a HEIC of ten bits per channel."""
    width, height = _PAGE
    shades = np.linspace(0, 65_535, width * height * 4).astype(np.uint16)
    file = io.BytesIO()
    pillow_heif.from_bytes("RGBA;16", _PAGE, shades.tobytes()).save(file)
    return file.getvalue()


if __name__ == "__main__":
    main()
