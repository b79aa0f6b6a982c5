"""A picture → the input of any network of images: its size, its channels, its range of values."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core._keras import keras

MIN_SIDE, MAX_SIDE = 64, 512
"""Pixels: the bounds of a side that a network leaves open."""


class Preprocessing(StrEnum):
    """How pixels, 0 to 255, are mapped to the values that a network was trained on.

    `TF`, `CAFFE` and `TORCH` are the modes of `keras.applications.imagenet_utils`.
    """

    NONE = "none"
    """0 to 255, for networks that rescale them themselves."""
    UNIT = "unit"
    """Scaled to [0, 1]."""
    TF = "tf"
    """Scaled to [-1, 1]."""
    CAFFE = "caffe"
    """BGR minus the mean colour of ImageNet, not scaled."""
    TORCH = "torch"
    """Scaled to [0, 1], minus the mean of ImageNet, divided by its standard deviation."""

    @property
    def needs_colour(self) -> bool:
        """Whether it is only defined for three channels."""
        return self in {Preprocessing.CAFFE, Preprocessing.TORCH}


def input_size(
    picture: tuple[int, int], image_shape: tuple[int | None, int | None, int]
) -> tuple[int, int]:
    """Return the height and width that a picture is resized to.

    Args:
        picture: Its height and width.
        image_shape: (h, w, c) of the network, as in `Network.image_shape`. A side that it leaves
            open is the picture's, shrunk in proportion to `MAX_SIDE`, but no less than `MIN_SIDE`.
    """
    scale = min(MAX_SIDE / max(picture), 1)
    height, width = (
        side or max(round(own * scale), MIN_SIDE)
        for side, own in zip(image_shape[:2], picture, strict=True)
    )
    return height, width


def prepare(
    pixels: NDArray[np.uint8],
    image_shape: tuple[int | None, int | None, int],
    preprocessing: Preprocessing = Preprocessing.UNIT,
) -> NDArray[np.float32]:
    """Make a picture the input of a network.

    The whole picture is stretched to the size of `input_size`, bilinearly and without aliasing. A
    network of one channel gets its luminance.

    Args:
        pixels: (h, w, 3) RGB, 0 to 255.
        image_shape: (h, w, c) of the network, as in `Network.image_shape`.
        preprocessing: What becomes of the pixels.

    Returns:
        (1, h, w, c).

    Raises:
        ValueError: If the network takes neither grey nor RGB images, or `preprocessing` needs RGB.
    """
    channels = image_shape[2]
    if channels not in {1, 3}:
        raise ValueError(f"the network takes images of {channels} channels, neither grey nor RGB")
    if preprocessing.needs_colour and channels == 1:
        raise ValueError(f"{preprocessing} is for RGB, and the network takes grey images")
    height, width = input_size(pixels.shape[:2], image_shape)
    picture = Image.fromarray(pixels).convert("L" if channels == 1 else "RGB")
    resized = picture.resize((width, height), Image.Resampling.BILINEAR)
    batch = np.asarray(resized, np.float32).reshape(1, height, width, channels)
    match preprocessing:
        case Preprocessing.NONE:
            return batch
        case Preprocessing.UNIT:
            return batch / np.float32(255)
        case mode:
            prepared: NDArray[np.float32] = keras.applications.imagenet_utils.preprocess_input(
                batch.copy(), data_format="channels_last", mode=str(mode)
            )
            return prepared
