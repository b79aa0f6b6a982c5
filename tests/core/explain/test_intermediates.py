"""What Grad-CAM computes on the way, step by step, ends where the explainer ends."""

import numpy as np
import pytest

from core.dataset import DigitSet, as_input
from core.dataset import test_digit as digit_of_the_test_set
from core.epochs import EPOCHS, UNTRAINED, network_after, probabilities_by_epoch
from core.explain.explainer import Explainer
from core.explain.intermediates import compute_intermediates
from core.explain.scores import Score
from core.figures.lessons.gradcam import log_odds


@pytest.mark.parametrize("layer", ["conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1"])
@pytest.mark.parametrize("score", list(Score))
def test_the_steps_lead_to_the_explainers_map(
    explainer: Explainer, layer: str, score: Score
) -> None:
    image = digit_of_the_test_set(18).image

    intermediates = compute_intermediates(explainer.closed_form, image, layer, 5, score)

    expected = explainer.explain(image[np.newaxis], layer, 5, score=score)
    np.testing.assert_allclose(intermediates.heatmap, expected.heatmaps[0], atol=1e-3)
    np.testing.assert_allclose(intermediates.probabilities, expected.probabilities[0], atol=1e-5)
    assert intermediates.target == 5


def test_an_empty_map_is_all_zeros(explainer: Explainer) -> None:
    intermediates = compute_intermediates(
        explainer.closed_form, digit_of_the_test_set(10).image, "max_pooling2d_1"
    )

    assert intermediates.raw.max() <= 0
    assert not intermediates.heatmap.any()


def test_the_contributions_are_in_order_and_add_up(explainer: Explainer) -> None:
    intermediates = compute_intermediates(
        explainer.closed_form, digit_of_the_test_set(7).image, "max_pooling2d_1"
    )
    added = intermediates.alphas * intermediates.activations.sum((0, 1))

    assert (np.diff(added[intermediates.channels_by_contribution]) <= 0).all()
    assert added.sum() == pytest.approx(intermediates.raw.sum(), abs=1e-4)


def test_the_weight_of_a_map_is_the_slope_of_the_score(explainer: Explainer) -> None:
    intermediates = compute_intermediates(
        explainer.closed_form, digit_of_the_test_set(18).image, "max_pooling2d_1", 3
    )
    dense = explainer.model.get_weights()[4].reshape(49, 64, 10)
    k, step = int(intermediates.channels_by_contribution[0]), 1e-3
    change = dense[:, k].sum(axis=0, dtype=np.float64)  # one step more in every cell of the map
    below, above = log_odds(intermediates.logits + np.array([[-step], [step]]) * change, 3)

    assert (above - below) / (2 * step) / 49 == pytest.approx(intermediates.alphas[k], rel=1e-3)


@pytest.mark.slow
def test_the_last_epoch_is_the_shipped_network_and_the_first_knows_nothing(
    explainer: Explainer, digits: DigitSet
) -> None:
    images = as_input(digits.images[:300])[..., 0]
    by_epoch = np.stack([probabilities_by_epoch(image) for image in images])
    right = (by_epoch.argmax(axis=2) == digits.labels[:300, np.newaxis]).mean(axis=0)

    assert by_epoch.shape == (300, EPOCHS + 1, 10)
    np.testing.assert_allclose(by_epoch[:, -1], explainer.explain(images).probabilities, atol=1e-4)
    assert right[UNTRAINED] < 0.3
    assert right[1:].min() > 0.9


def test_an_untrained_network_gives_a_map_too() -> None:
    image = digit_of_the_test_set(756).image

    twin = compute_intermediates(network_after(UNTRAINED), image, "max_pooling2d_1", 3)

    assert twin.heatmap.max() == 1
