"""The explanation methods once more, in NumPy: what `core.explain.methods` is held against.

The network is run layer by layer as Keras runs it, with one plain gradient tape. Nothing here is
shared with `core` but the layers and their trained weights.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core._keras import keras, tf

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What is asked of n images: the score of a class of each, or its lead over another class."""

    classes: NDArray[np.int32]
    score: str = "log_odds"
    against: int | None = None

    def value(self, logits: Any) -> Any:
        """(n,), from logits in TensorFlow, so that it can be differentiated."""
        z_c = _of_class(logits, self.classes)
        if self.against is not None:
            return z_c - logits[:, self.against]
        if self.score == "logit":
            return z_c
        if self.score == "probability":
            return _of_class(tf.nn.softmax(logits), self.classes)
        rest = tf.reshape(
            tf.boolean_mask(logits, ~np.eye(logits.shape[1], dtype=bool)[self.classes]),
            (len(self.classes), -1),
        )
        return z_c - tf.reduce_logsumexp(rest, 1)

    def of(self, index: int, times: int) -> "Question":
        """The same question about many variants of one image."""
        return Question(np.repeat(self.classes[index], times), self.score, self.against)


class Chain:
    """A network whose layers follow one another, ending in logits or in a softmax."""

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self.layers = [
            layer
            for layer in model.layers
            if not isinstance(layer, (keras.layers.InputLayer, keras.layers.Softmax))
        ]

    def run(self, x: Any, after: str | None = None, until: str | None = None) -> Any:
        """The output of the layers past `after` up to `until`, or up to the logits."""
        names = [layer.name for layer in self.layers]
        first = 0 if after is None else names.index(after) + 1
        last = len(names) if until is None else names.index(until) + 1
        for layer in self.layers[first:last]:
            x = layer(x, training=False)
        return x

    def features(self, images: Any, layer: str) -> Array:
        return _array(self.run(tf.constant(images, tf.float32), until=layer))

    def gradient(self, at: Any, question: Question, layer: str | None = None) -> Array:
        """The gradient by the maps of a layer, or by the images."""
        with tf.GradientTape() as tape:
            x = tf.constant(at, tf.float32)
            tape.watch(x)
            value = question.value(self.run(x, after=layer))
        return _array(tape.gradient(value, x))

    def value(self, at: Any, question: Question, layer: str | None = None) -> Array:
        """The score itself, (n,)."""
        return _array(question.value(self.run(tf.constant(at, tf.float32), after=layer)))


# --- class activation ----------------------------------------------------------------------------


def gradcam(features: Array, gradient: Array) -> Array:
    heat: Array = np.einsum("nhwk,nk->nhw", features, gradient.mean((1, 2)))
    return heat


def gradcam_plus_plus(features: Array, gradient: Array) -> Array:
    totals = features.sum((1, 2))  # (n, k)
    weights = np.zeros_like(totals)
    for n, k in np.ndindex(*totals.shape):
        for g in gradient[n, :, :, k].ravel():
            if g > 0:
                weights[n, k] += g * g**2 / (2 * g**2 + g**3 * totals[n, k])
    heat: Array = np.einsum("nhwk,nk->nhw", features, weights)
    return heat


def hirescam(features: Array, gradient: Array) -> Array:
    heat: Array = np.einsum("nhwk,nhwk->nhw", features, gradient)
    return heat


def layercam(features: Array, gradient: Array) -> Array:
    heat: Array = np.einsum("nhwk,nhwk->nhw", features, np.where(gradient > 0, gradient, 0))
    return heat


def xgradcam(features: Array, gradient: Array) -> Array:
    heat = np.zeros(features.shape[:3])
    for n, k in np.ndindex(features.shape[0], features.shape[3]):
        maps = features[n, :, :, k]
        if maps.sum():
            heat[n] += (maps / maps.sum() * gradient[n, :, :, k]).sum() * maps
    return heat


GRADIENT_CAMS: dict[str, Callable[[Array, Array], Array]] = {
    "gradcam": gradcam,
    "gradcam++": gradcam_plus_plus,
    "hirescam": hirescam,
    "layercam": layercam,
    "xgradcam": xgradcam,
}
"""From the maps of a layer and the gradient by them, (n, h, w, k) each."""


def eigencam(features: Array) -> Array:
    heat = np.zeros(features.shape[:3])
    for n, maps in enumerate(features):
        cells = maps.reshape(-1, maps.shape[-1])
        u, sizes, _ = np.linalg.svd(cells, full_matrices=False)
        heat[n] = (u[:, 0] * sizes[0]).reshape(maps.shape[:2])
        heat[n] *= -1 if heat[n].sum() < 0 else 1
    return heat


def scorecam(network: Chain, images: Array, layer: str, question: Question) -> Array:
    features = network.features(images, layer)
    blank = network.value(np.zeros_like(images), question)
    heat = np.zeros(features.shape[:3])
    for n, maps in enumerate(features):
        masks = []
        for each in np.moveaxis(maps, -1, 0):
            span = each.max() - each.min()
            scaled = (each - each.min()) / span if span else np.zeros_like(each)
            masks.append(enlarged(scaled, images.shape[1:3]))
        scores = (
            network.value(images[n] * np.stack(masks)[..., None], question.of(n, len(masks)))
            - blank[n]
        )
        exponentials = np.exp(scores - scores.max())
        heat[n] = maps @ (exponentials / exponentials.sum())
    return heat


def ablationcam(network: Chain, images: Array, layer: str, question: Question) -> Array:
    features = network.features(images, layer)
    full = network.value(features, question, layer)
    heat = np.zeros(features.shape[:3])
    for n, maps in enumerate(features):
        without = np.repeat(maps[None], maps.shape[-1], axis=0)
        for k in range(maps.shape[-1]):
            without[k, :, :, k] = 0
        lost = full[n] - network.value(without, question.of(n, len(without)), layer)
        heat[n] = maps @ (lost / (abs(full[n]) or np.inf))  # a class leads itself by zero
    return heat


# --- gradients by the input ----------------------------------------------------------------------


def saliency(network: Chain, images: Array, question: Question) -> Array:
    heat: Array = np.abs(network.gradient(images, question)).max(-1)
    return heat


def gradient_x_input(network: Chain, images: Array, question: Question) -> Array:
    heat: Array = (images * network.gradient(images, question)).sum(-1)
    return heat


def integrated_gradients(network: Chain, images: Array, question: Question) -> Array:
    steps = (np.arange(32) + 0.5) / 32
    heat = np.zeros(images.shape[:3])
    for n, image in enumerate(images):
        path = steps[:, None, None, None] * image
        heat[n] = (image * network.gradient(path, question.of(n, 32)).mean(0)).sum(-1)
    return heat


def smoothgrad(network: Chain, images: Array, question: Question, seed: int = 0) -> Array:
    heat = np.zeros(images.shape[:3])
    noise = _array(tf.random.stateless_normal((1, 32, *images.shape[1:]), (seed, 0)))[0]
    for n, image in enumerate(images):
        noisy = image + 0.15 * (image.max() - image.min()) * noise
        heat[n] = saliency(network, noisy, question.of(n, 32)).mean(0)
    return heat


# --- black box -----------------------------------------------------------------------------------


def occlusion(
    network: Chain, images: Array, question: Question, window: int = 5, stride: int = 2
) -> Array:
    places = [_places(size, window, stride) for size in images.shape[1:3]]
    windows = np.zeros((len(places[0]) * len(places[1]), *images.shape[1:3]))
    for each, (top, left) in zip(windows, product(*places), strict=True):
        each[top : top + window, left : left + window] = 1
    full, heat = network.value(images, question), np.zeros(images.shape[:3])
    for n, image in enumerate(images):
        black = image * (1 - windows)[..., None]
        falls = full[n] - network.value(black, question.of(n, len(windows)))
        heat[n] = np.tensordot(falls, windows, 1) / windows.sum(0)
    return heat


def _places(size: int, window: int, stride: int) -> list[int]:
    """Where windows begin; the last one ends at the border."""
    return sorted({*range(0, size - window, stride), size - window})


def rise(network: Chain, images: Array, question: Question, seed: int = 0) -> Array:
    height, width = images.shape[1:3]
    kept = _array(tf.random.stateless_uniform((256, 8, 8, 1), (seed, 0)))[..., 0] < 0.5
    shifts = _array(tf.random.stateless_uniform((256, 2), (seed + 1, 1)))
    cell_h, cell_w = int(np.ceil(height / 7)), int(np.ceil(width / 7))
    windows = []
    for grid, (down, right) in zip(kept, shifts, strict=True):
        whole = enlarged(grid.astype(float), (8 * cell_h, 8 * cell_w))
        top, left = int(down * cell_h), int(right * cell_w)
        windows.append(whole[top : top + height, left : left + width])
    masks, heat = np.stack(windows), np.zeros(images.shape[:3])
    for n, image in enumerate(images):
        scores = network.value(image * masks[..., None], question.of(n, 256))
        heat[n] = np.tensordot(scores - scores.mean(), masks, 1) / (256 * 0.5)
    return heat


def enlarged(maps: Array, size: Iterable[int]) -> Array:
    """One map enlarged bilinearly, pixels having their centres at one half."""
    for axis, length in enumerate(size):
        old = maps.shape[axis]
        centres = np.clip((np.arange(length) + 0.5) * old / length - 0.5, 0, old - 1)
        left = np.floor(centres).astype(int)
        right = np.minimum(left + 1, old - 1)
        share = np.expand_dims(centres - left, 1 - axis)
        maps = maps.take(left, axis) * (1 - share) + maps.take(right, axis) * share
    return maps


INPUT_METHODS: dict[str, Callable[[Chain, Array, Question], Array]] = {
    "saliency": saliency,
    "gradient_x_input": gradient_x_input,
    "integrated_gradients": integrated_gradients,
    "smoothgrad": smoothgrad,
    "occlusion": occlusion,
    "rise": rise,
}
"""From images, (n, h, w, c). Those that sample do so from the seed 0."""


# --- scaling -------------------------------------------------------------------------------------


def scaled(raw: Array, *, signed: bool) -> Array:
    """Each map divided by its largest magnitude, after ReLU unless it is signed."""
    kept = raw if signed else np.where(raw > 0, raw, 0)
    largest = np.abs(kept).max((1, 2), keepdims=True)
    return kept / np.where(largest, largest, 1)


def _of_class(values: Any, classes: NDArray[np.int32]) -> Any:
    return tf.reduce_sum(values * tf.one_hot(classes, values.shape[1], dtype=values.dtype), 1)


def _array(tensor: Any) -> Array:
    return np.asarray(tensor.numpy(), np.float64)
