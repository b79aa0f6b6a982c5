"""No file does more harm than a sentence."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.uploads import MAX_BYTES, MAX_PIXELS, Picture, UploadError, UploadProblem
from core.uploads.decode import decode
from core.uploads.limits import MAX_MEMORY, MAX_PIXELS_WEBP, MAX_WAIT
from core.uploads.worker import DecodingWorker
from scripts.fuzz import feed, mutants, real_files
from tests.builders import picture, saved
from tests.core.uploads.hostile import hostile_files

_FILES = hostile_files()


@pytest.fixture(scope="module")
def worker() -> Iterator[DecodingWorker]:
    with DecodingWorker(processes=1) as worker:
        yield worker


def test_a_file_has_less_than_five_seconds() -> None:
    assert MAX_WAIT < 5


def test_there_are_enough_of_them() -> None:
    assert len(_FILES) >= 60
    assert len(set(_FILES.values())) == len(_FILES)


@pytest.mark.parametrize("name", _FILES)
def test_a_hostile_file_is_a_picture_or_a_sentence(name: str, worker: DecodingWorker) -> None:
    started = time.monotonic()
    try:
        found: Picture | str = worker.decode(_FILES[name])
    except UploadError as error:
        found = str(error)

    assert isinstance(found, Picture) or re.fullmatch(r"[A-Z][^/\\\n.]+\.", found)
    assert time.monotonic() - started < 4 * MAX_WAIT  # on a machine that has more to do


@pytest.mark.parametrize(
    ("problem", "names"),
    [
        (UploadProblem.EMPTY, "empty"),
        (UploadProblem.NOT_A_PICTURE, "one-byte text html pdf zip mp4 wav zip-then-png"),
        (UploadProblem.UNSUPPORTED, "svg svg-entities tiff bmp icon"),
        (
            UploadProblem.TOO_MANY_PIXELS,
            "png-bomb png-wide png-tall jpeg-bomb gif-bomb gif-frame-bomb webp-bomb "
            "webp-lossless-bomb heic-bomb",
        ),
        (
            UploadProblem.DAMAGED,
            "png-wrong-checksum png-text-bomb png-interlaced-cut jpeg-two-sizes "
            "webp-frame-beyond-canvas heic-larger-than-it-is heic-cut-in-half heic-of-itself "
            "avif-nothing-after-its-name avif-cut-in-half png-named-jpeg",
        ),
    ],
)
def test_what_is_wrong_is_told_apart(problem: UploadProblem, names: str) -> None:
    for name in names.split():
        with pytest.raises(UploadError) as told:
            decode(_FILES[name])

        assert told.value.problem is problem, name


@pytest.mark.parametrize(
    "name",
    [
        "png-then-html",
        "png-then-zip",
        "png-with-svg-inside",
        "png-much-exif",
        "png-much-text",
        "jpeg-broken-exif",
        "jpeg-big-exif",
        "jpeg-exif-in-a-loop",
        "jpeg-broken-second-picture",
        "jpeg-profile-out-of-order",
        "jpeg-with-php-inside",
        "jpeg-then-png",
        "jpeg-much-xmp",
        "jpeg-much-profile",
        "gif-frame-beyond-canvas",
        "gif-much-comment",
        "webp-much-exif",
        "webp-much-profile",
    ],
)
def test_a_picture_with_rubbish_beside_it_is_still_that_picture(
    name: str, worker: DecodingWorker
) -> None:
    kind = "JPEG" if name.startswith("jpeg") else name.partition("-")[0].upper()

    decoded = worker.decode(_FILES[name])

    assert np.array_equal(decoded.pixels, decode(picture(0, kind=kind)).pixels)
    assert len(decoded.file) < 20_000


def test_a_file_over_the_limit_is_not_even_looked_at(worker: DecodingWorker) -> None:
    for ask in (decode, worker.decode, worker.reopen):
        with pytest.raises(UploadError) as told:
            ask(bytes(MAX_BYTES + 1))

        assert told.value.problem is UploadProblem.TOO_LARGE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "HEIF", "AVIF"])
def test_a_picture_cut_short_anywhere_is_refused(kind: str) -> None:
    data = picture(0, side=64, kind=kind)
    for length in np.linspace(0, len(data) * 0.95, 40).astype(int):
        with pytest.raises(UploadError):
            decode(data[:length])


def test_real_files_broken_by_chance_are_read_or_refused() -> None:
    """The beginning of what `scripts.fuzz` goes on with."""
    fed = list(feed(islice(mutants(1), 800)))

    assert [(file.name, outcome) for file, outcome, is_fault in fed if is_fault] == []
    assert {outcome for _, outcome, _ in fed} >= {"picture", "damaged", "not_a_picture"}


def test_what_is_broken_by_chance_is_read_as_long_as_it_is_whole(worker: DecodingWorker) -> None:
    for _, data in real_files():
        assert worker.decode(data).size in {(96, 72), (72, 96), (400, 300)}


def test_the_same_seed_breaks_the_same_files() -> None:
    assert list(islice(mutants(7), 50)) == list(islice(mutants(7), 50))
    assert list(islice(mutants(7), 50)) != list(islice(mutants(8), 50))


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the pictures that take the most memory of those that are not refused."""
    folder = tmp_path_factory.mktemp("largest")
    side, side_webp = int(MAX_PIXELS**0.5), int(MAX_PIXELS_WEBP**0.5)
    ink = (9, 9, 9, 99)
    cmyk = Image.new("CMYK", (side, side), 77)
    blots = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8))
    files = {
        "blots.jpg": saved(blots.resize((side, side)), "JPEG", quality=60),
        "progressive.jpg": saved(cmyk, "JPEG", progressive=True, subsampling=0),
        "transparent.png": saved(Image.new("RGBA", (side, side), ink), compress_level=1),
        "palette.png": saved(Image.new("P", (side, side)), transparency=b"\x07\x55"),
        "transparent.gif": saved(Image.new("L", (side, side)), "GIF", transparency=3),
        "transparent.webp": saved(
            Image.new("RGBA", (side_webp, side_webp), ink), "WEBP", method=0, quality=1
        ),
        "enlarged.avif": _FILES["avif-much-larger-and-transparent"],
        "photograph.heic": saved(
            Image.new("RGB", (4_000, 3_000), ink[:3]),
            "HEIF",
            quality=30,
            enc_params={"preset": "ultrafast"},
        ),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="only there is memory bounded")
def test_the_largest_pictures_fit_into_the_memory_there_is(largest: Path) -> None:
    """Without the clock, because a machine may have more to do."""
    code = """
import sys
from pathlib import Path
from core.uploads import UploadError, process
from core.uploads.decode import decode

files = [(file.name, file.read_bytes()) for file in sorted(Path(sys.argv[1]).iterdir())]
process._warm_up()
process._bound(files=3)
for name, data in files:
    try:
        print(name, *decode(data).size)
    except UploadError as error:
        print(name, error.problem)
"""
    said = _run(code, str(largest))

    assert len(said.splitlines()) == 8
    for line in said.splitlines():
        _, width, height = line.split()
        assert int(width) * int(height) <= MAX_PIXELS, line


@pytest.mark.skipif(sys.platform != "linux", reason="only there is memory bounded")
def test_what_needs_more_memory_is_given_up(worker: DecodingWorker) -> None:
    with pytest.raises(UploadError) as told:
        worker.decode(_FILES["heic-wants-too-much"])

    assert told.value.problem is UploadProblem.GAVE_UP
    assert worker.decode(picture(0)).size == (280, 280)
    assert MAX_MEMORY < 1 << 30


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured through /proc")
def test_whoever_has_them_read_grows_little(largest: Path, tmp_path: Path) -> None:
    """The bot's own process: what it asks the worker, and what it reads in what comes back."""
    for number, data in enumerate(_FILES.values()):
        (tmp_path / f"hostile-{number}").write_bytes(data)
    code = """
import re, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from core.explain.explainer import Explainer
from core.network import UPLOADS_WEIGHTS
from core.uploads import Reader, UploadError
from core.uploads.worker import DecodingWorker
from tests.builders import picture

def mebibytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

def read(file):
    try:
        reader.read(worker.decode(file.read_bytes()))
    except UploadError:
        pass

reader = Reader(Explainer.load(UPLOADS_WEIGHTS).logits)
files = [file for folder in sys.argv[1:] for file in Path(folder).iterdir()]
with DecodingWorker() as worker, ThreadPoolExecutor(2) as threads:
    reader.read(worker.decode(picture(0)))
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    idle = mebibytes("VmRSS")
    for _ in threads.map(read, files):
        pass
    print(mebibytes("VmHWM") - idle)
"""
    assert float(_run(code, str(tmp_path), str(largest))) < 100


def _run(code: str, *arguments: str) -> str:
    """Run code in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
