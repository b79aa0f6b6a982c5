"""The tutorial's three functions under their own names, with its mistakes corrected.

As in the tutorial, each call handles one digit with one gradient tape. `core.Explainer` computes
the same maps many times faster.

Matplotlib takes long to import, and only the drawing needs it.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from core._keras import keras, tf
from core.explain.arguments import PREDICTED, as_batch, as_classes
from core.explain.keras_network import KerasNetwork, check_model
from core.explain.scores import ClassScore, Score

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SATURATED = 1 - 1e-4
"""Above this probability, float32 keeps fewer than three digits of 1 - p and of the gradient."""


def get_basic_cnn() -> keras.Sequential:
    """Build the tutorial's network, untrained and not compiled.

    Every layer is named explicitly, because Keras numbers layers across the whole process: the
    second network would have a `conv2d_2`.

    Returns:
        A `keras.Sequential` from (n, 28, 28, 1) to (n, 10) probabilities, 50,186 parameters.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="digit"),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="conv2d"),
            keras.layers.MaxPool2D(name="max_pooling2d"),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu", name="conv2d_1"),
            keras.layers.MaxPool2D(name="max_pooling2d_1"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(10, name="dense"),
            keras.layers.Softmax(name="softmax"),
        ],
        name="basic_cnn",
    )


def make_gradcam_heatmap(
    img_array: ArrayLike,
    model: keras.Model,
    last_conv_layer_name: str,
    pred_index: int | None = None,
) -> NDArray[np.float32]:
    """Compute the Grad-CAM heatmap of a class by the gradient of its probability.

    The layer is watched while the network runs. A sub-model made of `layer.output`, as in the
    tutorial, belongs to a stale graph after `load_model`, and its gradient is `None`. A network of
    mixed precision runs in float32: in float16 the sums of the maps are infinite.

    Near 1 the gradient of the probability is lost to rounding in float32. There the log-odds
    z_c - log Σ_{k≠c} exp(z_k) are differentiated instead, whose gradient has the same direction.

    Args:
        img_array: One image, (1, h, w, c) float32 as the network takes it; for the tutorial's
            network (1, 28, 28, 1) in [0, 1].
        model: An image classifier.
        last_conv_layer_name: The layer to explain; any with a height and a width.
        pred_index: The class to explain; defaults to the predicted class. If the network ends in
            one probability, 1 is the class that it is the probability of, and 0 is the other.

    Returns:
        (h, w) float32 in [0, 1] with a maximum of 1, or all zeros if no cell is evidence for the
        class. Never NaN.

    Raises:
        TypeError: If `model` is not a `keras.Model`.
        ValueError: If it is not an image classifier, if there is no such layer with a height and a
            width or no such class, or if `img_array` is not one such image.
    """
    check_model(model)
    network = KerasNetwork(model)
    if last_conv_layer_name not in network.layers:
        names = ", ".join(network.layers)
        raise ValueError(f"no layer {last_conv_layer_name!r} with feature maps: there are {names}")
    image = as_batch(img_array, network)
    if len(image) != 1:
        raise ValueError(f"img_array must hold one image, not {len(image)}")
    (target,) = as_classes(pred_index, 1, network.classes, "pred_index")

    seen = network.observe(tf.convert_to_tensor(image), last_conv_layer_name)
    targets = tf.argmax(seen.logits, -1, tf.int32) if target == PREDICTED else tf.constant([target])
    saturated = tf.nn.softmax(seen.logits)[0, targets[0]] >= _SATURATED
    objective = ClassScore(Score.LOG_ODDS if saturated else Score.PROBABILITY, targets)
    gradients = seen.gradient(objective.gradient(seen.logits))  # (1, h, w, k)
    weights = tf.reduce_mean(gradients, (0, 1, 2))  # (k,)
    heatmap = tf.nn.relu(tf.squeeze(seen.features[0] @ weights[:, None], -1))
    normalised: NDArray[np.float32] = tf.math.divide_no_nan(heatmap, tf.reduce_max(heatmap)).numpy()
    return normalised


def display_gradcam_with_img(img: ArrayLike, heatmap: ArrayLike, alpha: float = 0.4) -> "Figure":
    """Draw the image, the heatmap in jet colours, and the heatmap over the image.

    Args:
        img: (h, w) or (h, w, 1), in [0, 255], or floats in [0, 1].
        heatmap: (h', w') in [0, 1], from `make_gradcam_heatmap`.
        alpha: Intensity of the heatmap, 0 to 1.

    Returns:
        A figure of three panels. An empty heatmap is titled "heatmap = 0" and adds nothing to the
        image.

    Raises:
        ValueError: If the image has another shape.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    grey, heat = _as_grey(img), np.asarray(heatmap, np.float32)
    both = superimpose(grey, heat, alpha)

    figure = Figure(figsize=(9, 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    image_axes, heat_axes, both_axes = figure.subplots(1, 3)
    image_axes.imshow(grey, cmap="gray", vmin=0, vmax=255)
    heat_axes.imshow(heat, cmap="jet", vmin=0, vmax=1)
    both_axes.imshow(both)
    titles = ("image", "heatmap" if heat.any() else "heatmap = 0", f"image + {alpha:g} × heatmap")
    for axes, title in zip((image_axes, heat_axes, both_axes), titles, strict=True):
        axes.set_title(title)
        axes.set_axis_off()
    return figure


def superimpose(
    grey: NDArray[np.uint8], heat: NDArray[np.float32], alpha: float
) -> NDArray[np.uint8]:
    """Add a heatmap in jet colours to an image, clipped at 255.

    The tutorial's sum exceeds 255 and wraps round when cast to uint8.

    Args:
        grey: (h, w) uint8.
        heat: (h', w') in [0, 1], resized to the image.
        alpha: Intensity of the heatmap, 0 to 1.

    Returns:
        (h, w, 3) uint8.
    """
    from matplotlib import colormaps  # noqa: PLC0415

    if not heat.any():
        return np.repeat(grey[..., None], 3, axis=-1)
    cells: Any = colormaps["jet"](np.round(heat * 255).astype(np.uint8), bytes=True)[..., :3]
    size = (grey.shape[1], grey.shape[0])
    jet = np.asarray(Image.fromarray(cells).resize(size, Image.Resampling.BICUBIC), np.float32)
    return np.clip(np.round(jet * alpha + grey[..., None]), 0, 255).astype(np.uint8)


def _as_grey(img: ArrayLike) -> NDArray[np.uint8]:
    image = np.asarray(img)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim != 2:
        raise ValueError(f"the image must be (h, w) or (h, w, 1), not {image.shape}")
    if image.dtype.kind == "f":
        image = np.round(image * 255 if image.max(initial=0) <= 1 else image)
    grey: NDArray[np.uint8] = np.clip(image, 0, 255).astype(np.uint8)
    return grey
