"""How good a network is: accuracy with its uncertainty, figures for each class, confusions."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.dataset import DigitSet, as_input

if TYPE_CHECKING:
    from core._keras import keras

_Z_95 = 1.959964  # the normal distribution's 97.5 % point


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well one class is told from the others; each figure in [0, 1], more is better.

    Attributes:
        digit: the class, 0 to 9.
        precision: the share of right ones among those predicted as this class.
        recall: the share of right ones among those of this class.
        f1: the harmonic mean of the two.
        support: how many there are of this class.
    """

    digit: int
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Digits of one class that were predicted as another.

    Attributes:
        label: what they are.
        predicted: what the network said.
        indexes: where they are in the set, in rising order.
    """

    label: int
    predicted: int
    indexes: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.indexes)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a network said of labelled digits, and what follows from it.

    Attributes:
        labels: (n,) uint8, what the digits are.
        predicted: (n,) uint8, the most probable class of each.
    """

    labels: NDArray[np.uint8]
    predicted: NDArray[np.uint8]

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """(10, 10): how many of the row's class were predicted as the column's."""
        pairs = self.labels.astype(np.int64) * 10 + self.predicted
        return np.bincount(pairs, minlength=100).reshape(10, 10)

    @property
    def correct(self) -> int:
        """How many were right."""
        return int(self.confusion.trace())

    @property
    def accuracy(self) -> float:
        """The share that was right, in [0, 1]."""
        return self.correct / len(self.labels)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the accuracy: what this many digits leave open."""
        return wilson_interval(self.correct, len(self.labels))

    @cached_property
    def classes(self) -> tuple[ClassFigures, ...]:
        """The figures of each class; one that never occurs or is never predicted has zeros."""
        hits = self.confusion.diagonal()
        support, guesses = self.confusion.sum(axis=1), self.confusion.sum(axis=0)
        precision = hits / np.maximum(guesses, 1)
        recall = hits / np.maximum(support, 1)
        f1 = 2 * hits / np.maximum(support + guesses, 1)
        return tuple(
            ClassFigures(d, float(precision[d]), float(recall[d]), float(f1[d]), int(support[d]))
            for d in range(10)
        )

    @cached_property
    def confused(self) -> tuple[ConfusedPair, ...]:
        """The pairs that were confused at all, the most frequent first."""
        mistakes: dict[tuple[int, int], list[int]] = {}
        for i in np.flatnonzero(self.labels != self.predicted).tolist():
            mistakes.setdefault((int(self.labels[i]), int(self.predicted[i])), []).append(i)
        pairs = [ConfusedPair(*pair, tuple(indexes)) for pair, indexes in mistakes.items()]
        return tuple(sorted(pairs, key=lambda pair: (-pair.count, pair.label, pair.predicted)))


def evaluate(model: "keras.Model", digits: DigitSet) -> Evaluation:
    """Let a network read digits and hold what it says against their labels."""
    probabilities = model.predict(as_input(digits.images), batch_size=500, verbose=0)
    return Evaluation(digits.labels, probabilities.argmax(axis=1).astype(np.uint8))


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """Bound a share that was measured on a sample, with 95 % confidence.

    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22. Unlike the normal approximation it holds
    near 1, and never leaves [0, 1].

    Args:
        correct: how many of the sample were right.
        total: the size of the sample, at least 1.

    Returns:
        The lower and the upper bound.
    """
    share, z2 = correct / total, _Z_95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    spread = share * (1 - share) / total + z2 / (4 * total**2)
    half = _Z_95 * math.sqrt(spread) / (1 + z2 / total)
    return max(centre - half, 0.0), min(centre + half, 1.0)
