"""Pictures as people would send them, made of the shipped test digits."""

import io

import numpy as np
from PIL import Image

from core.dataset import load_test_digits


def picture(index: int, *, side: int = 280, dark_on_light: bool = True, kind: str = "PNG") -> bytes:
    """A test digit as a drawing: `side` pixels wide, ink on paper or the reverse."""
    digit = Image.fromarray(np.asarray(load_test_digits().images[index]))
    drawing = digit.resize((side, side), Image.Resampling.BICUBIC)
    if dark_on_light:
        drawing = drawing.point(lambda grey: 255 - grey)
    buffer = io.BytesIO()
    drawing.save(buffer, kind)
    return buffer.getvalue()
