"""Grad-CAM and HiResCAM at the last layer in plain NumPy and float64.

Nothing here is shared with `core.explain` but the feature maps and the weights.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core._keras import tf
from core.dataset import DigitSet, as_input
from core.explain.closed_form import ClosedFormNetwork
from core.explain.explainer import Explainer

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class LastLayer:
    """What follows from the feature maps of n digits.

    Attributes:
        images: (n, 28, 28) float32.
        features: (n, 49, 64), the cells of the feature maps.
        dense: (49, 64, 10), the weights from each cell to each logit.
        bias: (10,).
        logits: (n, 10).
    """

    images: NDArray[np.float32]
    features: Values
    dense: Values
    bias: Values
    logits: Values

    @property
    def predictions(self) -> NDArray[np.intp]:
        """(n,)."""
        predictions: NDArray[np.intp] = self.logits.argmax(1)
        return predictions

    def upstream(self, targets: NDArray[np.intp]) -> Values:
        """Return the gradients of the targets' log-odds by the logits, (n, 10)."""
        own = np.eye(10, dtype=bool)[targets]
        others = np.where(own, -np.inf, self.logits)
        p = np.exp(others - np.logaddexp.reduce(others, axis=1, keepdims=True))
        return np.where(own, 1.0, -p)

    def alphas(self, upstream: Values) -> Values:
        """Return the weights of the feature maps, (n, 64)."""
        alphas: Values = upstream @ self.dense.mean(0).T
        return alphas

    def gradcam(self, upstream: Values) -> Values:
        """Return the maps before ReLU, (n, 49)."""
        cells: Values = np.matmul(self.features, self.alphas(upstream)[..., np.newaxis])[..., 0]
        return cells

    def hirescam(self, upstream: Values) -> Values:
        """Return the maps before ReLU, (n, 49)."""
        maps = [np.tensordot(self.features[:, s], self.dense[s], 1) for s in range(49)]
        cells: Values = (np.stack(maps, 1) * upstream[:, np.newaxis]).sum(-1)
        return cells


def last_layer(explainer: Explainer, digits: DigitSet, count: int) -> LastLayer:
    """Run the network on the first test digits."""
    network = explainer.closed_form
    images = as_input(digits.images[:count])
    features = np.concatenate([_pooled(network, images[i : i + 500]) for i in range(0, count, 500)])
    *_, kernel, bias = (weights.astype(np.float64) for weights in explainer.model.get_weights())
    logits = features.reshape(count, -1) @ kernel + bias
    return LastLayer(images[..., 0], features, kernel.reshape(49, 64, 10), bias, logits)


def _pooled(network: ClosedFormNetwork, images: NDArray[np.float32]) -> Values:
    maps = network.forward(tf.constant(images)).features["max_pooling2d_1"]
    pooled: Values = maps.numpy().reshape(-1, 49, 64).astype(np.float64)
    return pooled


def without_cells(images: NDArray[np.float32], cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Erase cells of the last layer, (n, 49), of images, (n, 28, 28)."""
    kept = ~cells.reshape(-1, 7, 7).repeat(4, 1).repeat(4, 2)
    return images * kept
