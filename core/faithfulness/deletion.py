"""Deletion and insertion: remove what a heatmap points at, and see what the network says.

Petsiuk, Das and Saenko, "RISE: Randomized Input Sampling for Explanation of Black-box Models",
2018, https://arxiv.org/abs/1806.07421, section 4.2; Samek et al., "Evaluating the Visualization of
What a Deep Neural Network Has Learned", 2017, https://arxiv.org/abs/1509.06321.

For digits, only the ink is removed and restored: the rest is black already. Deletion favours maps
as fine as the strokes, so compare methods of one layer with each other as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

INK = 0.1
"""Pixels above this value are ink."""

SHARE = 0.2
"""Share of the ink that is removed in a test."""

RANDOM_ORDERS = 16
"""Random orders that a heatmap is compared with."""

MARGIN = 0.01
"""A smaller difference of probabilities is a tie."""

Classify = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Maps images, (n, h, w), to class probabilities, (n, classes)."""


class Verdict(StrEnum):
    """How a heatmap compares with random orders."""

    BETTER = "better"
    TIE = "tie"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class DeletionTest:
    """The probability of a class before and after ink was removed.

    Attributes:
        before: Of the whole image.
        after: Without the fifth of the ink that the heatmap points at most; lower is better.
        random: Without a random fifth of the ink: the median of 16.
    """

    before: float
    after: float
    random: float

    @property
    def verdict(self) -> Verdict:
        """Whether the heatmap's ink matters more than random ink, by more than `MARGIN`."""
        if abs(self.after - self.random) <= MARGIN:
            return Verdict.TIE
        return Verdict.BETTER if self.after < self.random else Verdict.WORSE


@dataclass(frozen=True, eq=False, slots=True)
class DeletionCurves:
    """The probability of a class while pixels are removed, and while they are restored.

    Attributes:
        shares: (steps,) of the ink, from 0 to 1.
        deletion: (steps,), with the hottest pixels removed first.
        insertion: (steps,), with the hottest pixels restored first.
    """

    shares: NDArray[np.float64]
    deletion: NDArray[np.float32]
    insertion: NDArray[np.float32]

    @property
    def deletion_auc(self) -> float:
        """Area under the deletion curve, 0 to 1; lower is better."""
        return float(np.trapezoid(self.deletion, self.shares))

    @property
    def insertion_auc(self) -> float:
        """Area under the insertion curve, 0 to 1; higher is better."""
        return float(np.trapezoid(self.insertion, self.shares))


def hottest_first(heatmap: NDArray[np.float32], image: NDArray[np.float32]) -> NDArray[np.intp]:
    """Order the ink of an image by a heatmap.

    Args:
        heatmap: (h', w'), enlarged bilinearly to the image.
        image: (h, w) float32.

    Returns:
        Flat indices of the ink pixels, the hottest first; among equal ones, in reading order.
    """
    height, width = image.shape
    heat = cv2.resize(np.asarray(heatmap, np.float32), (width, height)).reshape(-1)
    ink = np.flatnonzero(image > INK)
    return ink[np.argsort(-heat[ink], kind="stable")]


def run_deletion_test(
    classify: Classify,
    image: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    target: int,
    seed: int = 0,
) -> DeletionTest:
    """Remove the ink that a heatmap points at, and random ink, in one run of the network.

    Args:
        classify: The network.
        image: (h, w) float32, bright ink on black.
        heatmap: (h', w').
        target: The class whose probability is read.
        seed: Of the random orders.
    """
    order = hottest_first(heatmap, image)
    count = round(SHARE * len(order))
    generator = np.random.default_rng(seed)
    removed = [order[:0], order[:count]]
    removed += [generator.permutation(order)[:count] for _ in range(RANDOM_ORDERS)]
    probabilities = classify(np.stack([_without(image, each) for each in removed]))[:, target]
    before, after, *random = map(float, probabilities)
    return DeletionTest(before, after, float(np.median(random)))


def measure_curves(
    classify: Classify,
    image: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    target: int,
    steps: int = 11,
) -> DeletionCurves:
    """Compute the deletion and insertion curves of a heatmap, in one run of the network.

    Args:
        classify: As for `run_deletion_test`, and so are the others.
        image: (h, w) float32.
        heatmap: (h', w').
        target: The class.
        steps: Points of each curve, from no pixel to all ink.
    """
    order = hottest_first(heatmap, image)
    shares = np.linspace(0, 1, steps)
    counts = np.rint(shares * len(order)).astype(int)
    deleted = [_without(image, order[:count]) for count in counts]
    inserted = [_without(image, order[count:]) for count in counts]
    probabilities = classify(np.stack(deleted + inserted))[:, target]
    return DeletionCurves(shares, probabilities[:steps], probabilities[steps:])


def _without(image: NDArray[np.float32], pixels: NDArray[np.intp]) -> NDArray[np.float32]:
    rest = image.copy()
    rest.reshape(-1)[pixels] = 0
    return rest
