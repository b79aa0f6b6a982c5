"""Accuracy with its confidence interval, figures per class, and confused pairs."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.dataset import DigitSet, as_input
from core.record import ClassFigures, ConfusedPair

if TYPE_CHECKING:
    from core._keras import keras


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Predictions beside the labels, and the figures that follow from them.

    Attributes:
        labels: (n,) uint8, the true classes.
        predicted: (n,) uint8, the most probable classes.
    """

    labels: NDArray[np.uint8]
    predicted: NDArray[np.uint8]

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """(10, 10), the confusion matrix: labels in rows, predictions in columns."""
        pairs = self.labels.astype(np.int64) * 10 + self.predicted
        return np.bincount(pairs, minlength=100).reshape(10, 10)

    @property
    def correct(self) -> int:
        """Number of correct predictions."""
        return int(self.confusion.trace())

    @property
    def accuracy(self) -> float:
        """Share of correct predictions, in [0, 1]."""
        return self.correct / len(self.labels)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the accuracy."""
        return wilson_interval(self.correct, len(self.labels))

    @cached_property
    def classes(self) -> tuple[ClassFigures, ...]:
        """Figures of each class; zeros for a class that never occurs or is never predicted."""
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
        """All confused pairs of classes, the most frequent first."""
        mistakes: dict[tuple[int, int], list[int]] = {}
        for i in np.flatnonzero(self.labels != self.predicted).tolist():
            mistakes.setdefault((int(self.labels[i]), int(self.predicted[i])), []).append(i)
        pairs = [ConfusedPair(*pair, tuple(indexes)) for pair, indexes in mistakes.items()]
        return tuple(sorted(pairs, key=lambda pair: (-pair.count, pair.label, pair.predicted)))


def evaluate(model: "keras.Model", digits: DigitSet) -> Evaluation:
    """Predict the classes of digits with a network."""
    probabilities = model.predict(as_input(digits.images), batch_size=500, verbose=0)
    return Evaluation(digits.labels, probabilities.argmax(axis=1).astype(np.uint8))


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of `correct / total`, by Wilson's score method.

    Unlike the normal approximation it holds near 0 and 1 (Wilson, 1927, "Probable inference, the
    law of succession, and statistical inference"). The total is at least 1.
    """
    from scipy.stats import binomtest  # noqa: PLC0415 - takes most of a second

    interval = binomtest(correct, total).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)
