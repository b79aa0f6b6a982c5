"""What is no digit: glyphs of fonts, and shapes."""

import cv2
import numpy as np

from core import negatives
from core.dataset import DigitSet
from core.negatives import DIGITS, GLYPHS_FILE, LETTERS, draw_negative, glyphs
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


def test_every_kind_of_negative_is_ink_that_the_network_can_be_shown(digits: DigitSet) -> None:
    images, letters = glyphs()
    no_digits = images[~np.isin(letters, [ord(digit) for digit in DIGITS])]
    drawn = []
    for seed in range(200):
        ink = draw_negative(no_digits, digits.images, np.random.default_rng(seed))
        drawn.append(ink.tobytes())

        assert ink.shape == (84, 84)
        assert ink.dtype == np.float32
        assert ink.min() >= 0
        assert 0.5 < ink.max() <= 1
        assert normalise(ink).image.any()
    assert len(set(drawn)) > 190
    first = draw_negative(no_digits, digits.images, np.random.default_rng(0))
    assert first.tobytes() == drawn[0]


def test_one_line_alone_is_never_upright_for_that_is_a_1() -> None:
    alone = 0
    for seed in range(100):
        ink = negatives._lines(np.random.default_rng(seed))
        rows, columns = np.nonzero(ink)
        count, _ = cv2.connectedComponents((ink > 0).astype(np.uint8))
        if count == 2 and min(np.ptp(rows), np.ptp(columns)) < 12:
            alone += 1
            assert np.ptp(columns) > np.ptp(rows)
    assert alone > 5


def test_shapes_lie_for_a_slim_one_that_stands_is_a_1() -> None:
    for seed in range(50):
        rows, columns = np.nonzero(negatives._shape(np.random.default_rng(seed)))
        assert np.ptp(columns) >= np.ptp(rows)
