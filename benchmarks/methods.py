"""Every method beside the passes that it consists of, and beside other libraries."""

import time
from collections.abc import Callable

import numpy as np

from benchmarks.peers import LAYER, missing, peers
from benchmarks.rows import Row, at_least, at_most
from benchmarks.speed import forward_pass
from benchmarks.timing import interleave
from core._keras import keras, tf
from core.dataset import as_input, load_test_digits
from core.explain.explainer import Explainer
from core.explain.methods import METHODS
from core.explain.methods.gradient.integrated_gradients import STEPS
from core.explain.methods.gradient.smoothgrad import SAMPLES
from core.explain.methods.perturbation.rise import MASKS

_SIZES = 1, 16, 256
_PEER_SIZES = 1, 16  # many passes of 256 digits take other libraries minutes

_FORWARD_PASSES = {"scorecam": 64 + 2, "ablationcam": 64 + 1, "occlusion": 169 + 1, "rise": MASKS}
_GRADIENTS = {"integrated_gradients": STEPS, "smoothgrad": SAMPLES}
_AT_ONCE = 167  # as many digits as these methods run at once
_SECONDS = 4.0  # for what is timed side by side


def measuring_methods(explainer: Explainer) -> list[Row]:
    """All methods for 1, 16 and 256 digits at `max_pooling2d_1`."""
    rows = [Row(f"{name} is not installed: make peers", "") for name in missing()]
    digits = as_input(load_test_digits().images[: max(_SIZES)])
    others = list(peers(explainer.model))
    for method in METHODS:
        for n in _SIZES:
            images = digits[:n]
            classes = explainer.explain(images).targets
            passes = f"its {'gradients' if method in _GRADIENTS else 'forward passes'}"
            contestants: dict[str, Callable[[], object]] = {
                "ours": lambda: explainer.explain(images, LAYER, classes, method),  # noqa: B023
                passes: _passes(explainer.model, method, n),
            }
            if n in _PEER_SIZES:
                for library, other, explain in others:
                    if other == method:
                        contestants[library] = lambda explain=explain: explain(images, classes)  # type: ignore[misc]  # noqa: B023
            timed = interleave(contestants, rounds=_rounds(contestants))
            what = f"{method}, {n} {'digit' if n == 1 else 'digits'}"
            bar = (
                1.3 if method in _FORWARD_PASSES | _GRADIENTS else 1.1 if method == "gradcam" else 3
            )
            rows.append(at_most(what, timed["ours"], timed[passes], passes, bar))
            cheap = method not in _FORWARD_PASSES | _GRADIENTS
            rows += [
                at_least(what, timed["ours"], timed[library], library, 5 if cheap else 1)
                for library in contestants
                if library not in {"ours", passes}
            ]
    return rows


def _passes(model: keras.Model, method: str, n: int) -> Callable[[], object]:
    """Return a function that runs only the compiled passes of a method, in the same batches."""
    run = _gradient(model) if method in _GRADIENTS else forward_pass(model)
    total = n * (_FORWARD_PASSES | _GRADIENTS).get(method, 1)
    at_once = min(total, _AT_ONCE) if total > n else n
    digits = tf.constant(np.resize(as_input(load_test_digits().images[:256]), (at_once, 28, 28, 1)))
    full, rest = divmod(total, at_once)
    last = digits[:rest]

    def passes() -> None:
        for _ in range(full):
            run(digits)
        if rest:
            run(last)

    return passes


def _gradient(model: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Compile the gradient of the largest probability with respect to the input."""

    def gradient(images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = tf.reduce_max(model(images, training=False), -1)
        return tape.gradient(score, images)

    digits = tf.TensorSpec((None, 28, 28, 1), tf.float32)
    compiled: Callable[[tf.Tensor], tf.Tensor] = tf.function(
        gradient, input_signature=[digits]
    ).get_concrete_function()
    return compiled


def _rounds(contestants: dict[str, Callable[[], object]]) -> int:
    """Return how many rounds fit into the time there is."""
    start = time.perf_counter()
    for contestant in contestants.values():
        contestant()  # compiles
    start = time.perf_counter()
    for contestant in contestants.values():
        contestant()
    return int(np.clip(_SECONDS / 5 / (time.perf_counter() - start), 3, 40))
