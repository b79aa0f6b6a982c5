"""Integrated Gradients."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation, map_variants
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
    title = "Integrated Gradients"
    signed = True

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        images = observation.images

        def differentiate(image: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
            alphas = (tf.cast(step, tf.float32) + 0.5) / STEPS
            on_path = network.observe(tf.gather(images, image) * alphas[:, None, None, None])
            return on_path.gradient(objective.take(image).gradient(on_path.logits))

        mean = tf.reduce_mean(map_variants(differentiate, images, STEPS), 1)
        return tf.reduce_sum(images * mean, -1)
