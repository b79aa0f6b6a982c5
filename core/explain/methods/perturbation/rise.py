"""RISE."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation, map_variants
from core.explain.scores import Objective

MASKS, GRID, KEPT = 256, 7, 0.5
"""The number of masks, the cells of a mask along each side, and the share of cells kept."""


class RISE(Method):
    """The mean of random masks, weighted by the score of the image that each leaves.

        L = 1/(n p) Σ_s (S_s - mean S) M_s        S_s = S(x ∘ M_s), n = 256, P(cell kept) = p = ½

    The masks are random grids of 7 x 7 cells, enlarged bilinearly with a random shift. The paper
    does not subtract the mean score, which adds the same constant to all cells of a map of
    infinitely many masks, and noise to one of few.

    Petsiuk, Das and Saenko, "RISE: Randomized Input Sampling for Explanation of Black-box Models",
    2018, https://arxiv.org/abs/1806.07421, equation 6 and section 3.2.
    """

    name = "rise"
    title = "RISE"
    signed = True
    samples = True

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        images = observation.images
        h, w = images.shape[1:3]
        masks = _masks(h, w, seed)  # (m, h, w)

        def score(image: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
            kept = tf.gather(masks, mask)[..., None]
            return objective.take(image).value(network.logits(tf.gather(images, image) * kept))

        scores = map_variants(score, images, MASKS)
        centred = scores - tf.reduce_mean(scores, 1, keepdims=True)
        centred = objective.significant(centred, observation.logits)
        summed = tf.matmul(centred, tf.reshape(masks, (MASKS, -1)))
        return tf.reshape(summed / (MASKS * KEPT), (-1, h, w))


def _masks(height: int, width: int, seed: tf.Tensor) -> tf.Tensor:
    """Draw masks in [0, 1], (m, h, w)."""
    cell_h, cell_w = -(-height // GRID), -(-width // GRID)
    grids = tf.random.stateless_uniform((MASKS, GRID + 1, GRID + 1, 1), seed) < KEPT
    enlarged = tf.image.resize(
        tf.cast(grids, tf.float32), ((GRID + 1) * cell_h, (GRID + 1) * cell_w)
    )
    limits = tf.constant([cell_h, cell_w])
    shifts = tf.random.stateless_uniform((MASKS, 2), seed + 1, 0, 1)
    starts = tf.cast(shifts * tf.cast(limits, tf.float32), tf.int32)
    rows = starts[:, :1] + tf.range(height)[None]  # (m, h)
    columns = starts[:, 1:] + tf.range(width)[None]  # (m, w)
    cropped = tf.gather(enlarged[..., 0], rows, axis=1, batch_dims=1)
    return tf.gather(cropped, columns, axis=2, batch_dims=1)
