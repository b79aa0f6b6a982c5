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

from core.uploads import MAX_BYTES, DecodedImage, UploadError, UploadProblem
from core.uploads.decode import decode
from core.uploads.limits import MAX_MEMORY, MAX_WAIT
from core.uploads.worker import DecodingWorker
from scripts.fuzz import feed, mutants, real_files
from tests.builders import picture
from tests.core.uploads.hostile import hostile_files, largest_pictures

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


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", _FILES)
def test_a_hostile_file_is_a_picture_or_a_sentence(name: str, worker: DecodingWorker) -> None:
    started = time.monotonic()
    try:
        found: DecodedImage | str = worker.decode(_FILES[name])
    except UploadError as error:
        found = str(error)

    assert isinstance(found, DecodedImage) or re.fullmatch(r"[A-Z][^/\\\n.]+\.", found)
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
            "avif-nothing-after-its-name avif-cut-in-half avif-animation-without-time "
            "png-named-jpeg",
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


@pytest.mark.slow
def test_real_files_broken_by_chance_are_read_or_refused() -> None:
    """The beginning of what `scripts.fuzz` goes on with."""
    fed = list(feed(islice(mutants(1), 800)))

    assert [(file.name, outcome) for file, outcome, is_fault in fed if is_fault] == []
    assert {outcome for _, outcome, _ in fed} >= {"picture", "damaged", "not_a_picture"}


def test_what_is_broken_by_chance_is_read_as_long_as_it_is_whole(worker: DecodingWorker) -> None:
    for _, data in real_files():
        assert worker.decode(data).size in {(96, 72), (72, 96), (400, 300)}


@pytest.mark.slow
def test_the_same_seed_breaks_the_same_files() -> None:
    first = list(islice(mutants(7), 200))
    time.sleep(1.1)  # files may hold the second they were made in

    assert list(islice(mutants(7), 200)) == first
    assert list(islice(mutants(8), 200)) != first


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only there is memory bounded")
def test_the_largest_pictures_fit_into_the_memory_there_is(tmp_path: Path) -> None:
    """Without the clock, because a machine may have more to do."""
    code = """
import sys
from pathlib import Path
from core.uploads import UploadError, process
from core.uploads.decode import decode

files = [(file.name, file.read_bytes()) for file in Path(sys.argv[1]).iterdir()]
process._warm_up()
process._bound(files=3)
for name, data in files:
    try:
        print(name, *decode(data).size)
    except UploadError as error:
        print(name, error.problem)
"""
    said = _run(code, tmp_path, largest_pictures())

    read = dict(line.split(maxsplit=1) for line in said.splitlines())
    assert read.keys() == largest_pictures().keys()
    for name, size in read.items():
        assert re.fullmatch(r"\d+ \d+", size), f"{name}: {size}"


@pytest.mark.skipif(sys.platform != "linux", reason="only there is memory bounded")
def test_what_needs_more_memory_is_given_up(worker: DecodingWorker) -> None:
    with pytest.raises(UploadError) as told:
        worker.decode(_FILES["heic-wants-too-much"])

    assert told.value.problem is UploadProblem.GAVE_UP
    assert worker.decode(picture(0)).size == (280, 280)
    assert MAX_MEMORY < 1 << 30


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured through /proc")
def test_whoever_has_them_decoded_grows_little(tmp_path: Path) -> None:
    code = """
import re, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from core.uploads import UploadError
from core.uploads.worker import DecodingWorker
from tests.builders import picture

def mebibytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

def decode(file):
    try:
        return worker.decode(file.read_bytes()).size
    except UploadError as error:
        return error.problem

files = list(Path(sys.argv[1]).iterdir())
with DecodingWorker() as worker, ThreadPoolExecutor(2) as threads:
    worker.decode(picture(0))
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    idle = mebibytes("VmRSS")
    assert len(list(threads.map(decode, files))) == len(files)
    print(mebibytes("VmHWM") - idle)
"""
    said = _run(code, tmp_path, _FILES | largest_pictures())

    assert float(said) < 100


def _run(code: str, folder: Path, files: dict[str, bytes]) -> str:
    """Run code in a process of its own, with a folder of files; what it prints is returned."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    complaints = [line for line in done.stderr.splitlines() if "decoding process ended" not in line]
    assert complaints == []
    return done.stdout
