"""Any ink comes out in MNIST's normal form."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from core.dataset import DigitSet
from core.uploads.normalise import normalise

_HEIGHT = 200


def _corner(width: int, height: int = _HEIGHT) -> NDArray[np.float32]:
    """A stroke across a square: an L of one width throughout."""
    ink = np.zeros((height, height), np.float32)
    ink[:, :width] = 1
    ink[-width:] = 1
    return ink


def _stroke(image: NDArray[np.float32]) -> float:
    """The width of an L's upright, from how much ink its middle rows have."""
    return float(image[10:14].sum(axis=1).mean())


def _cut(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return cut.astype(np.float32) / np.float32(255)


def test_a_test_digit_is_in_it_already(digits: DigitSet) -> None:
    far = []
    for image in digits.images[:300]:
        back, original = normalise(_cut(image)).image, image.astype(np.float32) / 255
        shifted = [np.roll(original, by, axis) for axis in (0, 1) for by in (-1, 0, 1)]
        far.append(min(float(np.abs(back - near).mean()) for near in shifted))

    assert np.median(far) < 0.005
    assert np.mean(np.array(far) < 0.05) > 0.95


@pytest.mark.parametrize("usual", [25, 35, 42])
def test_usual_strokes_keep_their_width(usual: int) -> None:
    assert _stroke(normalise(_corner(usual)).image) == pytest.approx(usual / 10, abs=0.35)


@pytest.mark.parametrize("thin", [1, 2, 5, 10])
def test_thin_strokes_are_widened_to_one_width(thin: int) -> None:
    assert _stroke(normalise(_corner(thin)).image) == pytest.approx(2.2, abs=0.5)


@pytest.mark.parametrize("fat", [55, 65, 80])
def test_fat_strokes_are_narrowed(fat: int) -> None:
    assert _stroke(normalise(_corner(fat)).image) < fat / 10 - 0.7


def test_the_size_of_the_drawing_does_not_matter() -> None:
    large = normalise(_corner(60, height=400)).image
    small = normalise(_corner(6, height=40)).image

    assert np.abs(large - small).mean() < 0.02


def test_the_centre_of_mass_is_in_the_middle() -> None:
    image = normalise(_corner(30)).image

    rows, columns = np.mgrid[:28, :28]
    assert (image * rows).sum() / image.sum() == pytest.approx(14, abs=0.5)
    assert (image * columns).sum() / image.sum() == pytest.approx(14, abs=0.5)


def _ink_at(warp: NDArray[np.float64], x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    """Take points of an image to the ink: (2, …)."""
    points = np.stack([x, y, np.ones_like(x)])
    return np.tensordot(warp, points, axes=1)


def test_the_warp_leads_from_every_point_to_the_ink_it_was_read_from(digits: DigitSet) -> None:
    rows, columns = np.mgrid[:28, :28] + 0.5
    for image in digits.images[:50]:
        cut = _cut(image)
        ink = cv2.resize(cut, (9 * cut.shape[1], 9 * cut.shape[0])).astype(np.float32)
        form = normalise(ink)

        x, y = _ink_at(form.warp, columns, rows).astype(np.float32) - np.float32(0.5)
        there = np.asarray(cv2.remap(ink, x, y, cv2.INTER_LINEAR))

        assert np.corrcoef(there.ravel(), form.image.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("width", [2, 30, 70])
def test_the_warp_leads_to_the_middle_of_a_stroke_whether_widened_or_narrowed(width: int) -> None:
    ink = _corner(width)[:, :150]
    form = normalise(ink)
    rows, columns = np.nonzero(form.image > 0.5)
    upright = float(columns[rows == 10].mean()) + 0.5
    foot = float(rows[columns == columns.max() - 2].mean()) + 0.5

    x, y = _ink_at(form.warp, upright, foot)

    assert x == pytest.approx(width / 2, abs=6)  # of 200: half a pixel of the image and a little
    assert y == pytest.approx(_HEIGHT - width / 2, abs=6)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 150), st.integers(1, 150)),
    seed=st.integers(0, 999),
    coarseness=st.integers(1, 30),
)
def test_any_blot_has_a_normal_form(shape: tuple[int, int], seed: int, coarseness: int) -> None:
    rows, columns = shape
    coarse = (rows // coarseness + 1, columns // coarseness + 1)
    blot = np.random.default_rng(seed).random(coarse).astype(np.float32)
    ink = cv2.resize(blot, (columns, rows), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    ink[rows // 2, columns // 2] = 1

    image = normalise(ink).image

    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert image.max() == 1
    used_rows, used_columns = np.nonzero(image)
    assert max(np.ptp(used_rows), np.ptp(used_columns)) < 20
