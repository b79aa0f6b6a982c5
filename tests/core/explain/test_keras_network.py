"""One small network, built in every way that Keras has, is explained alike."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest

from core._keras import keras, tf
from core.explain.explainer import Explainer
from core.explain.explanation import EmptyReason
from tests.core.explain.methods import oracles
from tests.core.explain.methods.oracles import Array, Chain, Question

_SIZE = (12, 12, 3)
_IMAGES: Array = np.random.default_rng(0).integers(0, 4, (4, *_SIZE)).astype(np.float64)
"""Of whole numbers, which an input of bytes does not change."""


def _body(dtype: str = "float32", data_format: str = "channels_last") -> list[Any]:
    """The layers before the logits; the last maps have 3 x 3 cells."""
    usual = {"data_format": data_format, "dtype": dtype}
    return [
        keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="conv", **usual),
        keras.layers.MaxPool2D(name="pool", **usual),
        keras.layers.Conv2D(5, 3, padding="same", activation="relu", name="conv_1", **usual),
        keras.layers.MaxPool2D(name="pool_1", **usual),
        keras.layers.Flatten(name="flatten", **usual),
    ]


def _dense(activation: Any = None, units: int = 3, dtype: str = "float32") -> Any:
    return keras.layers.Dense(units, activation, dtype=dtype, name="dense")


def _chain(*end: Any, size: Any = _SIZE, read_as: str = "float32", **body: str) -> keras.Model:
    return keras.Sequential([keras.Input(size, dtype=read_as), *_body(**body), *end])


def _functional(end: Callable[[Any], Any], units: int = 3) -> keras.Model:
    """A network that ends in a function and not in a layer."""
    x = image = keras.Input(_SIZE)
    for layer in (*_body(), _dense(units=units)):
        x = layer(x)
    return keras.Model(image, end(x))


def _in_a_dictionary() -> keras.Model:
    model = _functional(keras.ops.softmax)
    return keras.Model([model.input], {"digit": model.output})


class Code(keras.Model):  # type: ignore[misc]
    """A network in Python, which uses one pooling twice and calls a layer to no end."""

    def __init__(self, units: int, activation: str | None) -> None:
        super().__init__()
        self.conv, _, self.conv_1, self.pool_1, self.flatten = _body()
        self.dense = _dense(activation, units)
        self.unused = keras.layers.ReLU(name="unused")

    def call(self, images: Any) -> Any:
        x = self.pool_1(self.conv(images))
        self.unused(x)
        return self.dense(self.flatten(self.pool_1(self.conv_1(x))))


def _code(units: int = 3, activation: str | None = None) -> keras.Model:
    model = Code(units, activation)
    model(_IMAGES)
    return model


class Block(keras.layers.Layer):  # type: ignore[misc]
    """A layer made of layers, which `model.layers` does not list."""

    def __init__(self, dtype: str) -> None:
        super().__init__(dtype=dtype)
        *_, self.flatten = _body(dtype)
        self.dense = _dense(dtype=dtype)

    def call(self, maps: Any) -> Any:
        return self.dense(self.flatten(maps))


def _nested(depth: int) -> keras.Model:
    *body, flatten = _body()
    inner = keras.Sequential([keras.Input(_SIZE), *body], name="inner")
    if depth == 2:
        image = keras.Input(_SIZE)
        inner = keras.Model(image, inner(image), name="outer")
    return keras.Sequential([keras.Input(_SIZE), inner, flatten, _dense("softmax")])


def _without_input() -> keras.Model:
    model = keras.Sequential([*_body(), _dense()])
    model(_IMAGES)
    return model


_WAYS: dict[str, Callable[[], keras.Model]] = {
    "logits": lambda: _chain(_dense()),
    "softmax": lambda: _chain(_dense("softmax")),
    "softmax_layer": lambda: _chain(_dense(), keras.layers.Softmax()),
    "activation_layer": lambda: _chain(_dense(), keras.layers.Activation("softmax")),
    "softmax_operation": lambda: _functional(keras.ops.softmax),
    "softmax_of_tensorflow": lambda: _chain(_dense(tf.nn.softmax)),
    "softmax_and_something": lambda: _chain(_dense("softmax"), keras.layers.Reshape((3,))),
    "log_softmax": lambda: _chain(_dense("log_softmax")),
    "code": _code,
    "code_of_probabilities": lambda: _code(activation="softmax"),
    "nested": lambda: _nested(1),
    "nested_twice": lambda: _nested(2),
    "in_a_dictionary": _in_a_dictionary,
    "without_input": _without_input,
    "of_bytes": lambda: _chain(_dense(), read_as="uint8"),
    **{
        dtype: lambda dtype=dtype: _chain(_dense("softmax", dtype=dtype), dtype=dtype)  # type: ignore[misc]
        for dtype in ("mixed_float16", "mixed_bfloat16", "float16", "float64")
    },
    "layers_in_a_layer": lambda: keras.Sequential(
        [keras.Input(_SIZE), *_body("mixed_float16")[:-1], Block("mixed_float16")]
    ),
}


@pytest.fixture(scope="module")
def plain() -> Chain:
    """The network that the others are compared with, of weights that float16 holds exactly."""
    keras.utils.set_random_seed(4)
    model = _chain(_dense())
    model.set_weights([_rounded(weights) for weights in model.get_weights()])
    model.get_layer("dense").bias.assign([1, -2, 0.5])
    return Chain(model)


def _rounded(weights: Array) -> Array:
    rounded: Array = weights.astype(np.float16).astype(np.float32)
    return rounded


def _assert_explained_as(
    expected: Chain,
    explainer: Explainer,
    asked: Question,
    atol: float = 1e-4,
    *,
    thorough: bool = True,
) -> None:
    """One method of each kind: by a layer's gradient, by replacing its maps, and by the input.

    Only the first if not `thorough`: each is compiled anew for each network.
    """
    (layer,) = (name for name in explainer.layers if name.split("/")[-1] == "pool_1")
    features = expected.features(_IMAGES, "pool_1")
    gradient = expected.gradient(features, asked, "pool_1")
    raws: dict[str, Callable[[], Array]] = {
        "gradcam": lambda: oracles.gradcam(features, gradient),
        "ablationcam": lambda: oracles.ablationcam(expected, _IMAGES, "pool_1", asked),
        "integrated_gradients": lambda: oracles.integrated_gradients(expected, _IMAGES, asked),
    }
    for method, oracle in islice(raws.items(), None if thorough else 1):
        raw = oracle()
        explained = explainer.explain(_IMAGES, layer, asked.classes, method)
        assert explained.heatmaps.dtype == explained.raw.dtype == np.float32
        np.testing.assert_allclose(explained.raw, raw, atol=atol * np.abs(raw).max())
        scaled = oracles.scaled(raw, signed=explained.signed)
        np.testing.assert_allclose(explained.heatmaps, scaled, atol=10 * atol)
    probabilities = tf.nn.softmax(expected.run(_IMAGES))
    np.testing.assert_allclose(explained.probabilities, probabilities, atol=1e-5)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("way", _WAYS)
def test_it_is_explained_alike(plain: Chain, way: str, thorough: bool) -> None:
    model = _WAYS[way]()
    model.set_weights(plain.model.get_weights())

    asked = Question(np.array([0, 1, 2, 1], np.int32))
    _assert_explained_as(plain, Explainer(model), asked, thorough=thorough)


_WAYS_OF_ONE: dict[str, Callable[[], keras.Model]] = {
    "logit": lambda: _chain(_dense(units=1)),
    "sigmoid": lambda: _chain(_dense("sigmoid", 1)),
    "activation_layer": lambda: _chain(_dense(units=1), keras.layers.Activation("sigmoid")),
    "sigmoid_operation": lambda: _functional(keras.ops.sigmoid, 1),
    "sigmoid_of_tensorflow": lambda: _chain(_dense(tf.math.sigmoid, 1)),
    "sigmoid_and_something": lambda: _chain(_dense("sigmoid", 1), keras.layers.Reshape((1,))),
    "code": lambda: _code(1),
    "code_of_a_probability": lambda: _code(1, "sigmoid"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", _WAYS_OF_ONE)
def test_one_output_is_explained_as_two_classes(plain: Chain, way: str, thorough: bool) -> None:
    """With the logits 0 and z, of "not" and "is"."""
    model = _WAYS_OF_ONE[way]()
    *weights, kernel, bias = plain.model.get_weights()
    model.set_weights([*weights, kernel[:, :1], bias[:1]])
    two = keras.models.clone_model(_chain(_dense(units=2)))
    two.set_weights(
        [*weights, np.pad(kernel[:, :1], ((0, 0), (1, 0))), np.array([0, bias[0]], np.float32)]
    )
    explainer = Explainer(model)

    assert explainer.labels == ("not", "is")
    asked = Question(np.array([0, 1, 1, 0], np.int32))
    _assert_explained_as(Chain(two), explainer, asked, thorough=thorough)


@pytest.mark.parametrize("way", ["sigmoid", "activation_layer", "sigmoid_operation"])
def test_a_probability_that_is_rounded_to_one_has_its_logit(way: str) -> None:
    model = _WAYS_OF_ONE[way]()
    model.get_layer("dense").set_weights([np.zeros((45, 1)), np.array([40])])
    assert float(model(_IMAGES)[0, 0]) == 1

    np.testing.assert_allclose(Explainer(model).logits(_IMAGES), [[0, 40]] * 4)


def test_a_network_of_any_size_is_explained_at_every_size() -> None:
    end = [keras.layers.GlobalAveragePooling2D(), _dense()]
    model = keras.Sequential([keras.Input((None, None, 3)), *_body()[:-1], *end])
    explainer, asked = Explainer(model), Question(np.array([0, 1, 2, 1], np.int32))
    assert not explainer.shapes

    for batch in (_IMAGES, _IMAGES[:, :8], np.tile(_IMAGES, (1, 2, 3, 1))):
        features = Chain(model).features(batch, "conv_1")
        raw = oracles.gradcam(features, Chain(model).gradient(features, asked, "conv_1"))
        explained = explainer.explain(batch, "conv_1", asked.classes)
        np.testing.assert_allclose(explained.raw, raw, atol=1e-4 * np.abs(raw).max())


def test_layers_are_named_by_where_they_are() -> None:
    names = ("conv", "pool", "conv_1", "pool_1")
    for depth, prefix in ((1, "inner/"), (2, "outer/inner/")):
        assert Explainer(_nested(depth)).layers == tuple(prefix + name for name in names)
    reused = Explainer(_code())
    assert reused.layers == ("conv", "unused", "conv_1", "pool_1")  # where it is used last
    assert reused.shapes["pool_1"] == (3, 3)


@pytest.mark.parametrize("method", [*oracles.GRADIENT_CAMS, "ablationcam"])
def test_a_layer_that_decides_nothing_has_an_empty_map(method: str) -> None:
    explained = Explainer(_code()).explain(_IMAGES, "unused", 0, method)

    assert explained.empty.all()
    assert explained.empty_reasons == (EmptyReason.ZERO,) * 4


def test_channels_first_is_explained_alike_where_the_cpu_runs_it(plain: Chain) -> None:
    """TensorFlow's own kernels for the CPU refuse it, and those of oneDNN run it."""
    model = _chain(_dense(), size=(3, 12, 12), data_format="channels_first")
    model.set_weights(plain.model.get_weights())
    try:
        model(np.zeros((1, 3, 12, 12), np.float32))
    except tf.errors.UnimplementedError:
        with pytest.raises(ValueError, match="TensorFlow cannot run the network here"):
            Explainer(model)
        return

    _assert_explained_as(plain, Explainer(model), Question(np.array([0, 1, 2, 1], np.int32)))


def test_several_outputs_are_refused() -> None:
    class Twice(Code):
        def call(self, images: Any) -> Any:
            return {"one": super().call(images), "two": super().call(images)}

    model = Twice(units=3, activation=None)
    model(_IMAGES)
    image = keras.Input(_SIZE)
    for several in (model, keras.Model(image, model(image))):
        with pytest.raises(ValueError, match="has several outputs"):
            Explainer(several)


@pytest.mark.parametrize(
    "build",
    [
        lambda: _chain(_dense("sigmoid")),
        lambda: _functional(keras.ops.sigmoid),
        lambda: _code(activation="sigmoid"),
    ],
)
def test_several_sigmoids_are_refused(build: Callable[[], keras.Model]) -> None:
    with pytest.raises(ValueError, match="ends in several sigmoids"):
        Explainer(build())
