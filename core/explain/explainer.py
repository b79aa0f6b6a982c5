"""`Explainer`: a trained network, compiled once, that says what it saw and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core._keras import keras, tf
from core.explain.closed_form import SPATIAL_LAYERS, ClosedFormNetwork
from core.explain.intermediates import Intermediates, compute_intermediates
from core.explain.methods import METHODS
from core.explain.scores import Score
from core.network import WeightsError, fingerprint, load_network, weights_file

_IMAGES = tf.TensorSpec((None, 28, 28, 1), tf.float32)
_TARGETS = tf.TensorSpec((None,), tf.int32)
_PREDICTED = -1
_CLASSES = 10


@dataclass(frozen=True, eq=False, slots=True)
class Explanation:
    """What the network said of n digits, and where it saw the evidence for one class of each.

    Attributes:
        predictions: (n,) int32, the most probable classes.
        probabilities: (n, 10) float32.
        targets: (n,) int32, the classes explained.
        heatmaps: (n, h, w) float32 in [0, 1], each map's largest cell 1; all zeros where no cell
            speaks for the class. Never NaN.
        layer: whose feature maps were read.
        method: the name of the method.
        score: the score that was differentiated.
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
        """(n,) bool: which maps are all zeros, having found no evidence for their class."""
        return np.logical_not(self.heatmaps.any(axis=(1, 2)))


@dataclass(frozen=True, eq=False, slots=True)
class ExplanationSet:
    """Every map of one digit by one score: all ten classes at all layers.

    Attributes:
        prediction: the most probable class.
        probabilities: (10,) float32.
        heatmaps: by layer, (10, h, w) float32 in [0, 1], one map a class; all zeros where no cell
            speaks for the class.
    """

    prediction: int
    probabilities: NDArray[np.float32]
    heatmaps: dict[str, NDArray[np.float32]]


class Explainer:
    """A trained network, ready to explain.

    Everything is compiled when it is made: for each method, layer and score one graph that takes
    any number of digits. Calls may come from any thread.
    """

    def __init__(self, model: keras.Model, weights_hash: str = "") -> None:
        """Compile the graphs for a network.

        Args:
            model: has the layers of `core.tutorial.get_basic_cnn`. Its weights are copied.
            weights_hash: names the weights in receipts; see `core.network.fingerprint`.

        Raises:
            ValueError: `model` has other layers.
        """
        self.model = model
        self.weights_hash = weights_hash
        self._network = ClosedFormNetwork(model)
        self._graphs = {
            (method, layer, score): self._trace(method, layer, score)
            for method in METHODS
            for layer in self.layers
            for score in Score
        }
        self._explanations = {score: self._trace_all(score) for score in Score}
        self._logits = self._trace_logits()
        self._predicted = tf.constant([_PREDICTED])
        blank = np.zeros((1, 28, 28, 1), np.float32)
        for method, layer, score in self._graphs:  # the first run of a graph optimises it
            self.explain(blank, layer, method=method, score=score)
        for score in self._explanations:
            self.explain_all(blank, score)
        self.logits(blank)

    @classmethod
    def load(cls, path: str | Path | None = None) -> Self:
        """Read weights from a file and compile.

        Args:
            path: a `.weights.h5` or `.keras` file, or a folder that the training wrote; `None` for
                the shipped network.

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
        """The layers that can be explained: those with spatial maps, in order."""
        return SPATIAL_LAYERS

    @cached_property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """The height and width of each layer's maps."""
        return {name: tuple(self.model.get_layer(name).output.shape[1:3]) for name in self.layers}

    def explain(
        self,
        images: ArrayLike,
        layer: str = "max_pooling2d_1",
        targets: int | Sequence[int] | NDArray[np.integer] | None = None,
        method: str = "gradcam",
        score: str = Score.LOG_ODDS,
    ) -> Explanation:
        """Classify digits and map the evidence for one class of each.

        Args:
            images: (n, 28, 28) or (n, 28, 28, 1), float32 in [0, 1], bright ink on black.
            layer: one of `layers`.
            targets: the class to explain, one for all or one for each; the predicted one by
                default.
            method: a name in `core.explain.methods.METHODS`.
            score: `log_odds`, `logit` or `probability`.

        Returns:
            Predictions and maps, from one run of one graph.

        Raises:
            ValueError: an argument is not as described.
        """
        batch = _as_batch(images)
        chosen = Score(score)
        if layer not in self.layers:
            raise ValueError(f"no layer {layer!r}: choose {', '.join(self.layers)}")
        if method not in METHODS:
            raise ValueError(f"no method {method!r}: choose {', '.join(METHODS)}")
        graph = self._graphs[method, layer, chosen]
        classes = self._predicted if targets is None else tf.constant(_as_classes(targets, batch))
        digits, probabilities, explained, maps = _run(graph, batch, classes)
        return Explanation(digits, probabilities, explained, maps, layer, method, chosen)

    def explain_all(self, images: ArrayLike, score: str = Score.LOG_ODDS) -> list[ExplanationSet]:
        """Map everything at once: all ten classes at all layers, with Grad-CAM.

        Args:
            images: as for `explain`.
            score: as for `explain`.

        Returns:
            One explained a digit, from one run of one graph.

        Raises:
            ValueError: an argument is not as described.
        """
        digits, probabilities, *heatmaps = _run(self._explanations[Score(score)], _as_batch(images))
        return [
            # Copies: a view would keep the arrays of the whole batch in memory.
            ExplanationSet(
                int(digit),
                probabilities[i].copy(),
                {n: h[i].copy() for n, h in zip(self.layers, heatmaps, strict=True)},
            )
            for i, digit in enumerate(digits)
        ]

    def logits(self, images: ArrayLike) -> NDArray[np.float32]:
        """Classify digits without explaining them.

        Args:
            images: as for `explain`.

        Returns:
            (n, 10), the output of `dense`.

        Raises:
            ValueError: an argument is not as described.
        """
        logits: NDArray[np.float32]
        (logits,) = _run(self._logits, _as_batch(images))
        return logits

    def intermediates(
        self,
        image: NDArray[np.float32],
        layer: str,
        target: int | None = None,
        score: str = Score.LOG_ODDS,
    ) -> Intermediates:
        """Explain one digit with all that is computed on the way: for lessons, not for speed.

        Args:
            image: (28, 28) float32 in [0, 1].
            layer: one of `layers`.
            target: the class to explain; the predicted one by default.
            score: as for `explain`.
        """
        return compute_intermediates(self._network, image, layer, target, Score(score))

    def _trace(
        self, method: str, layer: str, score: Score
    ) -> tf.types.experimental.ConcreteFunction:
        def explain(images: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, ...]:
            run = self._network.forward(images)
            digits = tf.argmax(run.logits, -1, tf.int32)
            classes = tf.where(targets == _PREDICTED, digits, targets)  # (n,), of (n,) or of (1,)
            upstream = score.gradient(run.logits, classes[:, None])
            evidence = METHODS[method].evidence(self._network, layer, run, upstream)
            return digits, tf.nn.softmax(run.logits), classes, _normalise(evidence)[:, 0]

        return tf.function(explain, (_IMAGES, _TARGETS), autograph=False).get_concrete_function()

    def _trace_all(self, score: Score) -> tf.types.experimental.ConcreteFunction:
        def explained(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
            run = self._network.forward(images)
            upstream = score.gradient(run.logits, tf.range(_CLASSES)[None])
            maps = (
                _normalise(METHODS["gradcam"].evidence(self._network, layer, run, upstream))
                for layer in self.layers
            )
            return tf.argmax(run.logits, -1, tf.int32), tf.nn.softmax(run.logits), *maps

        return tf.function(explained, (_IMAGES,), autograph=False).get_concrete_function()

    def _trace_logits(self) -> tf.types.experimental.ConcreteFunction:
        def logits(images: tf.Tensor) -> tuple[tf.Tensor]:
            return (self._network.forward(images).logits,)

        return tf.function(logits, (_IMAGES,), autograph=False).get_concrete_function()


def _normalise(evidence: tf.Tensor) -> tf.Tensor:
    """ReLU, then divide each map by its maximum; a map without positive evidence stays zero."""
    positive = tf.nn.relu(evidence)
    return tf.math.divide_no_nan(positive, tf.reduce_max(positive, (-2, -1), keepdims=True))


def _run(
    graph: tf.types.experimental.ConcreteFunction, batch: NDArray[np.float32], *rest: tf.Tensor
) -> list[Any]:
    """Run a graph on a batch, and take its outputs as arrays.

    An empty batch goes in as one blank image: oneDNN's convolution loses the channels of none.
    """
    images = batch if len(batch) else np.zeros((1, 28, 28, 1), np.float32)
    return [tensor.numpy()[: len(batch)] for tensor in graph(tf.constant(images), *rest)]


def _as_batch(images: ArrayLike) -> NDArray[np.float32]:
    """Check images and bring them to (n, 28, 28, 1)."""
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
    """Check targets and bring them to (n,), as `_run` has it: one for an empty batch too."""
    classes, n = np.asarray(targets), len(batch)
    if classes.dtype.kind not in "iu" or classes.shape not in {(), (n,)}:
        raise ValueError(f"targets must be None, one integer or {n} integers, not {targets!r}")
    if classes.size and not (classes.min() >= 0 and classes.max() < _CLASSES):
        raise ValueError(f"targets must be classes from 0 to {_CLASSES - 1}, not {targets!r}")
    return np.resize(classes.astype(np.int32), max(n, 1))
