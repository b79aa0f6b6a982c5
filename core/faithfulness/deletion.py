"""Deletion and insertion: remove what a heatmap points at, and see what the network says.

Petsiuk, Das and Saenko, "RISE: Randomized Input Sampling for Explanation of Black-box Models",
2018, https://arxiv.org/abs/1806.07421, section 4.2; Samek et al., "Evaluating the Visualization of
What a Deep Neural Network Has Learned", 2017, https://arxiv.org/abs/1509.06321.

From a digit, (h, w), ink is removed: its pixels become black, as the background is. In any other
image, (h, w, c), the removed pixels take the image's mean colour. Deletion favours maps as fine as
the strokes, so compare methods of one layer with each other as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

INK = 0.1
"""Pixels of a digit above this value are ink."""

SHARE = 0.2
"""Share of the pixels that a test removes."""

RANDOM_ORDERS = 16
"""Random orders that a heatmap is compared with."""

MARGIN = 0.01
"""Probabilities that differ by less are called equal."""

Classify = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Maps images, (n, h, w) or (n, h, w, c), to class probabilities, (n, classes)."""


class Verdict(StrEnum):
    """How a heatmap compares with random orders."""

    BETTER = "better"
    EQUAL = "equal"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class DeletionTest:
    """The probability of a class before and after pixels were removed.

    Attributes:
        before: With the whole image.
        after: Without the 20% of the pixels where the heatmap is brightest; lower is better.
        random: Without a random 20%: the median of 16 random orders.
    """

    before: float
    after: float
    random: float

    @property
    def verdict(self) -> Verdict:
        """Whether the brightest pixels matter more than random ones, by at least `MARGIN`."""
        if abs(self.after - self.random) < MARGIN:
            return Verdict.EQUAL
        return Verdict.BETTER if self.after < self.random else Verdict.WORSE


@dataclass(frozen=True, eq=False, slots=True)
class DeletionCurves:
    """The probability of a class while pixels are removed, and while they are restored.

    Attributes:
        shares: (steps,), of the pixels, from 0 to 1.
        deletion: (steps,), with the brightest pixels removed first.
        insertion: (steps,), with the brightest pixels restored first.
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


def removable(image: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the flat indices of the pixels that may be removed, in reading order.

    Args:
        image: (h, w), of which the ink is removed, or (h, w, c), of which all is.
    """
    if image.ndim == 3:
        return np.arange(image.shape[0] * image.shape[1])
    return np.flatnonzero(image > INK)


def hottest_first(heatmap: NDArray[np.float32], image: NDArray[np.float32]) -> NDArray[np.intp]:
    """Order the pixels that may be removed by a heatmap.

    Args:
        heatmap: (h', w'), enlarged bilinearly to the image.
        image: As for `removable`.

    Returns:
        Flat indices, the brightest first; among equal ones, in reading order.
    """
    height, width = image.shape[:2]
    heat = cv2.resize(np.asarray(heatmap, np.float32), (width, height)).reshape(-1)
    pixels = removable(image)
    return pixels[np.argsort(-heat[pixels], kind="stable")]


def random_orders(image: NDArray[np.float32], count: int, seed: int = 0) -> list[NDArray[np.intp]]:
    """Return the pixels that may be removed in random orders."""
    generator = np.random.default_rng(seed)
    pixels = removable(image)
    return [generator.permutation(pixels) for _ in range(count)]


def remove(
    image: NDArray[np.float32], order: NDArray[np.intp], share: float = SHARE
) -> NDArray[np.float32]:
    """Return a copy of an image without the first pixels of an order."""
    rest = image.copy()
    count = round(share * len(order))
    if image.ndim == 3:
        rest.reshape(-1, image.shape[2])[order[:count]] = image.mean((0, 1))
    else:
        rest.reshape(-1)[order[:count]] = 0
    return rest


def run_deletion_test(
    classify: Classify,
    image: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    target: int,
    seed: int = 0,
) -> DeletionTest:
    """Remove the pixels where a heatmap is brightest, and random ones, in one run of the network.

    Args:
        classify: The network.
        image: As for `removable`.
        heatmap: (h', w').
        target: The class whose probability is read.
        seed: The seed of the random orders.
    """
    orders = [hottest_first(heatmap, image), *random_orders(image, RANDOM_ORDERS, seed)]
    images = np.stack([image, *(remove(image, order) for order in orders)])
    before, after, *random = map(float, classify(images)[:, target])
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
        classify: The network.
        image: As for `removable`.
        heatmap: (h', w').
        target: The class whose probability is read.
        steps: Points of each curve, from no pixel to all.
    """
    order = hottest_first(heatmap, image)
    shares = np.linspace(0, 1, steps)
    deleted = [remove(image, order, share) for share in shares]
    # Restoring the brightest share is the same as removing the rest.
    inserted = [remove(image, order[::-1], 1 - share) for share in shares]
    probabilities = classify(np.stack(deleted + inserted))[:, target]
    return DeletionCurves(shares, probabilities[:steps], probabilities[steps:])
