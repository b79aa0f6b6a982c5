"""The strip of a picture in which no digit was found."""

import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit as digit_of_the_test_set
from core.figures.refusal import Refused, draw_refusal, format_evidence
from tests.core.figures.test_steps import ORANGE, extent, near, photographed

Pixels = NDArray[np.int16]

PHOTO, INK = (np.s_[60:396, left : left + 336] for left in (24, 408))
BOX, FORM, VERDICT = (np.s_[464:688, left : left + 224] for left in (24, 272, 520))


def decoded(jpeg: bytes) -> Pixels:
    with Image.open(io.BytesIO(jpeg)) as image:
        assert (image.format, image.width) == ("JPEG", 768)
        return np.asarray(image).astype(np.int16)


def test_the_whole_picture_and_its_ink_are_shown_beside_each_other() -> None:
    picture, ink, digit = photographed(size=(600, 450), at=(350, 200), zoom=8)
    assert digit.box is not None

    steps = decoded(draw_refusal(picture, ink, Refused(digit, 7, -1.0, 0.0)))

    scale = 336 / 600
    expected = np.add(np.multiply(digit.box, scale), (0, 42, 0, 42))  # letterboxed
    assert extent(steps[INK].mean(axis=-1) > 100) == pytest.approx(expected, abs=4)
    shown = np.s_[42:294]
    photo, white = steps[PHOTO].mean(axis=-1)[shown], steps[INK].mean(axis=-1)[shown]
    assert np.corrcoef(photo.ravel(), white.ravel())[0, 1] < -0.98


def test_the_shape_is_boxed_and_shown_pixel_by_pixel() -> None:
    picture, ink, digit = photographed()
    assert digit.box is not None

    steps = decoded(draw_refusal(picture, ink, Refused(digit, 7, -1.0, 0.0)))

    left, top, right, bottom = digit.box
    zoom = 112 / max(right - left, bottom - top)
    framed = extent(near(steps[BOX], ORANGE))
    size = np.subtract(framed[2:], framed[:2])
    assert size == pytest.approx(((right - left) * zoom + 6, (bottom - top) * zoom + 6), abs=3)
    seen = steps[FORM].mean(axis=-1).reshape(28, 8, 28, 8)[:22, 3:5, :, 3:5].mean(axis=(1, 3))
    assert np.corrcoef(seen.ravel(), digit.image[:22].ravel())[0, 1] > 0.9


def test_its_evidence_is_written_beside_what_is_needed() -> None:
    picture, ink, digit = photographed()
    little, enough, other = (
        decoded(draw_refusal(picture, ink, Refused(digit, *said)))[VERDICT]
        for said in ((7, -3.2, 0.0), (7, 3.2, 0.0), (4, -3.2, 0.0))
    )

    upper, lower = np.s_[:140], np.s_[150:]
    assert np.array_equal(little[upper], enough[upper])
    assert not np.array_equal(little[upper], other[upper])
    assert not np.array_equal(little[lower], enough[lower])
    assert near(little[lower], ORANGE).sum() > 300


@pytest.mark.parametrize(
    ("evidence", "written"),
    [(-3.21, "−3.3"), (-0.01, "−0.1"), (0.0, "0.0"), (0.19, "0.1"), (7.0, "7.0")],
)
def test_too_little_evidence_never_looks_enough(evidence: float, written: str) -> None:
    assert format_evidence(evidence) == written


@pytest.mark.parametrize("size", [(28, 28), (40, 1600), (1600, 40)])
def test_where_nothing_comes_near_there_are_two_panels_of_any_picture(
    size: tuple[int, int],
) -> None:
    picture, ink, _ = photographed(size, at=(0, 0), zoom=1)

    steps = decoded(draw_refusal(picture, ink, None))

    assert steps.shape[0] == 420
    assert steps[INK].max() > 150


def test_noise_that_is_no_ink_is_not_made_white() -> None:
    picture, _, _ = photographed()
    noise = np.random.default_rng(0).integers(0, 6, (450, 600)).astype(np.uint8)

    steps = decoded(draw_refusal(picture, noise, None))

    assert steps[INK].mean(axis=-1)[50:280].max() < 90


def test_the_same_arguments_give_the_same_bytes() -> None:
    picture, ink, digit = photographed()
    tested = Refused(digit, 7, -1.0, 0.0)

    assert draw_refusal(picture, ink, tested) == draw_refusal(picture, ink.copy(), tested)


def test_a_digit_of_the_test_set_stands_in_no_picture() -> None:
    picture, ink, digit = photographed()
    tested = Refused(replace(digit_of_the_test_set(7), warp=digit.warp), 9, 1.0, 0.0)

    with pytest.raises(ValueError, match="no picture"):
        draw_refusal(picture, ink, tested)
