"""Small networks whose answers are known, saved as a person would save their own."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core._keras import keras

COLOURS = ("red", "green", "blue")
"""The classes of `colour_network`."""

_COLOURED = 2 * np.eye(3) - 0.5 * (1 - np.eye(3))
"""(3, 3), from R, G and B to how much of each a pixel has more than of the others."""


def colour_network(
    side: int | None = 32, activation: str | None = "softmax", classes: int = 3
) -> keras.Model:
    """Say which colour there is most of in a picture: three maps, their means, and a class each.

    Further classes have no evidence, and a logit of -1, -2, ...
    """
    inputs = keras.Input((side, side, 3))
    maps = keras.layers.Conv2D(3, 1, activation="relu", use_bias=False, name="maps")(inputs)
    means = keras.layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(inputs, keras.layers.Dense(classes, activation, name="logits")(means))
    bias = np.minimum(2 - np.arange(classes), 0)
    model.set_weights([_COLOURED[np.newaxis, np.newaxis], 20 * np.eye(3, classes), bias])
    return model


def mean_network(channels: int = 3) -> keras.Model:
    """Logits that are a tenth of the mean of each channel, and 0 where there is only one."""
    inputs = keras.Input((16, 16, channels))
    maps = keras.layers.Conv2D(channels, 1, use_bias=False, name="maps")(inputs)
    means = keras.layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(inputs, keras.layers.Dense(max(channels, 2))(means))
    out = 0.1 * np.eye(channels, max(channels, 2))
    model.set_weights([np.eye(channels)[np.newaxis, np.newaxis], out, np.zeros(max(channels, 2))])
    return model


def reddish_network() -> keras.Model:
    """The probability that there is more than a little red in a picture of any size."""
    inputs = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(1, 1, activation="relu", use_bias=False, name="maps")(inputs)
    means = keras.layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(means))
    model.set_weights([_COLOURED[:1].T[np.newaxis, np.newaxis], np.full((1, 1), 20), -np.ones(1)])
    return model


def even_network() -> keras.Model:
    """Of any size, but only of an even number of pixels: half the size, doubled, and the input."""
    inputs = keras.Input((None, None, 3))
    half = keras.layers.MaxPooling2D(2, name="half")(inputs)
    both = keras.layers.add([inputs, keras.layers.UpSampling2D(2)(half)])
    pooled = keras.layers.GlobalAveragePooling2D()(both)
    return keras.Model(inputs, keras.layers.Dense(2, "softmax")(pooled))


def saved(model: keras.Model, file: Path) -> Path:
    """Save a network, and return its file."""
    model.save(file)
    return file


def patch(colour: Sequence[int], place: tuple[slice, slice], side: int = 96) -> NDArray[np.uint8]:
    """A black picture with a patch of a colour, (side, side, 3)."""
    pixels = np.zeros((side, side, 3), np.uint8)
    pixels[place] = colour
    return pixels
