"""What is no digit: glyphs of fonts, and shapes."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from core.augmentation import enlarge
from core.dataset import DigitSet
from core.examples import split_sources
from core.negatives import DIGITS, GLYPHS_FILE, KINDS, LETTERS, Sources, glyphs
from core.uploads.normalise import normalise
from scripts.derive_glyphs import FONTS, OWN_FONTS


def test_every_letter_is_there_in_some_font_and_nothing_else() -> None:
    images, letters = glyphs()

    assert images.shape == (len(letters), 64, 64)
    assert images.any(axis=(1, 2)).all()
    assert {chr(code) for code in letters.tolist()} == LETTERS


def test_every_font_has_all_ten_digits() -> None:
    _, letters = glyphs()

    counts = {digit: int((letters == ord(digit)).sum()) for digit in DIGITS}

    assert len(set(counts.values())) == 1
    assert counts["0"] >= len(FONTS + OWN_FONTS)


def test_no_letter_is_a_negative_that_somebodys_digit_looks_like() -> None:
    lookalikes = set("OoQDIl|!()[]/\\SsZzBbGgq" + "ОоΟοЗз" + "ㅇㅣ○")

    assert not lookalikes & LETTERS


def test_the_licence_names_every_font() -> None:
    licence = GLYPHS_FILE.with_name("LICENSE-GLYPHS.md").read_text(encoding="utf-8")

    for font in FONTS:
        assert f"{font} 5." in licence, font
    for file in OWN_FONTS:
        family = file.partition("General")[0].removesuffix(".ttf").replace("DejaVu", "DejaVu ")
        assert family in licence, file


@pytest.fixture(scope="module")
def sources(digits: DigitSet) -> Sources:
    return split_sources(digits, len(digits))[1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_negative_is_ink_that_the_network_can_be_shown(
    kind: str, sources: Sources
) -> None:
    drawn = [KINDS[kind].draw(sources, np.random.default_rng(seed)) for seed in range(30)]

    for ink in drawn:
        assert ink.shape == (84, 84)
        assert ink.dtype == np.float32
        assert ink.min() >= 0
        assert 0.5 < ink.max() <= 1
        assert normalise(ink).image.any()
    assert len({ink.tobytes() for ink in drawn}) > 28
    again = KINDS[kind].draw(sources, np.random.default_rng(0))
    assert again.tobytes() == drawn[0].tobytes()


def test_the_shares_of_all_kinds_make_one() -> None:
    assert sum(kind.share for kind in KINDS.values()) == pytest.approx(1)


def test_one_line_alone_is_never_upright_for_that_is_a_1(sources: Sources) -> None:
    alone = 0
    for seed in range(100):
        ink = KINDS["lines"].draw(sources, np.random.default_rng(seed))
        rows, columns = np.nonzero(ink)
        count, _ = cv2.connectedComponents((ink > 0).astype(np.uint8))
        if count == 2 and min(np.ptp(rows), np.ptp(columns)) < 12:
            alone += 1
            assert np.ptp(columns) > np.ptp(rows)
    assert alone > 5


def test_shapes_lie_for_a_slim_one_that_stands_is_a_1(sources: Sources) -> None:
    for seed in range(50):
        rows, columns = np.nonzero(KINDS["shapes"].draw(sources, np.random.default_rng(seed)))
        assert np.ptp(columns) >= np.ptp(rows)


def test_no_digit_is_turned_to_where_it_is_that_or_another_digit(sources: Sources) -> None:
    """0, 1 and 8 stay digits either way; so do 5s, and 2, 6, 9 and some 4s on their heads."""
    images = sources.digits.images[:200], sources.printed[:200]
    upright, lying, on_its_head = set[int](), set[int](), set[int]()
    labels = sources.digits.labels[:200], sources.printed_labels[:200]
    few = replace(
        sources, digits=DigitSet(images[0], labels[0]), printed=images[1], printed_labels=labels[1]
    )
    known = {
        np.rot90(enlarge(image), turns).tobytes(): (int(label), turns)
        for some, its in zip(images, labels, strict=True)
        for image, label in zip(some, its, strict=True)
        for turns in range(4)
    }
    for seed in range(300):
        ink = KINDS["turned digits"].draw(few, np.random.default_rng(seed))
        label, turns = known[ink.tobytes()]
        (upright, lying, on_its_head, lying)[turns].add(label)

    assert not upright
    assert lying == {2, 3, 4, 6, 7, 9}
    assert on_its_head == {3, 7}
