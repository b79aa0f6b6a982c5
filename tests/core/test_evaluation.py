"""How good a network is said to be."""

import numpy as np
import pytest

from core.evaluation import Evaluation, wilson_interval


@pytest.fixture
def evaluation() -> Evaluation:
    """Three ones, of which one is read as a 7; two sevens, read rightly; a nought read as a 7."""
    labels = np.array([1, 1, 1, 7, 7, 0], np.uint8)
    predicted = np.array([1, 7, 1, 7, 7, 7], np.uint8)
    return Evaluation(labels, predicted)


def test_accuracy_counts_what_was_right(evaluation: Evaluation) -> None:
    assert evaluation.correct == 4
    assert evaluation.accuracy == pytest.approx(4 / 6)


def test_the_figures_of_a_class(evaluation: Evaluation) -> None:
    one, seven, nought = (evaluation.classes[digit] for digit in (1, 7, 0))

    assert (one.precision, one.recall, one.f1, one.support) == pytest.approx((1, 2 / 3, 0.8, 3))
    assert (seven.precision, seven.recall, seven.support) == pytest.approx((0.5, 1, 2))
    assert (nought.precision, nought.recall, nought.f1) == (0, 0, 0)
    assert evaluation.classes[4].support == 0


def test_the_confusion_matrix_has_labels_in_rows(evaluation: Evaluation) -> None:
    assert evaluation.confusion[1, 7] == 1
    assert evaluation.confusion[7, 1] == 0
    assert evaluation.confusion.sum() == 6


def test_confused_pairs_come_most_frequent_first_with_their_digits() -> None:
    labels = np.array([4, 9, 4, 2], np.uint8)
    predicted = np.array([9, 4, 9, 2], np.uint8)

    first, second = Evaluation(labels, predicted).confused

    assert (first.label, first.predicted, first.count, first.indexes) == (4, 9, 2, (0, 2))
    assert (second.label, second.predicted, second.indexes) == (9, 4, (1,))


@pytest.mark.parametrize(("correct", "total"), [(9871, 10_000), (3, 7), (1, 1000)])
def test_wilsons_bounds_are_1_96_standard_errors_away(correct: int, total: int) -> None:
    share = correct / total

    low, high = wilson_interval(correct, total)

    assert low < share < high
    for bound in (low, high):
        standard_error = (bound * (1 - bound) / total) ** 0.5
        assert abs(share - bound) / standard_error == pytest.approx(1.959964)


def test_wilsons_interval_stays_within_what_a_share_can_be() -> None:
    assert wilson_interval(0, 10)[0] == 0
    assert 0.999 < wilson_interval(10, 10)[1] <= 1
