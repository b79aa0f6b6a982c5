"""Signs that look like digits are no digits, and digits that look like signs are."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.digit import Box
from core.uploads.candidates import Candidate, Group
from core.uploads.decoded_image import DecodedImage
from core.uploads.normalise import NormalForm
from core.uploads.signs import is_colon, is_percent_sign, percent_signs, without_brackets
from core.uploads.strokes import InkStyle, find_strokes
from tests.core.uploads.sheets import as_picture, on_paper
from tests.core.uploads.writing import Hand, put, row, some_digits

Said = Callable[[DecodedImage], str]
Image = NDArray[np.float32]


def _one(image: Image, prediction: int = 1, box: Box = (0, 0, 28, 28)) -> Candidate:
    form = NormalForm(image, np.eye(2, 3), 0.1)
    return Candidate(form, box, 1.0, prediction=prediction)


def _bar(bend: float) -> Image:
    """A vertical stroke whose middle is `bend` pixels to the right of its ends."""
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
        ([_CLOSING, _EIGHT, _OPENING], [_CLOSING, _EIGHT, _OPENING]),
        ([_OPENING, _CLOSING], [_OPENING, _CLOSING]),
        ([_OPENING], [_OPENING]),
        ([], []),
    ],
)
def test_a_pair_of_brackets_is_no_pair_of_1s(
    digits: list[Candidate], kept: list[Candidate]
) -> None:
    placed = [replace(one, box=(40 * i, 0, 40 * i + 28, 28)) for i, one in enumerate(digits)]

    left = without_brackets(placed[::-1], [])

    assert [(one.prediction, one.form) for one in left] == [(k.prediction, k.form) for k in kept]


@pytest.mark.parametrize("bracket", [_OPENING, _CLOSING])
def test_a_bent_1_among_words_is_a_bracket(bracket: Candidate) -> None:
    assert without_brackets([bracket], [_EIGHT, _EIGHT]) == []
    assert without_brackets([bracket], [_EIGHT]) == [bracket]
    assert without_brackets([_UPRIGHT], [_EIGHT, _EIGHT]) == [_UPRIGHT]


@given(first=st.integers(0, 27), height=st.integers(1, 28), seed=st.integers(0, 99))
def test_a_1_of_any_height_may_be_no_bracket(first: int, height: int, seed: int) -> None:
    image = np.zeros((28, 28), np.float32)
    image[first : first + height, 14 + seed % 9] = 1

    assert len(without_brackets([_one(image), _EIGHT], [])) == 2


@pytest.mark.parametrize(
    ("classes", "lower", "is_sign"),
    [
        ((0, 1, 0), (36, 36, 50, 50), True),
        ((0, 1, 0), (36, 12, 50, 26), False),  # both rings are above
        ((3, 1, 4), (36, 36, 50, 50), False),  # a fraction
        ((0, 1, 0), (36, 20, 66, 50), False),  # a large 0
    ],
)
def test_a_percent_sign_has_one_ring_above_and_one_below(
    classes: tuple[int, int, int], lower: Box, is_sign: bool
) -> None:
    boxes = (10, 10, 24, 24), (20, 10, 40, 50), lower
    scored: dict[Group, Candidate] = {
        (n,): _one(_bar(0), kind, box)
        for n, (kind, box) in enumerate(zip(classes, boxes, strict=True))
    }

    assert percent_signs([0, 1, 2], scored) == ({0, 1, 2} if is_sign else set())
    assert percent_signs([0, 1], scored) == set()


@pytest.mark.parametrize(("gap", "is_sign"), [(2, False), (16, True)])
def test_a_colon_is_of_strokes_that_are_far_apart(gap: int, is_sign: bool) -> None:
    ink = np.zeros((80, 40), np.uint8)
    ink[20:32, 14:24] = ink[32 + gap : 44 + gap, 14:24] = 255
    strokes = find_strokes(ink, InkStyle.PLAIN)
    assert strokes is not None
    both = replace(_one(_bar(0), 1, (14, 20, 24, 44 + gap)), strokes=(1, 2))

    assert len(strokes.boxes) == 3
    assert is_colon(both, strokes) == is_sign


def test_a_wide_9_and_6_are_digits() -> None:
    nine, six = _one(_bar(0), 9), _one(_bar(0), 6)
    narrow, wide = (Candidate(nine.form, (0, 0, width, 40), 1.0) for width in (40, 56))

    assert is_percent_sign([nine, six], narrow)
    assert not is_percent_sign([six, nine], narrow)
    assert not is_percent_sign([nine, six], wide)


@pytest.mark.sampled(1)
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
