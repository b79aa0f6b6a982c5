"""Completeness: do the values of a map add up to what they explain?

Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017,
https://arxiv.org/abs/1703.01365, proposition 1.
"""

import numpy as np
from numpy.typing import NDArray


def completeness_error(
    raw: NDArray[np.float32], score: NDArray[np.float32], baseline: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return how far each map is from adding up to the change of the score.

    |Σ_ij L_ij - (S - S_0)|; 0 is complete. S_0 is the score of a black image for Integrated
    Gradients, and the bias of the logit for HiResCAM at the last layer.

    Args:
        raw: (n, h, w), the maps before ReLU and scaling.
        score: (n,), the score of each image.
        baseline: (n,), the score without what was explained.

    Returns:
        (n,), at least 0.
    """
    error: NDArray[np.float32] = np.abs(raw.sum((1, 2)) - (score - baseline))
    return error
