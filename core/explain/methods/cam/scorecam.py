"""Score-CAM."""

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation, images_at_once, in_parts
from core.explain.scores import Objective


class ScoreCAM(Method):
    """Weight each feature map by the score of the image that it masks.

        M^k = the map A^k, scaled to [0, 1] and enlarged        S^k = S(x ∘ M^k) - S(0)
        L = Σ_k softmax_k(S^k) A^k

    Wang et al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks",
    2020, https://arxiv.org/abs/1910.01279, equations 5 to 7 and algorithm 1.
    """

    name = "scorecam"
    per_layer = True

    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,  # noqa: ARG002 - nothing is sampled
    ) -> tf.Tensor:
        """See `Method.attribute`."""
        images, features = observation.images, observation.features
        k, size = features.shape[-1], images.shape[1:3]
        lowest = tf.reduce_min(features, (1, 2), keepdims=True)
        span = tf.reduce_max(features, (1, 2), keepdims=True) - lowest
        scaled = tf.math.divide_no_nan(features - lowest, span)
        maps = tf.reshape(tf.transpose(scaled, (0, 3, 1, 2)), (-1, *features.shape[1:3], 1))

        def mask(i: tf.Tensor) -> tf.Tensor:
            masks = tf.image.resize(tf.gather(maps, i), size)
            return network.logits(tf.gather(images, i // k) * masks)

        logits = in_parts(mask, tf.shape(images)[0] * k, images_at_once(*size))
        scores = objective.repeat(k).value(logits)
        blank = objective.value(network.logits(tf.zeros_like(images)))
        weights = tf.nn.softmax(tf.reshape(scores, (-1, k)) - blank[:, None])
        return tf.reduce_sum(weights[:, None, None] * features, -1)
