"""Every number that the lessons on Grad-CAM state is true of the shipped weights."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from benchmarks import reference
from bot.i18n import LANGUAGES
from bot.lessons.illustrations import Illustrator
from bot.lessons.parsing import load_lessons
from bot.lessons.picture import LAST_LAYER as LAST
from bot.lessons.state import View
from core._keras import tf
from core.dataset import DigitSet, as_input
from core.explain.explainer import Explainer
from core.explain.global_average import with_global_average
from core.explain.intermediates import compute_intermediates
from core.explain.scores import Score
from core.faithfulness.measurement import MethodRecord, load_records
from core.network import WEIGHTS
from tests.bot.lessons.arithmetic import LastLayer, Values, last_layer, without_cells

LESSONS = load_lessons()
FIRST = 1000
"""So many test digits are measured where 10,000 would take long."""


def states(lesson: str, page: int, *numbers: str) -> None:
    """Look for numbers in a page, in every language."""
    for language in LANGUAGES:
        shown = LESSONS.lesson(lesson, language).pages[page]
        feedback = shown.question.feedback if shown.question else ()
        for number in numbers:
            assert number in " ".join((shown.text, *feedback)), (language, number)


@pytest.fixture(scope="module")
def layer(explainer: Explainer, digits: DigitSet) -> LastLayer:
    return last_layer(explainer, digits, len(digits.images))


@pytest.fixture(scope="module")
def upstream(layer: LastLayer) -> Values:
    """The gradients of the log-odds of the predicted classes."""
    return layer.upstream(layer.predictions)


@pytest.fixture(scope="module")
def gradcam(layer: LastLayer, upstream: Values) -> Values:
    return layer.gradcam(upstream)


@pytest.fixture(scope="module")
def records() -> dict[str, MethodRecord]:
    return {each.method: each for each in load_records(WEIGHTS) if each.layer == LAST}


# --- derivatives ---------------------------------------------------------------------------------


def test_alphas_sign_does_not_tell_what_brighter_cells_do(
    layer: LastLayer, upstream: Values
) -> None:
    alphas, active = layer.alphas(upstream), layer.features.any(1)
    slopes = np.zeros_like(alphas)  # of the score, by a factor of each map
    for cell in range(49):
        slopes += layer.features[:, cell] * (upstream @ layer.dense[cell].T)

    assert (slopes[active & (alphas < 0)] > 0).mean() == pytest.approx(0.63, abs=0.01)
    states("derivatives", 2, "63%")


@pytest.mark.parametrize(("index", "target"), [(7, 9), (7, 4), (12, 9)])
async def test_the_slope_of_a_knob_is_49_alpha(
    illustrator: Illustrator, explainer: Explainer, digits: DigitSet, index: int, target: int
) -> None:
    digit = as_input(digits.images[index : index + 1])
    found = compute_intermediates(explainer.closed_form, digit[0, ..., 0], LAST, target)
    k, step = int(found.channels_by_contribution[0]), 0.05

    def score(added: float) -> float:
        """Add an amount to all cells of the feature map, and run the rest of the network."""
        features = found.activations[np.newaxis].copy()
        features[..., k] += added
        logits = explainer.closed_form.logits_from(LAST, tf.constant(features), tf.constant(digit))
        return float(Score.LOG_ODDS.compute(logits, tf.constant([target]))[0])

    slope = (score(step) - score(-step)) / (2 * step)

    fields = (await illustrator.illustrate("tangent", View(index, target=target))).drawing.fields
    shown = {name: float(str(value).replace("−", "-")) for name, value in fields.items()}
    assert slope == pytest.approx(49 * found.alphas[k], rel=0.01)
    assert shown == pytest.approx({"alpha": slope / 49, "slope": slope}, abs=0.02)
    states("derivatives", 0, "49")
    states("derivatives", 1, "49")


def test_the_log_odds_are_what_they_are_said_to_be(explainer: Explainer, digits: DigitSet) -> None:
    z = explainer.logits(as_input(digits.images[:100])).astype(np.float64)
    p = softmax(z, axis=1)[:, 3]
    computed = Score.LOG_ODDS.compute(tf.constant(z, tf.float32), tf.fill([100], 3))

    np.testing.assert_allclose(computed, np.log(p / (1 - p)), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(
        computed, z[:, 3] - logsumexp(np.delete(z, 3, axis=1), axis=1), rtol=1e-4, atol=1e-4
    )
    states("derivatives", 2, "ln(p/(1−p))")
    assert "ln(p/(1−p))" in LESSONS.term("log-odds", "en").text
    assert "ln(p/(1−p))" in LESSONS.term("log-odds", "ko").text


# --- grad-cam ------------------------------------------------------------------------------------


def test_blue_wins_many_cells_of_the_predicted_class(gradcam: Values) -> None:
    assert np.median((gradcam > 0).sum(1)) == 22
    assert np.median((gradcam < 0).sum(1)) == 27
    states("grad-cam", 1, "22", "27")


def test_the_map_of_digit_10_is_empty_and_its_rounded_probability_makes_a_full_one(
    explainer: Explainer, digits: DigitSet, layer: LastLayer, gradcam: Values
) -> None:
    z = layer.logits[10]
    p = np.exp(z - np.logaddexp.reduce(z))
    rounded = p.astype(np.float32).astype(np.float64)
    c = int(p.argmax())
    upstream = rounded[c] * (np.eye(10)[c] - rounded)
    off = layer.features[10] @ layer.alphas(upstream[np.newaxis])[0]

    assert not (gradcam[10] > 0).any()
    assert rounded[c] == 1
    assert 0 < off.max() < 1e-9
    states("grad-cam", 2, "0.000000001", "0/0")
    # The softmax of some processors rounds p to the number below 1.
    digit = as_input(digits.images[10:11])
    if explainer.explain(digit).probabilities.max() == 1:
        full = reference.make_gradcam_heatmap(digit, explainer.model, LAST)
        assert full.max() == 1


def test_nine_in_ten_classes_that_the_network_rules_out_have_some_evidence(
    explainer: Explainer, digits: DigitSet
) -> None:
    some = as_input(digits.images[:FIRST])
    explained = [explainer.explain(some, targets=target) for target in range(10)]
    found = np.concatenate(
        [
            ~each.empty[each.probabilities[:, target] < 0.001]
            for target, each in enumerate(explained)
        ]
    )

    assert found.mean() == pytest.approx(0.9, abs=0.02)


# --- reading -------------------------------------------------------------------------------------


def _changed(explainer: Explainer, layer: LastLayer, erased: NDArray[np.bool_]) -> Values:
    """Return for which digits another class is predicted without cells, (n,) of 0 or 1."""
    images = without_cells(layer.images, erased)
    parts = [explainer.logits(images[i : i + 500]) for i in range(0, len(images), 500)]
    changed: Values = (np.concatenate(parts).argmax(1) != layer.predictions).astype(np.float64)
    return changed


def _largest(values: Values, count: int) -> NDArray[np.bool_]:
    """Mark so many of the largest values of each row."""
    marked = np.zeros(values.shape, bool)
    np.put_along_axis(marked, np.argsort(-values, 1)[:, :count], values=True, axis=1)
    return marked


def test_the_hottest_cells_with_ink_are_hardly_more_decisive_than_random_ones(
    explainer: Explainer, layer: LastLayer, gradcam: Values
) -> None:
    ink = (layer.images.reshape(-1, 7, 4, 7, 4).max((2, 4)) > 0).reshape(-1, 49)
    hottest = _largest(gradcam, 1) & (gradcam > 0)
    warm = (ink & (gradcam > 0)).any(1)  # digits with an inked cell that is hot

    def share(values: Values, count: int) -> float:
        erased = _largest(np.where(ink, values, -np.inf), count)
        return float(_changed(explainer, layer, erased)[warm].mean())

    random = np.random.default_rng(0).random(gradcam.shape)
    assert _changed(explainer, layer, hottest).mean() == pytest.approx(0.032, abs=0.001)
    assert (hottest & ~ink).any(1).mean() == pytest.approx(0.14, abs=0.005)
    assert share(gradcam, 1) == pytest.approx(0.037, abs=0.001)
    assert share(random, 1) == pytest.approx(0.030, abs=0.003)
    assert share(gradcam, 5) == pytest.approx(0.27, abs=0.006)
    assert share(random, 5) == pytest.approx(0.26, abs=0.015)
    states("reading", 2, "3.2%", "14%", "3.7%", "3.0%", "27%", "26%")


# --- deceptions ----------------------------------------------------------------------------------


def test_by_logit_alpha_is_the_same_for_every_digit_and_four_classes_are_always_empty(
    explainer: Explainer, layer: LastLayer
) -> None:
    empty = np.concatenate(
        [
            explainer.explain(layer.images[i : i + 500], score="logit").empty
            for i in range(0, len(layer.images), 500)
        ]
    )
    by_class = [float(empty[layer.predictions == target].mean()) for target in range(10)]

    assert empty.mean() == pytest.approx(0.45, abs=0.005)
    assert [target for target, share in enumerate(by_class) if share == 1] == [0, 3, 4, 8]
    states("deceptions", 0, "45%", "0, 3, 4", "8")


def test_probabilities_round_to_1_for_37_percent(layer: LastLayer) -> None:
    z = layer.logits
    p = np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True)).max(1)

    assert (p.astype(np.float32) == 1).mean() == pytest.approx(0.37, abs=0.005)
    states("deceptions", 0, "37%")


# --- faithfulness --------------------------------------------------------------------------------


def test_grad_cam_and_hirescam_seldom_agree(explainer: Explainer, digits: DigitSet) -> None:
    first = last_layer(explainer, digits, FIRST)
    upstream = first.upstream(first.predictions)
    one, other = (np.maximum(m, 0) for m in (first.gradcam(upstream), first.hirescam(upstream)))
    pairs = zip(one, other, strict=True)
    alike = [np.corrcoef(a, b)[0, 1] if a.any() and b.any() else 0 for a, b in pairs]

    assert (one.argmax(1) == other.argmax(1)).mean() == pytest.approx(0.07, abs=0.005)
    assert np.median(alike) == pytest.approx(0.27, abs=0.005)
    states("faithfulness", 0, "7%", "0.27")


def test_the_averaged_head_reads_14_percent(
    explainer: Explainer, digits: DigitSet, layer: LastLayer
) -> None:
    by_hand = layer.features.sum(1) @ layer.dense.mean(0) + layer.bias
    average = Explainer(with_global_average(explainer.model))

    assert (by_hand.argmax(1) == digits.labels).mean() == pytest.approx(0.14, abs=0.005)
    np.testing.assert_allclose(average.logits(layer.images[:100]), by_hand[:100], atol=1e-3)
    states("faithfulness", 2, "14%")


def test_the_deletion_test_is_told_as_it_was_measured(
    layer: LastLayer, records: dict[str, MethodRecord]
) -> None:
    z = layer.logits[:FIRST]
    p = np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True)).max(1)
    blurred, exact = records["gradcam"], records["hirescam"]

    assert blurred.digits == exact.digits == FIRST
    assert p.mean() == pytest.approx(0.99, abs=0.005)
    assert blurred.p_left_20 == pytest.approx(0.85, abs=0.005)
    assert exact.p_left_20 == pytest.approx(0.60, abs=0.005)
    assert blurred.random_20 == pytest.approx(0.96, abs=0.005)
    assert (blurred.beats_random, blurred.worse_than_random) == pytest.approx(
        (0.32, 0.22), abs=0.005
    )
    assert (exact.beats_random, exact.worse_than_random) == pytest.approx((0.70, 0.08), abs=0.0051)
    states("faithfulness", 3, "0.99", "0.85", "0.60", "0.96", "32%", "22%", "70%", "8%")


def test_the_sanity_check_is_told_as_it_was_measured(
    explainer: Explainer, layer: LastLayer, records: dict[str, MethodRecord]
) -> None:
    plus = explainer.explain(layer.images[:FIRST], method="gradcam++").raw.reshape(FIRST, 49)
    plain = layer.features[:FIRST].sum(-1)
    upstream = layer.upstream(layer.predictions)[:FIRST]
    positive = np.zeros((FIRST, 64), bool)
    for cell in range(49):
        positive |= upstream @ layer.dense[cell].T > 0
    alike = [np.corrcoef(a, b)[0, 1] for a, b in zip(plus, plain, strict=True)]

    assert positive.all()
    assert records["gradcam"].sanity == pytest.approx(0.01, abs=0.005)
    assert records["gradcam++"].sanity == pytest.approx(0.95, abs=0.005)
    assert np.median(alike) == pytest.approx(0.99, abs=0.005)
    states("faithfulness", 4, "0.01", "0.95", "0.99", "100")
