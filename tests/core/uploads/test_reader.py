"""Pictures as people take them are read as what is on them, or refused."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from core.dataset import load_test_digits
from core.uploads import MAX_DIGITS, Reader
from core.uploads.candidates import LogitsFn
from core.uploads.decode import decode
from core.uploads.decoded_image import DecodedImage
from tests.builders import row
from tests.core.uploads.defects import DEFECTS, Defect, hair_thin
from tests.core.uploads.nothing import NOTHING, Nothing
from tests.core.uploads.several import (
    SEVERAL,
    Several,
    among_letters,
    touching,
    touching_zeros,
    zeros_that_share_walls,
)
from tests.core.uploads.sheets import (
    BLACK,
    PAPER,
    PEN,
    WHITE,
    Ink,
    as_jpeg,
    as_picture,
    on_paper,
    placed,
    printed,
    turned,
    written,
)

Said = Callable[[DecodedImage], str]

_READABLE = [3, 2, 1, 18, 4, 8, 11, 0, 61, 7]
"""A test digit of each class, neither the neatest nor the worst."""


@pytest.mark.sampled(8)
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_digit_is_read_whatever_is_wrong_with_its_picture(
    defect: Defect, said: Said, thorough: bool
) -> None:
    labels = load_test_digits().labels

    read = [
        said(as_picture(defect(written(index), np.random.default_rng(index))))
        for index in range(30 if thorough else 8)
    ]

    wrong = [(i, labels[i], a) for i, a in enumerate(read) if a != str(labels[i])]
    assert len(wrong) <= (4 if defect is hair_thin else 2 if thorough else 1), wrong


@pytest.mark.sampled(3)
@pytest.mark.parametrize("several", SEVERAL, ids=lambda several: several.__name__)
def test_several_digits_are_read_in_order(several: Several, said: Said, thorough: bool) -> None:
    wrong = total = 0
    for seed in range(10 if thorough else 4):
        sheet, label = several(np.random.default_rng(seed))
        wrong += Levenshtein.distance(said(as_picture(sheet)), label)
        total += len(label)

    assert wrong <= _WRONG_AT_MOST.get(several, 0.05) * total + (0 if thorough else 1)


_WRONG_AT_MOST: dict[Several, float] = {
    touching: 0.2,
    touching_zeros: 0.2,
    zeros_that_share_walls: 0.1,
    among_letters: 0.25,
}
"""Where digits run into one another more are read wrong than 1 of 20."""


@pytest.mark.sampled(5)
@pytest.mark.parametrize("nothing", NOTHING, ids=lambda nothing: nothing.__name__)
def test_where_no_digit_is_none_is_found(nothing: Nothing, said: Said, thorough: bool) -> None:
    seeds = range(12 if thorough else 3)
    read = [said(as_picture(nothing(np.random.default_rng(seed)))) for seed in seeds]

    assert sum(map(bool, read)) <= (2 if thorough else 1), read


@pytest.mark.sampled(2)
@pytest.mark.parametrize("thickness", [1, 2, 5, 40])
def test_pens_of_any_width_are_read(thickness: int, said: Said) -> None:
    for digit in "0123456789":
        ink = printed(digit, thickness, size=18)

        assert said(as_picture(on_paper(placed(ink, (700, 900)), WHITE, BLACK))) == digit


@settings(max_examples=40, deadline=None)
@given(
    index=st.sampled_from(_READABLE),
    shift=st.tuples(st.floats(0.15, 0.85), st.floats(0.15, 0.85)),
    height=st.integers(60, 260),
    degrees=st.floats(-8, 8),
    inverted=st.booleans(),
    quality=st.integers(30, 100),
)
@example(index=3, shift=(0.5, 0.5), height=200, degrees=0.0, inverted=False, quality=100)
def test_what_changes_a_picture_and_not_its_digit_changes_no_answer(
    index: int,
    shift: tuple[float, float],
    height: int,
    degrees: float,
    inverted: bool,
    quality: int,
    said: Said,
) -> None:
    ink = turned(placed(written(index, height), (400, 400), shift), degrees)
    sheet = on_paper(ink, *(BLACK, WHITE) if inverted else (PAPER, PEN))

    answer = said(as_picture(as_jpeg(sheet, quality)))

    assert answer == str(load_test_digits().labels[index])


def _sevens() -> Ink:
    return placed(written(0, 100), (400, 300), (0.8, 0.3))


def test_the_box_and_the_warp_are_in_the_pixels_of_the_picture_as_shown(reader: Reader) -> None:
    ink = _sevens()
    rows, columns = np.nonzero(ink > 0.5)
    sheet = on_paper(ink)
    shown = DecodedImage(sheet, (1200, 900), b"", animated=False)

    (digit,) = reader.read(shown).digits

    assert digit.box is not None
    assert digit.warp is not None
    expected = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) * 3
    assert digit.box == pytest.approx(expected, abs=9)
    weight = digit.image / digit.image.sum()
    y, x = np.mgrid[:28, :28] + 0.5
    middle = digit.warp @ [float((weight * x).sum()), float((weight * y).sum()), 1]
    assert middle == pytest.approx([3 * columns.mean(), 3 * rows.mean()], abs=12)


def test_other_strokes_are_no_part_of_the_digit(reader: Reader) -> None:
    ink = _sevens()
    cv2.circle(ink, (40, 40), 4, 1, cv2.FILLED)

    (alone,) = reader.read(as_picture(on_paper(_sevens()))).digits
    (digit,) = reader.read(as_picture(on_paper(ink))).digits

    assert np.abs(digit.image - alone.image).max() < 0.02


def test_a_digit_in_a_ring_is_the_digit(said: Said) -> None:
    ink = placed(written(0, 120), (360, 320))
    cv2.circle(ink, (180, 160), 120, 1, 8)

    assert said(as_picture(on_paper(ink))) == "7"


def test_the_least_objectness_can_be_chosen(logits_fn: LogitsFn) -> None:
    sheet = as_picture(on_paper(_sevens()))
    (digit,) = Reader(logits_fn).read(sheet).digits
    objectness = float(np.logaddexp.reduce(logits_fn(digit.image[None])[0]))

    assert len(Reader(logits_fn, objectness - 0.1).read(sheet).digits) == 1
    assert Reader(logits_fn, objectness + 0.1).read(sheet).digits == ()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("count", [12, 30, 50, 60])
def test_a_long_row_is_read_up_to_a_stated_number(count: int, reader: Reader) -> None:
    reading = reader.read(decode(row(*range(count))))

    assert len(reading.digits) == min(count, MAX_DIGITS)
    assert reading.left_out == pytest.approx(max(count - MAX_DIGITS, 0), abs=1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3), (5, 5), (2048, 3)])
def test_pictures_too_small_for_a_digit_have_none(shape: tuple[int, int], reader: Reader) -> None:
    sheet = np.full((*shape, 3), 255, np.uint8)
    sheet[::2] = 0

    assert reader.read(as_picture(sheet)).digits == ()


def test_strong_noise_is_no_page_of_ones(reader: Reader) -> None:
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(128, 90, (200, 300, 1)).clip(0, 255)

        assert reader.read(as_picture(noise.astype(np.uint8).repeat(3, axis=2))).digits == ()
