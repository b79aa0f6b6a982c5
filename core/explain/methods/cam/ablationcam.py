"""Ablation-CAM."""

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation, images_at_once, in_parts
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

    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,  # noqa: ARG002 - nothing is sampled
    ) -> tf.Tensor:
        """See `Method.attribute`."""
        images, layer, features = observation.images, str(observation.layer), observation.features
        k = features.shape[-1]

        def ablate(i: tf.Tensor) -> tf.Tensor:
            kept = 1 - tf.one_hot(i % k, k)[:, None, None]
            ablated = tf.gather(features, i // k) * kept
            return network.logits_from(layer, ablated, tf.gather(images, i // k))

        logits = in_parts(ablate, tf.shape(images)[0] * k, images_at_once(*images.shape[1:3]))
        lost_scores = objective.repeat(k).value(logits)
        score = objective.value(observation.logits)[:, None]  # (n, 1)
        weights = tf.math.divide_no_nan(score - tf.reshape(lost_scores, (-1, k)), tf.abs(score))
        return tf.reduce_sum(weights[:, None, None] * features, -1)
