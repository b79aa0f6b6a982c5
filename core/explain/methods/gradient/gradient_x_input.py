"""Gradient × input."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation
from core.explain.scores import Objective


class GradientXInput(Method):
    """What each pixel adds to the score, as far as the score is linear in the pixels.

        L_ij = Σ_c x_ijc ∂S/∂x_ijc

    Shrikumar et al., "Not Just a Black Box: Learning Important Features Through Propagating
    Activation Differences", 2016, https://arxiv.org/abs/1605.01713, section 3.
    """

    name = "gradient_x_input"
    title = "Gradient × input"
    signed = True

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        gradient = observation.gradient(objective.gradient(observation.logits))
        return tf.reduce_sum(observation.images * gradient, -1)
