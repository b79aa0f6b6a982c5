"""The same methods in other libraries, by the same settings.

Each returns a function from images and classes to maps. The libraries are imported when asked for:
`make peers` installs them. Nothing here is used by the product.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core._keras import keras
from core.explain.methods.gradient.integrated_gradients import STEPS
from core.explain.methods.gradient.smoothgrad import NOISE, SAMPLES
from core.explain.methods.perturbation.rise import GRID, MASKS

Explain = Callable[[NDArray[np.float32], NDArray[np.int32]], Any]

LAYER = "max_pooling2d_1"

_MODULES = {"tf-keras-vis": "tf_keras_vis", "xplique": "xplique", "tf-explain": "tf_explain"}


def missing() -> list[str]:
    """Return the libraries that are not installed."""
    return [name for name, module in _MODULES.items() if find_spec(module) is None]


def peers(model: keras.Model) -> Iterator[tuple[str, str, Explain]]:
    """Yield library, method and function for all methods of the libraries that are installed.

    Args:
        model: From digits to probabilities; the libraries explain its logits.
    """
    logits = keras.Model(model.inputs[0], model.get_layer("dense").output)
    offered = {"tf-keras-vis": _keras_vis, "xplique": _xplique, "tf-explain": _tf_explain}
    for name in _MODULES:
        if name not in missing():
            for method, explain in offered[name](logits).items():
                yield name, method, explain


def _keras_vis(model: keras.Model) -> dict[str, Explain]:
    score = import_module("tf_keras_vis.utils.scores").CategoricalScore

    def cam(module: str, name: str, **options: Any) -> Explain:  # noqa: ANN401
        explainer = getattr(import_module(f"tf_keras_vis.{module}"), name)(model)
        return lambda images, classes: explainer(
            score(classes.tolist()), images, penultimate_layer=LAYER, **options
        )

    saliency = import_module("tf_keras_vis.saliency").Saliency(model)
    return {
        "gradcam": cam("gradcam", "Gradcam"),
        "gradcam++": cam("gradcam_plus_plus", "GradcamPlusPlus"),
        "layercam": cam("layercam", "Layercam"),
        "scorecam": cam("scorecam", "Scorecam"),
        "saliency": lambda images, classes: saliency(score(classes.tolist()), images),
        "smoothgrad": lambda images, classes: saliency(
            score(classes.tolist()), images, smooth_samples=SAMPLES, smooth_noise=NOISE
        ),
    }


def _xplique(model: keras.Model) -> dict[str, Explain]:
    library = import_module("xplique.attributions")

    def method(name: str, **options: Any) -> Explain:  # noqa: ANN401
        explainer = getattr(library, name)(model, **options)
        return lambda images, classes: explainer(images, np.eye(10, dtype=np.float32)[classes])

    return {
        "gradcam": method("GradCAM", conv_layer=LAYER),
        "gradcam++": method("GradCAMPP", conv_layer=LAYER),
        "saliency": method("Saliency"),
        "gradient_x_input": method("GradientInput"),
        "integrated_gradients": method("IntegratedGradients", steps=STEPS, batch_size=256),
        "smoothgrad": method("SmoothGrad", nb_samples=SAMPLES, noise=NOISE, batch_size=256),
        "occlusion": method("Occlusion", patch_size=5, patch_stride=2, batch_size=256),
        "rise": method("Rise", nb_samples=MASKS, grid_size=GRID, batch_size=256),
    }


def _tf_explain(model: keras.Model) -> dict[str, Explain]:
    """Explain one class for all images: the library takes no other."""

    def method(module: str, name: str, *options: Any) -> Explain:  # noqa: ANN401
        explainer = getattr(import_module(f"tf_explain.core.{module}"), name)()

        def explain(images: NDArray[np.float32], classes: NDArray[np.int32]) -> object:
            return explainer.explain((images, None), model, *options, class_index=int(classes[0]))

        return explain

    occlusion = import_module("tf_explain.core.occlusion_sensitivity").OcclusionSensitivity(256)
    gradcam = import_module("tf_explain.core.grad_cam").GradCAM()
    integrated = import_module("tf_explain.core.integrated_gradients").IntegratedGradients()
    smooth = import_module("tf_explain.core.smoothgrad").SmoothGrad()
    return {
        "gradcam": lambda images, classes: gradcam.explain(
            (images, None), model, int(classes[0]), layer_name=LAYER
        ),
        "saliency": method("vanilla_gradients", "VanillaGradients"),
        "gradient_x_input": method("gradients_inputs", "GradientsInputs"),
        "integrated_gradients": lambda images, classes: integrated.explain(
            (images, None), model, int(classes[0]), n_steps=STEPS
        ),
        "smoothgrad": lambda images, classes: smooth.explain(
            (images, None), model, int(classes[0]), num_samples=SAMPLES, noise=NOISE
        ),
        "occlusion": lambda images, classes: occlusion.explain(
            (images, None), model, int(classes[0]), patch_size=5
        ),
    }
