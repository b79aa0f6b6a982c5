"""A file's format is told by what is in it."""

import io

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from core.uploads import UploadError, UploadProblem
from core.uploads.formats import detect_format
from tests.builders import saved

pillow_heif.register_heif_opener()  # which saves them, too


def _problem(data: bytes) -> UploadProblem | None:
    try:
        detect_format(data)
    except UploadError as error:
        return error.problem
    return None


def _brands(*brands: bytes) -> bytes:
    """The beginning of a file of boxes: its own brand, and those it is compatible with."""
    names = brands[0] + bytes(4) + b"".join(brands[1:])
    return (len(names) + 8).to_bytes(4, "big") + b"ftyp" + names + b"\0\0\0\x08free"


@pytest.mark.parametrize(
    ("kind", "reader"),
    [
        ("PNG", PngImageFile),
        ("JPEG", JpegImageFile),
        ("MPO", JpegImageFile),
        ("GIF", GifImageFile),
        ("WEBP", WebPImageFile),
        ("HEIF", HeifImageFile),
        ("AVIF", AvifImageFile),
    ],
)
def test_every_format_has_its_reader(kind: str, reader: type[ImageFile]) -> None:
    data = saved(Image.new("RGB", (64, 64)), kind)

    assert detect_format(data) is reader
    with reader(io.BytesIO(data)) as opened:
        assert opened.size == (64, 64)


@pytest.mark.parametrize(
    ("brands", "reader"),
    [
        ([b"heic", b"mif1", b"heic"], HeifImageFile),  # iPhone
        ([b"mif1", b"mif1", b"heic"], HeifImageFile),
        ([b"heix", b"mif1"], HeifImageFile),  # ten bits
        ([b"hevc", b"msf1", b"hevc"], HeifImageFile),  # a sequence
        ([b"msf1", b"hevc"], HeifImageFile),
        ([b"avif", b"mif1", b"miaf", b"MA1B"], AvifImageFile),
        ([b"mif1", b"miaf", b"avif"], AvifImageFile),
        ([b"avis", b"msf1", b"avif"], AvifImageFile),
    ],
)
def test_heic_and_avif_are_told_apart_by_their_brands(
    brands: list[bytes], reader: type[ImageFile]
) -> None:
    assert detect_format(_brands(*brands)) is reader


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "JPEG2000"])
def test_other_formats_are_pictures_but_are_not_read(kind: str) -> None:
    data = saved(Image.new("RGB", (32, 32)), kind)

    assert _problem(data) is UploadProblem.UNSUPPORTED


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n<svg/>',
        b"8BPS\0\1",
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"\xff\x0a\xfa\x1f",
    ],
    ids=["SVG", "SVG with a heading", "Photoshop", "JPEG XL", "JPEG XL, bare"],
)
def test_so_are_those_that_no_library_here_writes(data: bytes) -> None:
    assert _problem(data) is UploadProblem.UNSUPPORTED


@pytest.mark.parametrize(
    "data",
    [
        b"BM was here",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"GIF90a",
        b"<!DOCTYPE html><html>",
        b"\x89PNG\n",
        _brands(b"isom", b"mp41"),
        _brands(b"M4A ", b"isom"),
        b"x" + saved(Image.new("L", (9, 9))),
    ],
    ids=["BMP", "WAV", "GIF", "HTML", "PNG", "MP4", "M4A", "PNG later on"],
)
def test_what_only_begins_like_one_is_no_picture(data: bytes) -> None:
    assert _problem(data) is UploadProblem.NOT_A_PICTURE


@given(st.binary(max_size=40))
def test_anything_else_is_no_picture(data: bytes) -> None:
    assert _problem(b"?" + data) is UploadProblem.NOT_A_PICTURE


@given(
    st.sampled_from([b"", b"<svg", b"<?", b"....ftyp", b"....ftypmif1....", b"RIFF", b"BM"]),
    st.sampled_from([b" ", b"<!", b"....", b"mif1", b"\0"]),
    st.integers(0, 5_000_000),
)
def test_no_file_keeps_it_busy(start: bytes, again: bytes, times: int) -> None:
    """The head alone is looked at: hypothesis itself would complain of anything slow."""
    _problem(start + again * (times // len(again)))
