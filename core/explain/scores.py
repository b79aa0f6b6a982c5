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

from enum import StrEnum
from typing import Never

from core._keras import tf


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
