"""The base of all explanation methods."""

from abc import ABC, abstractmethod
from typing import ClassVar

from core._keras import tf
from core.explain.network import Network, Observation
from core.explain.scores import Objective


class Method(ABC):
    """An explanation method: states its formula, and only that.

    Choosing classes, compiling, ReLU and scaling are the explainer's, the same for all methods.

    Attributes:
        name: Selects the method in commands, receipts and code.
        title: Its name in the literature, for figures and messages.
        per_layer: Whether it explains the feature maps of a layer; else it explains the input.
        signed: Whether its negative values are evidence against the class.
        samples: Whether it draws random samples, so that its maps depend on the seed.
        class_specific: Whether its maps depend on the class that is explained.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    per_layer: ClassVar[bool] = False
    signed: ClassVar[bool] = False
    samples: ClassVar[bool] = False
    class_specific: ClassVar[bool] = True

    @abstractmethod
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        """Attribute the objective to places. Called while a graph is traced.

        Args:
            network: The network.
            observation: Its forward pass of the n images, seen at a layer if `per_layer`, else at
                the input.
            objective: What is explained of each image.
            seed: (2,) int32, for methods that sample. All images get the same samples, so that
                the result does not depend on the batch.

        Returns:
            (n, h, w) float32, of any sign and scale.
        """
