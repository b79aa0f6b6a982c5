"""What an explanation method asks of a network."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core._keras import tf

_PIXELS = 2**17
"""Most pixels in one forward pass, over all its images: more take more memory and are no faster."""


def images_at_once(height: int, width: int) -> int:
    """Return how many images of a size run in one pass."""
    return max(1, _PIXELS // (height * width))


def map_variants(
    function: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], images: tf.Tensor, count: int
) -> tf.Tensor:
    """Apply a function to several variants of each image, in batches that bound the memory.

    Args:
        function: Maps indices of images and indices of variants, (m,) int32 each, to (m, …)
            float32.
        images: (n, h, w, c), at least one.
        count: The variants of each image.

    Returns:
        (n, count, …) float32.
    """
    total = tf.shape(images)[0] * count
    parts = -(-total // images_at_once(*images.shape[1:3]))
    size = -(-total // parts)
    indices = tf.reshape(tf.minimum(tf.range(parts * size), total - 1), (parts, size))
    results = tf.map_fn(
        lambda i: function(i // count, i % count),
        indices,
        fn_output_signature=tf.float32,
        parallel_iterations=1,
    )  # (parts, size, …)
    rest = results.shape[2:]
    return tf.reshape(tf.reshape(results, (-1, *rest))[:total], (-1, count, *rest))


@dataclass(frozen=True, eq=False, slots=True)
class Observation:
    """One forward pass, seen at one layer or at the input.

    Attributes:
        images: (n, h, w, c) float32.
        layer: The layer observed; `None` for the input.
        features: (n, h, w, k) float32, the feature maps of the layer, or the images themselves.
        logits: (n, classes) float32.
        tape: Has recorded how the logits follow from the features.
    """

    images: tf.Tensor
    layer: str | None
    features: tf.Tensor
    logits: tf.Tensor
    tape: tf.GradientTape

    def gradient(self, upstream: tf.Tensor) -> tf.Tensor:
        """Return the gradient of a score with respect to the features, (n, h, w, k).

        Args:
            upstream: (n, classes), the gradient of the score with respect to the logits.
        """
        return self.tape.gradient(
            self.logits,
            self.features,
            output_gradients=upstream,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )

    def mean_gradient(self, upstream: tf.Tensor) -> tf.Tensor:
        """Return the gradient averaged over space, (n, k)."""
        return tf.reduce_mean(self.gradient(upstream), (1, 2))


class Network(ABC):
    """An image classifier as explanation methods use it: tensors in, tensors out.

    Images are (n, h, w, c), feature maps (n, h, w, k), both float32, whatever the data format and
    the precision of the network. Methods are called while a graph is traced.

    Attributes:
        layers: The height and width of the feature maps by layer, in the order of the forward
            pass; sizes are `None` if they depend on the image.
        image_shape: (h, w, c) of an image; `None` for a size that is not fixed.
        classes: The number of classes.
        image_range: The least and the greatest value of an image, if they are known.
        weights: What its graphs capture, if they serve other networks too, with their weights.
    """

    layers: Mapping[str, tuple[int | None, int | None]]
    image_shape: tuple[int | None, int | None, int]
    classes: int
    image_range: tuple[float, float] | None = None
    weights: Sequence[tf.Tensor] = ()

    @abstractmethod
    def logits(self, images: tf.Tensor) -> tf.Tensor:
        """Run the network up to its logits, (n, classes)."""

    @abstractmethod
    def observe(self, images: tf.Tensor, layer: str | None = None) -> Observation:
        """Run the network and record the feature maps of a layer, or the images if it is `None`."""

    @abstractmethod
    def logits_from(self, layer: str, features: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        """Run the network with the feature maps of a layer replaced.

        Args:
            layer: The layer.
            features: (n, h, w, k), what its maps are replaced by.
            images: (n, h, w, c), for branches that do not pass through the layer.

        Returns:
            (n, classes).
        """
