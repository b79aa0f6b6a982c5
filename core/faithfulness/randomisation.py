"""The sanity check by randomised weights: an explanation of the network changes with its weights.

Adebayo et al., "Sanity Checks for Saliency Maps", 2018, https://arxiv.org/abs/1810.03292,
section 3.1 (cascading randomisation).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core._keras import keras


def randomise_from_top(model: keras.Model, seed: int = 0) -> Iterator[tuple[str, keras.Model]]:
    """Set the layers of a network to random weights, from the last one down.

    Args:
        model: The network; it is not changed.
        seed: The seed of the random weights.

    Yields:
        The name of the layer that was randomised last, and a copy of the network with all layers
        from that one to the top random: kernels from Glorot's uniform distribution, biases and
        scales in random order.
    """
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    generator = np.random.default_rng(seed)
    for layer in reversed(copy.layers):
        if not layer.weights:
            continue
        layer.set_weights([_random(weights, generator) for weights in layer.get_weights()])
        network = keras.models.clone_model(model)
        network.set_weights(copy.get_weights())
        yield layer.name, network


def _random(weights: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.float32]:
    if weights.ndim < 2:
        return generator.permutation(weights)
    receptive = int(np.prod(weights.shape[:-2]))
    limit = np.sqrt(6 / (receptive * (weights.shape[-2] + weights.shape[-1])))
    return generator.uniform(-limit, limit, weights.shape).astype(np.float32)
