"""What is differentiated: a score of one class, and its gradient with respect to the logits.

With logits z, p = softmax(z) and a class c:

    log_odds     S = z_c - log Σ_{k≠c} exp(z_k)    ∂S/∂z = e_c - softmax(z without c)
    logit        S = z_c                           ∂S/∂z = e_c
    probability  S = p_c                           ∂S/∂z = p_c (e_c - p)

The log-odds and the probability have gradients of one direction, ∂p_c = p_c (1 - p_c) ∂S, so that
their normalised maps are the same in exact arithmetic. In float32 p_c can come closer to 1 than
the last place tells, and its gradient drowns in rounding; that of the log-odds does not. The logit
is the choice of the Grad-CAM paper (Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391); its
map changes when one number is added to every logit, although no prediction does.
"""

from enum import StrEnum
from typing import Never

from core._keras import tf


class Score(StrEnum):
    """A score of one class that an explanation differentiates."""

    LOG_ODDS = "log_odds"
    LOGIT = "logit"
    PROBABILITY = "probability"

    @classmethod
    def _missing_(cls, value: object) -> Never:
        raise ValueError(f"no score {value!r}: choose {', '.join(cls)}")

    def gradient(self, logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Differentiate the score by the logits.

        Args:
            logits: (n, 10) float32.
            targets: (n, t) int32, the classes to score, t for each digit; or (1, t), the same t
                for all.

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
                # For several rows at once tf.nn.softmax takes 80 µs longer: it calls in threads.
                return e - tf.exp(tf.nn.log_softmax(others))
