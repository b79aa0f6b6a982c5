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

from dataclasses import dataclass
from enum import StrEnum
from typing import Never, Self

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


@dataclass(frozen=True, eq=False, slots=True)
class Objective:
    """What an explanation explains: the score of a class, or its lead over another class.

    Attributes:
        score: The score of the class.
        targets: (n,) int32.
        against: (n,) int32, or `None`. If given, z_c - z_k is explained instead of the score: why
            the class c and not k.
    """

    score: Score
    targets: tf.Tensor
    against: tf.Tensor | None = None

    def value(self, logits: tf.Tensor) -> tf.Tensor:
        """Return the value for each image, (n,), from its logits, (n, classes)."""
        if self.against is None:
            return self.score.compute(logits, self.targets)
        return tf.reduce_sum(self._lead(logits) * logits, -1)

    def gradient(self, logits: tf.Tensor) -> tf.Tensor:
        """Return the gradient with respect to the logits, (n, classes)."""
        if self.against is None:
            return self.score.gradient(logits, self.targets[:, None])[:, 0]
        return self._lead(logits)

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

    def take(self, indices: tf.Tensor) -> Self:
        """Return the objective of some of the images, which may be repeated."""
        against = None if self.against is None else tf.gather(self.against, indices)
        return type(self)(self.score, tf.gather(self.targets, indices), against)

    def _lead(self, logits: tf.Tensor) -> tf.Tensor:
        classes = logits.shape[-1]
        return tf.one_hot(self.targets, classes) - tf.one_hot(self.against, classes)
