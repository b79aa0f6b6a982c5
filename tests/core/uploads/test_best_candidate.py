"""What comes nearest to a digit in a picture without any."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bot.runtime.networks import load_explainer
from core.explain.explainer import Explainer
from core.network import UPLOADS_WEIGHTS
from core.uploads import Reader, Reading
from core.uploads.best_candidate import find_best_candidate
from core.uploads.decode import decode
from tests.builders import blank, saved
from tests.core.uploads.sheets import placed, printed

_AT = (400, 100)


@pytest.fixture(scope="module")
def network() -> Explainer:
    """The uploads' network."""
    return load_explainer(UPLOADS_WEIGHTS)


def refused(file: bytes, network: Explainer) -> Reading:
    reading = Reader(network.logits).read(decode(file))
    assert reading.digits == ()
    return reading


def letter(size: tuple[int, int] = (280, 280), at: tuple[int, int] = (0, 0)) -> Image.Image:
    """A K, which is no digit any way up."""
    sheet = Image.new("L", size, 255)
    ink = placed(printed("K", 14), (280, 280))
    sheet.paste(Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)), at)
    return sheet


def test_it_is_found_where_it_stands_with_too_little_objectness(network: Explainer) -> None:
    sheet = letter((800, 500), _AT)
    reading = refused(saved(sheet), network)

    shape = find_best_candidate(reading, network.logits)

    assert shape is not None
    assert shape.objectness < 0
    assert shape.runs_on < 0.01
    rows, columns = (np.flatnonzero((np.asarray(sheet) < 128).any(axis=i)) for i in (1, 0))
    inked = (columns[0], rows[0], columns[-1], rows[-1])
    assert shape.digit.box == pytest.approx(inked, abs=12)
    assert shape.digit.warp is not None
    middle = shape.digit.warp @ [14, 14, 1]
    assert middle == pytest.approx(np.add(_AT, 140), abs=40)


def test_it_is_told_in_the_pixels_of_the_picture_as_it_is_shown(network: Explainer) -> None:
    reading = refused(saved(letter()), network)
    twice = replace(reading, picture=replace(reading.picture, size=(560, 560)))

    once, again = (find_best_candidate(each, network.logits) for each in (reading, twice))

    assert once is not None
    assert again is not None
    assert again.digit.box is not None
    assert again.digit.box == pytest.approx(2 * np.array(once.digit.box), abs=1)
    assert np.array_equal(again.digit.image, once.digit.image)


def test_ruled_lines_through_it_do_not_hide_it(network: Explainer) -> None:
    sheet = letter((900, 600), _AT)
    ruled = np.array(sheet)
    ruled[50::110] = ruled[51::110] = 90
    plain = find_best_candidate(refused(saved(sheet), network), network.logits)

    lined = find_best_candidate(refused(saved(Image.fromarray(ruled)), network), network.logits)

    assert plain is not None
    assert lined is not None
    assert lined.digit.box == pytest.approx(plain.digit.box, abs=20)


def test_a_blank_page_has_none(network: Explainer) -> None:
    assert find_best_candidate(refused(blank(), network), network.logits) is None


def test_it_comes_with_what_the_rules_are_about(network: Explainer) -> None:
    shape = find_best_candidate(refused(saved(letter()), network), network.logits, -1.0)

    assert shape is not None
    logits = network.logits(shape.digit.image[np.newaxis])
    assert shape.prediction == logits.argmax()
    assert shape.objectness == pytest.approx(np.logaddexp.reduce(logits[0]), abs=1e-4)
    assert shape.min_objectness == -1.0
    assert shape.ink == pytest.approx(1)
    assert 0.8 < shape.two_tone < 1
