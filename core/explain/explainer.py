"""`Explainer`: classifies images and explains the classes, for any Keras image classifier."""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core._keras import keras, tf
from core.explain.arguments import PREDICTED, as_batch, as_classes
from core.explain.closed_form import ClosedFormNetwork
from core.explain.explanation import Explanation, ExplanationSet
from core.explain.graphs import Function, Graph, Graphs, run
from core.explain.keras_network import KerasNetwork, check_model
from core.explain.methods import METHODS, GradCAM, Method
from core.explain.network import Network
from core.explain.ops import normalise, normalise_signed, weighted_sum
from core.explain.scores import ChosenObjective, ClassScore, Lead, Objective, Score
from core.network import WeightsError, fingerprint, load_model, weights_file

_CLASS = tf.TensorSpec((None,), tf.int32)
_SEED = tf.TensorSpec((2,), tf.int32)
_INDEX = tf.TensorSpec((), tf.int32)
_LEAD = len(Score)
"""The index of the lead over another class among the objectives, after all scores."""

_CLOSED_FORM_GRAPHS = Graphs()
"""Of all networks in closed form."""


class _Key(NamedTuple):
    """What a graph is compiled for."""

    method: str
    layer: str | None
    score: Score | None  # None if the graph takes the index of any objective
    image_shape: tuple[int, ...]


class Explainer:
    """Explains the predictions of a trained network. Thread-safe.

    A graph is compiled on first use, for a method, a layer and an image shape. The most recently
    used ones are kept, and shared by all networks in closed form.

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
        self._graphs = _CLOSED_FORM_GRAPHS if in_closed_form else Graphs()

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
        predictions, probabilities, explained, heatmaps, raw = run(graph, batch, each, rest)
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
        predictions, probabilities, *heatmaps = run(graph, batch)
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
        (logits,) = run(graph, batch)
        return logits

    def _layer(self, layer: str | None) -> str:
        if layer is None:
            return self.default_layer
        if layer not in self.network.layers:
            raise ValueError(f"no layer {layer!r}: choose {', '.join(self.layers)}")
        return layer

    def _graph(self, key: Hashable, function: Function, *signature: tf.TensorSpec) -> Graph:
        """Return the graph of a function of this network and tensors."""
        return self._graphs.get(key, function, signature, self.network)


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


def _explaining(key: _Key) -> Function:
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


def _explaining_all(score: Score) -> Function:
    def explain_all(network: ClosedFormNetwork, images: tf.Tensor) -> tuple[tf.Tensor, ...]:
        seen = network.forward(images)
        upstream = score.gradient(seen.logits, tf.range(network.classes)[None])
        maps = []
        for layer, features in seen.features.items():
            raw = weighted_sum(network.mean_gradients(layer, seen, upstream), features)
            maps.append(normalise(raw))
        return tf.argmax(seen.logits, -1, tf.int32), tf.nn.softmax(seen.logits), *maps

    return explain_all


def _classify(network: Network, images: tf.Tensor) -> tuple[tf.Tensor, ...]:
    return (network.logits(images),)


def _images(shape: tuple[int, ...]) -> tf.TensorSpec:
    return tf.TensorSpec((None, *shape), tf.float32)
