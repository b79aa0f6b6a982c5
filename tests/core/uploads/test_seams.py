"""Where digits touch there is a cut."""

import cv2
import numpy as np
import pytest

from core.uploads.seams import find_cuts
from tests.core.uploads.sheets import Ink, cut


def _rings(*middles: int, wide: int = 10, height: int = 120) -> Ink:
    """Zeros beside each other, of which the pen's middle has a radius of 50."""
    ink = np.zeros((height, middles[-1] + 60), np.float32)
    for middle in middles:
        cv2.circle(ink, (middle, 60), 50, 1, wide)
    return cut(ink)


@pytest.mark.parametrize("overlap", [2, 6, 10])
def test_rings_that_touch_are_cut_where_they_touch(overlap: int) -> None:
    ink = _rings(60, 170 - overlap)

    best = min(find_cuts(ink), key=lambda each: each.cost)

    assert best.columns == pytest.approx(np.full(len(ink), ink.shape[1] / 2), abs=8)


def test_no_cut_goes_through_an_eye() -> None:
    ink = _rings(60, 164, 268)
    eyes = (ink == 0) & (np.arange(ink.shape[1]) > 8) & (np.arange(ink.shape[1]) < 310)

    for each in find_cuts(ink):
        rows = np.arange(20, len(ink) - 20)  # a cut comes and goes beside the rings
        assert eyes[rows, each.columns[rows] - 1].mean() < 0.5


def test_a_cut_follows_the_gap_between_digits_that_lean() -> None:
    ink = np.zeros((120, 200), np.float32)
    cv2.line(ink, (70, 5), (30, 115), 1, 12)
    cv2.line(ink, (100, 5), (60, 115), 1, 12)
    cv2.line(ink, (40, 90), (70, 90), 1, 4)

    best = min(find_cuts(cut(ink)), key=lambda each: each.cost)

    assert best.columns[5] > best.columns[-5] + 10
    assert best.cost < 0.3


@pytest.mark.parametrize("shape", [(1, 1), (40, 3), (3, 400), (200, 200)])
def test_any_blot_can_be_looked_at(shape: tuple[int, int]) -> None:
    for each in find_cuts(np.ones(shape, np.float32)):
        assert each.columns.shape == (shape[0],)
        assert (each.columns >= 0).all()
        assert (each.columns <= shape[1]).all()
