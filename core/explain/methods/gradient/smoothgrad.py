"""SmoothGrad."""

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.methods.gradient.saliency import Saliency
from core.explain.network import Network, Observation
from core.explain.scores import Objective

SAMPLES = 32
"""Noisy copies of an image."""

NOISE = 0.15
"""Standard deviation of the noise, as a share of the image's range of values."""


class SmoothGrad(Method):
    """The mean map of another method over noisy copies of the image.

        L = 1/n Σ_s M(x + ε_s)        ε_s ~ N(0, σ²), σ = 0.15 (max x - min x), n = 32

    Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017,
    https://arxiv.org/abs/1706.03825, section 3. By default M is the saliency.
    """

    name = "smoothgrad"
    passes = SAMPLES

    def __init__(self, method: Method | None = None) -> None:
        """Smooth a method.

        Args:
            method: Any that explains the input; defaults to `Saliency`.
        """
        self.method = method or Saliency()

    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        """See `Method.attribute`."""
        images = observation.images
        shape = images.shape[1:]
        axes = (1, 2, 3)
        span = tf.reduce_max(images, axes, keepdims=True) - tf.reduce_min(images, axes, True)
        noise = tf.random.stateless_normal((1, SAMPLES, *shape), seed)
        noisy = images[:, None] + NOISE * span[:, None] * noise  # (n, samples, h, w, c)
        noisy_observation = network.observe(tf.reshape(noisy, (-1, *shape)))
        maps = self.method.attribute(network, noisy_observation, objective.repeat(SAMPLES), seed)
        return tf.reduce_mean(tf.reshape(maps, (-1, SAMPLES, *shape[:2])), 1)
