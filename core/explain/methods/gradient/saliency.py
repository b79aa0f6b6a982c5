"""Saliency."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation
from core.explain.scores import Objective


class Saliency(Method):
    """How strongly the score reacts to a small change of each pixel.

        L_ij = max_c |∂S/∂x_ijc|

    Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks: Visualising Image
    Classification Models and Saliency Maps", 2014, https://arxiv.org/abs/1312.6034, section 3.1.
    """

    name = "saliency"
    title = "Saliency"

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        gradient = observation.gradient(objective.gradient(observation.logits))
        return tf.reduce_max(tf.abs(gradient), -1)
