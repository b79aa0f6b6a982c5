"""The thought experiment: a global average in place of `Flatten`."""

import numpy as np
import pytest

from core._keras import keras
from core.dataset import DigitSet
from core.explain.explainer import Explainer
from core.explain.global_average import with_global_average
from tests.core.explain.builders import images


@pytest.fixture(scope="module")
def average(explainer: Explainer) -> Explainer:
    return Explainer(with_global_average(explainer.model))


def test_it_computes_what_a_layer_of_global_average_pooling_does(
    explainer: Explainer, average: Explainer, digits: DigitSet
) -> None:
    *_, dense, bias = explainer.model.get_weights()
    pooled = keras.layers.GlobalAveragePooling2D()(explainer.model.layers[-4].output)
    layer = keras.layers.Dense(10)
    pooling = keras.Model(explainer.model.inputs[0], layer(pooled))
    layer.set_weights([dense.reshape(49, 64, 10).sum(0), bias])
    some = images(digits, slice(20))

    np.testing.assert_allclose(average.logits(some), pooling(some), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("score", ["log_odds", "logit", "probability"])
def test_grad_cam_is_hirescam(average: Explainer, digits: DigitSet, score: str) -> None:
    some = images(digits, slice(20))
    one, other = (
        average.explain(some, method=method, score=score).raw for method in ("gradcam", "hirescam")
    )

    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5 * np.abs(other).max())


def test_the_network_itself_is_not_changed(explainer: Explainer) -> None:
    before = explainer.model.get_weights()
    with_global_average(explainer.model)

    for one, other in zip(before, explainer.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
