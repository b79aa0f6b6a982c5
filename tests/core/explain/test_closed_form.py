from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from core._keras import keras, tf
from core.dataset import DigitSet
from core.explain.closed_form import SPATIAL_LAYERS, Activations, ClosedFormNetwork
from core.explain.explainer import Explainer
from core.tutorial import get_basic_cnn
from tests.core.explain.builders import at_the_border, extremes, images, noise

_INPUTS: dict[str, Callable[[DigitSet], NDArray[np.float32]]] = {
    "digits": lambda digits: images(digits, slice(32)),
    "ink at the border": at_the_border,
    "noise": lambda _: noise(),
    "ties in pooling": lambda _: extremes(),
}


@pytest.fixture(params=_INPUTS)
def inputs(request: pytest.FixtureRequest, digits: DigitSet) -> NDArray[np.float32]:
    return _INPUTS[request.param](digits)


def _by_tape(
    model: keras.Model, inputs: NDArray[np.float32], upstream: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """The mean gradient at each layer by automatic differentiation through Keras's own layers."""
    features = {}
    with tf.GradientTape() as tape:
        x = tf.constant(inputs)
        tape.watch(x)
        for layer in model.layers[:-1]:
            x = features[layer.name] = layer(x)
        weighted_logits = tf.reduce_sum(x * upstream)
    gradients = tape.gradient(weighted_logits, features)
    return {name: gradients[name].numpy().mean((1, 2)) for name in SPATIAL_LAYERS}


def test_mean_gradients_are_those_of_a_backward_pass(
    explainer: Explainer, inputs: NDArray[np.float32]
) -> None:
    network = ClosedFormNetwork(explainer.model)
    run = network.forward(tf.constant(inputs))
    upstream = np.random.default_rng(0).normal(size=(len(inputs), 3, 10)).astype(np.float32)

    for t in range(3):
        expected = _by_tape(explainer.model, inputs, upstream[:, t])
        for layer in SPATIAL_LAYERS:
            mean = network.mean_gradients(layer, run, tf.constant(upstream))[:, t]
            np.testing.assert_allclose(mean, expected[layer], atol=2e-6 * abs(mean.numpy()).max())


def test_of_equal_cells_the_first_hands_its_gradient_on(explainer: Explainer) -> None:
    """Maps full of ties, as no image gives them: whole numbers from 0 to 2."""
    kernel, _, dense, _ = explainer.model.get_weights()[2:]
    random = np.random.default_rng(0)
    ties = random.integers(0, 3, (16, 14, 14, 64)).astype(np.float32)
    upstream = random.normal(size=(16, 1, 10)).astype(np.float32)
    with tf.GradientTape() as tape:
        x = tf.zeros((16, 14, 14, 32))
        tape.watch(x)
        conv = tf.nn.relu(ties + tf.nn.conv2d(x, kernel, 1, "SAME"))
        pool = tf.nn.max_pool2d(conv, 2, 2, "VALID")
        weighted_logits = tf.reduce_sum(tf.reshape(pool, (16, 49 * 64)) @ dense * upstream[:, 0])
    expected = tape.gradient(weighted_logits, x).numpy().mean((1, 2))

    run = Activations({"conv2d_1": conv, "max_pooling2d_1": pool}, logits=tf.zeros((16, 10)))
    mean = ClosedFormNetwork(explainer.model).mean_gradients("max_pooling2d", run, upstream)[:, 0]

    np.testing.assert_allclose(mean, expected, atol=2e-6 * abs(expected).max())


def test_a_forward_pass_is_the_model_s(explainer: Explainer, inputs: NDArray[np.float32]) -> None:
    run = ClosedFormNetwork(explainer.model).forward(tf.constant(inputs))

    x = inputs
    for layer in explainer.model.layers[:-1]:
        x = layer(x)
        if layer.name in SPATIAL_LAYERS:
            np.testing.assert_allclose(run.features[layer.name], x, atol=1e-5)
    np.testing.assert_allclose(run.logits, x, atol=1e-4)


def test_the_weights_are_copied(digits: DigitSet) -> None:
    model, batch = get_basic_cnn(), tf.constant(images(digits, slice(4)))
    network = ClosedFormNetwork(model)
    before = network.forward(batch).logits
    model.set_weights([w * 0 for w in model.get_weights()])

    np.testing.assert_array_equal(network.forward(batch).logits, before)


def test_a_layer_without_maps_is_refused(explainer: Explainer, digits: DigitSet) -> None:
    network = ClosedFormNetwork(explainer.model)
    run = network.forward(tf.constant(images(digits, slice(1))))

    with pytest.raises(ValueError, match="'dense' has no feature maps"):
        network.mean_gradients("dense", run, tf.zeros((1, 1, 10)))


@pytest.mark.parametrize(
    ("first", "pooling", "complaint"),
    [
        ({"name": "first"}, keras.layers.MaxPool2D, "its layers are first, .*not those of the"),
        ({"filters": 16}, keras.layers.MaxPool2D, "'conv2d' has weights of shapes"),
        ({"activation": "tanh"}, keras.layers.MaxPool2D, "'conv2d' computes something else"),
        ({}, keras.layers.AveragePooling2D, "'max_pooling2d' computes something else"),
    ],
)
def test_another_network_is_refused(
    first: dict[str, object], pooling: type[keras.layers.Layer], complaint: str
) -> None:
    usual = {"name": "conv2d", "filters": 32, "activation": "relu"}
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(**usual | first, kernel_size=3, padding="same"),
            pooling(2, name="max_pooling2d"),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu", name="conv2d_1"),
            pooling(2, name="max_pooling2d_1"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(10, name="dense"),
            keras.layers.Softmax(name="softmax"),
        ]
    )

    with pytest.raises(ValueError, match=complaint):
        ClosedFormNetwork(model)
