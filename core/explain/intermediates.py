"""The intermediate results of Grad-CAM for one digit, to be shown step by step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core._keras import tf
from core.explain.closed_form import ClosedFormNetwork
from core.explain.scores import Score


@dataclass(frozen=True, eq=False, slots=True)
class Intermediates:
    """What Grad-CAM computes for one digit on the way to a heatmap.

    Attributes:
        image: (28, 28) float32 in [0, 1].
        logits: (10,) float32.
        probabilities: (10,) float32.
        target: The class explained, 0 to 9.
        layer: The layer explained.
        score: The score of the class that was differentiated.
        features: The feature maps of every layer by its name, (h, w, k) float32 each.
        alphas: (k,) float32, the weights of the explained layer's feature maps: the gradient of
            the score, averaged over space.
    """

    image: NDArray[np.float32]
    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    target: int
    layer: str
    score: Score
    features: dict[str, NDArray[np.float32]]
    alphas: NDArray[np.float32]

    @property
    def activations(self) -> NDArray[np.float32]:
        """(h, w, k), the feature maps of the explained layer."""
        return self.features[self.layer]

    @property
    def raw(self) -> NDArray[np.float32]:
        """(h, w), the weighted sum of the feature maps, before ReLU and scaling."""
        return self.activations @ self.alphas

    @property
    def heatmap(self) -> NDArray[np.float32]:
        """(h, w) in [0, 1]; all zeros if no cell of `raw` is positive."""
        positive = np.maximum(self.raw, 0)
        largest = positive.max()
        return positive / largest if largest else positive

    @property
    def channels_by_contribution(self) -> NDArray[np.int64]:
        """(k,), the channels in descending order of what each adds to the sum of `raw`."""
        added: NDArray[np.float32] = self.alphas * self.activations.sum((0, 1))
        return np.argsort(-added, kind="stable")


def compute_intermediates(
    network: ClosedFormNetwork,
    image: NDArray[np.float32],
    layer: str,
    target: int | None = None,
    score: Score = Score.LOG_ODDS,
) -> Intermediates:
    """Run Grad-CAM on one digit and keep all intermediate results.

    Args:
        network: Any network in closed form.
        image: (28, 28) float32 in [0, 1].
        layer: The layer to explain.
        target: The class to explain; defaults to the predicted class.
        score: The score of the class to differentiate.
    """
    run = network.forward(tf.constant(image[np.newaxis, ..., np.newaxis]))
    chosen = int(tf.argmax(run.logits[0])) if target is None else target
    upstream = score.gradient(run.logits, tf.constant([[chosen]]))
    return Intermediates(
        image=image,
        logits=run.logits[0].numpy(),
        probabilities=tf.nn.softmax(run.logits)[0].numpy(),
        target=chosen,
        layer=layer,
        score=score,
        features={name: maps[0].numpy() for name, maps in run.features.items()},
        alphas=network.mean_gradients(layer, run, upstream)[0, 0].numpy(),
    )
