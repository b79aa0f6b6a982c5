"""The tutorial's network as plain tensor algebra, with Grad-CAM's gradients in closed form.

Only one convolution and two poolings lie between the logits and the earliest feature maps, so the
*mean over space* of a gradient, which is all that Grad-CAM asks for, needs no backward pass:

* `max_pooling2d_1`: the logits are linear in these maps; their gradient is the kernel of `dense`.
* `conv2d_1`, `conv2d`: pooling hands each window's gradient to the window's largest cell. The sum
  over space stays what it was, over four times as many cells: the mean is a quarter of that of the
  pooled maps.
* `max_pooling2d`: the gradient G at the output of `conv2d_1` goes back through the kernel W. Summed
  over space, each of the nine matrices W[u, v] meets the sum of G over the output cells that do not
  read padding through it: all of them, less the first or last row or column. So nine sums of G
  suffice, and where in its window a gradient goes need be asked at the border alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core._keras import keras, tf
from core.explain.ops import max_pool
from core.tutorial import get_basic_cnn

SPATIAL_LAYERS = ("conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1")
"""The layers whose output still has a height and a width, in order."""

_ENDS = (0, 6)  # the first and the last of seven windows


@dataclass(frozen=True, eq=False, slots=True)
class Activations:
    """What one forward pass leaves behind.

    Attributes:
        features: the feature maps by layer, each (n, h, w, k).
        logits: (n, 10), the output of `dense`.
    """

    features: dict[str, tf.Tensor]
    logits: tf.Tensor


class FrozenNetwork:
    """A trained network's weights as constants, for use while a graph is traced."""

    def __init__(self, model: keras.Model) -> None:
        """Copy the weights; what happens to `model` later changes nothing here.

        Raises:
            ValueError: `model` does not have the layers of the tutorial's network.
        """
        expected, found = _anatomy(get_basic_cnn()), _anatomy(model)
        if found != expected:
            raise ValueError(
                f"this is not the tutorial's network: its layers are {found}, not {expected}"
            )
        self._kernel1, self._bias1, kernel2, self._bias2, dense, self._bias = model.get_weights()
        self._kernel2, self._dense = kernel2, dense

        # (10, 64): the mean over the 7x7 cells of each logit's gradient at max_pooling2d_1.
        self._dense_mean = np.ascontiguousarray(dense.reshape(49, 64, 10).mean(0).T)
        self._conv_mean = (self._dense_mean / 4).astype(np.float32)
        self._back = _mean_gradient_matrices(kernel2, cells=14 * 14)

    def forward(self, images: tf.Tensor) -> Activations:
        """Run the network up to its logits.

        Args:
            images: (n, 28, 28, 1) float32 in [0, 1].
        """
        conv1 = tf.nn.relu(
            tf.nn.bias_add(tf.nn.conv2d(images, self._kernel1, 1, "SAME"), self._bias1)
        )
        pool1 = max_pool(conv1)
        conv2 = tf.nn.relu(
            tf.nn.bias_add(tf.nn.conv2d(pool1, self._kernel2, 1, "SAME"), self._bias2)
        )
        pool2 = max_pool(conv2)
        logits = tf.nn.bias_add(
            tf.matmul(tf.reshape(pool2, (-1, 49 * 64)), self._dense), self._bias
        )
        return Activations(
            dict(zip(SPATIAL_LAYERS, (conv1, pool1, conv2, pool2), strict=True)), logits
        )

    def mean_gradients(self, layer: str, run: Activations, upstream: tf.Tensor) -> tf.Tensor:
        """Carry gradients of the logits back to a layer's feature maps and average them over space.

        Args:
            layer: one of `SPATIAL_LAYERS`.
            run: the forward pass of the same images.
            upstream: (n, t, 10), t gradients by the logits for each image.

        Returns:
            (n, t, k), one mean gradient a feature map.
        """
        match layer:
            case "max_pooling2d_1":
                return _matmul(upstream, self._dense_mean)
            case "conv2d_1":
                return _matmul(upstream, self._conv_mean)
            case "max_pooling2d":
                return self._through_conv2d_1(run, upstream)
            case "conv2d":
                return self._through_conv2d_1(run, upstream) / 4
            case _:
                raise ValueError(f"{layer!r} has no feature maps with a height and a width")

    def _through_conv2d_1(self, run: Activations, upstream: tf.Tensor) -> tf.Tensor:
        """The mean gradient at `max_pooling2d`, (n, t, 32)."""
        conv, pool = run.features["conv2d_1"], run.features["max_pooling2d_1"]
        t = upstream.shape[1]
        gradient = tf.reshape(_matmul(upstream, self._dense.T), (-1, t, 7, 7, 64))
        gradient *= tf.cast(pool > 0, tf.float32)[:, None]  # where ReLU is flat, nothing passes

        upper, left = _winners_at_the_border(conv, pool)
        rows = tf.stack([upper[:, 0], 1 - upper[:, 1]], 1)[:, None]  # (n, 1, 2, 7, 64)
        columns = tf.stack([left[:, :, 0], 1 - left[:, :, 1]], 2)[:, None]  # (n, 1, 7, 2, 64)
        lost_rows = tf.gather(gradient, _ENDS, axis=2) * rows
        lost_columns = tf.gather(gradient, _ENDS, axis=3) * columns
        lost_twice = tf.gather(lost_rows, _ENDS, axis=3) * tf.gather(columns, _ENDS, axis=2)
        sums = tf.concat(
            [
                tf.reduce_sum(gradient, (2, 3))[:, :, None],
                tf.reduce_sum(lost_rows, 3),
                tf.reduce_sum(lost_columns, 2),
                tf.reshape(lost_twice, (-1, t, 4, 64)),
            ],
            axis=2,
        )  # (n, t, 9, 64)
        return _matmul(tf.reshape(sums, (-1, t, 9 * 64)), self._back)


def _winners_at_the_border(conv: tf.Tensor, pool: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Find which half of each border window holds its largest cell; of equal ones the first.

    Args:
        conv: (n, 14, 14, k), what was pooled.
        pool: (n, 7, 7, k).

    Returns:
        (n, 2, 7, k), ones where the upper half of a window of the first or last row wins, and (n,
        7, 2, k), ones where the left half of a window of the first or last column does.
    """
    k = conv.shape[-1]
    cells = tf.reshape(tf.gather(conv, (0, 12), axis=1), (-1, 2, 7, 2, k))
    upper = tf.reduce_max(cells, 3) == tf.gather(pool, _ENDS, axis=1)

    largest = tf.gather(pool, _ENDS, axis=2)
    lefts = tf.reshape(tf.gather(conv, (0, 12), axis=2), (-1, 7, 2, 2, k))
    rights = tf.reshape(tf.gather(conv, (1, 13), axis=2), (-1, 7, 2, 2, k))
    left = (lefts[:, :, 0] == largest) | ((lefts[:, :, 1] == largest) & (rights[:, :, 0] < largest))
    return tf.cast(upper, tf.float32), tf.cast(left, tf.float32)


def _matmul(rows: tf.Tensor, matrix: NDArray[np.float32]) -> tf.Tensor:
    """(n, t, a) times (a, b), as one product of matrices."""
    _, t, a = rows.shape
    return tf.reshape(tf.matmul(tf.reshape(rows, (-1, a)), matrix), (-1, t, matrix.shape[1]))


def _mean_gradient_matrices(kernel: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """Arrange a 3x3 kernel for the nine sums that a mean gradient through it is made of.

    The sum over all cells meets the whole kernel. A cell of the output's first row reads padding
    through the kernel's first row: its share is taken off again; so for the last row, the first and
    the last column; and what a corner lost twice comes back once.

    Args:
        kernel: (3, 3, k_in, k_out).
        cells: how many the mean is taken over.

    Returns:
        (9 * k_out, k_in).
    """
    matrices = np.concatenate(
        [
            kernel.sum((0, 1))[None],
            -kernel.sum(1)[::2],
            -kernel.sum(0)[::2],
            kernel[::2, ::2].reshape(4, *kernel.shape[2:]),
        ]
    )  # (9, k_in, k_out)
    stacked = matrices.transpose(0, 2, 1).reshape(-1, kernel.shape[2])
    return (stacked / cells).astype(np.float32)


def _anatomy(model: keras.Model) -> dict[str, list[tuple[int, ...]]]:
    return {layer.name: [tuple(w.shape) for w in layer.weights] for layer in model.layers}
