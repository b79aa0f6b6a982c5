"""A file of any kind becomes the picture that a person would see."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from core.uploads import MAX_PIXELS, Reader, UploadError, UploadProblem
from core.uploads.decode import decode, reopen
from core.uploads.limits import MAX_DECODED, MAX_SIDE
from core.uploads.worker import DecodingWorker
from tests.builders import picture, saved

pillow_heif.register_heif_opener()  # which saves them, too

_KINDS = ["PNG", "JPEG", "WEBP", "GIF", "HEIF", "AVIF"]


def _sheet(size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Four colours, by which one sees how the sheet lies."""
    image = Image.new("RGB", size, "white")
    drawing = ImageDraw.Draw(image)
    across, down = size[0] // 2, size[1] // 2
    drawing.rectangle((0, 0, across - 1, down - 1), fill="#c02040")
    drawing.rectangle((across, 0, *size), fill="#208040")
    drawing.rectangle((0, down, across - 1, size[1]), fill="#2040a0")
    drawing.rectangle((across, down, *size), fill="#f0e0b0")
    return image


def _ink(colour: str) -> Image.Image:
    """A stroke, and nothing else."""
    image = Image.new("RGBA", (80, 80))
    ImageDraw.Draw(image).line((40, 10, 40, 70), fill=colour, width=12)
    return image


def _indexed(transparent: int) -> Image.Image:
    """A black stroke on white paper, as a palette, one colour of which is not to be seen."""
    indexed = Image.new("P", (80, 80), 0)
    indexed.putpalette([255, 255, 255, 0, 0, 0])
    indexed.paste(1, (34, 10, 46, 70))
    indexed.info["transparency"] = transparent
    return indexed


def _deep(image: Image.Image) -> NDArray[np.uint16]:
    """Sixteen bits, of which the upper eight are the picture's and the others are not."""
    upper = np.asarray(image).astype(np.uint16)
    return upper * np.uint16(256) + (np.uint16(255) - upper)


def _deep_png(image: Image.Image) -> bytes:
    _, data = cv2.imencode(".png", _deep(image)[..., ::-1])
    return data.tobytes()


def _deep_heic(image: Image.Image) -> bytes:
    file = io.BytesIO()
    deep = pillow_heif.from_bytes("RGB;16", image.size, _deep(image).tobytes())
    deep.save(file, quality=90, chroma=444)
    return file.getvalue()


_AS_SENT: dict[str, tuple[Callable[[Image.Image], bytes], str, float]] = {
    "PNG": (saved, "RGB", 0),
    "grey": (lambda sheet: saved(sheet.convert("L")), "L", 0),
    "grey, and opaque": (lambda sheet: saved(sheet.convert("LA")), "L", 0),
    "opaque": (lambda sheet: saved(sheet.convert("RGBA")), "RGB", 0),
    "one bit": (lambda sheet: saved(sheet.convert("1")), "1", 0),
    "palette": (lambda sheet: saved(sheet.quantize(8)), "RGB", 1),
    "grey of sixteen bits": (
        lambda sheet: saved(Image.fromarray(_deep(sheet.convert("L")))),
        "L",
        0,
    ),
    "colours of sixteen bits": (_deep_png, "RGB", 1),
    "JPEG": (lambda sheet: saved(sheet, "JPEG"), "RGB", 4),
    "grey JPEG": (lambda sheet: saved(sheet.convert("L"), "JPEG"), "L", 3),
    "poor JPEG": (lambda sheet: saved(sheet, "JPEG", quality=30), "RGB", 6),
    "progressive JPEG": (lambda sheet: saved(sheet, "JPEG", progressive=True), "RGB", 4),
    "CMYK": (lambda sheet: saved(sheet.convert("CMYK"), "JPEG"), "RGB", 4),
    "with a second picture": (
        lambda sheet: saved(sheet, "MPO", save_all=True, append_images=[ImageOps.invert(sheet)]),
        "RGB",
        4,
    ),
    "GIF": (lambda sheet: saved(sheet, "GIF"), "RGB", 1),
    "interlaced GIF": (lambda sheet: saved(sheet, "GIF", interlace=1), "RGB", 1),
    "WebP": (lambda sheet: saved(sheet, "WEBP"), "RGB", 4),
    "poor WebP": (lambda sheet: saved(sheet, "WEBP", quality=30), "RGB", 6),
    "lossless WebP": (lambda sheet: saved(sheet, "WEBP", lossless=True), "RGB", 0),
    "HEIC": (lambda sheet: saved(sheet, "HEIF"), "RGB", 5),
    "HEIC of ten bits": (_deep_heic, "RGB", 5),
    "AVIF": (lambda sheet: saved(sheet, "AVIF"), "RGB", 5),
}
"""How to make the file, how much of the colours it keeps, and how far they are off on average."""

_INK_AS_SENT: dict[str, Callable[[Image.Image], bytes]] = {
    "PNG": saved,
    "grey": lambda ink: saved(ink.convert("LA")),
    "WebP": lambda ink: saved(ink, "WEBP"),
    "HEIC": lambda ink: saved(ink, "HEIF"),
    "AVIF": lambda ink: saved(ink, "AVIF"),
}


@pytest.mark.parametrize("how", _AS_SENT)
def test_a_picture_is_decoded_as_it_looks(how: str) -> None:
    make, mode, off = _AS_SENT[how]
    sheet = _sheet()

    decoded = decode(make(sheet))

    assert decoded.size == (160, 120)
    assert not decoded.animated
    assert _off(decoded.pixels, sheet.convert(mode).convert("RGB")) <= off


def _off(pixels: NDArray[np.uint8], image: Image.Image) -> float:
    assert pixels.dtype == np.uint8
    assert pixels.shape == (image.height, image.width, 3)
    return float(np.abs(pixels.astype(int) - np.asarray(image)).mean())


@pytest.mark.parametrize(("colour", "paper"), [("black", 255), ("white", 0)])
@pytest.mark.parametrize("how", _INK_AS_SENT)
def test_ink_on_nothing_is_decoded_on_paper(how: str, colour: str, paper: int) -> None:
    pixels = decode(_INK_AS_SENT[how](_ink(colour))).pixels

    assert np.abs(pixels[40, 40].astype(int) - (255 - paper)).max() < 12
    assert np.abs(pixels[5, 5].astype(int) - paper).max() < 12


@pytest.mark.parametrize(
    "data",
    [
        saved(_indexed(0), transparency=0),
        saved(_indexed(0), "GIF", transparency=0),
        saved(_indexed(0).convert("RGB"), transparency=(255, 255, 255)),
        saved(_indexed(0).resize((2400, 2400)), transparency=0),
        saved(_indexed(0).resize((2400, 2400)), transparency=b"\x00\xff"),
    ],
    ids=["palette", "GIF", "one colour", "large palette", "palette of coverages"],
)
def test_paper_that_is_not_to_be_seen_is_paper(data: bytes) -> None:
    pixels = decode(data).pixels

    middle = len(pixels) // 2
    assert pixels[middle, middle].tolist() == [0, 0, 0]
    assert pixels[5, 5].tolist() == [255, 255, 255]


def test_the_process_that_may_load_nothing_decodes_all_of_them_alike() -> None:
    sheet, ink = _sheet(), _ink("black")
    sent = {how: make(sheet) for how, (make, _, _) in _AS_SENT.items()}
    sent |= {f"ink, {how}": make(ink) for how, make in _INK_AS_SENT.items()}
    sent["palette"] = saved(_indexed(0), transparency=0)
    sent["large"] = saved(_sheet((3000, 2000)), "JPEG")

    with DecodingWorker(processes=1) as worker:
        for how, data in sent.items():
            here, there = decode(data), worker.decode(data)

            assert np.array_equal(here.pixels, there.pixels), how
            assert (here.size, here.file) == (there.size, there.file), how


_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera that was held so stores what it saw."""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "HEIF", "AVIF"])
def test_a_picture_is_turned_as_its_exif_says(kind: str, orientation: int) -> None:
    upright = _sheet()
    stored = upright.transpose(_STORED[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation

    decoded = decode(saved(stored, kind, exif=exif.tobytes()))

    assert decoded.size == (160, 120)
    assert _off(decoded.pixels, upright) < 8


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_large_picture_is_turned_as_well(orientation: int) -> None:
    upright = _sheet((3000, 2400))
    exif = Image.Exif()
    exif[0x0112] = orientation

    decoded = decode(saved(upright.transpose(_STORED[orientation]), "JPEG", exif=exif))

    assert decoded.size == (3000, 2400)
    assert _off(decoded.pixels, upright.reduce(2)) < 4


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_of_an_animation_the_first_frame_is_decoded(kind: str) -> None:
    first = _sheet()
    later = [ImageOps.invert(first), ImageOps.mirror(first)]

    decoded = decode(saved(first, kind, save_all=True, append_images=later))

    assert decoded.animated
    assert _off(decoded.pixels, first) < 6


@pytest.mark.parametrize("kind", _KINDS)
def test_a_still_picture_is_not_said_to_be_animated(kind: str) -> None:
    assert not decode(saved(_sheet(), kind)).animated


def test_a_photograph_with_its_thumbnail_is_not_said_to_be_animated() -> None:
    assert not decode(saved(_sheet(), "HEIF", thumbnails=[64])).animated


def test_a_thumbnail_that_is_large_enough_shows_the_same() -> None:
    sheet = _sheet((4400, 3300))
    with_thumbnail = saved(
        sheet, "HEIF", thumbnails=[2200], quality=60, enc_params={"preset": "ultrafast"}
    )

    decoded = decode(with_thumbnail)

    assert decoded.size == (4400, 3300)
    assert decoded.pixels[..., 0].size <= MAX_DECODED
    assert _off(decoded.pixels, sheet.resize(decoded.pixels.shape[1::-1])) < 6


@pytest.mark.parametrize("size", [(1, 1), (1, 60_000), (60_000, 1), (3, 9_000)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_pictures_of_odd_proportions_are_decoded(kind: str, size: tuple[int, int]) -> None:
    decoded = decode(saved(Image.new("L", size, 200), kind))

    assert decoded.size == size
    assert max(decoded.pixels.shape) <= MAX_SIDE
    assert np.ptp(decoded.pixels) < 3


@pytest.mark.sampled(4)
@pytest.mark.parametrize("side", [2047, 2048, 2049, 4097])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_shrunk_to_the_working_size(kind: str, side: int) -> None:
    sheet = _sheet((side, 2048))

    decoded = decode(saved(sheet, kind))

    pixels = decoded.pixels[..., 0].size
    assert decoded.size == sheet.size
    assert pixels == side * 2048 if side <= 2048 else MAX_DECODED / 4.1 <= pixels <= MAX_DECODED
    assert _off(decoded.pixels, sheet.resize(decoded.pixels.shape[1::-1])) < 3


def test_the_largest_picture_is_decoded_and_a_larger_one_is_not() -> None:
    side = int(MAX_PIXELS**0.5)
    page = Image.new("L", (side, side), 255)
    page.paste(0, (3000, 3000, 4000, 4000))

    decoded = decode(saved(page, compress_level=1))

    assert decoded.size == (side, side)
    across, _ = decoded.scale
    at = [round(place / across) for place in (2900, 3100, 3900, 4100)]
    assert decoded.pixels[at, at, 0].tolist() == [255, 0, 0, 255]
    with pytest.raises(UploadError) as told:
        decode(saved(Image.new("1", (side + 1, side + 1))))
    assert told.value.problem is UploadProblem.TOO_MANY_PIXELS


@pytest.mark.parametrize(("side", "kept_as"), [(200, "PNG"), (900, "JPEG")])
@pytest.mark.parametrize("kind", _KINDS)
def test_the_file_that_is_kept_shows_exactly_the_pixels(kind: str, side: int, kept_as: str) -> None:
    decoded = decode(saved(_sheet((side, side)), kind))

    again = reopen(decoded.file)

    assert np.array_equal(again.pixels, decoded.pixels)
    with Image.open(io.BytesIO(decoded.file)) as kept:
        assert kept.format == kept_as
        assert np.array_equal(np.asarray(kept), decoded.pixels)


def test_the_same_bytes_give_the_same_pixels_on_any_thread() -> None:
    sent = [picture(index, kind=kind) for index in range(4) for kind in _KINDS]

    alone = [decode(data).file for data in sent]
    with ThreadPoolExecutor(4) as threads:
        together = [decoded.file for decoded in threads.map(decode, sent)]

    assert together == alone


@pytest.mark.parametrize("kind", _KINDS)
def test_a_digit_is_found_in_what_was_decoded(kind: str, reader: Reader) -> None:
    drawing = decode(picture(0, side=112, kind=kind))
    page = Image.new("RGB", (900, 700), "#ebebeb")
    page.paste(Image.fromarray(drawing.pixels), (520, 60))
    options: dict[str, Any] = {"quality": 90} if kind in {"JPEG", "WEBP", "HEIF", "AVIF"} else {}

    (digit,) = reader.read(decode(saved(page, kind, **options))).digits

    assert digit.box is not None
    left, top, right, bottom = digit.box
    assert 520 <= left < right <= 632
    assert 60 <= top < bottom <= 172


def test_a_box_is_turned_into_the_pictures_own_pixels() -> None:
    decoded = decode(saved(Image.new("L", (4000, 3000))))

    assert decoded.scale == (2.0, 2.0)
    assert decoded.scale == (2, 2)
