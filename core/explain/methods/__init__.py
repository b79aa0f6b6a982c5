"""The explanation methods, by name.

A new method is one file here and one entry in `METHODS`: the command, the help, the documents and
the benchmark read it there.

    cam           weighted sums of the feature maps of a layer
    gradient      gradients of the score with respect to the input
    perturbation  changes of the input, seen only in the output
"""

from types import MappingProxyType

from core.explain.methods.base import Method
from core.explain.methods.cam.ablationcam import AblationCAM
from core.explain.methods.cam.eigencam import EigenCAM
from core.explain.methods.cam.gradcam import GradCAM
from core.explain.methods.cam.gradcam_plus_plus import GradCAMPlusPlus
from core.explain.methods.cam.hirescam import HiResCAM
from core.explain.methods.cam.layercam import LayerCAM
from core.explain.methods.cam.scorecam import ScoreCAM
from core.explain.methods.cam.xgradcam import XGradCAM
from core.explain.methods.gradient.gradient_x_input import GradientXInput
from core.explain.methods.gradient.integrated_gradients import IntegratedGradients
from core.explain.methods.gradient.saliency import Saliency
from core.explain.methods.gradient.smoothgrad import SmoothGrad
from core.explain.methods.perturbation.occlusion import Occlusion
from core.explain.methods.perturbation.rise import RISE

_ALL: tuple[Method, ...] = (
    GradCAM(),
    GradCAMPlusPlus(),
    HiResCAM(),
    LayerCAM(),
    XGradCAM(),
    EigenCAM(),
    ScoreCAM(),
    AblationCAM(),
    Saliency(),
    GradientXInput(),
    IntegratedGradients(),
    SmoothGrad(),
    Occlusion(),
    RISE(),
)
METHODS = MappingProxyType({method.name: method for method in _ALL})

__all__ = ["METHODS", "GradCAM", "Method"]
