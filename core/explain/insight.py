"""All that Grad-CAM computes for one digit on its way to a map, to be shown step by step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core._keras import tf
from core.explain.frozen import FrozenNetwork
from core.explain.scores import Score


@dataclass(frozen=True, eq=False, slots=True)
class Insight:
    """One digit, seen from within the network.

    Attributes:
        image: (28, 28) float32 in [0, 1].
        logits: (10,) float32.
        probabilities: (10,) float32.
        target: the class explained.
        layer: whose feature maps are weighed.
        score: of the class, that was differentiated.
        features: (h, w, k) float32, the feature maps of every layer by its name.
        alphas: (k,) float32, the weights of that layer's maps: mean gradients of the score.
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
    def maps(self) -> NDArray[np.float32]:
        """(h, w, k), the feature maps that are weighed."""
        return self.features[self.layer]

    @property
    def evidence(self) -> NDArray[np.float32]:
        """(h, w), the weighted sum of the maps: what speaks for the class, and against it."""
        return self.maps @ self.alphas

    @property
    def heatmap(self) -> NDArray[np.float32]:
        """(h, w) in [0, 1], the map; all zeros where no cell speaks for the class."""
        positive = np.maximum(self.evidence, 0)
        largest = positive.max()
        return positive / largest if largest else positive

    @property
    def by_contribution(self) -> NDArray[np.int64]:
        """(k,), the channels by what each adds to the whole of the evidence, the most first."""
        added: NDArray[np.float32] = self.alphas * self.maps.sum((0, 1))
        return np.argsort(-added, kind="stable")


def look_into(
    network: FrozenNetwork,
    image: NDArray[np.float32],
    layer: str,
    target: int | None = None,
    score: Score = Score.LOG_ODDS,
) -> Insight:
    """Run a network on one digit and keep all that Grad-CAM needs.

    Args:
        network: any.
        image: (28, 28) float32 in [0, 1].
        layer: whose feature maps are weighed.
        target: the class to explain; the predicted one by default.
        score: of the class.
    """
    run = network.forward(tf.constant(image[np.newaxis, ..., np.newaxis]))
    chosen = int(tf.argmax(run.logits[0])) if target is None else target
    upstream = score.gradient(run.logits, tf.constant([[chosen]]))
    return Insight(
        image=image,
        logits=run.logits[0].numpy(),
        probabilities=tf.nn.softmax(run.logits)[0].numpy(),
        target=chosen,
        layer=layer,
        score=score,
        features={name: maps[0].numpy() for name, maps in run.features.items()},
        alphas=network.mean_gradients(layer, run, upstream)[0, 0].numpy(),
    )
