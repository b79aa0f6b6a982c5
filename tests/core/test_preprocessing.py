"""A picture becomes what a network takes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.preprocessing import MAX_SIDE, MIN_SIDE, Preprocessing, input_size, prepare

RGB = (200, 100, 50)


def picture(height: int = 30, width: int = 40) -> NDArray[np.uint8]:
    return np.full((height, width, 3), RGB, np.uint8)


@pytest.mark.parametrize(
    ("preprocessing", "expected"),
    [
        ("none", (200, 100, 50)),
        ("unit", (200 / 255, 100 / 255, 50 / 255)),
        ("tf", (200 / 127.5 - 1, 100 / 127.5 - 1, 50 / 127.5 - 1)),
        ("caffe", (50 - 103.939, 100 - 116.779, 200 - 123.68)),  # blue first
        (
            "torch",
            (
                (200 / 255 - 0.485) / 0.229,
                (100 / 255 - 0.456) / 0.224,
                (50 / 255 - 0.406) / 0.225,
            ),
        ),
    ],
)
def test_pixels_become_what_they_are_said_to(
    preprocessing: str, expected: tuple[float, float, float]
) -> None:
    batch = prepare(picture(), (8, 6, 3), Preprocessing(preprocessing))

    assert batch.shape == (1, 8, 6, 3)
    assert batch.dtype == np.float32
    np.testing.assert_allclose(batch, np.broadcast_to(expected, batch.shape), rtol=1e-5)


def test_a_grey_network_gets_the_luminance() -> None:
    batch = prepare(picture(), (8, 6, 1), Preprocessing.NONE)

    assert batch.shape == (1, 8, 6, 1)
    assert (batch == round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)).all()


def test_the_whole_picture_is_stretched_and_nothing_finer_than_a_pixel_remains() -> None:
    stripes = np.zeros((64, 32, 3), np.uint8)
    stripes[::2] = 255
    stripes[:, 16:] = 0

    batch = prepare(stripes, (8, 8, 3), Preprocessing.NONE)

    assert batch[0, 2:-2, :3] == pytest.approx(127.5, abs=8)  # sampled, it would be 0 or 255
    assert (batch[0, :, 5:] == 0).all()


@pytest.mark.parametrize(
    ("size", "shape", "expected"),
    [
        ((30, 40), (8, 6, 3), (8, 6)),
        ((300, 400), (None, None, 3), (300, 400)),
        ((1024, 2048), (None, None, 3), (MAX_SIDE // 2, MAX_SIDE)),
        ((20, 2000), (None, None, 3), (MIN_SIDE, MAX_SIDE)),
        ((1, 1), (None, None, 3), (MIN_SIDE, MIN_SIDE)),
        ((1024, 2048), (224, None, 3), (224, MAX_SIDE)),
    ],
)
def test_a_side_that_the_network_leaves_open_is_bounded(
    size: tuple[int, int], shape: tuple[int | None, int | None, int], expected: tuple[int, int]
) -> None:
    assert input_size(size, shape) == expected
    assert prepare(picture(*size), shape).shape == (1, *expected, 3)


@pytest.mark.parametrize(
    ("channels", "preprocessing", "complaint"),
    [
        (4, "unit", "images of 4 channels, neither grey nor RGB"),
        (1, "caffe", "caffe is for RGB, and the network takes grey images"),
        (1, "torch", "torch is for RGB, and the network takes grey images"),
    ],
)
def test_what_a_network_cannot_take_is_told(
    channels: int, preprocessing: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        prepare(picture(), (8, 6, channels), Preprocessing(preprocessing))


def test_the_picture_is_left_as_it_is() -> None:
    pixels = picture(8, 6)
    for preprocessing in Preprocessing:
        prepare(pixels, (8, 6, 3), preprocessing)

    assert (pixels == RGB).all()
