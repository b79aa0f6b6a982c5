"""Grad-CAM."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.cam.base import GradientCAM
from core.explain.network import Observation


class GradCAM(GradientCAM):
    """Weight each feature map by its gradient, averaged over its Z cells.

        w^k = 1/Z Σ_ij G^k_ij

    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", 2017, https://arxiv.org/abs/1610.02391, equations 1 and 2.
    """

    name = "gradcam"
    title = "Grad-CAM"

    @override
    def weights(self, observation: Observation, upstream: tf.Tensor) -> tf.Tensor:
        return observation.mean_gradient(upstream)
