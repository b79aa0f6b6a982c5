"""The networks of `keras.applications`, with random weights and small images."""

from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from core._keras import keras, tf
from core.explain.explainer import Explainer
from tests.core.explain.methods.oracles import GRADIENT_CAMS, Array

_NETWORKS = {
    "VGG16": "block3_pool",
    "ResNet50V2": "conv2_block2_out",
    "MobileNetV3Small": "expanded_conv_2_add",
    "EfficientNetV2B0": "block3a_project_bn",
    "DenseNet121": "pool2_relu",
    "ConvNeXtTiny": "convnext_tiny_stage_1_block_2_identity",
}
"""By name, a layer in the middle of each."""


@pytest.fixture(scope="module", params=_NETWORKS)
def network(request: pytest.FixtureRequest) -> tuple[keras.Model, str]:
    keras.utils.set_random_seed(1)
    build = getattr(keras.applications, request.param)
    return build(weights=None, classes=7, input_shape=(32, 32, 3)), _NETWORKS[request.param]


def _by_tape(
    model: keras.Model, layer: str, images: NDArray[np.float32], target: int
) -> tuple[Array, Array]:
    """The maps of a layer, and the gradient of the log-odds, by a model made of its output."""
    both = keras.Model(model.inputs[0], [model.get_layer(layer).output, model.outputs[0]])
    with tf.GradientTape() as tape:
        features, probabilities = both(images, training=False)
        log_odds = tf.math.log(probabilities[:, target] / (1 - probabilities[:, target]))
    gradient = tape.gradient(log_odds, features)
    return features.numpy().astype(np.float64), gradient.numpy().astype(np.float64)


@pytest.mark.slow  # to compile
def test_a_large_network_is_explained(
    network: tuple[keras.Model, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Grad-CAM of two images in a graph; the others of one without, as compiling takes longer."""
    model, layer = network
    images = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)
    explainer = Explainer(model)
    probabilities = model(images, training=False).numpy()
    target = int(np.argsort(probabilities[0])[-2])
    features, gradient = _by_tape(model, layer, images, target)

    explained = [explainer.explain(images, layer, target)]
    monkeypatch.setattr(
        Explainer, "_graph", lambda self, _, function, *__: partial(function, self.network)
    )
    explained.extend(
        explainer.explain(images[:1], layer, target, method)
        for method in ("hirescam", "layercam", "saliency", "integrated_gradients")
    )

    for each in explained:
        n = len(each.targets)
        assert each.heatmaps.shape[1:] == (features.shape[1:3] if each.layer else (32, 32))
        assert np.isfinite(each.raw).all()
        np.testing.assert_array_equal(np.abs(each.heatmaps).max((1, 2)), ~each.empty)
        np.testing.assert_allclose(each.probabilities, probabilities[:n], atol=1e-5)
        if each.method in GRADIENT_CAMS:
            raw = GRADIENT_CAMS[each.method](features[:n], gradient[:n])
            np.testing.assert_allclose(each.raw, raw, atol=1e-3 * np.abs(raw).max())
