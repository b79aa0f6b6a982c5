"""`Explainer`: classifies images and explains the classes, for any Keras image classifier."""

import threading
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
from cachetools import LRUCache
from numpy.typing import ArrayLike, NDArray

from core._keras import keras, tf
from core.explain.arguments import PREDICTED, as_batch, as_classes
from core.explain.closed_form import ClosedFormNetwork
from core.explain.explanation import Explanation, ExplanationSet
from core.explain.keras_network import KerasNetwork, check_model
from core.explain.methods import METHODS, Method
from core.explain.network import Network, images_at_once
from core.explain.ops import normalise, weighted_sum
from core.explain.scores import Objective, Score
from core.network import WeightsError, fingerprint, load_model, weights_file

_CLASS = tf.TensorSpec((None,), tf.int32)
_SEED = tf.TensorSpec((2,), tf.int32)
_PASSES = 8
"""Largest batch of large images, in multiples of `images_at_once`, to bound the memory."""

_MOST_AT_ONCE = 256
"""Largest batch of images: larger ones are no faster."""

_MAX_GRAPHS = 42
"""Graphs that are kept, of a megabyte and more: all methods at all layers of the tutorial's network
by one score, `explain_all` by every score, and the logits."""

_Graph: TypeAlias = tf.types.experimental.ConcreteFunction


class _Key(NamedTuple):
    """What a graph is compiled for."""

    method: str
    layer: str | None
    score: Score | None  # None for a contrast
    image_shape: tuple[int, ...]

    @property
    def contrast(self) -> bool:
        """Whether a class is explained against another one."""
        return self.score is None

    @property
    def signed(self) -> bool:
        """Whether negative values are evidence against the class."""
        return self.contrast or METHODS[self.method].signed


class Explainer:
    """Explains the predictions of a trained network. Thread-safe.

    A graph is compiled on first use, for example for a method, layer, score and image shape. The
    most recently used ones are kept.

    Example:
        >>> explainer = Explainer.load()
        >>> images = as_input(load_test_digits().images[:256])
        >>> explainer.explain(images, layer="conv2d_1").heatmaps.shape
        (256, 14, 14)
    """

    def __init__(
        self, model: keras.Model, labels: Sequence[str] | None = None, weights_hash: str = ""
    ) -> None:
        """Examine a network.

        The tutorial's network is explained in closed form (`core.explain.closed_form`), any other
        by a gradient tape.

        Args:
            model: Any Keras image classifier: from one image to class probabilities, logits, or
                the probability of one class.
            labels: The names of the classes; defaults to their numbers, or to "not" and "is" if
                the network ends in one probability.
            weights_hash: Short hash of the weights; see `core.network.fingerprint`.

        Raises:
            TypeError: If `model` is no Keras model.
            ValueError: If `model` is not such a network, if its weights are not finite, or if there
                is not one label for each class.
        """
        self.model = model
        self.weights_hash = weights_hash
        self.network = _network(model)
        self.labels = _labels(labels, self.network)
        self._lock = threading.Lock()
        self._graphs: LRUCache[Hashable, _Graph] = LRUCache(_MAX_GRAPHS)

    @classmethod
    def load(cls, path: str | Path | None = None, labels: Sequence[str] | None = None) -> Self:
        """Load a network.

        Args:
            path: A `.keras` or whole `.h5` file of any image classifier, a `.weights.h5` file of
                the tutorial's network, or a folder that the training wrote. Defaults to the
                tutorial's network.
            labels: As for `Explainer`.

        Raises:
            core.network.WeightsError: If the file is missing or damaged, or holds no network that
                can be explained.
        """
        file = weights_file(path)
        model = load_model(file)
        try:
            return cls(model, labels, fingerprint(file))
        except ValueError as error:
            raise WeightsError(f"{file} cannot be explained: {error}.") from error

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that can be explained, in order: those with spatial feature maps."""
        return tuple(self.network.layers)

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Height and width of the feature maps by layer, for layers where they are fixed."""
        return {name: (h, w) for name, (h, w) in self.network.layers.items() if h and w}

    @property
    def default_layer(self) -> str:
        """The layer explained by default: the last one, `max_pooling2d_1` of the tutorial's."""
        return self.layers[-1]

    @property
    def closed_form(self) -> ClosedFormNetwork:
        """The network in closed form.

        Raises:
            ValueError: If it is not the tutorial's.
        """
        if not isinstance(self.network, ClosedFormNetwork):
            raise ValueError("the network is not the tutorial's")  # noqa: TRY004 - documented
        return self.network

    def explain(
        self,
        images: ArrayLike,
        layer: str | None = None,
        targets: int | Sequence[int] | NDArray[np.integer] | None = None,
        method: str = "gradcam",
        score: str = Score.LOG_ODDS,
        against: int | None = None,
        seed: int = 0,
    ) -> Explanation:
        """Classify images and compute the heatmap of one class of each.

        Args:
            images: (n, h, w, c) or, for grey images, (n, h, w), float32 as the network takes them.
                Digits are bright on black, in [0, 1].
            layer: One of `layers`; defaults to `default_layer`. Methods that explain the input
                ignore it.
            targets: The class to explain, one for all images or one for each. Defaults to the
                predicted class.
            method: A key of `core.METHODS`.
            score: The score of the class: `log_odds`, `logit` or `probability`.
            against: Another class k. If given, the lead z_c - z_k is explained in place of the
                score, and the heatmaps are signed: why the class and not k.
            seed: For methods that sample. The same seed gives the same samples.

        Raises:
            ValueError: If an argument is not as described.
        """
        chosen, explained_score = _method(method), Score(score)
        batch = as_batch(images, self.network)
        key = _Key(
            method,
            self._layer(layer) if chosen.per_layer else None,
            explained_score if against is None else None,
            batch.shape[1:],
        )
        n, classes = len(batch), self.network.classes
        each = [as_classes(targets, n, classes, "targets")]
        if key.contrast:
            each.append(as_classes(against, n, classes, "against"))
        if not -(2**31) <= seed < 2**31:
            raise ValueError(f"seed must be an integer of 32 bits, not {seed}")
        seeds = [np.array([seed, 0], np.int32)] if chosen.samples else []
        graph = self._graph(key, lambda: self._trace(key))
        predictions, probabilities, explained, heatmaps, raw = _run(graph, batch, each, seeds)
        return Explanation(
            predictions,
            probabilities,
            explained,
            heatmaps,
            raw,
            key.signed,
            key.layer,
            method,
            explained_score,
            against,
        )

    def explain_all(self, images: ArrayLike, score: str = Score.LOG_ODDS) -> list[ExplanationSet]:
        """Classify digits and compute the Grad-CAM heatmaps of all classes at all layers.

        For the tutorial's network only: one run of one graph, at the cost of one or two forward
        passes.

        Args:
            images: As for `explain`.
            score: As for `explain`.

        Raises:
            ValueError: If an argument is not as described, or the network is another.
        """
        chosen = Score(score)
        network = self.closed_form
        batch = as_batch(images, self.network)
        graph = self._graph(("all", chosen), lambda: _compile_all(network, chosen))
        predictions, probabilities, *heatmaps = _run(graph, batch)
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
        """Compute the logits of images.

        Args:
            images: As for `explain`.

        Returns:
            (n, classes) float32.

        Raises:
            ValueError: If the images are not as described.
        """
        batch = as_batch(images, self.network)
        shape = batch.shape[1:]
        graph = self._graph(
            ("logits", shape),
            lambda: _compile(lambda images: (self.network.logits(images),), _images(shape)),
        )
        logits: NDArray[np.float32]
        (logits,) = _run(graph, batch)
        return logits

    def _layer(self, layer: str | None) -> str:
        if layer is None:
            return self.default_layer
        if layer not in self.network.layers:
            raise ValueError(f"no layer {layer!r}: choose {', '.join(self.layers)}")
        return layer

    def _graph(self, key: Hashable, compile_it: Callable[[], _Graph]) -> _Graph:
        """Return the graph that is kept under a key, compiled when it is first asked for."""
        with self._lock:
            if key not in self._graphs:
                self._graphs[key] = compile_it()
            graph: _Graph = self._graphs[key]
            return graph

    def _trace(self, key: _Key) -> _Graph:
        method = METHODS[key.method]

        def explain(
            images: tf.Tensor, targets: tf.Tensor, *rest: tf.Tensor
        ) -> tuple[tf.Tensor, ...]:
            observation = self.network.observe(images, key.layer)
            predictions = tf.argmax(observation.logits, -1, tf.int32)
            classes = tf.where(targets == PREDICTED, predictions, targets)  # (n,)
            objective = Objective(
                key.score or Score.LOG_ODDS, classes, rest[0] if key.contrast else None
            )
            seed = rest[-1] if method.samples else tf.zeros(2, tf.int32)
            raw = method.attribute(self.network, observation, objective, seed)
            heatmaps = normalise(raw, signed=key.signed)
            return predictions, tf.nn.softmax(observation.logits), classes, heatmaps, raw

        rest = [_CLASS] * key.contrast + [_SEED] * method.samples
        return _compile(explain, _images(key.image_shape), _CLASS, *rest)


def _network(model: keras.Model) -> Network:
    """Choose the closed form for the tutorial's network."""
    check_model(model)
    try:
        return ClosedFormNetwork(model)
    except ValueError:  # another network
        return KerasNetwork(model)


def _labels(labels: Sequence[str] | None, network: Network) -> tuple[str, ...]:
    if labels is not None:
        if len(labels) != network.classes:
            raise ValueError(f"{len(labels)} labels are given for {network.classes} classes")
        return tuple(labels)
    if isinstance(network, KerasNetwork) and network.binary:
        return "not", "is"
    return tuple(map(str, range(network.classes)))


def _method(name: str) -> Method:
    if name not in METHODS:
        raise ValueError(f"no method {name!r}: choose {', '.join(METHODS)}")
    return METHODS[name]


def _compile_all(network: ClosedFormNetwork, score: Score) -> _Graph:
    def explain_all(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
        run = network.forward(images)
        upstream = score.gradient(run.logits, tf.range(network.classes)[None])
        maps = []
        for layer, features in run.features.items():
            raw = weighted_sum(network.mean_gradients(layer, run, upstream), features)
            maps.append(normalise(raw))
        return tf.argmax(run.logits, -1, tf.int32), tf.nn.softmax(run.logits), *maps

    return _compile(explain_all, _images((28, 28, 1)))


def _images(shape: tuple[int, ...]) -> tf.TensorSpec:
    return tf.TensorSpec((None, *shape), tf.float32)


def _compile(function: Callable[..., tuple[tf.Tensor, ...]], *signature: tf.TensorSpec) -> _Graph:
    return tf.function(function, signature, autograph=False).get_concrete_function()


def _run(
    graph: _Graph,
    images: NDArray[np.float32],
    classes: Sequence[NDArray[np.int32]] = (),
    seeds: Sequence[NDArray[np.int32]] = (),
) -> list[NDArray[Any]]:
    """Run a graph on images and the classes of each, and return its outputs as arrays.

    Images run in batches of 1, 2, 4, … 256, filled up with blank ones: oneDNN cannot convolve an
    empty batch, and for each size that it meets it keeps memory, the more the larger the size.
    """
    fitting = min(_MOST_AT_ONCE, _PASSES * images_at_once(*images.shape[1:3]))
    most = 1 << (fitting.bit_length() - 1)
    runs = []
    for start in range(0, max(len(images), 1), most):
        given = [array[start : start + most] for array in (images, *classes)]
        n = len(given[0])
        if blanks := (1 << max(n - 1, 0).bit_length()) - n:
            given = [
                np.append(each, np.zeros((blanks, *each.shape[1:]), each.dtype), 0)
                for each in given
            ]
        outputs = graph(*map(tf.constant, (*given, *seeds)))
        runs.append([tensor.numpy()[:n] for tensor in outputs])
    return runs[0] if len(runs) == 1 else [np.concatenate(o) for o in zip(*runs, strict=True)]
