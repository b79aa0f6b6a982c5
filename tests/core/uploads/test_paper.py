"""Paper is found in a scene, and what is drawn on it is where it was."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.uploads.paper import find_paper
from core.uploads.patch import Patch
from tests.core.uploads.sheets import Sheet

_LARGE = 1 << 20


def _scene(corners: list[tuple[float, float]], desk: int = 60, paper: int = 220) -> Sheet:
    sheet = np.full((480, 640, 3), desk, np.uint8)
    cv2.fillPoly(sheet, [np.array(corners, np.int32)], (paper,) * 3)
    return sheet


def _whole(sheet: Sheet) -> Patch:
    return Patch(sheet, np.eye(3))


@settings(max_examples=30, deadline=None)
@given(
    shift=st.tuples(st.integers(-60, 60), st.integers(-40, 40)),
    skew=st.lists(st.integers(-14, 14), min_size=8, max_size=8),
)
def test_a_note_is_straightened(shift: tuple[int, int], skew: list[int]) -> None:
    square = np.array([[180, 120], [460, 120], [460, 360], [180, 360]]) + shift
    corners = square + np.reshape(skew, (4, 2))
    sheet = _scene(corners.tolist())

    paper = find_paper(_whole(sheet), _LARGE)

    assert paper is not None
    assert paper.mask.all()
    assert paper.patch.pixels.min() > 150  # nothing of the desk
    rows, columns, _ = paper.patch.pixels.shape
    ends = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    assert np.abs(paper.patch.to_picture(ends) - corners).max() < 14


def test_where_the_paper_leaves_the_picture_the_desk_is_left_out() -> None:
    sheet = _scene([(-9, -9), (420, -9), (400, 500), (-9, 500)])

    paper = find_paper(_whole(sheet), _LARGE)

    assert paper is not None
    assert paper.patch.pixels[paper.mask].min() > 150
    assert paper.mask.sum() > 0.9 * (sheet.min(axis=2) > 150).sum()


@pytest.mark.parametrize("desk", [220, 205])
def test_a_picture_that_is_all_paper_has_none(desk: int) -> None:
    assert find_paper(_whole(_scene([(180, 120), (460, 120), (460, 360)], desk)), _LARGE) is None


def test_a_soft_shadow_is_no_edge_of_paper() -> None:
    x = np.linspace(-1, 1, 640)
    light = 150 + 70 / (1 + np.exp(-9 * x))
    sheet = np.broadcast_to(light[None, :, None], (480, 640, 3)).astype(np.uint8)

    assert find_paper(_whole(sheet), _LARGE) is None


def test_no_more_pixels_than_asked_for() -> None:
    paper = find_paper(_whole(_scene([(100, 80), (540, 80), (540, 400), (100, 400)])), 10_000)

    assert paper is not None
    assert paper.patch.pixels[..., 0].size <= 10_100
