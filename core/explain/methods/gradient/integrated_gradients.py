"""Integrated Gradients."""

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation, images_at_once, in_parts
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

    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,  # noqa: ARG002 - nothing is sampled
    ) -> tf.Tensor:
        """See `Method.attribute`."""
        images = observation.images

        def differentiate(i: tf.Tensor) -> tf.Tensor:
            alphas = (tf.cast(i % STEPS, tf.float32) + 0.5) / STEPS
            path = tf.gather(images, i // STEPS) * alphas[:, None, None, None]
            on_path = network.observe(path)
            return on_path.gradient(objective.take(i // STEPS).gradient(on_path.logits))

        count, size = tf.shape(images)[0] * STEPS, images_at_once(*images.shape[1:3])
        gradients = in_parts(differentiate, count, size)
        mean = tf.reduce_mean(tf.reshape(gradients, (-1, STEPS, *images.shape[1:])), 1)
        return tf.reduce_sum(images * mean, -1)
