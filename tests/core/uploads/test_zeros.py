"""Zeros that are written in one go share their walls."""

import cv2
import numpy as np
import pytest

from core.uploads.candidates import Candidate, LogitsFn, candidate
from core.uploads.strokes import Crop
from core.uploads.zeros import split_at_zeros
from tests.core.uploads.sheets import Ink, cut

_MIDDLES, _WIDTH = (60, 130, 200), 70


def _row_of_zeros(opened: int = 0) -> Ink:
    """Three zeros of 100 pixels, open at the top by some degrees."""
    ink = np.zeros((140, 280), np.float32)
    for middle in _MIDDLES:
        axes = _WIDTH // 2, 50
        cv2.ellipse(ink, (middle, 70), axes, 0, opened - 90, 270 - opened, 1, 8, cv2.LINE_AA)
    return ink


def _split(ink: Ink, logits_fn: LogitsFn) -> list[Candidate]:
    crop = Crop(cut(ink), 0, 0)
    return split_at_zeros(candidate(crop), crop, logits_fn, min_objectness=0.0)


@pytest.mark.parametrize("opened", [0, 8, 14])
def test_each_zero_has_both_its_walls(opened: int, logits_fn: LogitsFn) -> None:
    ink = _row_of_zeros(opened)
    left = _MIDDLES[0] - _WIDTH / 2 - 4

    zeros = _split(ink, logits_fn)

    assert [one.prediction for one in zeros] == [0, 0, 0]
    for one, middle in zip(zeros, _MIDDLES, strict=True):
        edges = middle - left - _WIDTH / 2 - 4, middle - left + _WIDTH / 2 + 4
        assert (one.box[0], one.box[2]) == pytest.approx(edges, abs=4)
    assert sum(one.mass for one in zeros) == pytest.approx(ink.sum(), rel=0.1)


def test_what_is_stuck_to_zeros_is_a_digit_of_its_own(logits_fn: LogitsFn) -> None:
    ink = _row_of_zeros()
    cv2.line(ink, (8, 20), (22, 120), 1, 8, cv2.LINE_AA)

    assert [one.prediction for one in _split(ink, logits_fn)] == [1, 0, 0, 0]


def test_holes_that_are_no_zeros_split_nothing(logits_fn: LogitsFn) -> None:
    squares = np.zeros((140, 280), np.float32)
    for left in range(20, 260, 60):
        cv2.rectangle(squares, (left, 20), (left + 60, 120), 1, 4)
    eights = np.zeros((140, 280), np.float32)
    for middle in _MIDDLES:
        for row in (45, 95):
            cv2.circle(eights, (middle, row), 28, 1, 8, cv2.LINE_AA)

    assert _split(squares, logits_fn) == []
    assert _split(eights, logits_fn) == []


@pytest.mark.parametrize("shape", [(1, 1), (40, 3), (3, 400), (200, 200)])
def test_any_blot_can_be_looked_at(shape: tuple[int, int], logits_fn: LogitsFn) -> None:
    assert _split(np.ones(shape, np.float32), logits_fn) == []
