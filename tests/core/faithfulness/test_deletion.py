"""Deletion and insertion, on a network whose important pixels are known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.faithfulness.deletion import (
    DeletionTest,
    Verdict,
    hottest_first,
    measure_curves,
    random_orders,
    remove,
    run_deletion_test,
)

_IMPORTANT = slice(4, 6)  # rows


def _stripes() -> NDArray[np.float32]:
    """Ten rows of ink, two of which a network looks at, (20, 20)."""
    image = np.zeros((20, 20), np.float32)
    image[:10] = 0.8
    return image


def _classify(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the share of the important ink that is there, as the probability of class 1."""
    p = images[:, _IMPORTANT].mean((1, 2)) / 0.8
    return np.stack([1 - p, p], 1)


def _true_map() -> NDArray[np.float32]:
    heatmap = np.zeros((20, 20), np.float32)
    heatmap[_IMPORTANT] = 1
    return heatmap


def test_a_true_map_takes_the_whole_probability_away_and_random_ink_a_fifth() -> None:
    test = run_deletion_test(_classify, _stripes(), _true_map(), 1)

    assert test.before == pytest.approx(1)
    assert test.after == pytest.approx(0)
    assert test.random == pytest.approx(0.8, abs=0.1)
    assert test.verdict is Verdict.BETTER


def test_a_false_map_is_worse_than_random() -> None:
    assert run_deletion_test(_classify, _stripes(), -_true_map(), 1).verdict is Verdict.WORSE


@pytest.mark.parametrize(
    ("after", "verdict"),
    [(0.5, Verdict.BETTER), (0.795, Verdict.EQUAL), (0.805, Verdict.EQUAL), (0.9, Verdict.WORSE)],
)
def test_less_than_one_percentage_point_is_no_difference(after: float, verdict: Verdict) -> None:
    assert DeletionTest(1.0, after, 0.8).verdict is verdict


def test_the_same_seed_removes_the_same_ink() -> None:
    tests = [run_deletion_test(_classify, _stripes(), _true_map(), 1, seed) for seed in (1, 1, 2)]

    assert tests[0] == tests[1] != tests[2]


def test_only_ink_is_removed_of_a_digit() -> None:
    image = _stripes()
    order = hottest_first(np.ones((20, 20), np.float32), image)

    assert sorted(order) == list(range(200))
    assert remove(image, order, 1).sum() == 0
    assert all(sorted(each) == sorted(order) for each in random_orders(image, 3))


def test_equal_heat_is_taken_in_reading_order() -> None:
    np.testing.assert_array_equal(
        hottest_first(np.zeros((7, 7), np.float32), _stripes()), np.arange(200)
    )


def test_a_coarse_map_is_enlarged() -> None:
    coarse = np.array([[0, 1], [0, 0]], np.float32)
    row, column = np.unravel_index(hottest_first(coarse, _stripes())[:20], (20, 20))

    assert (row < 10).all()
    assert (column >= 10).all()


def test_a_colour_picture_loses_pixels_to_its_mean_colour() -> None:
    image = np.random.default_rng(0).random((8, 8, 3), np.float32)
    order = hottest_first(np.eye(8, dtype=np.float32), image)
    rest = remove(image, order, 8 / 64)

    assert len(order) == 64
    diagonal = np.eye(8, dtype=bool)
    np.testing.assert_allclose(rest[diagonal], np.tile(image.mean((0, 1)), (8, 1)), rtol=1e-5)
    np.testing.assert_array_equal(rest[~diagonal], image[~diagonal])


def test_curves_of_a_true_map_fall_and_rise_at_once() -> None:
    true = measure_curves(_classify, _stripes(), _true_map(), 1)
    false = measure_curves(_classify, _stripes(), -_true_map(), 1)

    np.testing.assert_allclose(true.deletion[[0, 1, 2, -1]], [1, 0.5, 0, 0], atol=1e-6)
    np.testing.assert_allclose(true.insertion[[0, 1, 2, -1]], [0, 0.5, 1, 1], atol=1e-6)
    assert true.deletion_auc == pytest.approx(0.1)
    assert true.insertion_auc == pytest.approx(0.9)
    assert false.deletion_auc == pytest.approx(0.9)
