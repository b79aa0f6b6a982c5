"""Grad-CAM."""

from core._keras import tf
from core.explain.closed_form import Activations, ClosedFormNetwork
from core.explain.methods.base import Method
from core.explain.ops import weighted_sum


class GradCAM(Method):
    """Weight each feature map by its mean gradient.

    With feature maps A^k of Z cells and the score S of a class:

        α_k = 1/Z Σ_ij ∂S/∂A^k_ij        L = Σ_k α_k A^k

    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", 2017, https://arxiv.org/abs/1610.02391, equations 1 and 2. The explainer applies
    the ReLU of equation 2.
    """

    name = "gradcam"

    def attribute(
        self, network: ClosedFormNetwork, layer: str, run: Activations, upstream: tf.Tensor
    ) -> tf.Tensor:
        """Compute L for t classes; see `Method.attribute` for shapes."""
        alpha = network.mean_gradients(layer, run, upstream)  # (n, t, k)
        return weighted_sum(alpha, run.features[layer])
