"""Writing is read the way up that it has, and said to be turned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.uploads import OtherWay, Reader
from core.uploads.candidates import MAX_OBJECTNESS, LogitsFn, candidate, score
from core.uploads.ink import find_ink
from core.uploads.orientation import WAYS, compare_ways, from_upright, made_upright
from core.uploads.strokes import find_strokes
from tests.core.uploads.sheets import Sheet, as_picture, on_paper, placed, written

_SIX, _EIGHT, _THREE = 21, 61, 18


def _turned(sheet: Sheet, way: int) -> Sheet:
    return np.ascontiguousarray(np.rot90(sheet, -way // 90))


@given(
    way=st.sampled_from(WAYS), height=st.integers(60, 90), x=st.integers(0, 60), y=st.integers(0, 9)
)
def test_upright_strokes_are_where_the_turned_ones_were(
    way: int, height: int, x: int, y: int
) -> None:
    ink = np.zeros((height, 130), np.uint8)
    ink[y : y + 40, x : x + 7] = 200
    ink[-30:-22, 90:120] = 200
    strokes = find_strokes(ink)
    assert strokes is not None

    upright = made_upright(strokes, way)

    matrix = from_upright(way, ink.shape)
    for (left, top, right, bottom), came in zip(upright.boxes[1:], strokes.boxes[1:], strict=True):
        corners = matrix @ [[left, right], [top, bottom], [1, 1]]
        assert sorted(corners[0]) == [came[0], came[2]]
        assert sorted(corners[1]) == [came[1], came[3]]
        assert upright.ink[top:bottom, left:right].min() > 0


@pytest.mark.parametrize("way", WAYS)
def test_strokes_are_compared_as_they_are_read_that_way_up(way: int, logits_fn: LogitsFn) -> None:
    off = []
    for index in range(20):
        sheet = on_paper(placed(written(index)))
        strokes = find_strokes(find_ink(sheet))
        assert strokes is not None
        compared = compare_ways(strokes, logits_fn).objectness[WAYS.index(way), 0]
        heaviest = int(strokes.masses.argmax())
        read = candidate(made_upright(strokes, way).crop([heaviest]))
        (scored,) = score([read], logits_fn)
        off.append(abs(compared - np.clip(scored.objectness, -MAX_OBJECTNESS, MAX_OBJECTNESS)))
    assert np.median(off) < 0.1


@pytest.mark.parametrize("way", WAYS)
def test_a_digit_on_its_side_is_read_and_said_to_be_turned(way: int, reader: Reader) -> None:
    sheet = _turned(on_paper(placed(written(_THREE), (400, 320), (0.3, 0.6))), way)

    reading = reader.read(as_picture(sheet))

    (digit,) = reading.digits
    assert reading.turned == way
    assert digit.box is not None
    left, top, right, bottom = digit.box
    inked = np.argwhere(sheet.min(axis=2) < 120)
    assert (top, left) == pytest.approx(inked.min(axis=0), abs=4)
    assert (bottom, right) == pytest.approx(inked.max(axis=0) + 1, abs=4)


def test_what_may_stand_either_way_up_is_read_as_it_came(reader: Reader) -> None:
    six = on_paper(placed(written(_SIX)))

    upright, over = (reader.read(as_picture(_turned(six, way))) for way in (0, 180))

    assert upright.turned == over.turned == 0
    assert upright.other == OtherWay(180, "9")
    assert over.other == OtherWay(180, "6")


def test_another_way_that_reads_the_same_is_not_told(reader: Reader) -> None:
    assert reader.read(as_picture(on_paper(placed(written(_EIGHT))))).other is None


def test_the_best_way_up_has_the_most_evidence(logits_fn: LogitsFn) -> None:
    ink = np.rint(placed(written(_THREE)) * 255).astype(np.uint8)
    for way in WAYS:
        strokes = find_strokes(np.ascontiguousarray(np.rot90(ink, -way // 90)))
        assert strokes is not None

        ways = compare_ways(strokes, logits_fn)

        assert ways.best == way
        assert ways.gain(0) == 0
        assert not ways.is_hopeless
