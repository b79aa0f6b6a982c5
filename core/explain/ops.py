"""Operations in the form that is fastest for a single digit on a CPU.

The usual ops run in oneDNN, which hands work to other threads. For one digit this takes 40 to 90
µs, as long as a convolution, for 2 to 20 µs of work. Results agree up to rounding.
"""

from core._keras import tf


def max_pool(maps: tf.Tensor) -> tf.Tensor:
    """Apply 2x2 max pooling.

    Args:
        maps: (n, h, w, k), h and w even.

    Returns:
        (n, h / 2, w / 2, k).
    """
    window = (1, 2, 2, 1)
    return tf.raw_ops.MaxPoolV2(input=maps, ksize=window, strides=window, padding="VALID")


def weighted_sum(weights: tf.Tensor, maps: tf.Tensor) -> tf.Tensor:
    """Sum feature maps with weights.

    Args:
        weights: (n, t, k).
        maps: (n, h, w, k).

    Returns:
        (n, t, h, w).
    """
    h, w, k = (
        static or size
        for static, size in zip(maps.shape[1:], tf.unstack(tf.shape(maps))[1:], strict=True)
    )
    t = weights.shape[1]
    cells = tf.reshape(maps, (-1, h * w, k))
    if t == 1:
        sums = tf.raw_ops.BatchMatMulV3(x=weights, y=cells, Tout=tf.float32, adj_y=True)
    else:  # the raw op is four times as slow on large batches
        sums = tf.matmul(weights, cells, transpose_b=True)
    return tf.reshape(sums, (-1, t, h, w))


def normalise(raw: tf.Tensor) -> tf.Tensor:
    """Divide maps, (…, h, w), by their maxima after ReLU."""
    kept = tf.nn.relu(raw)
    return tf.math.divide_no_nan(kept, tf.reduce_max(kept, (-2, -1), keepdims=True))


def normalise_signed(raw: tf.Tensor) -> tf.Tensor:
    """Divide maps, (…, h, w), by their largest magnitudes."""
    return tf.math.divide_no_nan(raw, tf.reduce_max(tf.abs(raw), (-2, -1), keepdims=True))
