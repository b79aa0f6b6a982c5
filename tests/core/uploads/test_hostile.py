"""No file does more harm than a sentence."""

import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.uploads import MAX_BYTES, MAX_PIXELS, Reading, UploadError, UploadProblem, read
from core.uploads.limits import MAX_PIXELS_WEBP, MAX_SECONDS
from tests.builders import picture
from tests.core.uploads.hostile import hostile_files

# As in the product, where what is wrong with a picture's metadata is nobody's business.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

_FILES = hostile_files()


def _read_or_refused(data: bytes) -> Reading | str:
    try:
        return read(data)
    except UploadError as error:
        return str(error)


@pytest.mark.parametrize("name", _FILES)
def test_a_hostile_file_is_read_or_refused_in_bounded_time(name: str) -> None:
    started = time.thread_time()

    found = _read_or_refused(_FILES[name])

    assert isinstance(found, Reading) or re.fullmatch(r"[A-Z][^/\\\n.]+\.", found)
    assert time.thread_time() - started < MAX_SECONDS + 1


@pytest.mark.parametrize(
    ("problem", "names"),
    [
        (UploadProblem.EMPTY, "empty"),
        (UploadProblem.NOT_A_PICTURE, "one-byte text html pdf zip mp4 wav"),
        (UploadProblem.UNSUPPORTED, "svg svg-entities heic avif tiff bmp icon"),
        (
            UploadProblem.TOO_MANY_PIXELS,
            "png-bomb png-wide png-tall jpeg-bomb gif-bomb gif-frame-bomb webp-bomb",
        ),
        (
            UploadProblem.DAMAGED,
            "png-wrong-checksum png-text-bomb png-interlaced-cut png-million-chunks "
            "jpeg-two-sizes jpeg-million-scans webp-frame-beyond-canvas",
        ),
    ],
)
def test_what_is_wrong_is_told_apart(problem: UploadProblem, names: str) -> None:
    for name in names.split():
        with pytest.raises(UploadError) as told:
            read(_FILES[name])

        assert told.value.problem is problem, name


@pytest.mark.parametrize(
    "name",
    [
        "png-then-html",
        "jpeg-broken-exif",
        "jpeg-big-exif",
        "jpeg-broken-second-picture",
        "jpeg-profile-out-of-order",
        "gif-frame-beyond-canvas",
    ],
)
def test_a_picture_with_rubbish_beside_it_is_still_a_picture(name: str) -> None:
    assert len(read(_FILES[name]).digits) == 1


def test_a_file_over_the_limit_is_not_even_looked_at() -> None:
    with pytest.raises(UploadError) as told:
        read(bytes(MAX_BYTES + 1))

    assert told.value.problem is UploadProblem.TOO_LARGE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_cut_short_anywhere_is_refused(kind: str) -> None:
    data = picture(0, side=60, kind=kind)
    for length in np.linspace(0, len(data) * 0.95, 40).astype(int):
        with pytest.raises(UploadError):
            read(data[:length])


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured through /proc")
def test_in_a_process_of_their_own_they_take_little_memory_and_print_nothing(
    tmp_path: Path,
) -> None:
    """What the decoders take, Python does not see."""
    for number, data in enumerate(_FILES.values()):
        (tmp_path / f"hostile-{number}").write_bytes(data)
    _write_largest(tmp_path)
    code = """
import re, sys
from pathlib import Path
from core.uploads import UploadError, read
from tests.builders import picture

def mebibytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

read(picture(0))
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
idle = mebibytes("VmRSS")
for file in sorted(Path(sys.argv[1]).iterdir()):
    try:
        read(file.read_bytes())
    except UploadError:
        if file.name.startswith("largest"):
            raise
print(mebibytes("VmHWM") - idle)
"""
    told = subprocess.run(
        [sys.executable, "-W", "always", "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )

    assert float(told.stdout) < 260
    assert not told.stderr


def _write_largest(folder: Path) -> None:
    """Write the pictures that take the most memory of those that are not refused."""
    side = int(MAX_PIXELS**0.5)
    side_webp = int(MAX_PIXELS_WEBP**0.5)
    Image.new("CMYK", (side, side), 77).save(
        folder / "largest.jpg", progressive=True, subsampling=0
    )
    Image.new("RGBA", (side, side), (9, 9, 9, 99)).save(folder / "largest.png", compress_level=1)
    Image.new("P", (side, side)).save(folder / "largest-palette.png", transparency=b"\x07\x55")
    Image.new("L", (side, side)).save(folder / "largest.gif", transparency=3)
    Image.new("RGBA", (side_webp, side_webp), (9, 9, 9, 99)).save(
        folder / "largest.webp", method=0, quality=1
    )


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=5),
    cut=st.floats(0.3, 1),
)
def test_a_real_file_with_other_bytes_in_it_is_read_or_refused(
    kind: str, edits: list[tuple[float, bytes]], cut: float
) -> None:
    data = bytearray(picture(3, side=56, kind=kind))
    for place, other in edits:
        at = int(place * len(data))
        data[at : at + len(other)] = other

    found = _read_or_refused(bytes(data[: int(cut * len(data)) + 1]))

    assert isinstance(found, Reading | str)
