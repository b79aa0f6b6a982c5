"""Grad-CAM in float64 by automatic differentiation: what `core.explain` is held against.

Nothing here is shared with `core` but the trained weights.
"""

import numpy as np
from numpy.typing import NDArray

from core._keras import keras, tf

LAYERS = ("conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1")


def maps_in_float64(
    model: keras.Model,
    images: NDArray[np.float32],
    score: str,
    target: int | None = None,
    ulps: int = 0,
) -> dict[str, NDArray[np.float64]]:
    """The tutorial's formula for each layer, (n, h, w) each.

    The tutorial differentiates the probability p. Its gradient is p (1 - p) times that of the
    log-odds, a positive factor that dividing by the maximum takes out again. So `log_odds` is the
    tutorial's score: float64 is no cure for the factor, because it too has only a few digits of
    1 - p left where p comes within 1e-13 of 1, as it does on many test digits.

    `ulps` is for the log-odds: the maps as they are where p is off by so many units of 2^-24, the
    last place of a float32 below 1. An error e in 1 - p scales the class's own part of the gradient
    by 1 + e / (1 - p).
    """
    with tf.GradientTape() as tape:
        x = tf.constant(images, tf.float64)
        tape.watch(x)
        features, z = _forward([tf.constant(w, tf.float64) for w in model.get_weights()], x)
        classes = tf.argmax(z, -1) if target is None else tf.fill([len(images)], target)
        one = tf.one_hot(classes, 10, dtype=tf.float64)
        z_c = tf.reduce_sum(z * one, -1)
        log_odds = z_c - tf.reduce_logsumexp(z - 1e9 * one, -1)
        off = tf.stop_gradient(ulps * 2.0**-24 / tf.sigmoid(-log_odds))
        scores = {
            "log_odds": log_odds + off * z_c,
            "logit": z_c,
            "probability": tf.reduce_sum(tf.nn.softmax(z) * one, -1),
        }
        differentiated = scores[score]
    maps = {}
    gradients = tape.gradient(differentiated, features)
    for layer, feature in features.items():
        alpha = tf.reduce_mean(gradients[layer], (1, 2))
        heat = tf.nn.relu(tf.einsum("nhwk,nk->nhw", feature, alpha))
        largest = tf.reduce_max(heat, (1, 2), keepdims=True)
        maps[layer] = tf.math.divide_no_nan(heat, largest).numpy()
    return maps


def logits_in_float64(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, 10)."""
    weights = [tf.constant(w, tf.float64) for w in model.get_weights()]
    parts = [
        _forward(weights, tf.constant(images[start : start + 500], tf.float64))[1]
        for start in range(0, len(images), 500)
    ]
    logits: NDArray[np.float64] = tf.concat(parts, 0).numpy()
    return logits


def _forward(weights: list[tf.Tensor], x: tf.Tensor) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    kernel1, bias1, kernel2, bias2, dense, bias = weights
    conv1 = tf.nn.relu(tf.nn.conv2d(x, kernel1, 1, "SAME") + bias1)
    pool1 = tf.nn.max_pool2d(conv1, 2, 2, "VALID")
    conv2 = tf.nn.relu(tf.nn.conv2d(pool1, kernel2, 1, "SAME") + bias2)
    pool2 = tf.nn.max_pool2d(conv2, 2, 2, "VALID")
    features = dict(zip(LAYERS, (conv1, pool1, conv2, pool2), strict=True))
    return features, tf.reshape(pool2, (-1, 49 * 64)) @ dense + bias
