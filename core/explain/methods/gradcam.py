"""Grad-CAM."""

from core._keras import tf
from core.explain.closed_form import Activations, ClosedFormNetwork
from core.explain.methods.base import Method
from core.explain.ops import weighted_sum


class GradCAM(Method):
    """Weigh each feature map by the mean of the gradient over it.

    With feature maps A^k of Z cells and the score S of a class:

        α_k = 1/Z Σ_ij ∂S/∂A^k_ij        L = Σ_k α_k A^k

    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", 2017, https://arxiv.org/abs/1610.02391, equations 1 and 2 (the ReLU of equation 2
    is the explainer's).
    """

    name = "gradcam"

    def evidence(
        self, network: ClosedFormNetwork, layer: str, run: Activations, upstream: tf.Tensor
    ) -> tf.Tensor:
        """See `Method.evidence`."""
        alpha = network.mean_gradients(layer, run, upstream)  # (n, t, k)
        return weighted_sum(alpha, run.features[layer])
