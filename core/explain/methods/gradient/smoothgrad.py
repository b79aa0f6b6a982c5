"""SmoothGrad."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.methods.gradient.saliency import Saliency
from core.explain.network import Network, Observation, map_variants
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
    title = "SmoothGrad"
    samples = True

    def __init__(self, method: Method | None = None) -> None:
        """Smooth a method.

        Args:
            method: Any that explains the input; defaults to `Saliency`.
        """
        self.method = method or Saliency()

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        images = observation.images
        axes = (1, 2, 3)
        span = tf.reduce_max(images, axes, keepdims=True) - tf.reduce_min(images, axes, True)
        noise = NOISE * tf.random.stateless_normal((SAMPLES, *images.shape[1:]), seed)

        def explain(image: tf.Tensor, sample: tf.Tensor) -> tf.Tensor:
            added = tf.gather(span, image) * tf.gather(noise, sample)
            noisy = network.observe(tf.gather(images, image) + added)
            return self.method.attribute(network, noisy, objective.take(image), seed)

        return tf.reduce_mean(map_variants(explain, images, SAMPLES), 1)
