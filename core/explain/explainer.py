"""`Explainer`: a trained network, compiled once, that classifies and explains digits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core._keras import keras, tf
from core.explain.closed_form import SPATIAL_LAYERS, ClosedFormNetwork
from core.explain.methods import METHODS
from core.explain.scores import Score
from core.network import WeightsError, fingerprint, load_network, weights_file

_IMAGES = tf.TensorSpec((None, 28, 28, 1), tf.float32)
_TARGETS = tf.TensorSpec((None,), tf.int32)
_Graph: TypeAlias = tf.types.experimental.ConcreteFunction
_PREDICTED = -1
_CLASSES = 10


@dataclass(frozen=True, eq=False, slots=True)
class Explanation:
    """Predictions for n digits, and a heatmap of one class of each.

    Attributes:
        predictions: (n,) int32, the most probable classes.
        probabilities: (n, 10) float32.
        targets: (n,) int32, the classes explained.
        heatmaps: (n, h, w) float32 in [0, 1], each with a maximum of 1, or all zeros if no cell is
            evidence for the class. Never NaN.
        layer: The layer explained.
        method: Name of the method.
        score: The score that was differentiated.
    """

    predictions: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    targets: NDArray[np.int32]
    heatmaps: NDArray[np.float32]
    layer: str
    method: str
    score: Score

    @property
    def empty(self) -> NDArray[np.bool_]:
        """(n,) bool, whether each heatmap is all zeros."""
        return np.logical_not(self.heatmaps.any(axis=(1, 2)))


@dataclass(frozen=True, eq=False, slots=True)
class ExplanationSet:
    """Prediction for one digit, and the heatmaps of all classes at all layers.

    Attributes:
        prediction: The most probable class, 0 to 9.
        probabilities: (10,) float32.
        heatmaps: By layer, (10, h, w) float32 in [0, 1], one heatmap per class as in `Explanation`.
    """

    prediction: int
    probabilities: NDArray[np.float32]
    heatmaps: dict[str, NDArray[np.float32]]


class Explainer:
    """Explains the predictions of a trained network. Thread-safe.

    All graphs are compiled on construction, one for each method, layer and score, for batches of
    any size.

    Example:
        >>> explainer = Explainer.load()
        >>> images = as_input(load_test_digits().images[:256])
        >>> explainer.explain(images, layer="conv2d_1").heatmaps.shape
        (256, 14, 14)
    """

    def __init__(self, model: keras.Model, weights_hash: str = "") -> None:
        """Compile all graphs.

        Args:
            model: A network with the layers of `core.tutorial.get_basic_cnn`. Its weights are
                copied.
            weights_hash: Short hash of the weights; see `core.network.fingerprint`.

        Raises:
            ValueError: If `model` has other layers.
        """
        self.model = model
        self.weights_hash = weights_hash
        self.network = ClosedFormNetwork(model)
        self._graphs = {
            (method, layer, score): self._trace(method, layer, score)
            for method in METHODS
            for layer in self.layers
            for score in Score
        }
        self._all_graphs = {score: self._trace_all(score) for score in Score}
        self._logits = _compile(lambda images: (self.network.forward(images).logits,), _IMAGES)
        self._predicted = tf.constant([_PREDICTED])
        blank = np.zeros((1, 28, 28, 1), np.float32)
        for method, layer, score in self._graphs:  # the first run optimises a graph
            self.explain(blank, layer, method=method, score=score)
        for score in self._all_graphs:
            self.explain_all(blank, score)
        self.logits(blank)

    @classmethod
    def load(cls, path: str | Path | None = None) -> Self:
        """Load a network and compile it.

        Args:
            path: A `.weights.h5` or `.keras` file, or a folder that the training wrote. Defaults to
                the tutorial's network.

        Raises:
            core.network.WeightsError: If there is no such file, or it does not hold the tutorial's
                network.
        """
        file = weights_file(path)
        model = load_network(file)
        try:
            return cls(model, fingerprint(file))
        except ValueError as error:
            raise WeightsError(f"{file} is not the tutorial's network: {error}.") from error

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that can be explained, in order: those with spatial feature maps."""
        return SPATIAL_LAYERS

    @cached_property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Height and width of the feature maps, by layer."""
        return {name: tuple(self.model.get_layer(name).output.shape[1:3]) for name in self.layers}

    def explain(
        self,
        images: ArrayLike,
        layer: str = "max_pooling2d_1",
        targets: int | Sequence[int] | NDArray[np.integer] | None = None,
        method: str = "gradcam",
        score: str = Score.LOG_ODDS,
    ) -> Explanation:
        """Classify digits and compute the heatmap of one class of each.

        Args:
            images: (n, 28, 28) or (n, 28, 28, 1), float32 in [0, 1], bright ink on black.
            layer: One of `layers`.
            targets: The class to explain, one for all digits or one for each. Defaults to the
                predicted class.
            method: A key of `core.explain.methods.METHODS`.
            score: The score to differentiate: `log_odds`, `logit` or `probability`.

        Raises:
            ValueError: If an argument is not as described.
        """
        batch = _as_batch(images)
        chosen = Score(score)
        if layer not in self.layers:
            raise ValueError(f"no layer {layer!r}: choose {', '.join(self.layers)}")
        if method not in METHODS:
            raise ValueError(f"no method {method!r}: choose {', '.join(METHODS)}")
        graph = self._graphs[method, layer, chosen]
        classes = self._predicted if targets is None else tf.constant(_as_classes(targets, batch))
        predictions, probabilities, explained, maps = _run(graph, batch, classes)
        return Explanation(predictions, probabilities, explained, maps, layer, method, chosen)

    def explain_all(self, images: ArrayLike, score: str = Score.LOG_ODDS) -> list[ExplanationSet]:
        """Classify digits and compute the Grad-CAM heatmaps of all classes at all layers.

        One run of one graph, at the cost of one or two forward passes.

        Args:
            images: As for `explain`.
            score: As for `explain`.

        Raises:
            ValueError: If an argument is not as described.
        """
        graph = self._all_graphs[Score(score)]
        predictions, probabilities, *heatmaps = _run(graph, _as_batch(images))
        return [
            # Copies, because a view would keep the arrays of the whole batch in memory.
            ExplanationSet(
                int(predictions[i]),
                probabilities[i].copy(),
                {n: h[i].copy() for n, h in zip(self.layers, heatmaps, strict=True)},
            )
            for i in range(len(predictions))
        ]

    def logits(self, images: ArrayLike) -> NDArray[np.float32]:
        """Compute the logits of digits.

        Args:
            images: As for `explain`.

        Returns:
            (n, 10) float32.

        Raises:
            ValueError: If the images are not as described.
        """
        logits: NDArray[np.float32]
        (logits,) = _run(self._logits, _as_batch(images))
        return logits

    def _trace(self, method: str, layer: str, score: Score) -> _Graph:
        def explain(images: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, ...]:
            run = self.network.forward(images)
            predictions = tf.argmax(run.logits, -1, tf.int32)
            classes = tf.where(targets == _PREDICTED, predictions, targets)  # (n,)
            upstream = score.gradient(run.logits, classes[:, None])
            raw = METHODS[method].attribute(self.network, layer, run, upstream)
            return predictions, tf.nn.softmax(run.logits), classes, _normalise(raw)[:, 0]

        return _compile(explain, _IMAGES, _TARGETS)

    def _trace_all(self, score: Score) -> _Graph:
        def explain_all(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
            run = self.network.forward(images)
            upstream = score.gradient(run.logits, tf.range(_CLASSES)[None])
            maps = (
                _normalise(METHODS["gradcam"].attribute(self.network, layer, run, upstream))
                for layer in self.layers
            )
            return tf.argmax(run.logits, -1, tf.int32), tf.nn.softmax(run.logits), *maps

        return _compile(explain_all, _IMAGES)


def _compile(function: Callable[..., tuple[tf.Tensor, ...]], *signature: tf.TensorSpec) -> _Graph:
    return tf.function(function, signature, autograph=False).get_concrete_function()


def _normalise(raw: tf.Tensor) -> tf.Tensor:
    """Apply ReLU and divide each map by its maximum, if it is positive."""
    positive = tf.nn.relu(raw)
    return tf.math.divide_no_nan(positive, tf.reduce_max(positive, (-2, -1), keepdims=True))


def _run(graph: _Graph, batch: NDArray[np.float32], *rest: tf.Tensor) -> list[Any]:
    """Run a graph on a batch and return its outputs as arrays.

    An empty batch is replaced by one blank image, because oneDNN's convolution fails on it.
    """
    images = batch if len(batch) else np.zeros((1, 28, 28, 1), np.float32)
    return [tensor.numpy()[: len(batch)] for tensor in graph(tf.constant(images), *rest)]


def _as_batch(images: ArrayLike) -> NDArray[np.float32]:
    """Check images and reshape them to (n, 28, 28, 1)."""
    batch = np.asarray(images)
    if batch.shape[1:] not in {(28, 28), (28, 28, 1)}:
        raise ValueError(f"images must be (n, 28, 28) or (n, 28, 28, 1), not {batch.shape}")
    if batch.dtype.kind != "f":
        raise ValueError(
            f"images must be float32 in [0, 1], not {batch.dtype}: divide by 255 first"
        )
    if batch.size and not (batch.min() >= 0 and batch.max() <= 1):  # false for NaN too
        raise ValueError(f"images must lie in [0, 1], not in [{batch.min():g}, {batch.max():g}]")
    return batch.reshape(-1, 28, 28, 1).astype(np.float32, copy=False)


def _as_classes(
    targets: int | Sequence[int] | NDArray[np.integer], batch: NDArray[np.float32]
) -> NDArray[np.int32]:
    """Check targets and reshape them to (n,), or (1,) for an empty batch as in `_run`."""
    classes, n = np.asarray(targets), len(batch)
    if classes.dtype.kind not in "iu" or classes.shape not in {(), (n,)}:
        raise ValueError(f"targets must be None, one integer or {n} integers, not {targets!r}")
    if classes.size and not (classes.min() >= 0 and classes.max() < _CLASSES):
        raise ValueError(f"targets must be classes from 0 to {_CLASSES - 1}, not {targets!r}")
    return np.resize(classes.astype(np.int32), max(n, 1))
