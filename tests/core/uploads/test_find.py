"""The digit is found whole and alone."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.digit import Box
from core.uploads.find import find_digits
from core.uploads.ink import find_ink

_SEVEN: list[tuple[int, int]] = [(90, 60), (150, 60), (110, 160)]


def _page(shape: tuple[int, int] = (240, 240), paper: int = 235) -> NDArray[np.uint8]:
    return np.full(shape, paper, np.uint8)


def _draw(
    page: NDArray[np.uint8], *corners: tuple[int, int], width: int = 9, ink: int = 30
) -> None:
    cv2.polylines(page, [np.array(corners, np.int32)], isClosed=False, color=ink, thickness=width)


def _box(page: NDArray[np.uint8]) -> Box | None:
    found = find_digits(find_ink(page))
    return found[0].box if found else None


def _seven() -> NDArray[np.uint8]:
    page = _page()
    _draw(page, *_SEVEN)
    return page


def test_the_box_is_the_inks() -> None:
    page = _seven()
    rows, columns = np.nonzero(page < 100)

    box = _box(page)

    assert box == pytest.approx(
        (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1), abs=1
    )


def test_polarity_does_not_matter() -> None:
    assert _box(255 - _seven()) == _box(_seven())


def test_a_page_that_is_darker_at_one_side_is_paper_all_over() -> None:
    light = np.linspace(0.25, 1, 240)

    assert _box((_seven() * light).astype(np.uint8)) == pytest.approx(_box(_seven()), abs=2)


@pytest.mark.parametrize("falloff", [60, 160])
def test_light_that_falls_off_is_no_ink(falloff: int) -> None:
    rows, columns = np.mgrid[-1:1:300j, -1:1:400j]
    ramp = 235 - falloff * (columns + 1) / 2
    vignette = 235 - falloff * (rows**2 + columns**2) / 2

    assert _box(ramp.astype(np.uint8)) is None
    assert _box(vignette.astype(np.uint8)) is None


@pytest.mark.parametrize("deviation", [3, 10, 25])
def test_noise_is_no_ink(deviation: int) -> None:
    rng = np.random.default_rng(0)
    for shape in ((28, 28), (240, 240), (900, 700)):
        noisy = rng.normal(160, deviation, shape).clip(0, 255).astype(np.uint8)

        assert _box(noisy) is None


def test_ink_is_found_in_noise() -> None:
    noise = np.random.default_rng(0).normal(0, 12, (240, 240))

    box = _box((_seven() * 0.6 + 60 + noise).clip(0, 255).astype(np.uint8))

    assert box == pytest.approx(_box(_seven()), abs=3)


def test_faint_ink_is_ink() -> None:
    page = _page(paper=235)
    _draw(page, *_SEVEN, ink=235 - 25)

    assert _box(page) == pytest.approx(_box(_seven()), abs=1)


def test_what_can_hardly_be_seen_is_no_ink() -> None:
    page = _page()
    _draw(page, *_SEVEN, ink=235 - 9)

    assert _box(page) is None


def test_a_lone_speck_is_no_digit() -> None:
    page = _page()
    page[100:104, 100:104] = 0

    assert _box(page) is None


@pytest.mark.parametrize("ink", [0, 255])
def test_a_fat_digit_that_fills_the_picture_is_still_the_ink(ink: int) -> None:
    page = _page((200, 140), 255 - ink)
    cv2.ellipse(page, (70, 100), (47, 77), 0, 0, 360, ink, 45)

    found = find_ink(page)

    assert (page == ink).mean() > 0.5
    assert found[100, 10] > 200
    assert found[100, 70] < 50


def test_specks_and_dust_are_left_out() -> None:
    page = _seven()
    for x, y in ((10, 10), (120, 45), (220, 200), (160, 120)):
        cv2.circle(page, (x, y), 2, 30, cv2.FILLED)

    assert _box(page) == _box(_seven())


def test_a_frame_along_the_edge_is_left_out() -> None:
    framed, underlined = _seven(), _seven()
    cv2.rectangle(framed, (0, 0), (239, 239), 0, 10)
    underlined[-8:] = 0

    assert _box(framed) == pytest.approx(_box(_seven()), abs=1)
    assert _box(underlined) == pytest.approx(_box(_seven()), abs=1)


def test_a_digit_in_two_strokes_stays_whole() -> None:
    page = _page()
    _draw(page, (95, 80), (95, 110), (140, 120), (140, 160), (90, 165))
    _draw(page, (100, 60), (150, 60))  # the bar of a five, lifted off

    box = _box(page)

    assert box == pytest.approx((85, 55, 155, 170), abs=3)


def test_a_digit_beside_another_is_another() -> None:
    page = _seven()
    _draw(page, (185, 60), (185, 150))

    assert _box(page) == _box(_seven())


def test_other_ink_within_the_box_is_not_in_the_digit() -> None:
    page = _seven()
    cv2.circle(page, (100, 120), 3, 30, cv2.FILLED)

    (found,) = find_digits(find_ink(page))

    left, top, _, _ = found.box
    assert found.ink[120 - top, 100 - left] == 0
    assert found.ink.max() == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3), (5, 5)])
def test_pictures_too_small_for_a_digit_have_none(shape: tuple[int, int]) -> None:
    page = _page(shape)
    page[::2] = 0

    assert _box(page) is None
