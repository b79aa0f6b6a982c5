"""The orientation is found in any EXIF block, and looked for in none in vain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.uploads.exif import orientation

_ORIENTATION, _MAKER = 0x0112, 0x010F


def _exif(**tags: int | str) -> bytes:
    exif = Image.Exif()
    exif[_MAKER] = tags.get("maker", "a camera")
    exif[_ORIENTATION] = tags["orientation"]
    return exif.tobytes()


@pytest.mark.parametrize("turned", range(1, 9))
def test_the_orientation_is_found_after_other_tags(turned: int) -> None:
    exif = _exif(orientation=turned)

    assert orientation(exif) == turned
    assert orientation(exif.removeprefix(b"Exif\0\0")) == turned


def test_big_endian_blocks_are_read_too() -> None:
    block = b"MM\0*\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\3\0\0\0\1\0\6\0\0" + bytes(4)

    assert orientation(block) == 6


@pytest.mark.parametrize("nonsense", [0, 9, 60_000])
def test_an_orientation_that_does_not_exist_is_as_stored(nonsense: int) -> None:
    assert orientation(_exif(orientation=nonsense)) == 1


@given(st.binary(max_size=80), st.sampled_from([b"II*\0", b"MM\0*", b""]))
def test_a_block_of_anything_is_as_stored_or_turned(rest: bytes, start: bytes) -> None:
    assert 1 <= orientation(start + rest) <= 8
