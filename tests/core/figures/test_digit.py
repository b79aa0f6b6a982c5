import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.dataset import test_digit as shipped
from core.figures.digit import draw_digit, read_digit


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


DRAWN = draw_digit(shipped(7).image)


def test_the_picture_is_the_digit_eight_times_as_large() -> None:
    image = shipped(7).image
    with Image.open(io.BytesIO(DRAWN)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "L", (224, 224))
        pixels = np.asarray(picture)
    assert np.array_equal(pixels, np.kron(np.rint(image * 255), np.ones((8, 8))))


@pytest.mark.parametrize("index", [0, 7, 9_999])
def test_a_shipped_digit_comes_back_as_it_was(index: int) -> None:
    image = shipped(index).image
    back = read_digit(draw_digit(image))
    assert back.dtype == np.float32
    assert np.array_equal(back, image)


def test_any_digit_comes_back_in_steps_of_a_255th() -> None:
    image = np.random.default_rng(0).random((28, 28), dtype=np.float32)
    expected = np.rint(image * 255).astype(np.float32) / 255
    assert np.array_equal(read_digit(draw_digit(image)), expected.astype(np.float32))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<svg/>", id="no PNG"),
        pytest.param(DRAWN[:26], id="a header alone"),
        pytest.param(DRAWN[:-30], id="the end cut off"),
        pytest.param(png(Image.new("RGB", (224, 224))), id="colours"),
        pytest.param(png(Image.new("L", (225, 224))), id="another size"),
        pytest.param(png(Image.linear_gradient("L").resize((224, 224))), id="no squares"),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"PNG|digit"):
        read_digit(data)


def test_a_second_header_does_not_smuggle_in_a_huge_picture() -> None:
    huge = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    with pytest.raises(ValueError, match="PNG"):
        read_digit(DRAWN[:33] + huge + DRAWN[33:])


def test_a_text_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    packed = zlib.compress(bytes(80_000_000))
    with pytest.raises(ValueError, match="broken"):
        read_digit(DRAWN[:33] + chunk(b"zTXt", b"k\0\0" + packed) + DRAWN[33:])


def test_broken_bytes_never_raise_anything_else() -> None:
    dice = np.random.default_rng(0)
    for _ in range(300):
        data = np.frombuffer(DRAWN, np.uint8).copy()
        data[dice.integers(len(data), size=3)] = dice.integers(256, size=3)
        try:
            image = read_digit(data[: dice.integers(len(data) + 1)].tobytes())
        except ValueError:
            continue
        assert image.shape == (28, 28)
