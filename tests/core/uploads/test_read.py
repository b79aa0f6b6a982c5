"""Plain pictures of one digit are read as the digit they are."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from core.dataset import DigitSet, as_input
from core.explain.explainer import Explainer
from core.uploads import read
from tests.builders import picture

_INDEXES = (0, 1, 2, 3, 4, 7, 11, 17, 84, 110)  # each digit once: 7 2 1 0 4 9 6 7 8…


def _png(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _ink(digits: DigitSet, index: int, side: int = 280) -> Image.Image:
    """Bright ink on black."""
    drawn = Image.fromarray(np.asarray(digits.images[index]))
    return drawn.resize((side, side), Image.Resampling.BICUBIC)


def _on_paper(ink: Image.Image) -> Image.Image:
    paper = Image.new("L", (900, 700), 235)
    paper.paste(40, (520, 60), ink)
    return paper


def _transparent(ink: Image.Image, colour: int) -> Image.Image:
    plain = Image.new("L", ink.size, colour)
    return Image.merge("LA", (plain, ink))


def _shaded(ink: Image.Image) -> Image.Image:
    light = np.linspace(120, 250, ink.width)[None].repeat(ink.height, 0)
    return Image.fromarray((light * (1 - np.asarray(ink) / 300)).astype(np.uint8))


def _specked(ink: Image.Image) -> Image.Image:
    paper = ImageOps.invert(ink)
    draw = ImageDraw.Draw(paper)
    for x, y in ((8, 8), (270, 12), (15, 262)):
        draw.ellipse((x, y, x + 3, y + 3), fill=0)
    return paper


_AS_SENT: dict[str, Callable[[Image.Image], bytes]] = {
    "as MNIST": lambda ink: _png(ink.resize((28, 28))),
    "white on black": _png,
    "black on white": lambda ink: _png(ImageOps.invert(ink)),
    "small in a corner": lambda ink: _png(_on_paper(ink.resize((120, 120)))),
    "cropped tight": lambda ink: _png(ink.crop(ink.getbbox())),
    "black on transparent": lambda ink: _png(_transparent(ink, 0)),
    "white on transparent": lambda ink: _png(_transparent(ink, 255)),
    "palette": lambda ink: _png(ImageOps.invert(ink).convert("P")),
    "one bit": lambda ink: _png(ImageOps.invert(ink).convert("1")),
    "sixteen bits": lambda ink: _png(
        Image.fromarray(np.asarray(ImageOps.invert(ink)).astype(np.uint16) * 257)
    ),
    "CMYK": lambda ink: _png(ImageOps.invert(ink).convert("CMYK"), "JPEG"),
    "poor JPEG": lambda ink: _png(ImageOps.invert(ink), "JPEG", quality=20),
    "WebP": lambda ink: _png(ImageOps.invert(ink), "WEBP"),
    "GIF": lambda ink: _png(ImageOps.invert(ink), "GIF"),
    "twelve megapixels": lambda ink: _png(
        _on_paper(ink).resize((4000, 3111), Image.Resampling.BICUBIC), "JPEG"
    ),
    "uneven light": lambda ink: _png(_shaded(ink)),
    "specks": lambda ink: _png(_specked(ink)),
}


@pytest.mark.parametrize("how", _AS_SENT)
def test_a_digit_is_read_however_it_is_sent(
    how: str, explainer: Explainer, digits: DigitSet
) -> None:
    wrong = []
    for index in _INDEXES:
        found = read(_AS_SENT[how](_ink(digits, index))).digits
        seen = [int(explainer.explain(digit.image[None]).digits[0]) for digit in found]
        if seen != [digits.labels[index]]:
            wrong.append((index, int(digits.labels[index]), seen))

    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(
    orientation: int, explainer: Explainer, digits: DigitSet
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
    upright = _on_paper(_ink(digits, 0))
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation

    reading = read(_png(stored, "JPEG", exif=exif, quality=95))

    assert reading.size == (900, 700)
    (digit,) = reading.digits
    assert explainer.explain(digit.image[None]).digits[0] == 7
    assert digit.box is not None
    left, top, right, bottom = digit.box
    assert 520 <= left < right <= 800
    assert 60 <= top < bottom <= 340


def test_test_digits_come_back_as_the_network_knows_them(
    explainer: Explainer, digits: DigitSet
) -> None:
    original = explainer.explain(as_input(digits.images[:200])).digits
    for side, dark in ((28, False), (280, True)):
        sent = [picture(index, side=side, dark_on_light=dark) for index in range(200)]
        read_back = np.stack([read(data).digits[0].image for data in sent])

        assert np.mean(explainer.explain(read_back).digits == original) >= 0.98


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_blank_page_has_no_digit(grey: int) -> None:
    assert read(_png(Image.new("L", (300, 200), grey))).digits == ()


def test_a_transparent_nothing_has_no_digit() -> None:
    assert read(_png(Image.new("RGBA", (50, 50)))).digits == ()


def test_a_digit_comes_in_mnists_normal_form(digits: DigitSet) -> None:
    (digit,) = read(_png(_on_paper(_ink(digits, 7)))).digits

    assert digit.image.shape == (28, 28)
    assert digit.image.dtype == np.float32
    assert digit.image.min() == 0
    assert 0.9 < digit.image.max() <= 1
    rows, columns = np.nonzero(digit.image > 0.1)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in range(18, 23)
    mass = digit.image / digit.image.sum()
    assert (mass.sum(1) @ np.arange(28)) == pytest.approx(13.5, abs=1.2)
    assert (mass.sum(0) @ np.arange(28)) == pytest.approx(13.5, abs=1.2)
