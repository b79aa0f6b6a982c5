"""Ablation-CAM."""

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation
from core.explain.scores import Objective


class AblationCAM(Method):
    """Weight each feature map by the share of the score that is lost without it.

        w^k = (S - S_{A^k = 0}) / S        L = Σ_k w^k A^k

    The paper's score is a probability. A logit or log-odds may be negative, so that the quotient
    is by |S|: a map whose loss lowers the score has a positive weight in any case.

    Desai and Ramaswamy, "Ablation-CAM: Visual Explanations for Deep Convolutional Network via
    Gradient-free Localization", 2020, https://doi.org/10.1109/WACV45572.2020.9093360, equation 3.
    """

    name = "ablationcam"
    per_layer = True
    passes = None

    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,  # noqa: ARG002 - nothing is sampled
    ) -> tf.Tensor:
        """See `Method.attribute`."""
        features, k = observation.features, observation.features.shape[-1]
        kept = (1 - tf.eye(k))[None, :, None, None]  # (1, k, 1, 1, k)
        ablated = tf.reshape(features[:, None] * kept, (-1, *features.shape[1:]))
        lost_scores = objective.repeat(k).value(network.logits_from(ablated, observation))
        score = objective.value(observation.logits)[:, None]  # (n, 1)
        weights = tf.math.divide_no_nan(score - tf.reshape(lost_scores, (-1, k)), tf.abs(score))
        return tf.reduce_sum(weights[:, None, None] * features, -1)
