"""The tutorial's network as it was after each epoch of its training, and before it."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core._keras import tf
from core.explain.closed_form import ClosedFormNetwork
from core.network import epoch_file, load_network

EPOCHS = 10
"""So many there were."""

UNTRAINED = 0
"""The epoch before the first: random weights."""


@cache
def network_after(epoch: int) -> ClosedFormNetwork:
    """Load the shipped network as it was after an epoch, once a process.

    Args:
        epoch: 1 to 10, or `UNTRAINED`.
    """
    return ClosedFormNetwork(load_network(epoch_file(epoch)))


def probabilities_by_epoch(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Show one digit to the network before its training and after each epoch.

    Args:
        image: (28, 28) float32 in [0, 1].

    Returns:
        (11, 10), the probabilities of all classes each time.
    """
    batch = tf.constant(image[np.newaxis, ..., np.newaxis])
    runs = (network_after(epoch).forward(batch).logits for epoch in range(EPOCHS + 1))
    seen: NDArray[np.float32] = np.concatenate([tf.nn.softmax(logits).numpy() for logits in runs])
    return seen
