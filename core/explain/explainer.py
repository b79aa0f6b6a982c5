"""`Explainer`: classifies images and explains the classes, for any Keras image classifier."""

import threading
from collections.abc import Callable, Hashable, Sequence
from copy import copy
from functools import partial
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
from core.explain.methods import METHODS, GradCAM, Method
from core.explain.network import Network, images_at_once
from core.explain.ops import normalise, normalise_signed, weighted_sum
from core.explain.scores import ChosenObjective, ClassScore, Lead, Objective, Score
from core.network import WeightsError, fingerprint, load_model, weights_file

_CLASS = tf.TensorSpec((None,), tf.int32)
_SEED = tf.TensorSpec((2,), tf.int32)
_INDEX = tf.TensorSpec((), tf.int32)
_LEAD = len(Score)
"""The index of the lead over another class among the objectives, after all scores."""

_PASSES = 8
"""Largest batch of large images, in multiples of `images_at_once`, to bound the memory."""

_MOST_AT_ONCE = 256
"""Largest batch of images: larger ones are no faster."""

_MAX_GRAPHS = 54
"""Graphs that are kept, of a megabyte and more: all that can be asked of the tutorial's network. A
dropped graph gives back its memory only in parts and late."""

_Traced: TypeAlias = Callable[..., tuple[tf.Tensor, ...]]
"""A function of a network and tensors that is traced to a graph."""

_Graph: TypeAlias = Callable[..., Sequence[tf.Tensor]]


class _Compiled:
    """A function compiled for a network, and for others that differ in their weights only."""

    def __init__(
        self, function: _Traced, signature: Sequence[tf.TensorSpec], network: Network
    ) -> None:
        traced = tf.function(partial(function, network), signature, autograph=False)
        self._graph = traced.get_concrete_function()
        self._weights = [id(each) for each in network.weights]

    def of(self, network: Network) -> _Graph:
        """Return the graph with the weights of a network."""
        # The weights could be arguments: TensorFlow takes much longer to check these.
        own = dict(zip(self._weights, network.weights, strict=True))
        graph = copy(self._graph)
        graph.set_external_captures([own.get(id(each), each) for each in graph.captured_inputs])
        called: _Graph = graph
        return called


class _Graphs:
    """Compiled graphs, each made when it is first asked for; the last ones used are kept."""

    def __init__(self) -> None:
        self._kept: LRUCache[Hashable, _Compiled] = LRUCache(_MAX_GRAPHS)
        self._lock = threading.Lock()
        self._compiling = threading.Lock()  # others, which are kept, can be had meanwhile

    def get(self, key: Hashable, compile_it: Callable[[], _Compiled]) -> _Compiled:
        """Return what is kept under a key."""
        compiled = self._find(key)
        if compiled is None:
            with self._compiling:
                compiled = self._find(key)  # another thread may have compiled it
                if compiled is None:
                    compiled = compile_it()
                    with self._lock:
                        self._kept[key] = compiled
        return compiled

    def _find(self, key: Hashable) -> _Compiled | None:
        with self._lock:
            compiled: _Compiled | None = self._kept.get(key)
            return compiled


_CLOSED_FORM_GRAPHS = _Graphs()
"""Of all networks in closed form."""


class _Key(NamedTuple):
    """What a graph is compiled for."""

    method: str
    layer: str | None
    score: Score | None  # None if the graph takes the index of any objective
    image_shape: tuple[int, ...]


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
        in_closed_form = isinstance(self.network, ClosedFormNetwork)
        self._graphs = _CLOSED_FORM_GRAPHS if in_closed_form else _Graphs()

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
        # Computing all objectives would take long beside Grad-CAM, which runs the network once.
        fixed = method == GradCAM.name and against is None
        key = _Key(
            method,
            self._layer(layer) if chosen.per_layer else None,
            explained_score if fixed else None,
            batch.shape[1:],
        )
        n, classes = len(batch), self.network.classes
        each = [as_classes(targets, n, classes, "targets")]
        rest: list[int | tuple[int, int]] = []
        if not fixed:
            each.append(as_classes(against, n, classes, "against"))
            rest.append(list(Score).index(explained_score) if against is None else _LEAD)
        if not -(2**31) <= seed < 2**31:
            raise ValueError(f"seed must be an integer of 32 bits, not {seed}")
        if chosen.samples:
            rest.append((seed, 0))
        graph = self._graph(key, _explaining(key), _images(key.image_shape), *_arguments(key))
        predictions, probabilities, explained, heatmaps, raw = _run(graph, batch, each, rest)
        return Explanation(
            predictions,
            probabilities,
            explained,
            heatmaps,
            raw,
            chosen.signed or against is not None,
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
        self.closed_form  # noqa: B018 - raises for another network
        batch = as_batch(images, self.network)
        graph = self._graph(("all", chosen), _explaining_all(chosen), _images((28, 28, 1)))
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
        graph = self._graph(("logits", shape), _classify, _images(shape))
        logits: NDArray[np.float32]
        (logits,) = _run(graph, batch)
        return logits

    def _layer(self, layer: str | None) -> str:
        if layer is None:
            return self.default_layer
        if layer not in self.network.layers:
            raise ValueError(f"no layer {layer!r}: choose {', '.join(self.layers)}")
        return layer

    def _graph(self, key: Hashable, function: _Traced, *signature: tf.TensorSpec) -> _Graph:
        """Return the graph of a function of this network and tensors."""
        compiled = self._graphs.get(key, lambda: _Compiled(function, signature, self.network))
        return compiled.of(self.network)


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


def _explaining(key: _Key) -> _Traced:
    method = METHODS[key.method]

    def explain(
        network: Network, images: tf.Tensor, targets: tf.Tensor, *rest: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        observation = network.observe(images, key.layer)
        predictions = tf.argmax(observation.logits, -1, tf.int32)
        classes = tf.where(targets == PREDICTED, predictions, targets)  # (n,)
        seed = rest[-1] if method.samples else tf.zeros(2, tf.int32)
        objective: Objective
        if key.score is None:
            against, index = rest[:2]
            scores = [ClassScore(score, classes) for score in Score]
            objective = ChosenObjective([*scores, Lead(classes, against)], index)
            raw = method.attribute(network, observation, objective, seed)
            signed = method.signed | (index == _LEAD)
            heatmaps = tf.where(signed, normalise_signed(raw), normalise(raw))
        else:
            objective = ClassScore(key.score, classes)
            raw = method.attribute(network, observation, objective, seed)
            heatmaps = normalise(raw)
        return predictions, tf.nn.softmax(observation.logits), classes, heatmaps, raw

    return explain


def _arguments(key: _Key) -> list[tf.TensorSpec]:
    """Return the types of what a graph takes besides images."""
    samples = METHODS[key.method].samples
    return [_CLASS, *[_CLASS, _INDEX] * (key.score is None), *[_SEED] * samples]


def _explaining_all(score: Score) -> _Traced:
    def explain_all(network: ClosedFormNetwork, images: tf.Tensor) -> tuple[tf.Tensor, ...]:
        run = network.forward(images)
        upstream = score.gradient(run.logits, tf.range(network.classes)[None])
        maps = []
        for layer, features in run.features.items():
            raw = weighted_sum(network.mean_gradients(layer, run, upstream), features)
            maps.append(normalise(raw))
        return tf.argmax(run.logits, -1, tf.int32), tf.nn.softmax(run.logits), *maps

    return explain_all


def _classify(network: Network, images: tf.Tensor) -> tuple[tf.Tensor, ...]:
    return (network.logits(images),)


def _images(shape: tuple[int, ...]) -> tf.TensorSpec:
    return tf.TensorSpec((None, *shape), tf.float32)


def _run(
    graph: _Graph,
    images: NDArray[np.float32],
    classes: Sequence[NDArray[np.int32]] = (),
    rest: Sequence[int | tuple[int, int]] = (),
) -> list[NDArray[Any]]:
    """Run a graph on images, the classes of each and the rest, and return its outputs as arrays.

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
        outputs = graph(*map(tf.constant, (*given, *rest)))
        runs.append([tensor.numpy()[:n] for tensor in outputs])
    return runs[0] if len(runs) == 1 else [np.concatenate(o) for o in zip(*runs, strict=True)]
