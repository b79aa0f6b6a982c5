"""Score-CAM."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.methods.cam.base import combine
from core.explain.network import Network, Observation, map_variants
from core.explain.scores import Objective


class ScoreCAM(Method):
    """Weight each feature map by the score of the image that it masks.

        M^k = the map A^k, scaled to [0, 1] and enlarged        S^k = S(x ∘ M^k) - S(0)
        L = Σ_k softmax_k(S^k) A^k

    Wang et al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks",
    2020, https://arxiv.org/abs/1910.01279, equations 5 to 7 and algorithm 1.
    """

    name = "scorecam"
    title = "Score-CAM"
    per_layer = True

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        images, features = observation.images, observation.features
        k, size = features.shape[-1], images.shape[1:3]
        lowest = tf.reduce_min(features, (1, 2), keepdims=True)
        span = tf.reduce_max(features, (1, 2), keepdims=True) - lowest
        scaled = tf.math.divide_no_nan(features - lowest, span)
        maps = tf.transpose(scaled, (0, 3, 1, 2))[..., None]  # (n, k, h, w, 1)

        def score(image: tf.Tensor, channel: tf.Tensor) -> tf.Tensor:
            masks = tf.image.resize(tf.gather_nd(maps, tf.stack([image, channel], 1)), size)
            return objective.take(image).value(network.logits(tf.gather(images, image) * masks))

        blank = objective.value(network.logits(tf.zeros_like(images)))
        weights = tf.nn.softmax(map_variants(score, images, k) - blank[:, None])
        return combine(weights, features)
