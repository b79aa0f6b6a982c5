"""Pictures as people would send them, made of the shipped test digits."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from core.dataset import DigitSet, load_test_digits
from core.digit import Digit
from core.uploads import Reading

_PAPER = 255


def some_digits(digits: DigitSet, start: int, end: int) -> DigitSet:
    """Digits from one to before another one, by their numbers."""
    return DigitSet(digits.images[start:end], digits.labels[start:end])


def picture(index: int, *, side: int = 280, dark_on_light: bool = True, kind: str = "PNG") -> bytes:
    """A test digit as a drawing: `side` pixels wide, ink on paper or the reverse."""
    digit = Image.fromarray(np.asarray(load_test_digits().images[index]))
    drawing = digit.resize((side, side), Image.Resampling.BICUBIC)
    if dark_on_light:
        drawing = drawing.point(lambda grey: 255 - grey)
    return saved(drawing, kind)


def row(*indexes: int, side: int = 112, margin: int = 40) -> bytes:
    """Test digits written side by side on a sheet of paper, PNG."""
    sheet = Image.new("L", (len(indexes) * side + 2 * margin, side + 2 * margin), _PAPER)
    for place, index in enumerate(indexes):
        digit = Image.fromarray(255 - np.asarray(load_test_digits().images[index]))
        drawing = digit.resize((side, side), Image.Resampling.BICUBIC)
        sheet.paste(drawing, (margin + place * side, margin))
    return saved(sheet)


def blank(side: int = 280) -> bytes:
    """A sheet of paper with nothing on it, PNG."""
    return saved(Image.new("L", (side, side), _PAPER))


def saved(drawing: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The file of a drawing."""
    buffer = io.BytesIO()
    drawing.save(buffer, kind, **options)
    return buffer.getvalue()


def sideways(reading: Reading) -> Reading:
    """The reading of the same picture, turned clockwise by 90 degrees."""
    _, height = reading.picture.size

    def turned(digit: Digit) -> Digit:
        assert digit.box is not None
        assert digit.warp is not None
        left, top, right, bottom = digit.box
        x, y = digit.warp
        warp = np.array([-y + (0, 0, height), x])
        return replace(digit, box=(height - bottom, left, height - top, right), warp=warp)

    pixels = np.ascontiguousarray(np.rot90(reading.picture.pixels, -1))
    return replace(
        reading,
        picture=replace(reading.picture, pixels=pixels, size=reading.picture.size[::-1]),
        ink=np.ascontiguousarray(np.rot90(reading.ink, -1)),
        digits=tuple(turned(digit) for digit in reading.digits),
        turned=90,
    )
