"""The tutorial's network as tensor algebra, with Grad-CAM's gradients in closed form.

Grad-CAM needs the gradient of the logits averaged over space. Between the logits and the earliest
feature maps are one convolution and two poolings, so it can be computed without a backward pass:

* `max_pooling2d_1`: the logits are linear in these maps; the gradient is the kernel of `dense`.
* `conv2d_1`, `conv2d`: pooling passes the gradient of each window to its largest cell. The sum over
  space stays the same over four times as many cells, so the mean is a quarter of that of the pooled
  maps.
* `max_pooling2d`: the gradient G at the output of `conv2d_1` passes back through the kernel W.
  Summed over space, each of the nine matrices W[u, v] is multiplied by the sum of G over the output
  cells that do not read padding through it: all cells but the first or last row or column. So nine
  sums of G suffice, and the position of the largest cell matters in border windows only.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from core._keras import keras, tf
from core.explain.network import Network, Observation
from core.explain.ops import max_pool
from core.tutorial import get_basic_cnn

SPATIAL_LAYERS = ("conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1")
"""The layers with spatial feature maps, in order."""

_WINDOWS = np.arange(49).reshape(7, 7)
_BORDER = np.concatenate([_WINDOWS[0], _WINDOWS[6], _WINDOWS[:, 0], _WINDOWS[:, 6]])
"""The windows of the second pooling in its first row, last row, first column and last column."""

_CORNERS_BY_ROW, _CORNERS_BY_COLUMN = (0, 6, 7, 13), (14, 21, 20, 27)
"""Positions of the four corners in `_BORDER`, as ends of rows and as ends of columns."""

_CELL_00 = _BORDER // 7 * 28 + _BORDER % 7 * 2
"""The first cell of each border window, among the 14 x 14 cells that are pooled."""

_EDGE_COMES_FIRST = np.repeat([True, False, True, False], 7)[:, None]
"""Whether the edge of the maps is the first row or column of the window, not the second."""


@dataclass(frozen=True, eq=False, slots=True)
class Activations:
    """Results of a forward pass.

    Attributes:
        features: The feature maps by layer, (n, h, w, k) each.
        logits: (n, 10), the output of `dense`.
    """

    features: dict[str, tf.Tensor]
    logits: tf.Tensor


class Weights(NamedTuple):
    """The weights of the tutorial's network, and what follows from them; all float32."""

    kernel1: tf.Tensor  # (3, 3, 1, 32)
    bias1: tf.Tensor  # (32,)
    kernel2: tf.Tensor  # (3, 3, 32, 64)
    bias2: tf.Tensor  # (64,)
    dense: tf.Tensor  # (3136, 10)
    bias: tf.Tensor  # (10,)
    dense_mean: tf.Tensor
    """(10, 64), the gradient of each logit at `max_pooling2d_1`, averaged over the 7x7 cells."""
    back: tf.Tensor
    """(576, 32), from nine sums of gradients at `conv2d_1` to the mean at `max_pooling2d`."""


class ClosedFormNetwork(Network):
    """The tutorial's network, after any training.

    Attributes:
        bias: (10,) float32, the biases of the logits.
    """

    bias: NDArray[np.float32]
    weights: Weights

    def __init__(self, model: keras.Model) -> None:
        """Copy the weights of a model.

        Raises:
            ValueError: If the layers of `model` are not the tutorial's by name, shape and output.
        """
        expected, found = _anatomy(get_basic_cnn()), _anatomy(model)
        if list(found) != list(expected):
            raise ValueError(
                f"its layers are {', '.join(found)}, not those of the tutorial's network: "
                f"{', '.join(expected)}"
            )
        for name, shapes in expected.items():
            if found[name] != shapes:
                raise ValueError(f"{name!r} has weights of shapes {found[name]}, not {shapes}")
        kernel1, bias1, kernel2, bias2, dense, self.bias = model.get_weights()
        dense_mean = dense.reshape(49, 64, 10).mean(0).T
        back = _mean_gradient_matrices(kernel2, cells=14 * 14)
        arrays = (kernel1, bias1, kernel2, bias2, dense, self.bias, dense_mean, back)
        self.weights = Weights(*map(tf.constant, arrays))
        self.image_shape, self.classes, self.image_range = (28, 28, 1), 10, (0, 1)
        self.layers = dict(zip(SPATIAL_LAYERS, ((28, 28), (14, 14), (14, 14), (7, 7)), strict=True))
        steps: tuple[Any, ...] = (
            partial(_convolve, kernel=self.weights.kernel1, bias=self.weights.bias1),
            max_pool,
            partial(_convolve, kernel=self.weights.kernel2, bias=self.weights.bias2),
            max_pool,
        )
        self._steps = dict(zip(SPATIAL_LAYERS, steps, strict=True))
        self._compare(model)

    def _compare(self, model: keras.Model) -> None:
        """Compare every layer's output with the model's, for activations, padding and strides."""
        x = tf.random.stateless_uniform((4, 28, 28, 1), seed=(0, 0))
        run = self.forward(x)
        expected = run.features | {"dense": run.logits, "softmax": tf.nn.softmax(run.logits)}
        for layer in model.layers:
            try:
                x = layer(x, training=False)
            except Exception as error:
                raise ValueError(f"{layer.name!r} cannot be run on the layer before it") from error
            y = expected.get(layer.name, x)
            if x.shape != y.shape or not np.allclose(x, y, rtol=1e-3, atol=1e-3):
                raise ValueError(f"{layer.name!r} computes something else than the tutorial's")

    def forward(
        self, images: tf.Tensor, tape: tf.GradientTape | None = None, watched: str | None = None
    ) -> Activations:
        """Run the network up to its logits.

        Args:
            images: (n, 28, 28, 1) float32 in [0, 1].
            tape: Watches the feature maps of a layer, if given.
            watched: That layer.
        """
        features, maps = {}, images
        for layer, step in self._steps.items():
            features[layer] = maps = step(maps)
            if tape is not None and layer == watched:
                tape.watch(maps)
        return Activations(features, self._classify(maps))

    @override
    def logits(self, images: tf.Tensor) -> tf.Tensor:
        return self.forward(images).logits

    @override
    def observe(self, images: tf.Tensor, layer: str | None = None) -> Observation:
        with tf.GradientTape() as tape:
            if layer is None:
                tape.watch(images)
                logits = self._classify(self._run_differentiably(images))
                return Observation(images, None, images, logits, tape)
            run = self.forward(images, tape, layer)
        return _ClosedFormObservation(
            images, layer, run.features[layer], run.logits, tape, run, self
        )

    @override
    def logits_from(
        self,
        layer: str,
        features: tf.Tensor,
        images: tf.Tensor,
    ) -> tf.Tensor:
        for step in list(self._steps.values())[SPATIAL_LAYERS.index(layer) + 1 :]:
            features = step(features)
        return self._classify(features)

    def _run_differentiably(self, images: tf.Tensor) -> tf.Tensor:
        """Return the last feature maps, by a pooling whose gradient is the faster one to compute.

        `max_pool` is faster forwards.
        """
        maps = images
        for step in self._steps.values():
            maps = tf.nn.max_pool2d(maps, 2, 2, "VALID") if step is max_pool else step(maps)
        return maps

    def _classify(self, pooled: tf.Tensor) -> tf.Tensor:
        flat = tf.reshape(pooled, (-1, 49 * 64))
        return tf.nn.bias_add(tf.matmul(flat, self.weights.dense), self.weights.bias)

    def mean_gradients(self, layer: str, run: Activations, upstream: tf.Tensor) -> tf.Tensor:
        """Propagate gradients back to the feature maps of a layer and average them over space.

        Args:
            layer: One of `SPATIAL_LAYERS`.
            run: The forward pass of the same images.
            upstream: (n, t, 10), t gradients with respect to the logits for each image.

        Returns:
            (n, t, k), one mean gradient per feature map.

        Raises:
            ValueError: If the layer has no spatial feature maps.
        """
        match layer:
            case "max_pooling2d_1":
                return _matmul(upstream, self.weights.dense_mean)
            case "conv2d_1":
                return _matmul(upstream, self.weights.dense_mean) / 4
            case "max_pooling2d":
                return self._through_conv2d_1(run, upstream)
            case "conv2d":
                return self._through_conv2d_1(run, upstream) / 4
            case _:
                raise ValueError(f"{layer!r} has no feature maps with a height and a width")

    def last_gradient(self, upstream: tf.Tensor) -> tf.Tensor:
        """Propagate a gradient with respect to the logits back to `max_pooling2d_1`.

        Args:
            upstream: (n, 10).

        Returns:
            (n, 7, 7, 64).
        """
        gradient = tf.matmul(upstream, self.weights.dense, transpose_b=True)
        return tf.reshape(gradient, (-1, 7, 7, 64))

    def _through_conv2d_1(self, run: Activations, upstream: tf.Tensor) -> tf.Tensor:
        """Return the mean gradient at `max_pooling2d`, (n, t, 32)."""
        t = upstream.shape[1]
        pooled = tf.reshape(run.features["max_pooling2d_1"], (-1, 49, 64))
        gradient = self.last_gradient(tf.reshape(upstream, (-1, self.classes)))
        gradient = tf.reshape(gradient, (-1, t, 49, 64))
        gradient *= tf.sign(pooled)[:, None]  # ReLU passes no gradient at zero

        at_edge = _winners_at_the_edge(run.features["conv2d_1"], pooled)[:, None]  # (n, 1, 28, 64)
        lost = tf.gather(gradient, _BORDER, axis=2) * at_edge
        lost_twice = tf.gather(lost, _CORNERS_BY_ROW, axis=2) * tf.gather(
            at_edge, _CORNERS_BY_COLUMN, axis=2
        )
        sums = tf.concat(
            [
                tf.reduce_sum(gradient, 2, keepdims=True),
                tf.reduce_sum(tf.reshape(lost, (-1, t, 4, 7, 64)), 3),
                lost_twice,
            ],
            axis=2,
        )  # (n, t, 9, 64)
        return _matmul(tf.reshape(sums, (-1, t, 9 * 64)), self.weights.back)


@dataclass(frozen=True, eq=False, slots=True)
class _ClosedFormObservation(Observation):
    """An observation whose gradients need no tape where there is a closed form."""

    activations: Activations
    network: ClosedFormNetwork

    def gradient(self, upstream: tf.Tensor) -> tf.Tensor:
        if self.layer == SPATIAL_LAYERS[-1]:
            return self.network.last_gradient(upstream)
        return Observation.gradient(self, upstream)

    def mean_gradient(self, upstream: tf.Tensor) -> tf.Tensor:
        gradients = self.network.mean_gradients(
            str(self.layer), self.activations, upstream[:, None]
        )
        return gradients[:, 0]


def _convolve(maps: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(maps, kernel, 1, "SAME"), bias))


def _winners_at_the_edge(conv: tf.Tensor, pooled: tf.Tensor) -> tf.Tensor:
    """Find the border windows whose largest cell, the first of equal ones, is at the edge.

    Args:
        conv: (n, 14, 14, k), the maps before pooling.
        pooled: (n, 49, k), the maps after pooling.

    Returns:
        (n, 28, k), for the windows of `_BORDER`: 1 if the largest cell is in the first or last row,
        or the first or last column, of `conv`; else 0.
    """
    cells = tf.reshape(conv, (-1, 14 * 14, conv.shape[-1]))
    largest = tf.gather(pooled, _BORDER, axis=1)
    # Cells of a window in order: (0, 0), (0, 1), (1, 0), (1, 1).
    is_00 = tf.gather(cells, _CELL_00, axis=1) == largest
    is_01 = tf.gather(cells, _CELL_00 + 1, axis=1) == largest
    is_10 = tf.gather(cells, _CELL_00[14:] + 14, axis=1) == largest[:, 14:]
    in_upper_row = is_00[:, :14] | is_01[:, :14]
    in_left_column = is_00[:, 14:] | (is_10 & ~is_01[:, 14:])
    in_first = tf.concat([in_upper_row, in_left_column], 1)
    return tf.cast(in_first == _EDGE_COMES_FIRST, tf.float32)


def _matmul(rows: tf.Tensor, matrix: tf.Tensor) -> tf.Tensor:
    """Multiply (n, t, a) by (a, b) as one product of matrices."""
    _, t, a = rows.shape
    return tf.reshape(tf.matmul(tf.reshape(rows, (-1, a)), matrix), (-1, t, matrix.shape[1]))


def _mean_gradient_matrices(kernel: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """Arrange a 3x3 kernel for the nine sums that make up the mean gradient through it.

    The sum over all cells is multiplied by the whole kernel. The first row of the output reads
    padding through the first row of the kernel, so its part is subtracted; likewise for the last
    row and the first and last columns. Corners are subtracted twice and added back once.

    Args:
        kernel: (3, 3, k_in, k_out).
        cells: Number of cells the mean is taken over.

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
    """Return the shapes of each layer's weights by the layer's name, in order."""
    return {layer.name: [tuple(w.shape) for w in layer.weights] for layer in model.layers}
