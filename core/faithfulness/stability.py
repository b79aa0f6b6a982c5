"""Stability: does a heatmap stay the same under a change that no one sees?

Alvarez-Melis and Jaakkola, "On the Robustness of Interpretability Methods", 2018,
https://arxiv.org/abs/1806.08049.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.faithfulness.agreement import rank_correlation

NOISE = 0.02
"""Standard deviation of the noise."""


def measure_stability(
    explain: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    image: NDArray[np.float32],
    copies: int = 8,
    seed: int = 0,
) -> float:
    """Return the mean rank correlation of an image's heatmap with those of noisy copies.

    Args:
        explain: Maps images, (n, h, w), to heatmaps, (n, h', w').
        image: (h, w) float32 in [0, 1].
        copies: The number of noisy copies.
        seed: The seed of the noise.

    Returns:
        -1 to 1; 1 is perfectly stable.
    """
    generator = np.random.default_rng(seed)
    noise = generator.normal(0, NOISE, (copies, *image.shape))
    noisy = np.clip(image + noise, 0, 1).astype(np.float32)
    first, *others = explain(np.concatenate([image[np.newaxis], noisy]))
    return float(np.mean([rank_correlation(first, other, image) for other in others]))
