"""What the uploads' network is trained on, and what is kept from it."""

import numpy as np
import pytest

from core.dataset import DigitSet
from core.examples import NEGATIVE, draw_examples, draw_kinds, split_sources
from core.negatives import KINDS, Sources
from tests.builders import some_digits


@pytest.fixture(scope="module")
def divided(digits: DigitSet) -> tuple[Sources, Sources]:
    """A thousand digits, a tenth of them kept out."""
    return split_sources(some_digits(digits, 0, 1000), 100)


def test_nothing_that_is_trained_on_is_measured_with(
    divided: tuple[Sources, Sources], digits: DigitSet
) -> None:
    train, kept = divided

    assert np.array_equal(train.digits.images, digits.images[:900])
    assert np.array_equal(kept.digits.labels, digits.labels[900:1000])
    assert len(kept.letters) / len(train.letters) == pytest.approx(1 / 9, rel=0.05)
    for one in (train, kept):
        assert len(one.printed) == len(one.printed_labels)
        assert set(one.printed_labels.tolist()) == set(range(10))


def test_as_many_are_drawn_as_are_asked_for(divided: tuple[Sources, Sources]) -> None:
    images, labels = draw_examples(divided[1], 70, 30, seed=5)

    assert images.shape == (100, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert (labels[:70] < 10).all()
    assert len(set(labels[:70].tolist())) > 5
    assert (labels[70:] == NEGATIVE).all()
    assert images.any(axis=(1, 2)).mean() > 0.98


def test_the_same_seed_draws_the_same_and_another_seed_others(
    divided: tuple[Sources, Sources],
) -> None:
    first, again, other = (draw_examples(divided[0], 20, 20, seed)[0] for seed in (5, 5, 6))

    assert np.array_equal(first, again)
    assert not (first == other).all(axis=(1, 2)).any()


def test_digits_keep_their_labels(divided: tuple[Sources, Sources], digits: DigitSet) -> None:
    images, labels = draw_examples(divided[0], 300, 0, seed=1)

    means = {d: digits.images[digits.labels == d].mean(axis=0).ravel() for d in range(10)}
    flat = images.reshape(len(images), -1)
    near = [max(means, key=lambda d: float(np.corrcoef(means[d], f)[0, 1])) for f in flat]
    assert np.mean(np.array(near) == labels) > 0.6  # by mere likeness to the mean digit


def test_no_negative_is_a_slim_bar_that_stands_for_that_is_a_1(
    divided: tuple[Sources, Sources],
) -> None:
    kinds = draw_kinds(divided[1], 40, seed=2)

    assert list(kinds) == list(KINDS)
    for images in kinds.values():
        assert images.shape == (40, 28, 28)
        for image in images > 128:
            rows, columns = np.nonzero(image)
            tall, wide = (np.ptp(axis) + 1 if len(axis) else 1 for axis in (rows, columns))
            assert tall < 4 * wide or len(rows) < 0.75 * tall * wide
