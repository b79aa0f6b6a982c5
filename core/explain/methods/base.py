"""Base class of the explanation methods."""

from abc import ABC, abstractmethod
from typing import ClassVar

from core._keras import tf
from core.explain.closed_form import Activations, ClosedFormNetwork


class Method(ABC):
    """Turns a forward pass and the gradient of a score into maps.

    A method states only its own formula. The explainer chooses classes and scores, and applies ReLU
    and scaling.
    """

    name: ClassVar[str]
    """Key of the method in `METHODS`."""

    @abstractmethod
    def attribute(
        self, network: ClosedFormNetwork, layer: str, run: Activations, upstream: tf.Tensor
    ) -> tf.Tensor:
        """Compute the maps of t classes for n images, before ReLU and scaling.

        Called while a graph is traced, so it may only use tensor operations.

        Args:
            network: The network.
            layer: The layer to explain, with feature maps (n, h, w, k).
            run: The forward pass of the images.
            upstream: (n, t, 10), the gradient of each class's score with respect to the logits.

        Returns:
            (n, t, h, w) float32, of any sign and scale.
        """
