"""Integrated Gradients."""

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation
from core.explain.scores import Objective

STEPS = 32
"""Points on the path from the baseline to the image."""


class IntegratedGradients(Method):
    """What each pixel adds to the score on the straight path from a black image.

        L_ij = Σ_c x_ijc · 1/m Σ_s ∂S/∂x_ijc (α_s x)        α_s = (s - ½) / m, m = 32

    Completeness: the pixels add up to S(x) - S(0), up to the error of the midpoint rule.

    Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017,
    https://arxiv.org/abs/1703.01365, equation 3.
    """

    name = "integrated_gradients"
    signed = True
    passes = STEPS

    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,  # noqa: ARG002 - nothing is sampled
    ) -> tf.Tensor:
        """See `Method.attribute`."""
        images = observation.images
        alphas = (tf.range(STEPS, dtype=tf.float32) + 0.5) / STEPS
        path = images[:, None] * alphas[None, :, None, None, None]  # (n, m, h, w, c)
        on_path = network.observe(tf.reshape(path, (-1, *images.shape[1:])))
        gradient = on_path.gradient(objective.repeat(STEPS).gradient(on_path.logits))
        mean = tf.reduce_mean(tf.reshape(gradient, (-1, STEPS, *images.shape[1:])), 1)
        return tf.reduce_sum(images * mean, -1)
