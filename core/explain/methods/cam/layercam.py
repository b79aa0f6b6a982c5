"""LayerCAM."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.cam.base import GradientCAM
from core.explain.network import Observation


class LayerCAM(GradientCAM):
    """Weight each cell by its own gradient where that is positive.

        w^k_ij = relu(G^k_ij)

    Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", 2021,
    https://doi.org/10.1109/TIP.2021.3089943, equation 6.
    """

    name = "layercam"
    title = "LayerCAM"

    @override
    def weights(self, observation: Observation, upstream: tf.Tensor) -> tf.Tensor:
        return tf.nn.relu(observation.gradient(upstream))
