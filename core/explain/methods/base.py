"""What every explanation method has in common."""

from abc import ABC, abstractmethod
from typing import ClassVar

from core._keras import tf
from core.explain.closed_form import Activations, ClosedFormNetwork


class Method(ABC):
    """A way to turn one forward pass and the gradient of a score into maps of evidence.

    A method states only its own formula. Choosing classes, scores, ReLU and scaling to [0, 1] are
    the explainer's, the same for all.
    """

    name: ClassVar[str]
    """How the method is chosen: in a command, in the receipt, in the code."""

    @abstractmethod
    def evidence(
        self, network: ClosedFormNetwork, layer: str, run: Activations, upstream: tf.Tensor
    ) -> tf.Tensor:
        """Map the evidence for t classes, before ReLU.

        Called while a graph is traced: tensors only.

        Args:
            network: the weights, and gradients through them.
            layer: whose feature maps are read, (n, h, w, k).
            run: the forward pass of the n images.
            upstream: (n, t, 10), the gradient of each class's score by the logits.

        Returns:
            (n, t, h, w) float32, of any sign and size.
        """
