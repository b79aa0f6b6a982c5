"""Scores of a class that can be differentiated, and their gradients with respect to the logits.

With logits z, p = softmax(z) and a class c:

    log_odds     S = z_c - log Σ_{k≠c} exp(z_k)    ∂S/∂z = e_c - softmax(z without c)
    logit        S = z_c                           ∂S/∂z = e_c
    probability  S = p_c                           ∂S/∂z = p_c (e_c - p)

The gradients of log-odds and probability have the same direction, ∂p_c = p_c (1 - p_c) ∂S, so their
normalised maps are the same in exact arithmetic. Where p_c is close to 1, the gradient of the
probability is lost to rounding in float32, and that of the log-odds is not. The logit is the choice
of the Grad-CAM paper (Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391); its map changes
when a constant is added to all logits, although no prediction does.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Never, Self

from typing_extensions import override

from core._keras import tf

_EPSILON = 2.0**-23
"""The machine epsilon of float32."""


class Score(StrEnum):
    """A score of one class."""

    LOG_ODDS = "log_odds"
    LOGIT = "logit"
    PROBABILITY = "probability"

    @classmethod
    def _missing_(cls, value: object) -> Never:
        raise ValueError(f"no score {value!r}: choose {', '.join(cls)}")

    def gradient(self, logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Differentiate the score with respect to the logits.

        Args:
            logits: (n, 10) float32.
            targets: (n, t) int32, t classes for each digit, or (1, t), the same for all.

        Returns:
            (n, t, 10) float32.
        """
        z = logits[:, None, :]  # (n, 1, 10)
        e = tf.one_hot(targets, logits.shape[-1])  # (n, t, 10)
        match self:
            case Score.LOGIT:
                return e + tf.zeros_like(z)
            case Score.PROBABILITY:
                p = tf.nn.softmax(z)
                return tf.reduce_sum(p * e, -1, keepdims=True) * (e - p)
            case Score.LOG_ODDS:
                others = tf.where(e > 0, z.dtype.min, z)
                # On several rows tf.nn.softmax takes 80 µs longer, because it starts threads.
                return e - tf.exp(tf.nn.log_softmax(others))

    def compute(self, logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Compute the score.

        Args:
            logits: (n, classes) float32.
            targets: (n,) int32.

        Returns:
            (n,) float32.
        """
        logits = tf.convert_to_tensor(logits)
        e = tf.one_hot(targets, logits.shape[-1])
        match self:
            case Score.LOGIT:
                return tf.reduce_sum(e * logits, -1)
            case Score.PROBABILITY:
                return tf.reduce_sum(e * tf.nn.softmax(logits), -1)
            case Score.LOG_ODDS:
                others = tf.where(e > 0, logits.dtype.min, logits)
                return tf.reduce_sum(e * logits, -1) - tf.reduce_logsumexp(others, -1)


class Objective(ABC):
    """What an explanation explains of each image, as a function of its logits."""

    @abstractmethod
    def value(self, logits: tf.Tensor) -> tf.Tensor:
        """Return the value for each image, (n,), from its logits, (n, classes)."""

    @abstractmethod
    def gradient(self, logits: tf.Tensor) -> tf.Tensor:
        """Return the gradient with respect to the logits, (n, classes)."""

    @abstractmethod
    def take(self, indices: tf.Tensor) -> Self:
        """Return the objective of some of the images, which may be repeated."""

    def significant(self, differences: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Return differences of the value, or zeros for an image where all are rounding errors.

        Batches of different sizes are summed in different orders, so the value of an image may
        differ in its last bits even if a variant changes nothing. Scaling to a maximum of 1 would
        turn these differences into a map.

        Args:
            differences: (n, m), differences of the value over m variants of each image.
            logits: (n, classes), of the unchanged images.

        Returns:
            (n, m).
        """
        slope = tf.reduce_sum(tf.abs(self.gradient(logits)), -1)  # (n,)
        largest = tf.reduce_max(tf.abs(logits), -1)
        error = _EPSILON * (8 * slope * largest + 2 * tf.abs(self.value(logits)))
        found = tf.reduce_max(tf.abs(differences), -1) > error
        return tf.where(found[:, None], differences, 0)


@dataclass(frozen=True, eq=False, slots=True)
class ClassScore(Objective):
    """The score of a class.

    Attributes:
        score: The score.
        targets: (n,) int32, the class c of each image.
    """

    score: Score
    targets: tf.Tensor

    @override
    def value(self, logits: tf.Tensor) -> tf.Tensor:
        return self.score.compute(logits, self.targets)

    @override
    def gradient(self, logits: tf.Tensor) -> tf.Tensor:
        return self.score.gradient(logits, self.targets[:, None])[:, 0]

    @override
    def take(self, indices: tf.Tensor) -> Self:
        return type(self)(self.score, tf.gather(self.targets, indices))


@dataclass(frozen=True, eq=False, slots=True)
class Lead(Objective):
    """The lead of a class over another one, z_c - z_k: why the class c and not k.

    Attributes:
        targets: (n,) int32, the class c of each image.
        against: (n,) int32, the class k of each image.
    """

    targets: tf.Tensor
    against: tf.Tensor

    @override
    def value(self, logits: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(self.gradient(logits) * logits, -1)

    @override
    def gradient(self, logits: tf.Tensor) -> tf.Tensor:
        classes = logits.shape[-1]
        return tf.one_hot(self.targets, classes) - tf.one_hot(self.against, classes)

    @override
    def take(self, indices: tf.Tensor) -> Self:
        return type(self)(tf.gather(self.targets, indices), tf.gather(self.against, indices))


@dataclass(frozen=True, eq=False, slots=True)
class ChosenObjective(Objective):
    """One of several objectives, chosen when a graph runs: one graph serves for all of them.

    Attributes:
        objectives: The objectives. All are computed.
        chosen: () int32, the index of the one that is explained.
    """

    objectives: Sequence[Objective]
    chosen: tf.Tensor

    @override
    def value(self, logits: tf.Tensor) -> tf.Tensor:
        return tf.stack([each.value(logits) for each in self.objectives])[self.chosen]

    @override
    def gradient(self, logits: tf.Tensor) -> tf.Tensor:
        return tf.stack([each.gradient(logits) for each in self.objectives])[self.chosen]

    @override
    def take(self, indices: tf.Tensor) -> Self:
        return type(self)([each.take(indices) for each in self.objectives], self.chosen)
