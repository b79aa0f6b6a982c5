"""HiResCAM."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.cam.base import GradientCAM
from core.explain.network import Observation


class HiResCAM(GradientCAM):
    """Weight each cell by its own gradient.

        w^k_ij = G^k_ij

    Where the logits are linear in the feature maps, as at the last layer before `Flatten` and
    `Dense`, the cells of a logit's map and its bias add up to the logit.

    Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional
    neural networks", 2020, https://arxiv.org/abs/2011.08891, equation 5.
    """

    name = "hirescam"
    title = "HiResCAM"

    @override
    def weights(self, observation: Observation, upstream: tf.Tensor) -> tf.Tensor:
        return observation.gradient(upstream)
