"""Small networks whose explanations are known by other means."""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core._keras import keras, tf
from core.explain.explainer import Explainer
from tests.core.explain.methods.oracles import Array, Question


def grid_network(weights: NDArray[np.float32], channels: Sequence[float]) -> keras.Sequential:
    """A grey image, maps that are its multiples, and a logit of class 0 linear in their cells.

    Args:
        weights: (h, w, k), of the cells of the layer `maps`, for class 0; class 1 has none.
        channels: (k,), what the image is multiplied by in each channel.
    """
    height, width, count = weights.shape
    model = keras.Sequential(
        [
            keras.Input((height, width, 1)),
            keras.layers.Conv2D(count, 1, use_bias=False, name="maps"),
            keras.layers.Flatten(),
            keras.layers.Dense(2, name="logits"),
        ]
    )
    columns = np.stack([weights.ravel(), np.zeros(weights.size)], 1)
    kernel = np.reshape(np.array(channels), (1, 1, 1, count))
    model.set_weights([kernel, columns, np.zeros(2)])
    return model


def linear_network(weights: NDArray[np.float32], bias: float = 0) -> keras.Sequential:
    """Logits linear in the pixels: class 0 has the weights, (h, w, c), and class 1 has none."""
    model = keras.Sequential(
        [
            keras.Input(weights.shape),
            keras.layers.Conv2D(weights.shape[-1], 1, use_bias=False, name="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(2, name="logits"),
        ]
    )
    columns = np.stack([weights.ravel(), np.zeros(weights.size)], 1)
    model.set_weights([np.eye(weights.shape[-1])[None, None], columns, np.array([bias, 0])])
    return model


class SmoothNetwork:
    """A network without corners, in float64 by NumPy beside the Keras model of it."""

    def __init__(self) -> None:
        keras.utils.set_random_seed(5)
        self.model = keras.Sequential(
            [
                keras.Input((6, 6, 2)),
                keras.layers.Conv2D(3, 3, activation="tanh", name="tanh"),
                keras.layers.AveragePooling2D(2),
                keras.layers.Conv2D(2, 1, activation="softplus", name="softplus"),
                keras.layers.Flatten(),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        self.explainer = Explainer(self.model)

    def images(self, n: int) -> NDArray[np.float32]:
        """(n, 6, 6, 2)."""
        return np.random.default_rng(6).normal(0, 1, (n, 6, 6, 2)).astype(np.float32)

    def features(self, images: NDArray[np.floating], layer: str) -> Array:
        """The maps of a layer."""
        kernel, bias, *_ = self._weights()
        first = np.tanh(_convolved(images, kernel) + bias)
        return first if layer == "tanh" else self._second(first)

    def value(self, at: Array, question: Question, layer: str | None = None) -> Array:
        """The score of variants, (n,), of maps of a layer or of images."""
        if layer != "softplus":
            at = self._second(at if layer else self.features(at, "tanh"))
        *_, dense, bias = self._weights()
        logits = at.reshape(len(at), -1) @ dense + bias
        value: Array = question.value(tf.constant(logits, tf.float64)).numpy()
        return value

    def differences(self, at: Array, question: Question, layer: str | None = None) -> Array:
        """The gradient by definition: central differences, one entry at a time."""
        gradient, step = np.zeros(at.shape), 1e-5
        for entry in np.ndindex(*at.shape[1:]):
            up, down = np.array(at, np.float64), np.array(at, np.float64)
            up[:, *entry] += step
            down[:, *entry] -= step
            rise = self.value(up, question, layer) - self.value(down, question, layer)
            gradient[:, *entry] = rise / (2 * step)
        return gradient

    def _second(self, first: Array) -> Array:
        _, _, kernel, bias, *_ = self._weights()
        pooled = first.reshape(len(first), 2, 2, 2, 2, 3).mean((2, 4))
        second: Array = np.logaddexp(0, pooled @ kernel[0, 0] + bias)
        return second

    def _weights(self) -> list[Array]:
        return [weights.astype(np.float64) for weights in self.model.get_weights()]


def _convolved(images: NDArray[np.floating], kernel: Array) -> Array:
    windows = sliding_window_view(images, kernel.shape[:2], axis=(1, 2))  # (n, h, w, c, 3, 3)
    summed: Array = np.einsum("nhwcuv,uvck->nhwk", windows, kernel)
    return summed
