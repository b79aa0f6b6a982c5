"""The tutorial's network before its training and after each epoch."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core._keras import tf
from core.explain.closed_form import ClosedFormNetwork
from core.network import WEIGHTS, epoch_file, load_network
from core.record import Recipe

EPOCHS = Recipe().epochs

UNTRAINED = 0
"""The epoch of the random weights before training."""


@cache
def network_after(epoch: int, folder: Path = WEIGHTS) -> ClosedFormNetwork:
    """Load the network of a training's folder as it was after an epoch, 1 to 10, or `UNTRAINED`.

    Raises:
        core.network.WeightsError: If the folder does not hold the weights of that epoch.
    """
    return ClosedFormNetwork(load_network(epoch_file(epoch, folder)))


def probabilities_by_epoch(
    image: NDArray[np.float32], folder: Path = WEIGHTS
) -> NDArray[np.float32]:
    """Classify a digit by the network before its training and after each epoch.

    Args:
        image: (28, 28) float32 in [0, 1].
        folder: That of a training.

    Returns:
        (11, 10) float32.
    """
    batch = tf.constant(image[np.newaxis, ..., np.newaxis])
    runs = (network_after(epoch, folder).forward(batch).logits for epoch in range(EPOCHS + 1))
    probabilities: NDArray[np.float32] = tf.nn.softmax(tf.concat(list(runs), 0)).numpy()
    return probabilities
