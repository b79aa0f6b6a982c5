"""Signs that look like digits are no digits, and digits that look like signs are."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.uploads.candidates import Candidate
from core.uploads.decoded_image import DecodedImage
from core.uploads.normalise import NormalForm
from core.uploads.signs import is_percent_sign, percent_signs, without_brackets
from tests.core.uploads.sheets import as_picture, on_paper
from tests.core.uploads.writing import Hand, put, row, some_digits

Said = Callable[[DecodedImage], str]
Image = NDArray[np.float32]


def _one(image: Image, prediction: int = 1) -> Candidate:
    form = NormalForm(image, np.eye(2, 3), 0.1)
    return Candidate(form, (0, 0, 28, 28), 1.0, prediction=prediction)


def _bar(bend: float) -> Image:
    """A vertical stroke whose middle is so many pixels to the right of its ends."""
    image = np.zeros((28, 28), np.float32)
    y = np.arange(4, 24)
    x = 14 + bend * (1 - ((y - 13.5) / 10) ** 2)
    cv2.polylines(image, [np.stack([x, y], 1).round().astype(np.int32)], False, 1.0, 2)
    return image


_UPRIGHT, _OPENING, _CLOSING = _one(_bar(0)), _one(_bar(-4)), _one(_bar(4))
_EIGHT = _one(np.ones((28, 28), np.float32), 8)


@pytest.mark.parametrize(
    ("digits", "kept"),
    [
        ([_OPENING, _EIGHT, _CLOSING], [_EIGHT]),
        ([_OPENING, _UPRIGHT, _CLOSING], [_UPRIGHT]),
        ([_EIGHT, _OPENING, _EIGHT, _CLOSING], [_EIGHT, _EIGHT]),
        ([_OPENING, _EIGHT], [_OPENING, _EIGHT]),
        ([_EIGHT, _CLOSING, _CLOSING], [_EIGHT, _CLOSING, _CLOSING]),
        ([_OPENING, _CLOSING], [_OPENING, _CLOSING]),
        ([_OPENING], [_OPENING]),
        ([], []),
    ],
)
def test_brackets_are_1s_that_bend_to_either_side_among_others(
    digits: list[Candidate], kept: list[Candidate]
) -> None:
    assert without_brackets(digits, []) == kept


@pytest.mark.parametrize("bracket", [_OPENING, _CLOSING])
def test_what_is_left_of_a_line_of_letters_may_be_a_bracket(bracket: Candidate) -> None:
    assert without_brackets([bracket], [_EIGHT]) == []
    assert without_brackets([_UPRIGHT], [_EIGHT]) == [_UPRIGHT]


@given(image=arrays(np.float32, (28, 28), elements=st.sampled_from([0, 0.5, 1])))
def test_no_shape_of_a_1_is_too_odd(image: Image) -> None:
    lying = np.where(np.arange(28)[:, np.newaxis] < 17, 0, image) * (image.cumsum(axis=0) < 3)

    assert without_brackets([_one(lying), _EIGHT], [])[-1] is _EIGHT


def test_a_percent_sign_has_one_ring_above_and_one_below() -> None:
    other, left, bar, right = [0, 0, 9, 9], [10, 10, 24, 24], [20, 10, 40, 50], [36, 36, 50, 50]
    level = [36, 12, 50, 26]

    assert percent_signs([1, 2, 3], np.array([other, left, bar, right])) == {1, 2, 3}
    assert percent_signs([1, 2, 3], np.array([other, left, bar, level])) == set()
    assert percent_signs([1, 2], np.array([other, left, bar])) == set()


def test_a_wide_9_and_6_are_digits() -> None:
    nine, six = _one(_bar(0), 9), _one(_bar(0), 6)
    narrow, wide = (Candidate(nine.form, (0, 0, width, 40), 1.0) for width in (40, 56))

    assert is_percent_sign([nine, six], narrow)
    assert not is_percent_sign([six, nine], narrow)
    assert not is_percent_sign([nine, six], wide)


@pytest.mark.parametrize("pen", [0.08, 0.12])
@pytest.mark.parametrize(("before", "after"), [("", ":"), ("", "%"), ("(", ")")])
def test_signs_beside_digits_are_not_read(before: str, after: str, pen: float, said: Said) -> None:
    wrong = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        digits = some_digits(rng, 5)
        what = [*before, *digits[:3], *after, *digits[3:]]
        writing = put(row(rng, what, Hand(height=48, pen=pen, font=seed * 10)), (640, 160))
        wrong += said(as_picture(on_paper(writing.ink))) != writing.lines[0]

    assert wrong <= 2
