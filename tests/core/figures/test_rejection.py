"""The panels of a picture in which no digit was found."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit as digit_of_the_test_set
from core.digit import Digit
from core.figures.rejection import draw_rejection, failed_rule, format_objectness
from core.uploads.best_candidate import BestCandidate
from tests.core.figures.test_steps import ORANGE, extent, near, photographed

Pixels = NDArray[np.int16]

PHOTO, INK = (np.s_[60:396, left : left + 336] for left in (24, 408))
BOX, IMAGE, VERDICT = (np.s_[464:688, left : left + 224] for left in (24, 272, 520))


def decoded(jpeg: bytes) -> Pixels:
    with Image.open(io.BytesIO(jpeg)) as image:
        assert (image.format, image.width) == ("JPEG", 768)
        return np.asarray(image).astype(np.int16)


def candidate(digit: Digit, prediction: int = 7, objectness: float = -1.0) -> BestCandidate:
    return BestCandidate(
        digit, prediction, objectness, 0.0, two_tone=0.9, thickness=0.2, runs_on=0.0, ink=1.0
    )


def test_the_whole_picture_and_its_ink_are_side_by_side() -> None:
    picture, ink, digit = photographed(size=(600, 450), at=(350, 200), zoom=8)
    assert digit.box is not None

    steps = decoded(draw_rejection(picture, ink, candidate(digit)))

    scale = 336 / 600
    expected = np.add(np.multiply(digit.box, scale), (0, 42, 0, 42))  # letterboxed
    assert extent(steps[INK].mean(axis=-1) > 100) == pytest.approx(expected, abs=4)
    shown = np.s_[42:294]
    photo, white = steps[PHOTO].mean(axis=-1)[shown], steps[INK].mean(axis=-1)[shown]
    assert np.corrcoef(photo.ravel(), white.ravel())[0, 1] < -0.98


def test_the_candidate_has_a_box_and_is_shown_pixel_by_pixel() -> None:
    picture, ink, digit = photographed()
    assert digit.box is not None

    steps = decoded(draw_rejection(picture, ink, candidate(digit)))

    left, top, right, bottom = digit.box
    zoom = 112 / max(right - left, bottom - top)
    framed = extent(near(steps[BOX], ORANGE))
    size = np.subtract(framed[2:], framed[:2])
    assert size == pytest.approx(((right - left) * zoom + 6, (bottom - top) * zoom + 6), abs=3)
    seen = steps[IMAGE].mean(axis=-1).reshape(28, 8, 28, 8)[:22, 3:5, :, 3:5].mean(axis=(1, 3))
    assert np.corrcoef(seen.ravel(), digit.image[:22].ravel())[0, 1] > 0.9


def test_the_rule_that_fails_is_written_below_the_prediction() -> None:
    picture, ink, digit = photographed()
    other = candidate(digit, prediction=4)
    shapes = {
        "too little": candidate(digit),
        "less": candidate(digit, objectness=-2.0),
        "shades": replace(candidate(digit, objectness=2.5), two_tone=0.72),
        "solid": replace(candidate(digit, objectness=2.5), thickness=0.5),
        "thing": replace(candidate(digit, objectness=2.5), runs_on=0.3),
        "ink": replace(candidate(digit, objectness=2.5), ink=0.01),
        "page": candidate(digit, objectness=2.5),
    }
    upper, lower = np.s_[:140], np.s_[150:]
    seen = {
        why: decoded(draw_rejection(picture, ink, shape))[VERDICT] for why, shape in shapes.items()
    }

    assert len({each[upper].tobytes() for each in seen.values()}) == 1
    different = decoded(draw_rejection(picture, ink, other))[VERDICT]
    assert not np.array_equal(seen["too little"][upper], different[upper])
    assert len({each[lower].tobytes() for each in seen.values()}) == len(shapes)
    orange = {why: int(near(each[lower], ORANGE).sum()) for why, each in seen.items()}
    assert all(count > 40 for count in orange.values())
    assert orange["page"] < min(orange[why] for why in seen if why != "page") / 2  # a cross alone


@pytest.mark.parametrize(
    ("numbers", "name", "written"),
    [
        ({"objectness": -0.04, "two_tone": 0.1}, "objectness", ("−0.1", "0.0")),
        ({"two_tone": 0.7599, "ink": 0.1}, "two_tone", ("75%", "76%")),
        ({"thickness": 0.4201, "ink": 0.1}, "thickness", ("43%", "42%")),
        ({"runs_on": 0.0801, "ink": 0.1}, "runs_on", ("9%", "8%")),
        ({"ink": 0.499}, "ink", ("49%", "50%")),
    ],
)
def test_the_first_rule_that_fails_is_named(
    numbers: dict[str, Any], name: str, written: tuple[str, str]
) -> None:
    _, _, digit = photographed()
    shape = replace(candidate(digit, objectness=2.5), **numbers)

    rule = failed_rule(shape)

    assert rule is not None
    assert rule.name == name
    assert rule.written(shape) == written


@pytest.mark.parametrize(
    ("objectness", "written"),
    [(-3.21, "−3.3"), (-0.01, "−0.1"), (0.0, "0.0"), (0.19, "0.1"), (7.0, "7.0")],
)
def test_objectness_is_rounded_down(objectness: float, written: str) -> None:
    assert format_objectness(objectness) == written


@pytest.mark.parametrize("size", [(28, 28), (40, 1600), (1600, 40)])
def test_without_a_candidate_there_are_two_panels(
    size: tuple[int, int],
) -> None:
    picture, ink, _ = photographed(size, at=(0, 0), zoom=1)

    steps = decoded(draw_rejection(picture, ink, None))

    assert steps.shape[0] == 420
    assert steps[INK].max() > 150


def test_faint_noise_is_not_shown_as_white() -> None:
    picture, _, _ = photographed()
    noise = np.random.default_rng(0).integers(0, 6, (450, 600)).astype(np.uint8)

    steps = decoded(draw_rejection(picture, noise, None))

    assert steps[INK].mean(axis=-1)[50:280].max() < 90


def test_the_same_arguments_give_the_same_bytes() -> None:
    picture, ink, digit = photographed()
    shape = candidate(digit)

    assert draw_rejection(picture, ink, shape) == draw_rejection(picture, ink.copy(), shape)


def test_a_test_digit_raises() -> None:
    picture, ink, digit = photographed()
    shape = candidate(replace(digit_of_the_test_set(7), warp=digit.warp))

    with pytest.raises(ValueError, match="no picture"):
        draw_rejection(picture, ink, shape)
