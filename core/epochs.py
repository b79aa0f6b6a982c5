"""The tutorial's network as it was after each epoch of its training, and before it."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core._keras import tf
from core.explain.closed_form import ClosedFormNetwork
from core.network import WEIGHTS, epoch_file, load_network
from core.record import Recipe

EPOCHS = Recipe().epochs
"""The number of epochs in the tutorial's recipe."""

UNTRAINED = 0
"""The epoch before the first: random weights."""


@cache
def network_after(epoch: int, folder: Path = WEIGHTS) -> ClosedFormNetwork:
    """Load the tutorial's network as it was after an epoch, once a process.

    Args:
        epoch: 1 to 10, or `UNTRAINED`.
        folder: written by the training; the shipped network's by default.

    Raises:
        core.network.WeightsError: If the folder does not hold the weights of that epoch.
    """
    return ClosedFormNetwork(load_network(epoch_file(epoch, folder)))


def probabilities_by_epoch(
    image: NDArray[np.float32], folder: Path = WEIGHTS
) -> NDArray[np.float32]:
    """Show one digit to the network before its training and after each epoch.

    Args:
        image: (28, 28) float32 in [0, 1].
        folder: written by the training; the shipped network's by default.

    Returns:
        (11, 10), the probabilities of all classes each time.
    """
    batch = tf.constant(image[np.newaxis, ..., np.newaxis])
    runs = (network_after(epoch, folder).forward(batch).logits for epoch in range(EPOCHS + 1))
    seen: NDArray[np.float32] = np.concatenate([tf.nn.softmax(logits).numpy() for logits in runs])
    return seen
