"""Occlusion."""

from itertools import product

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation, map_variants
from core.explain.scores import Objective

_DIGIT_SIDE, _WINDOW, _STRIDE = 28, 5, 2
"""For a digit of 28 pixels: the side of the window, and its step; in proportion for others."""


class Occlusion(Method):
    """How far the score falls when a black window covers a place.

        L_ij = mean over the windows that cover (i, j) of S(x) - S(x with the window black)

    The window has 5 x 5 pixels of 28 x 28 and moves by 2; larger images have larger windows, so
    that their number is the same.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014,
    https://arxiv.org/abs/1311.2901, section 4.2.
    """

    name = "occlusion"
    title = "Occlusion"
    signed = True

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        images = observation.images
        h, w = images.shape[1:3]
        with tf.init_scope():  # a graph refers to a tensor, but holds several copies of an array
            windows = tf.constant(_windows(h, w))  # (m, h, w), ones in the window

        def score(image: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
            kept = 1 - tf.gather(windows, window)[..., None]
            return objective.take(image).value(network.logits(tf.gather(images, image) * kept))

        full = objective.value(observation.logits)
        falls = full[:, None] - map_variants(score, images, windows.shape[0])  # (n, m)
        falls = objective.significant(falls, observation.logits)
        summed = tf.matmul(falls, tf.reshape(windows, (-1, h * w)))
        return tf.reshape(summed, (-1, h, w)) / tf.reduce_sum(windows, 0)


def _windows(height: int, width: int) -> NDArray[np.float32]:
    """Return every window as a mask; together they cover all pixels."""
    rows, columns = _positions(height), _positions(width)
    masks = np.zeros((len(rows) * len(columns), height, width), np.float32)
    for mask, (top, left) in zip(masks, product(rows, columns), strict=True):
        mask[top : top + _scaled(_WINDOW, height), left : left + _scaled(_WINDOW, width)] = 1
    return masks


def _positions(size: int) -> list[int]:
    last = size - _scaled(_WINDOW, size)
    positions = list(range(0, last + 1, _scaled(_STRIDE, size)))
    return positions if positions[-1] == last else [*positions, last]


def _scaled(length: int, size: int) -> int:
    return max(1, round(length * size / _DIGIT_SIDE))
