"""Plain pictures of one digit are read as the digit they are."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from core.dataset import DigitSet, as_input
from core.explain.explainer import Explainer
from core.uploads import MAX_PIXELS, read
from tests.builders import picture


def _file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _ink(digits: DigitSet, index: int) -> Image.Image:
    """A test digit, 280 pixels wide, bright on black."""
    drawn = Image.fromarray(np.asarray(digits.images[index]))
    return drawn.resize((280, 280), Image.Resampling.BICUBIC)


def _on_page(ink: Image.Image, size: tuple[int, int] = (900, 700)) -> Image.Image:
    page = Image.new("L", size, 235)
    page.paste(40, (520, 60), ink)
    return page


def _transparent(ink: Image.Image, colour: int) -> Image.Image:
    return Image.merge("LA", (Image.new("L", ink.size, colour), ink))


def _indexed(ink: Image.Image, transparent: int) -> Image.Image:
    """As a palette: 0 is white, 1 is black; one of them is not to be seen."""
    indexed = Image.fromarray((np.asarray(ink) > 128).astype(np.uint8), "L")
    indexed.putpalette([255, 255, 255, 0, 0, 0])
    indexed.info["transparency"] = transparent
    return indexed


def _in_uneven_light(ink: Image.Image) -> Image.Image:
    light = np.linspace(90, 250, ink.width)
    return Image.fromarray((light * (1 - np.asarray(ink) / 300)).astype(np.uint8))


_AS_SENT: dict[str, Callable[[Image.Image], bytes]] = {
    "as MNIST": lambda ink: _file(ink.resize((28, 28))),
    "tiny": lambda ink: _file(ink.resize((16, 16))),
    "white on black": _file,
    "black on white": lambda ink: _file(ImageOps.invert(ink)),
    "grey on grey": lambda ink: _file(ink.point(lambda value: 150 - value // 6)),
    "red on yellow": lambda ink: _file(ImageOps.colorize(ink, "#ffee99", "#cc0000")),
    "small on a page": lambda ink: _file(_on_page(ink.resize((90, 90)))),
    "twelve megapixels": lambda ink: _file(_on_page(ink, (4000, 3000)), "JPEG"),
    "cropped tight": lambda ink: _file(ink.crop(ink.point(lambda v: v > 99 and 255).getbbox())),
    "black on transparent": lambda ink: _file(_transparent(ink, 0)),
    "white on transparent": lambda ink: _file(_transparent(ink, 255)),
    "palette": lambda ink: _file(ImageOps.invert(ink).convert("P")),
    "palette with transparent paper": lambda ink: _file(_indexed(ink, 0), transparency=0),
    "palette, large": lambda ink: _file(_indexed(ink.resize((2000, 2000)), 0), transparency=0),
    "transparent colour": lambda ink: _file(
        ImageOps.invert(ink).convert("RGB"), transparency=(255, 255, 255)
    ),
    "one bit": lambda ink: _file(ImageOps.invert(ink).convert("1")),
    "sixteen bits": lambda ink: _file(
        Image.fromarray(np.asarray(ImageOps.invert(ink)).astype(np.uint16) * 257)
    ),
    "CMYK": lambda ink: _file(ImageOps.invert(ink).convert("CMYK"), "JPEG"),
    "poor JPEG": lambda ink: _file(ImageOps.invert(ink), "JPEG", quality=30),
    "progressive JPEG": lambda ink: _file(ImageOps.invert(ink), "JPEG", progressive=True),
    "lossless WebP": lambda ink: _file(_transparent(ink, 0).convert("RGBA"), "WEBP", lossless=True),
    "poor WebP": lambda ink: _file(ImageOps.invert(ink), "WEBP", quality=30),
    "GIF": lambda ink: _file(ImageOps.invert(ink), "GIF"),
    "GIF on transparent": lambda ink: _file(_indexed(ink, 0), "GIF", transparency=0),
    "uneven light": lambda ink: _file(_in_uneven_light(ink)),
}


def _seen(explainer: Explainer, data: bytes) -> list[int]:
    return [int(explainer.explain(digit.image[None]).digits[0]) for digit in read(data).digits]


@pytest.mark.parametrize("how", _AS_SENT)
def test_a_digit_is_read_however_it_is_sent(
    how: str, explainer: Explainer, digits: DigitSet
) -> None:
    for label in range(10):
        index = int(np.flatnonzero(digits.labels == label)[2])

        assert _seen(explainer, _AS_SENT[how](_ink(digits, index))) == [label], index


@pytest.mark.parametrize("side", [28, 280])
@pytest.mark.parametrize("dark_on_light", [True, False])
def test_test_digits_come_back_as_the_network_knows_them(
    side: int, dark_on_light: bool, explainer: Explainer, digits: DigitSet
) -> None:
    known = explainer.explain(as_input(digits.images[:300])).digits

    sent = [picture(index, side=side, dark_on_light=dark_on_light) for index in range(300)]
    images = np.stack([read(data).digits[0].image for data in sent])

    assert np.mean(explainer.explain(images).digits == known) >= 0.98


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(
    orientation: int, kind: str, explainer: Explainer, digits: DigitSet
) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = _on_page(_ink(digits, 0))
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation

    reading = read(_file(stored, kind, exif=exif))

    assert reading.size == (900, 700)
    (digit,) = reading.digits
    assert explainer.explain(digit.image[None]).digits[0] == 7


@pytest.mark.parametrize("scale", [1, 3, 5])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_box_is_in_the_pixels_of_the_picture_as_shown(scale: int, kind: str) -> None:
    page = Image.new("L", (900 * scale, 700 * scale), 235)
    drawn = tuple(scale * side for side in (520, 60, 640, 260))
    ImageDraw.Draw(page).ellipse(drawn, outline=20, width=20 * scale)

    reading = read(_file(page, kind))

    assert reading.size == page.size
    assert reading.digits[0].box == pytest.approx(drawn, abs=4 * scale)


@pytest.mark.parametrize("label", range(10))
def test_hair_thin_lines_are_read(label: int, explainer: Explainer) -> None:
    page = np.full((900, 700), 255, np.uint8)
    cv2.putText(page, str(label), (200, 650), cv2.FONT_HERSHEY_SIMPLEX, 18, 0, thickness=1)

    assert _seen(explainer, _file(Image.fromarray(page))) == [label]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_read(
    kind: str, explainer: Explainer, digits: DigitSet
) -> None:
    frames = [_ink(digits, index) for index in (0, 1, 3)]

    data = _file(frames[0], kind, save_all=True, append_images=frames[1:])

    assert _seen(explainer, data) == [7]


@pytest.mark.parametrize("colour", ["black", "#808080", "white", "#ff0000"])
@pytest.mark.parametrize("size", [(1, 1), (28, 28), (300, 200), (2000, 1500)])
def test_a_blank_page_has_no_digit(colour: str, size: tuple[int, int]) -> None:
    page = Image.new("RGB", size, colour)

    assert read(_file(page)).digits == ()
    assert read(_file(page, "JPEG")).digits == ()


def test_a_transparent_nothing_has_no_digit() -> None:
    assert read(_file(Image.new("RGBA", (50, 50)))).digits == ()


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1), (3, 9_000)])
def test_pictures_of_odd_proportions_have_no_digit(size: tuple[int, int]) -> None:
    for kind in ("PNG", "JPEG", "GIF"):
        reading = read(_file(Image.new("L", size), kind))

        assert reading.digits == ()
        assert reading.size == size


def test_the_largest_picture_is_read(explainer: Explainer, digits: DigitSet) -> None:
    side = int(MAX_PIXELS**0.5)
    page = Image.new("L", (side, side), 255)
    page.paste(0, (1000, 1500), _ink(digits, 0).resize((2000, 2000)))

    assert _seen(explainer, _file(page, compress_level=1)) == [7]


def test_the_same_bytes_give_the_same_digit_on_any_thread() -> None:
    sent = [picture(index, kind=kind) for index in range(6) for kind in ("PNG", "JPEG", "WEBP")]

    alone = [read(data).digits[0].image.tobytes() for data in sent]
    with ThreadPoolExecutor(4) as threads:
        together = [reading.digits[0].image.tobytes() for reading in threads.map(read, sent)]

    assert together == alone
