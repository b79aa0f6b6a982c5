"""The base of methods that weight feature maps by gradients."""

from abc import abstractmethod

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation
from core.explain.scores import Objective


class GradientCAM(Method):
    """Weight the feature maps A^k of a layer by gradients G^k = ∂S/∂A^k, and sum over channels.

        L_ij = Σ_k w^k_ij A^k_ij

    A subclass states the weights w.
    """

    per_layer = True

    @abstractmethod
    def weights(self, observation: Observation, upstream: tf.Tensor) -> tf.Tensor:
        """Return the weights, (n, h, w, k) or (n, 1, 1, k).

        Args:
            observation: The forward pass, with the feature maps.
            upstream: (n, classes), the gradient of the objective by the logits.
        """

    def attribute(
        self,
        network: Network,  # noqa: ARG002 - has run already
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,  # noqa: ARG002 - nothing is sampled
    ) -> tf.Tensor:
        """See `Method.attribute`."""
        weights = self.weights(observation, objective.gradient(observation.logits))
        return tf.reduce_sum(weights * observation.features, -1)
