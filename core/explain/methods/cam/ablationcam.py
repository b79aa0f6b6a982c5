"""Ablation-CAM."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.methods.cam.base import combine
from core.explain.network import Network, Observation, map_variants
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
    title = "Ablation-CAM"
    per_layer = True

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        images, layer, features = observation.images, str(observation.layer), observation.features
        k = features.shape[-1]

        def score(image: tf.Tensor, channel: tf.Tensor) -> tf.Tensor:
            ablated = tf.gather(features, image) * (1 - tf.one_hot(channel, k)[:, None, None])
            logits = network.logits_from(layer, ablated, tf.gather(images, image))
            return objective.take(image).value(logits)

        full = objective.value(observation.logits)[:, None]  # (n, 1)
        lost = objective.significant(full - map_variants(score, images, k), observation.logits)
        return combine(tf.math.divide_no_nan(lost, tf.abs(full)), features)
