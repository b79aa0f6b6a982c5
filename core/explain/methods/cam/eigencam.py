"""Eigen-CAM."""

from typing_extensions import override

from core._keras import tf
from core.explain.methods.base import Method
from core.explain.network import Network, Observation
from core.explain.scores import Objective


class EigenCAM(Method):
    """Project the feature maps onto their first principal direction, whatever the class.

        A = U Σ V^T, with A of shape (h w, k)        L = A v_1

    The sign of v_1 is arbitrary; here the cells of L add up to a positive number.

    Muhammad and Yeasin, "Eigen-CAM: Class Activation Map using Principal Components", 2020,
    https://arxiv.org/abs/2008.00299, section III.
    """

    name = "eigencam"
    title = "Eigen-CAM"
    per_layer = True
    class_specific = False

    @override
    def attribute(
        self,
        network: Network,
        observation: Observation,
        objective: Objective,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        features = observation.features
        h, w, k = features.shape[1:]
        cells = tf.reshape(features, (-1, h * w, k))
        # The last eigenvector of A^T A is v_1; that of A A^T, u_1, gives A v_1 = σ_1 u_1.
        if k <= h * w:
            _, vectors = tf.linalg.eigh(tf.matmul(cells, cells, transpose_a=True))
            projected = tf.matmul(cells, vectors[:, :, -1:])[..., 0]  # (n, h w)
        else:
            values, vectors = tf.linalg.eigh(tf.matmul(cells, cells, transpose_b=True))
            projected = tf.sqrt(tf.nn.relu(values[:, -1:])) * vectors[:, :, -1]
        sign = tf.where(tf.reduce_sum(projected, 1, keepdims=True) < 0, -1.0, 1.0)
        return tf.reshape(projected * sign, (-1, h, w))
