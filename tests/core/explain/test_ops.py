import numpy as np
import pytest

from core._keras import tf
from core.explain.ops import max_pool, weighted_sum

_RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_max_pool_takes_the_largest_of_four(n: int) -> None:
    maps = _RANDOM.normal(size=(n, 14, 28, 8)).astype(np.float32)

    largest = maps.reshape(n, 7, 2, 14, 2, 8).max((2, 4))
    np.testing.assert_array_equal(max_pool(tf.constant(maps)), largest)


@pytest.mark.parametrize("n", [0, 1, 5])
@pytest.mark.parametrize("t", [1, 10])
def test_weighted_sum_adds_up_maps(n: int, t: int) -> None:
    weights = _RANDOM.normal(size=(n, t, 8)).astype(np.float32)
    maps = _RANDOM.normal(size=(n, 7, 14, 8)).astype(np.float32)

    sums = np.einsum("ntk,nhwk->nthw", weights, maps)
    np.testing.assert_allclose(
        weighted_sum(tf.constant(weights), tf.constant(maps)), sums, atol=1e-5
    )
