"""No file does more harm than a sentence."""

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.uploads import MAX_BYTES, Reading, UploadError, UploadProblem, read
from tests.builders import picture
from tests.core.uploads.hostile import hostile_files

_FILES = hostile_files()


def _read_or_refused(data: bytes) -> Reading | str:
    try:
        return read(data)
    except UploadError as error:
        return str(error)


@pytest.mark.parametrize("name", _FILES)
def test_a_hostile_file_is_read_or_refused_at_once(name: str) -> None:
    started = time.perf_counter()

    found = _read_or_refused(_FILES[name])

    assert isinstance(found, Reading) or re.fullmatch(r"[^/\n]+\.", found)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("empty", UploadProblem.EMPTY),
        ("text", UploadProblem.NOT_A_PICTURE),
        ("tiff", UploadProblem.UNSUPPORTED),
        ("heic", UploadProblem.UNSUPPORTED),
        ("svg", UploadProblem.UNSUPPORTED),
        ("png-bomb-13000", UploadProblem.TOO_MANY_PIXELS),
        ("jpeg-bomb", UploadProblem.TOO_MANY_PIXELS),
        ("png-cut-half", UploadProblem.DAMAGED),
        ("jpeg-cut-half", UploadProblem.DAMAGED),
    ],
)
def test_what_is_wrong_is_named(name: str, problem: UploadProblem) -> None:
    with pytest.raises(UploadError) as told:
        read(_FILES[name])

    assert told.value.problem is problem


def test_a_file_over_the_limit_is_not_even_looked_at() -> None:
    with pytest.raises(UploadError) as told:
        read(picture(0) + bytes(MAX_BYTES))

    assert told.value.problem is UploadProblem.TOO_LARGE


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured through /proc")
def test_all_of_them_together_take_little_memory() -> None:
    """In a process of its own: what the decoders take, Python does not see."""
    code = """
import re, sys
from contextlib import suppress
from pathlib import Path
from core.uploads import UploadError, read
from tests.core.uploads.hostile import hostile_files

def mebibytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

files = hostile_files()
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
idle = mebibytes("VmRSS")
for data in files.values():
    with suppress(UploadError):
        read(data)
print(mebibytes("VmHWM") - idle)
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100
    )

    assert float(told.stdout) < 300


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=5),
)
def test_a_real_file_with_other_bytes_in_it_is_read_or_refused(
    kind: str, edits: list[tuple[float, bytes]]
) -> None:
    data = bytearray(picture(3, kind=kind))
    for place, other in edits:
        at = int(place * len(data))
        data[at : at + len(other)] = other

    assert _read_or_refused(bytes(data))
