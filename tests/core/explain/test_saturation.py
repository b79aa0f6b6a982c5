"""What a lesson says of the 10,000 test digits, measured again on this machine."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.dataset import DigitSet, as_input
from core.explain.explainer import Explainer
from core.network import load_network
from tests.core.explain.reference import logits_in_float64

_CATALOGUES = Path(__file__).parents[3] / "bot/i18n"


@pytest.fixture(scope="module", params=["en", "ko"])
def stated(request: pytest.FixtureRequest) -> list[float]:
    """The percentages in the lesson's text."""
    lesson = _CATALOGUES / request.param / "lessons/deceptions.md"
    return [float(n) for n in re.findall(r"([\d.]+)%", lesson.read_text("utf-8"))]


@pytest.fixture(scope="module")
def rounded(digits: DigitSet) -> NDArray[np.bool_]:
    """Whether float32 rounds each digit's probability to 1."""
    z = logits_in_float64(load_network(), as_input(digits.images))
    others = np.exp(np.sort(z - z.max(1, keepdims=True))[:, :-1]).sum(1)
    return np.asarray(others / (1 + others) < 2**-25)


@pytest.fixture(scope="module")
def empty(explainer: Explainer, digits: DigitSet) -> list[NDArray[np.bool_]]:
    """Whether each digit's map is empty: by logit, by log-odds, and at `conv2d`."""
    images = as_input(digits.images)
    log_odds, probability, logit = (
        explainer.explain(images, score=score) for score in ("log_odds", "probability", "logit")
    )
    off = np.abs(probability.heatmaps - log_odds.heatmaps).max((1, 2)) > 0.05
    assert 0.5 < off.mean() < 0.6
    assert logit.empty[logit.predictions == 0].all()
    return [logit.empty, log_odds.empty, explainer.explain(images, "conv2d").empty]


@pytest.mark.slow
def test_how_many_probabilities_float32_rounds_to_one(
    rounded: NDArray[np.bool_], stated: list[float]
) -> None:
    assert _is_stated(rounded, stated)


@pytest.mark.slow
def test_how_many_maps_are_empty(empty: list[NDArray[np.bool_]], stated: list[float]) -> None:
    assert all(_is_stated(each, stated) for each in empty)


def _is_stated(cases: NDArray[np.bool_], stated: list[float]) -> bool:
    """Whether a text names the share of the cases, rounded, give or take ten digits of 10,000."""
    return any(abs(100 * cases.mean() - percent) < 0.6 for percent in stated)
