"""The base of methods that weight feature maps by gradients."""

from abc import abstractmethod

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation
from core.explain.ops import weighted_sum
from core.explain.scores import Objective


class GradientCAM(Method):
    """Weight the feature maps A^k of a layer by gradients G^k = ∂S/∂A^k, and sum over channels.

        L_ij = Σ_k w^k_ij A^k_ij

    A subclass states the weights w.
    """

    per_layer = True

    @abstractmethod
    def weights(self, observation: Observation, upstream: tf.Tensor) -> tf.Tensor:
        """Return the weights, one for each cell, (n, h, w, k), or one for each map, (n, k).

        Args:
            observation: The forward pass, with the feature maps.
            upstream: (n, classes), the gradient of the objective with respect to the logits.
        """

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        weights = self.weights(observation, objective.gradient(observation.logits))
        return combine(weights, observation.features)


def combine(weights: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    """Sum feature maps, (n, h, w, k), with weights, (n, h, w, k) or (n, k), to (n, h, w)."""
    if weights.shape.rank == 2:
        return weighted_sum(weights[:, None], features)[:, 0]
    return tf.reduce_sum(weights * features, -1)
