"""Digits changed as hands, pens, paper and cameras change them."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray

from core import augmentation
from core.augmentation import augment, enlarge, jitter, photograph
from core.dataset import DigitSet
from core.uploads.normalise import normalise

Change = Callable[[NDArray[np.float32], Generator], NDArray[np.float32]]

CHANGES: list[Change] = [
    augmentation._warp,
    augmentation._sharpen,
    augmentation._change_pen,
    *(step for _, step in augmentation._AUGMENTATIONS),
]
SEEDS = range(12)


def named(step: Change) -> str:
    return step.__name__.strip("_")


@pytest.mark.parametrize("step", CHANGES, ids=named)
def test_ink_stays_ink_and_the_digit_is_another(step: Change, digits: DigitSet) -> None:
    changed = 0
    for seed in SEEDS:
        ink = enlarge(digits.images[seed])
        before = ink.copy()
        after = step(ink, np.random.default_rng(seed))

        assert after.shape == (84, 84)
        assert after.dtype == np.float32
        assert after.min() >= 0
        assert after.max() <= 1
        assert np.array_equal(ink, before)  # what others may share is left alone
        changed += not np.array_equal(after, before)
    assert changed >= len(SEEDS) / 2  # the pen stays in three of ten


@pytest.mark.parametrize("step", [*CHANGES, augment], ids=named)
def test_chance_is_the_seeds_alone(step: Change, digits: DigitSet) -> None:
    ink = enlarge(digits.images[0])
    first, again = ([step(ink, np.random.default_rng(seed)) for seed in SEEDS] for _ in range(2))

    assert np.array_equal(first, again)
    assert len({after.tobytes() for after in first}) > len(SEEDS) / 2


def test_a_changed_digit_is_in_the_form_the_network_reads(digits: DigitSet) -> None:
    for seed in range(60):
        image = augment(enlarge(digits.images[seed]), np.random.default_rng(seed))

        assert image.shape == (28, 28)
        assert image.dtype == np.float32
        assert image.min() >= 0
        assert image.max() <= 1
        assert image.sum() > 10


def test_where_there_is_hardly_any_ink_nothing_is_seen() -> None:
    blank = np.zeros((84, 84), np.float32)

    assert not augment(blank, np.random.default_rng(0)).any()


def test_enlarged_and_read_unchanged_a_digit_is_itself(digits: DigitSet) -> None:
    likeness = []
    for image in digits.images[:40]:
        ink = enlarge(image)
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

        assert max(cut.shape) == pytest.approx(48, abs=2)
        back = normalise(cut).image
        shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        moved = [np.roll(back, shift, (0, 1)).ravel() for shift in shifts]
        likeness.append(max(float(np.corrcoef(one, image.ravel())[0, 1]) for one in moved))
    assert np.mean(likeness) > 0.95
    assert min(likeness) > 0.8


def test_a_shifted_digit_moves_a_little_and_no_more(digits: DigitSet) -> None:
    rows, columns = np.mgrid[:28, :28]
    for seed in range(40):
        image = digits.images[seed]
        moved = jitter(image, np.random.default_rng(seed))

        assert moved.shape == (28, 28)
        assert moved.min() >= 0
        assert moved.max() <= 1
        assert not np.array_equal(moved, image / np.float32(255))
        for axis in (rows, columns):
            was, is_now = ((axis * i).sum() / i.sum() for i in (image / 255, moved))
            assert abs(was - is_now) < 3.5


def test_a_photograph_is_a_sheet_of_paper_light_or_dark(digits: DigitSet) -> None:
    sheets = [photograph(digits.images[i], np.random.default_rng(i)) for i in range(60)]

    assert {sheet.shape for sheet in sheets} == {(112, 112, 3)}
    assert {sheet.dtype for sheet in sheets} == {np.dtype(np.uint8)}
    light = [float(np.median(sheet)) > 128 for sheet in sheets]
    assert 15 < sum(light) < 45
    again = photograph(digits.images[3], np.random.default_rng(3))
    assert np.array_equal(again, sheets[3])
