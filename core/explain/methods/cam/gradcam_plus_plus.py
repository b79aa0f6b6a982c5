"""Grad-CAM++."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.cam.base import GradientCAM
from core.explain.network import Observation


class GradCAMPlusPlus(GradientCAM):
    """Weight each cell's positive gradient by how much it alone explains.

        a^k_ij = G² / (2 G² + G³ Σ_ab A^k_ab)        w^k = Σ_ij a^k_ij relu(G^k_ij)

    The powers are of G^k_ij: they stand for the higher derivatives of exp(S), whose common factor
    cancels. The squares cancel too, and are not computed: those of small gradients would be zero.

    Chattopadhay et al., "Grad-CAM++: Improved Visual Explanations for Deep Convolutional
    Networks", 2018, https://arxiv.org/abs/1710.11063, equations 19 and 5.
    """

    name = "gradcam++"
    title = "Grad-CAM++"

    @override
    def weights(self, observation: Observation, upstream: tf.Tensor) -> tf.Tensor:
        positive = tf.nn.relu(observation.gradient(upstream))  # (n, h, w, k)
        total = tf.reduce_sum(observation.features, (1, 2), keepdims=True)  # (n, 1, 1, k)
        return tf.reduce_sum(tf.math.divide_no_nan(positive, 2 + positive * total), (1, 2))
