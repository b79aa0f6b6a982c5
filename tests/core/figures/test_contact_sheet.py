import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit as digit_of_the_test_set
from core.figures import contact_sheet
from core.figures.canvas import text_mask, write
from core.figures.contact_sheet import Entry, draw_contact_sheets, thumbnail
from core.figures.style import GROUND
from core.uploads.decoded_image import DecodedImage

VERDICT, PHOTO, DIGITS, NUMBER = np.s_[2:38], np.s_[40:200], np.s_[206:262], np.s_[264:290]
ORANGE = (230, 159, 0)

NINE = digit_of_the_test_set(7).image


def picture(width: int, height: int, shown: tuple[int, int] | None = None) -> DecodedImage:
    pixels = np.full((height, width, 3), (210, 60, 60), np.uint8)
    return DecodedImage(pixels, shown or (width, height), b"", animated=False)


WRONG = Entry("9", "4", (0,), 0.62, thumbnail(picture(300, 200), ()), (NINE,))


def drawn(*entries: Entry) -> NDArray[np.int16]:
    (sheet,) = draw_contact_sheets(entries)
    with Image.open(io.BytesIO(sheet)) as image:
        assert image.format == "JPEG"
        return np.asarray(image).astype(np.int16)


def written_as(pixels: NDArray[np.uint8]) -> str:
    """Return the number that is written at the left of these pixels."""

    def difference(number: int) -> float:
        canvas = np.full(pixels.shape, GROUND, np.uint8)
        write(canvas, str(number), (0, 12), (170, 170, 170), size=15)
        return float(np.abs(canvas.astype(float) - pixels).mean())

    return str(min(range(1, 60), key=difference))


def is_orange(pixels: NDArray[np.int16]) -> bool:
    return bool((np.abs(pixels - np.array(ORANGE)).max(axis=-1) < 50).sum() > 30)


def test_no_entries_make_no_sheet() -> None:
    assert draw_contact_sheets([]) == []


@pytest.mark.parametrize(("count", "sizes"), [(1, [(256, 292)]), (9, [(2048, 584)])])
def test_a_sheet_is_as_large_as_it_needs_to_be(count: int, sizes: list[tuple[int, int]]) -> None:
    sheets = draw_contact_sheets([WRONG] * count)
    assert [Image.open(io.BytesIO(sheet)).size for sheet in sheets] == sizes


def test_hundreds_fill_several_sheets() -> None:
    sheets = draw_contact_sheets([WRONG] * 200)
    assert [Image.open(io.BytesIO(sheet)).size[1] // 292 for sheet in sheets] == [7, 7, 7, 4]


def test_the_upload_and_the_input_of_the_network_are_shown() -> None:
    cell = drawn(WRONG)

    red = np.abs(cell[PHOTO] - (210, 60, 60)).max(axis=-1) < 20
    assert red.sum() == pytest.approx(240 * 160, rel=0.02)
    shown = cell[DIGITS][:, 8:64].mean(axis=-1)
    assert np.corrcoef(shown.ravel(), NINE.repeat(2, 0).repeat(2, 1).ravel())[0, 1] > 0.97


def test_right_wrong_and_missing_answers_look_different() -> None:
    right = replace(WRONG, answer="9")
    missing = replace(WRONG, answer="", confidence=None, digits=())
    cells = [drawn(entry) for entry in (WRONG, right, missing, replace(WRONG, label=""))]

    assert len({cell[VERDICT].tobytes() for cell in cells}) == 4
    assert [is_orange(cell[VERDICT]) for cell in cells] == [True, False, True, True]
    assert [bool((cell[NUMBER][:, 200:250] > 200).any()) for cell in cells] == [
        True,
        True,
        False,
        True,
    ]


def test_an_upload_that_was_not_decoded_has_a_warning_sign() -> None:
    cell = drawn(replace(WRONG, photo=None, digits=()))[PHOTO]
    assert 100 < (cell.min(axis=-1) > 120).sum() < 3000


@pytest.mark.parametrize(
    ("answer", "label", "shown"),
    [
        ("4", "9", ["4", "9"]),
        ("", "3", ["–", "3"]),
        ("7", "", ["7", "–"]),
        ("123456", "123457", ["123456", "123457"]),
        ("9103264", "9103254", ["…264", "…254"]),
        ("0123456789", "9123456789", ["012345…", "912345…"]),
        ("", "0123456789", ["–", "012345…"]),
        ("01234567", "0123456", ["…67", "…6"]),
    ],
)
def test_long_answers_are_shortened_to_where_they_differ(
    answer: str, label: str, shown: list[str]
) -> None:
    assert contact_sheet._shortened(answer, label) == shown


@given(st.text("0123456789", max_size=40), st.text("0123456789", max_size=40))
def test_different_answers_still_differ_when_shortened(answer: str, label: str) -> None:
    one, other = contact_sheet._shortened(answer, label)
    assert (one == other) == (answer == label)
    assert text_mask(f"{one} ✗ {other}", 16, bold=True).shape[1] <= 240


@pytest.mark.parametrize("count", [0, 1, 4, 5, 15, 16, 60])
def test_any_number_of_digits_fits(count: int) -> None:
    digits = tuple(np.full((28, 28), 1, np.float32) for _ in range(count))
    cell = drawn(replace(WRONG, digits=digits))[DIGITS]

    white = int((cell.min(axis=-1) > 200).sum())
    fitting = count if count <= 16 else 15
    expected = count * 56 * 56 if count <= 4 else fitting * 28 * 28
    assert white == pytest.approx(expected, rel=0.03, abs=300)
    if count > 4:
        assert (cell[30:, 219:248].max() > 200) == (count > 15)  # how many more


@pytest.mark.parametrize("size", [(28, 28), (1600, 100), (100, 1600), (2048, 1536), (1, 1)])
def test_a_thumbnail_fits_and_keeps_the_proportions(size: tuple[int, int]) -> None:
    rows, columns, _ = thumbnail(picture(*size), ()).shape

    assert rows <= 160
    assert columns <= 240
    assert max(rows / 160, columns / 240) > 0.66
    assert columns / rows == pytest.approx(size[0] / size[1], rel=0.05)


def test_a_thumbnail_has_its_boxes() -> None:
    small = thumbnail(picture(480, 320, (4800, 3200)), [(1000, 500, 2000, 2500)])

    white = (small == 255).all(axis=-1)
    rows, columns = np.nonzero(white)
    assert (columns.min(), rows.min()) == pytest.approx((50, 25), abs=2)
    assert (columns.max(), rows.max()) == pytest.approx((100, 125), abs=2)


def test_numbers_continue_on_later_sheets() -> None:
    first, second = (
        np.asarray(Image.open(io.BytesIO(sheet)))[NUMBER, 8:40]
        for sheet in draw_contact_sheets([WRONG] * 57)
    )

    assert written_as(first) == "1"
    assert written_as(second) == "57"


PAGE = replace(
    WRONG,
    label="1234567890",
    answer="123567891",
    lines=(0, 0, 0, 1, 1, 1, 1, 2, 2),
    photo=thumbnail(picture(1200, 800), (), page=True),
    digits=(NINE,) * 9,
)


def test_pages_are_larger_and_on_sheets_of_their_own_under_their_numbers() -> None:
    sheets = draw_contact_sheets([PAGE, WRONG, PAGE, WRONG])

    assert [Image.open(io.BytesIO(sheet)).size for sheet in sheets] == [(512, 292), (2048, 448)]
    small = np.asarray(Image.open(io.BytesIO(sheets[0])))[NUMBER]
    large = np.asarray(Image.open(io.BytesIO(sheets[1])))[420:446]
    assert [written_as(small[:, x : x + 32]) for x in (8, 264)] == ["2", "4"]
    assert [written_as(large[:, x : x + 32]) for x in (652, 1676)] == ["1", "3"]


def test_the_picture_of_a_page_is_large() -> None:
    red = np.abs(drawn(PAGE)[:350, :630] - (210, 60, 60)).max(axis=-1) < 20
    assert red.sum() == pytest.approx(504 * 336, rel=0.02)


def test_a_page_has_its_answer_line_by_line_above_its_label() -> None:
    assert contact_sheet._aligned(PAGE) == [
        ("123", "123"),
        ("·5678", "45678"),
        ("91", "90"),
    ]
    cell = drawn(PAGE)[:400, 640:]
    right = drawn(replace(PAGE, answer="1234567890", lines=(0,) * 3 + (1,) * 5 + (2,) * 2))
    assert is_orange(cell)
    assert not is_orange(right[:400, 640:])


@pytest.mark.parametrize("label", ["", "123456", "9" * 200])
def test_any_label_fits_beside_a_page(label: str) -> None:
    rows = contact_sheet._aligned(replace(PAGE, label=label))

    assert "".join(answer for answer, _ in rows).replace("·", "") == PAGE.answer
    assert "".join(expected for _, expected in rows).replace("·", "") == label
    assert all(len(answer) == len(expected) <= 20 for answer, expected in rows)


def test_the_same_entries_give_the_same_bytes() -> None:
    assert draw_contact_sheets([WRONG]) == draw_contact_sheets([replace(WRONG)])
