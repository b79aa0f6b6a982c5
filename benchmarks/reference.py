"""The tutorial's functions in their original form, as a reference for benchmarks and tests.

Their mistakes are kept: 0/0, sums beyond 255, a probability that saturates. The only changes are to
what Keras 3.15 and matplotlib 3.10 reject: the output of a `Sequential`, and
`matplotlib.cm.get_cmap`.
"""

import io

import numpy as np
from matplotlib import colormaps
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from core._keras import keras, tf

plt.switch_backend("agg")  # no windows


def make_gradcam_heatmap(
    img_array: NDArray[np.float32], model: keras.Sequential, layer: str
) -> NDArray[np.float32]:
    """Map one digit, through a sub-model made for this call.

    Args:
        img_array: (1, 28, 28, 1) in [0, 1].
        model: made in this process; of a loaded one the gradient is `None`.
        layer: whose feature maps are read.
    """
    both = [model.get_layer(layer).output, model.layers[-1].output]
    submodel = keras.Model(model.inputs[0], both)
    with tf.GradientTape() as tape:
        features, probabilities = submodel(img_array)
        score = probabilities[:, tf.argmax(probabilities[0])]
    weights = tf.reduce_mean(tape.gradient(score, features), axis=(0, 1, 2))
    heatmap = tf.maximum(tf.squeeze(features[0] @ weights[:, tf.newaxis]), 0)
    normalised: NDArray[np.float32] = (heatmap / tf.reduce_max(heatmap)).numpy()
    return normalised


def superimpose(
    img: NDArray[np.float32], heatmap: NDArray[np.float32], alpha: float = 0.4
) -> NDArray[np.uint8]:
    """Add the heat in jet colours to a grey image.

    Args:
        img: (28, 28, 1) in [0, 255].
        heatmap: (h, w) in [0, 1].
        alpha: intensity of the heatmap, 0 to 1.

    Returns:
        (28, 28, 3), wrapped round wherever the sum passes 255.
    """
    jet = colormaps["jet"](np.arange(256))[:, :3]
    coloured = keras.utils.array_to_img(jet[np.uint8(255 * heatmap)])
    resized = keras.utils.img_to_array(coloured.resize((28, 28)))
    added: NDArray[np.uint8] = (resized * alpha + img).astype(np.uint8)
    return added


def display_gradcam_with_img(
    img: NDArray[np.float32], heatmap: NDArray[np.float32], alpha: float = 0.4
) -> bytes:
    """Draw image, heatmap and sum as three panels with pyplot, and write a PNG."""
    figure, axes = plt.subplots(1, 3, figsize=(15, 5))
    for axis, panel in zip(axes, (img, heatmap, superimpose(img, heatmap, alpha)), strict=True):
        axis.imshow(panel)
        axis.axis("off")
    png = io.BytesIO()
    figure.savefig(png, format="png")
    plt.close(figure)
    return png.getvalue()
