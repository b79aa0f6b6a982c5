"""What is connected is a stroke; specks, lines and frames are none."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.uploads.attempt import MAX_RUNS_ON
from core.uploads.ink import find_ink
from core.uploads.strokes import InkStyle, Strokes, find_strokes, runs_on
from tests.core.uploads.defects import ruled
from tests.core.uploads.sheets import PEN, Ink, Sheet, on_paper, over, placed, printed, written


def _strokes(sheet: Sheet, style: InkStyle = InkStyle.PLAIN) -> Strokes | None:
    return find_strokes(find_ink(sheet), style)


def _found(sheet: Sheet, style: InkStyle = InkStyle.PLAIN) -> int:
    strokes = _strokes(sheet, style)
    return 0 if strokes is None else len(strokes.masses) - 1


def _box_of(ink: Ink) -> NDArray[np.int64]:
    rows, columns = np.nonzero(ink > 0.5)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


def test_a_stroke_has_the_inks_box_and_mass() -> None:
    ink = placed(written(0))

    strokes = _strokes(on_paper(ink))

    assert strokes is not None
    assert strokes.boxes[1] == pytest.approx(_box_of(ink), abs=2)
    assert strokes.masses[1] == pytest.approx(float(ink.sum()), rel=0.1)
    assert strokes.crop((1,)).box == tuple(strokes.boxes[1])


def test_signs_are_as_many_strokes_as_they_have() -> None:
    assert _found(on_paper(placed(printed("1", 14)))) == 1
    assert _found(on_paper(placed(printed("=", 14)))) == 2
    assert _found(on_paper(placed(printed("235", 14, size=4), (480, 240)))) == 3


def test_joined_strokes_are_one_and_others_keep_their_ink() -> None:
    strokes = _strokes(on_paper(placed(printed("235", 14, size=4), (480, 240))))
    assert strokes is not None

    joined = strokes.merge({3: 1})

    assert len(joined.masses) == 3
    assert joined.masses.sum() == pytest.approx(strokes.masses.sum())
    assert joined.masses[1] == pytest.approx(strokes.masses[1] + strokes.masses[3])
    assert (joined.boxes[1][:2] <= strokes.boxes[[1, 3], :2]).all()


def test_light_that_falls_off_is_no_stroke() -> None:
    y, x = np.mgrid[-1:1:300j, -1:1:400j]
    for light in (235 - 30 * (x + 1), 235 - 60 * (x * x + y * y)):
        assert _found(np.repeat(light[..., None].astype(np.uint8), 3, axis=2)) == 0


def test_faint_ink_is_ink_and_what_can_hardly_be_seen_is_none() -> None:
    ink = placed(written(0))

    assert _found(on_paper(ink, (235, 235, 235), (205, 205, 205))) == 1
    assert _found(on_paper(ink, (235, 235, 235), (226, 226, 226))) == 0


def test_specks_are_none() -> None:
    ink = placed(written(0))
    for x, y in ((20, 20), (330, 30), (300, 290)):
        cv2.circle(ink, (x, y), 1, 1, cv2.FILLED)

    assert _found(on_paper(ink)) == 1


def test_a_frame_along_the_edge_is_none_but_its_ink_is_told() -> None:
    ink = placed(written(0))
    cv2.rectangle(ink, (0, 0), (ink.shape[1] - 1, ink.shape[0] - 1), 1, 8)

    strokes = _strokes(on_paper(ink))

    assert strokes is not None
    assert len(strokes.masses) == 2
    assert strokes.at_edge > 0.2 * strokes.masses[1]


@pytest.mark.parametrize("drop", [-20, 0, 25])
def test_a_line_is_taken_off_though_it_is_tilted_and_touches(drop: int) -> None:
    ink = placed(written(0, 160), (480, 300))
    bottom = int(_box_of(ink)[3]) - 3
    cv2.line(ink, (0, bottom - drop), (480, bottom + drop), 1, 3, cv2.LINE_AA)

    strokes = _strokes(on_paper(ink), InkStyle.LINED)

    assert strokes is not None
    largest = strokes.boxes[1:][np.argmax(strokes.masses[1:])]
    assert largest == pytest.approx(_box_of(placed(written(0, 160), (480, 300))), abs=8)


def test_of_squared_paper_nothing_is_left_and_of_what_is_written_on_it_all_that_matters() -> None:
    rng = np.random.default_rng(0)
    paper, ink = ruled(rng, squared=True), placed(written(1, 220), (600, 480))

    assert _strokes(paper, InkStyle.LINED) is None
    strokes = _strokes(over(paper, ink, (120, 122, 136)), InkStyle.LINED)
    assert strokes is not None
    assert strokes.masses.max() > 0.75 * float(ink.sum())


def test_without_lines_and_without_outlines_there_is_no_other_way_to_see_it() -> None:
    sheet = on_paper(placed(written(3)))

    assert _strokes(sheet, InkStyle.LINED) is None
    assert _strokes(on_paper(placed(written(0))), InkStyle.OUTLINED) is None


def test_between_outlines_is_ink() -> None:
    solid = placed(written(0))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    outline = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_GRADIENT, disc), np.float32)

    strokes = _strokes(on_paper(outline), InkStyle.OUTLINED)

    assert strokes is not None
    filled = strokes.crop((1,))
    assert float((filled.ink > 0.5).sum()) > 0.9 * float((solid > 0.5).sum())


def test_paper_surrounds_a_digit_at_a_shadows_edge_too_and_not_what_is_part_of_a_thing() -> None:
    sheet = on_paper(placed(written(0)))
    strokes = _strokes(sheet)
    assert strokes is not None
    left, _, right, bottom = box = tuple(strokes.boxes[1].tolist())
    in_shadow, of_a_hand = sheet.copy(), sheet.copy()
    in_shadow[:, (left + right) // 2 :] = 0.4 * sheet[:, (left + right) // 2 :]
    of_a_hand[bottom - 20 :, left - 40 : right + 40] = PEN

    assert runs_on(sheet, strokes, box) < 0.01
    assert runs_on(in_shadow, strokes, box) < 0.03
    assert runs_on(of_a_hand, strokes, box) > MAX_RUNS_ON
