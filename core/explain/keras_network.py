"""Any Keras image classifier, observed while it runs.

A layer is observed by replacing its `call` while the network is traced. In contrast to a sub-model
made of `layer.output`, this reaches layers inside nested models, and it works for networks that
were loaded from a file or never had an `Input`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from itertools import count
from typing import Any

import numpy as np
from typing_extensions import override

from core._keras import keras, tf
from core.explain.network import Network, Observation

_PROBE_SIZE = 64  # pixels, of the images by which a network of any size is probed
_PROBE_SCALES = (0, 1, 255, -255)  # of their values: only probabilities stay in [0, 1]
_SEVERAL_OUTPUTS = "the network has several outputs, and only one classification is explained"
_MISSING = object()


class KerasNetwork(Network):
    """A Keras model from one image to class probabilities, to logits, or to one probability.

    A model with one output is taken as two classes, with the logits 0 and z. A softmax or sigmoid
    at its end is skipped, because its logits keep the precision that is lost where a probability
    rounds to 1. If a model computes probabilities otherwise, their logarithms are the logits.
    """

    def __init__(self, model: keras.Model) -> None:
        """Find the layers and the logits of a model, which `check_model` has passed.

        Raises:
            ValueError: If it is not an image classifier of one input and one output.
        """
        self._model = model
        self._layers = dict(_leaves(model))
        self._channels_first = any(
            getattr(layer, "data_format", None) == "channels_first"
            for layer in self._layers.values()
        )
        self.image_shape = self._find_image_shape()
        self._head = _head(model)
        shapes, outputs = self._probe()
        if outputs.ndim != 2:
            raise ValueError(
                f"the network's output has the shape {outputs.shape}, not (n, classes)"
            )
        self.binary = outputs.shape[1] == 1
        self.classes = 2 if self.binary else outputs.shape[1]
        activation = _activation(self._head)
        probabilities = activation != "linear" and outputs.min() >= 0 and outputs.max() <= 1 + 1e-3
        if probabilities and not self.binary and abs(outputs.sum(1) - 1).max() > 1e-3:
            raise ValueError(
                "the network ends in several sigmoids, which are not the classes of an image"
            )
        self._takes_logarithm = probabilities and activation is None
        self.layers = {name: shapes[name] for name in self._layers if name in shapes}
        if not self.layers:
            raise ValueError("the network has no layer with feature maps")

    @override
    def logits(self, images: tf.Tensor) -> tf.Tensor:
        return self._run(images)

    @override
    def observe(self, images: tf.Tensor, layer: str | None = None) -> Observation:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            if layer is None:
                tape.watch(images)
                return Observation(images, None, images, self._run(images), tape)
            observed: list[tf.Tensor] = []

            def watch(output: tf.Tensor) -> tf.Tensor:
                features = self._channels_last(output)
                tape.watch(features)
                observed.append(features)
                return self._as_output(features)

            logits = self._run(images, layer, watch)
        return Observation(images, layer, observed[-1], logits, tape)

    @override
    def logits_from(self, layer: str, features: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        return self._run(images, layer, lambda _: self._as_output(features))

    def _run(
        self,
        images: tf.Tensor,
        layer: str | None = None,
        replace: Callable[[tf.Tensor], tf.Tensor] | None = None,
    ) -> tf.Tensor:
        """Run the model in float32 up to its logits, replacing the output of a layer."""
        with ExitStack() as stack:
            stack.enter_context(in_float32(self._model))
            stack.enter_context(_without_activation(self._head))
            if layer is not None and replace is not None:
                # A layer that is used several times is explained where it is used last.
                earlier = self._calls[layer] - 1
                stack.enter_context(_replacing_output(self._layers[layer], replace, earlier))
            outputs = self._outputs(images)
        if self._takes_logarithm:
            outputs = _logarithm(outputs) - (_logarithm(1 - outputs) if self.binary else 0)
        return tf.concat([tf.zeros_like(outputs), outputs], 1) if self.binary else outputs

    def _outputs(self, images: tf.Tensor) -> tf.Tensor:
        """Call the model, whose one output may be in a list or a dictionary."""
        outputs = keras.tree.flatten(self._model(self._as_output(images), training=False))
        if len(outputs) != 1:
            raise ValueError(_SEVERAL_OUTPUTS)
        return outputs[0]

    def _probe(self) -> tuple[dict[str, tuple[int | None, int | None]], np.ndarray[Any, Any]]:
        """Run some noise, and return the size of each layer's maps and the outputs."""
        height, width, channels = self.image_shape
        shape = (len(_PROBE_SCALES), height or _PROBE_SIZE, width or _PROBE_SIZE, channels)
        scales = tf.reshape(tf.constant(_PROBE_SCALES, tf.float32), (-1, 1, 1, 1))
        noise = tf.random.stateless_uniform(shape, (0, 0)) * scales
        sizes: dict[str, tuple[int | None, int | None]] = {}
        self._calls: Counter[str] = Counter()

        def record(name: str) -> Callable[[Any], Any]:
            def keep(output: Any) -> Any:  # noqa: ANN401 - whatever a layer returns
                self._calls[name] += 1
                sizes.pop(name, None)
                if isinstance(output, tf.Tensor) and output.shape.rank == 4:
                    _, h, w, _ = self._channels_last(output).shape
                    if h > 1 and w > 1:
                        sizes[name] = (h if height else None, w if width else None)
                return output

            return keep

        with ExitStack() as stack:
            stack.enter_context(in_float32(self._model))
            for name, layer in self._layers.items():
                stack.enter_context(_replacing_output(layer, record(name)))
            try:
                outputs = self._outputs(noise)
            except tf.errors.OpError as error:  # for example channels_first convolutions, on a CPU
                raise ValueError("TensorFlow cannot run the network here") from error
        in_order = {name: sizes[name] for name in sizes if not _only_prepares(self._layers[name])}
        self._layers = {name: self._layers[name] for name in in_order}
        return in_order, outputs.numpy()

    def _find_image_shape(self) -> tuple[int | None, int | None, int]:
        model = self._model
        try:
            shape = model.input_shape
        except (AttributeError, ValueError):
            shape = (model.get_build_config() or {}).get("input_shape")
        if shape is None:
            raise ValueError(
                "the network's input shape is not known: call it once, or give it an Input"
            )
        if isinstance(shape, (list, dict)) or (shape and isinstance(shape[0], (tuple, list))):
            raise ValueError(
                "the network has several inputs, and only networks of one image are explained"
            )
        if len(shape) != 4:
            raise ValueError(f"the network takes inputs of the shape {tuple(shape)}, not images")
        _, *sizes = shape
        height, width, channels = (*sizes[1:], sizes[0]) if self._channels_first else sizes
        if channels is None:
            raise ValueError("the number of the network's input channels is not known")
        return height, width, channels

    def _channels_last(self, maps: tf.Tensor) -> tf.Tensor:
        last = tf.transpose(maps, (0, 2, 3, 1)) if self._channels_first else maps
        return tf.cast(tf.identity(last), tf.float32)

    def _as_output(self, maps: tf.Tensor) -> tf.Tensor:
        return tf.transpose(maps, (0, 3, 1, 2)) if self._channels_first else maps


def check_model(model: object) -> None:
    """Check that a network is a Keras model with finite weights.

    Raises:
        TypeError: If it is not a `keras.Model`.
        ValueError: If a weight is NaN or infinite.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"the network must be a keras.Model, not a {type(model).__name__}")
    if not all(np.isfinite(weights).all() for weights in model.get_weights()):
        raise ValueError("the network's weights are not all finite numbers")


@contextmanager
def in_float32(model: keras.Model) -> Iterator[None]:
    """Run a model of any precision in float32, casting weights and images where they are not.

    In float16 small gradients become zero and sums become infinite.
    """
    with ExitStack() as stack:
        for layer in model._flatten_layers():  # noqa: SLF001 - those within layers too
            if layer.compute_dtype in {"float16", "bfloat16", "float64"}:
                policy = copy(layer.dtype_policy)
                policy._compute_dtype = "float32"  # noqa: SLF001 - there is no public way
                stack.enter_context(_patched(layer, "_dtype_policy", policy))
            if isinstance(layer, keras.layers.InputLayer):  # it may be declared uint8
                for owner in (layer, layer.output):
                    stack.enter_context(_patched(owner, "_dtype", "float32"))
        yield


def _all_layers(model: keras.Model, prefix: str = "") -> Iterator[tuple[str, keras.Layer]]:
    for layer in model.layers:
        name = prefix + layer.name
        yield name, layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer, f"{name}/")


def _leaves(model: keras.Model) -> Iterator[tuple[str, keras.Layer]]:
    """Yield all layers but inputs and nested models, by names such as `outer/inner`."""
    for name, layer in _all_layers(model):
        if not isinstance(layer, (keras.Model, keras.layers.InputLayer)):
            yield name, layer


def _only_prepares(layer: keras.Layer) -> bool:
    """Whether a layer prepares images, as rescaling and augmentation do."""
    return ".preprocessing." in type(layer).__module__


def _head(model: keras.Model) -> keras.Operation | None:
    """Return the layer or operation that computes the outputs; `None` if that is not known."""
    if isinstance(model, keras.Sequential):
        last = model.layers[-1]
    elif getattr(model, "outputs", None):
        if len(model.outputs) != 1:
            raise ValueError(_SEVERAL_OUTPUTS)
        last = model.outputs[0]._keras_history.operation  # noqa: SLF001 - there is no public way
    else:
        return None
    return _head(last) if isinstance(last, keras.Model) else last


def _is_activation(head: keras.Operation | None) -> bool:
    """Whether it is a `Softmax` layer, or the operation `keras.ops.softmax` or `sigmoid`."""
    return type(head).__name__ in {"Softmax", "Sigmoid"}


def _activation(head: keras.Operation | None) -> str | None:
    """Return "softmax" or "sigmoid", "linear" for a layer of logits, or `None` if not known."""
    if _is_activation(head):
        return type(head).__name__.lower()
    name = getattr(getattr(head, "activation", None), "__name__", None)
    known = {"softmax", "sigmoid"} | ({"linear"} if hasattr(head, "kernel") else set())
    return name if name in known else None


@contextmanager
def _without_activation(head: keras.Operation | None) -> Iterator[None]:
    if _is_activation(head):
        with _patched(head, "call", lambda inputs, *_, **__: inputs):
            yield
    elif _activation(head) is not None:
        with _patched(head, "activation", keras.activations.linear):
            yield
    else:
        yield


@contextmanager
def _replacing_output(
    layer: keras.Layer, replace: Callable[[Any], Any], earlier: int = 0
) -> Iterator[None]:
    """Replace what a layer returns, past a number of earlier calls."""
    call, calls = layer.call, count()

    def call_and_replace(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any layer's
        output = call(*args, **kwargs)
        return output if next(calls) < earlier else replace(output)

    with _patched(layer, "call", call_and_replace):
        yield


def _logarithm(probabilities: tf.Tensor) -> tf.Tensor:
    return tf.math.log(tf.maximum(probabilities, np.finfo(np.float32).tiny))


@contextmanager
def _patched(owner: object, name: str, value: object) -> Iterator[None]:
    """Set an attribute within the context, past Keras's tracking of attributes."""
    before = owner.__dict__.get(name, _MISSING)
    object.__setattr__(owner, name, value)
    try:
        yield
    finally:
        if before is _MISSING:
            object.__delattr__(owner, name)
        else:
            object.__setattr__(owner, name, before)
