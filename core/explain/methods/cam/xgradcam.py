"""XGrad-CAM."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.cam.base import GradientCAM
from core.explain.network import Observation


class XGradCAM(GradientCAM):
    """Weight each feature map by its gradient, averaged by activation.

        w^k = Σ_ij A^k_ij G^k_ij / Σ_ij A^k_ij

    Fu et al., "Axiom-based Grad-CAM: Towards Accurate Visualization and Explanation of CNNs",
    2020, https://arxiv.org/abs/2008.02312, equation 7.
    """

    name = "xgradcam"
    title = "XGrad-CAM"

    @override
    def weights(self, observation: Observation, upstream: tf.Tensor) -> tf.Tensor:
        features = observation.features
        return tf.math.divide_no_nan(
            tf.reduce_sum(features * observation.gradient(upstream), (1, 2)),
            tf.reduce_sum(features, (1, 2)),
        )
