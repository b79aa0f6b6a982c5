"""A photograph of handwriting in a notebook, made of test digits."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from core.dataset import load_test_digits

_HEIGHT, _DIGIT, _SQUARE = 480, 224, 40
_PAPER, _RULING, _INK = (244, 238, 224), (172, 196, 214), (32, 48, 128)
_NOISE = 3.0


def photograph(indexes: Sequence[int], *, tilt: float = 4) -> bytes:
    """Draw test digits in blue ink on squared paper, lit from the left, as a JPEG file.

    The tilt is in degrees, counter-clockwise.
    """
    width = _DIGIT * len(indexes) + 240
    ink = Image.new("L", (width, _HEIGHT))
    for place, index in enumerate(indexes):
        digit = Image.fromarray(np.asarray(load_test_digits().images[index]))
        at = (120 + place * _DIGIT, (_HEIGHT - _DIGIT) // 2)
        ink.paste(digit.resize((_DIGIT, _DIGIT), Image.Resampling.BICUBIC), at)
    sheet = Image.new("RGB", ink.size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for x in range(0, width, _SQUARE):
        draw.line((x, 0, x, _HEIGHT), _RULING)
    for y in range(0, _HEIGHT, _SQUARE):
        draw.line((0, y, width, y), _RULING)
    sheet.paste(_INK, mask=ink)
    sheet = sheet.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=_PAPER)
    lit = np.asarray(sheet) * np.linspace(1, 0.62, width)[:, np.newaxis]
    lit += np.random.default_rng(0).normal(0, _NOISE, lit.shape)
    jpeg = io.BytesIO()
    Image.fromarray(lit.clip(0, 255).astype(np.uint8)).save(jpeg, "JPEG", quality=88)
    return jpeg.getvalue()
