import gc
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from tensorflow.python.eager import context

from core._keras import keras, tf
from core.dataset import DigitSet
from core.explain import explainer as explainer_module
from core.explain.closed_form import ClosedFormNetwork
from core.explain.explainer import Explainer
from core.explain.explanation import Explanation
from core.explain.graphs import MAX_GRAPHS, Graphs
from core.explain.methods import METHODS, GradCAM
from core.explain.scores import Score
from core.network import UPLOADS_WEIGHTS
from tests.core.explain.builders import extremes, images, noise
from tests.core.explain.reference import LAYERS, maps_in_float64

# --- what comes out ------------------------------------------------------------------------------


def test_an_explanation_says_what_was_seen_and_where(
    explainer: Explainer, digits: DigitSet
) -> None:
    explained = explainer.explain(images(digits, slice(7, 9)), "conv2d_1", targets=[9, 4])

    assert explained.predictions.tolist() == [9, 5]  # test digit number 7 is a 9
    assert explained.targets.tolist() == [9, 4]
    assert (explained.layer, explained.method, explained.score) == (
        "conv2d_1",
        "gradcam",
        Score.LOG_ODDS,
    )
    assert explained.predictions.dtype == explained.targets.dtype == np.int32
    assert explained.probabilities.shape == (2, 10)
    assert explained.heatmaps.shape == (2, 14, 14)
    assert explained.probabilities.dtype == explained.heatmaps.dtype == np.float32


def test_predictions_are_the_model_s(explainer: Explainer, digits: DigitSet) -> None:
    batch = images(digits, slice(500))
    explained = explainer.explain(batch)
    expected = explainer.model.predict_on_batch(batch)

    np.testing.assert_allclose(explained.probabilities, expected, atol=1e-5)
    np.testing.assert_array_equal(explained.predictions, expected.argmax(1))
    np.testing.assert_array_equal(explained.targets, explained.predictions)


def test_layers_are_those_with_maps(explainer: Explainer) -> None:
    assert explainer.layers == LAYERS
    assert explainer.shapes == dict(
        zip(LAYERS, [(28, 28), (14, 14), (14, 14), (7, 7)], strict=True)
    )


def test_the_last_layer_is_explained_by_default_whatever_it_is_called(
    explainer: Explainer,
) -> None:
    names = ("max_pooling2d", "max_pooling2d_1", "max_pooling2d_2")
    layers = [keras.layers.MaxPooling2D(2, name=name) for name in names]
    end = [keras.layers.Flatten(), keras.layers.Dense(3)]
    other = Explainer(keras.Sequential([keras.Input((32, 32, 3)), *layers, *end]))

    assert explainer.default_layer == "max_pooling2d_1"
    assert other.layers == names
    assert other.explain(np.zeros((1, 32, 32, 3), np.float32)).layer == "max_pooling2d_2"


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("targets", [4, np.int64(4), [4, 4, 4], np.full(3, 4, np.uint8)])
def test_a_target_is_one_for_all_or_one_for_each(
    explainer: Explainer, digits: DigitSet, layer: str, targets: int
) -> None:
    batch = images(digits, slice(3))
    explained = explainer.explain(batch, layer, targets)

    assert explained.targets.tolist() == [4, 4, 4]
    np.testing.assert_array_equal(
        explained.heatmaps, explainer.explain(batch, layer, (4, 4, 4)).heatmaps
    )


@pytest.mark.parametrize("n", [0, 1, 3])
def test_images_with_and_without_a_channel_are_the_same(
    explainer: Explainer, digits: DigitSet, n: int
) -> None:
    batch = images(digits, slice(n))
    bare, nested = explainer.explain(batch[..., 0]), explainer.explain(batch.tolist() or batch)

    assert bare.heatmaps.shape == (n, 7, 7)
    np.testing.assert_array_equal(bare.heatmaps, nested.heatmaps)
    np.testing.assert_array_equal(bare.heatmaps, explainer.explain(np.float64(batch)).heatmaps)


# --- right ---------------------------------------------------------------------------------------


def test_the_default_is_the_tutorial_s_formula_in_float64(
    explainer: Explainer, digits: DigitSet, thorough: bool
) -> None:
    """On every fifth of the test digits, or of the first 2,500."""
    empty = dict.fromkeys(LAYERS, 0)
    for start in range(0, 10_000 if thorough else 2_500, 2_500):
        batch = images(digits, slice(start, start + 2_500, 5))
        reference = maps_in_float64(explainer.model, batch, "log_odds")
        for layer in LAYERS:
            explained = explainer.explain(batch, layer)
            np.testing.assert_allclose(explained.heatmaps, reference[layer], atol=1e-3)
            np.testing.assert_array_equal(explained.empty, ~reference[layer].any((1, 2)))
            empty[layer] += int(explained.empty.sum())

    assert empty["conv2d_1"] < 0.01 * (2_000 if thorough else 500)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("score", list(Score))
@pytest.mark.parametrize("target", [None, 0, 8])
def test_every_score_agrees_with_an_independent_gradient(
    explainer: Explainer, digits: DigitSet, score: Score, target: int | None
) -> None:
    batch = images(digits, slice(300))
    # The rounding of a probability near 0 or 1 goes into its gradient, and is no mistake here.
    p = explainer.explain(batch, targets=target)
    p_c = np.take_along_axis(p.probabilities, p.targets[:, None], 1)[:, 0]
    clear = p_c < 0.999 if score is Score.PROBABILITY else np.full(300, fill_value=True)
    reference = maps_in_float64(explainer.model, batch[clear], score, target)

    assert clear.sum() > 10
    for layer in LAYERS:
        explained = explainer.explain(batch[clear], layer, target, score=score)
        tolerance = 1e-3 if score is Score.PROBABILITY else 1e-4
        np.testing.assert_allclose(explained.heatmaps, reference[layer], atol=tolerance)


@pytest.mark.parametrize("score", list(Score))
def test_an_explanation_set_holds_every_explanation(
    explainer: Explainer, digits: DigitSet, score: Score
) -> None:
    batch = np.concatenate([images(digits, slice(5)), noise(2), extremes()])
    explanations = explainer.explain_all(batch, score)

    for layer in LAYERS:
        for target in range(10):
            explained = explainer.explain(batch, layer, target, score=score)
            maps = np.stack([each.heatmaps[layer][target] for each in explanations])
            np.testing.assert_allclose(maps, explained.heatmaps, atol=1e-4)
            np.testing.assert_array_equal(
                [each.prediction for each in explanations], explained.predictions
            )
            np.testing.assert_array_equal(
                np.stack([each.probabilities for each in explanations]), explained.probabilities
            )


def test_a_digit_s_map_owes_nothing_to_the_rest_of_its_batch(
    explainer: Explainer, digits: DigitSet
) -> None:
    batch = images(digits, slice(33))
    for layer in LAYERS:
        together = explainer.explain(batch, layer).heatmaps
        alone = [explainer.explain(batch[i : i + 1], layer).heatmaps[0] for i in range(33)]
        np.testing.assert_allclose(together, alone, atol=1e-4)


def test_the_same_input_gives_the_same_bytes(explainer: Explainer, digits: DigitSet) -> None:
    batch = images(digits, slice(16))
    first, second = explainer.explain(batch, "conv2d"), explainer.explain(batch, "conv2d")

    assert first.heatmaps.tobytes() == second.heatmaps.tobytes()


# --- never NaN -----------------------------------------------------------------------------------


def _is_sound(explained: Explanation) -> bool:
    heat = explained.heatmaps
    largest = heat.max((1, 2))
    return bool(
        np.isfinite(heat).all()
        and (heat >= 0).all()
        and np.where(explained.empty, largest == 0, largest == 1).all()
        and np.allclose(explained.probabilities.sum(1), 1, atol=1e-5)
    )


@pytest.mark.parametrize("score", list(Score))
@pytest.mark.parametrize("layer", LAYERS)
def test_every_map_is_finite_and_scaled(explainer: Explainer, layer: str, score: Score) -> None:
    batch = np.concatenate([extremes(), noise()])
    for target in (None, *range(10)):
        assert _is_sound(explainer.explain(batch, layer, target, score=score))


@given(
    image=arrays(np.float32, (1, 28, 28), elements=st.floats(0, 1, width=32)),
    score=st.sampled_from(Score),
    layer=st.sampled_from(LAYERS),
    target=st.none() | st.integers(0, 9),
)
@example(np.full((1, 28, 28), np.float32(1e-45)), Score.PROBABILITY, "conv2d", 3)
def test_no_image_breaks_it(
    explainer: Explainer,
    image: NDArray[np.float32],
    score: Score,
    layer: str,
    target: int | None,
) -> None:
    assert _is_sound(explainer.explain(image, layer, target, score=score))


def test_an_empty_map_is_said_to_be(explainer: Explainer, digits: DigitSet) -> None:
    explained = explainer.explain(images(digits, slice(100)), "conv2d", score="logit")

    assert explained.empty.any()
    assert not explained.empty.all()
    for heatmap, empty in zip(explained.heatmaps, explained.empty, strict=True):
        assert heatmap.max() == (0 if empty else 1)


def test_no_digits_give_no_maps(explainer: Explainer) -> None:
    nothing = np.zeros((0, 28, 28), np.float32)
    for targets in (None, 3, np.zeros(0, int)):
        explained = explainer.explain(nothing, targets=targets)
        assert explained.heatmaps.shape == (0, 7, 7)
        assert (
            explained.empty.shape == explained.predictions.shape == explained.targets.shape == (0,)
        )

    assert explainer.explain_all(nothing) == []


# --- never traced again, from any thread ---------------------------------------------------------


def test_maps_do_not_keep_the_batch_in_memory(explainer: Explainer, digits: DigitSet) -> None:
    explained = explainer.explain_all(images(digits, slice(64)))[7]
    arrays = [explained.probabilities, *explained.heatmaps.values()]

    assert all(array.base is None for array in arrays)
    assert sum(array.nbytes for array in arrays) == 4 * 10 * (1 + 28**2 + 2 * 14**2 + 7**2)


def test_nothing_is_traced_twice(
    explainer: Explainer, digits: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = images(digits, slice(16))
    random = np.random.default_rng(2)
    for layer, score in product(LAYERS, Score):
        explainer.explain(batch, layer, score=score)
        explainer.explain_all(batch, score)
    functions = set(context.context().list_function_names())  # every graph that TensorFlow holds

    def traced(*_: object, **__: object) -> None:
        pytest.fail("a function was traced again")

    monkeypatch.setattr(ClosedFormNetwork, "forward", traced)
    monkeypatch.setattr(GradCAM, "attribute", traced)
    monkeypatch.setattr(tf, "function", traced)
    for i in range(200):
        n = 1 + i % 16
        targets = [None, int(random.integers(10)), random.integers(0, 10, n)][i % 3]
        explainer.explain(batch[:n], LAYERS[i % 4], targets, score=list(Score)[i // 4 % 3])
        explainer.explain_all(batch[:n], list(Score)[i % 3])

    assert set(context.context().list_function_names()) == functions


def test_batches_of_a_few_sizes_run_whatever_is_asked(
    explainer: Explainer, digits: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = images(digits, slice(300))
    expected = explainer.model.predict_on_batch(batch)
    sizes, find = set(), Explainer._graph

    def watched(self: Explainer, *described: Any) -> Any:
        graph = find(self, *described)

        def run(given: tf.Tensor, *rest: tf.Tensor) -> Any:
            sizes.add(len(given))
            return graph(given, *rest)

        return run

    monkeypatch.setattr(Explainer, "_graph", watched)
    for n in (0, 1, 3, 31, 63, 65, 300):
        assert len(explainer.logits(batch[:n])) == len(explainer.explain_all(batch[:n])) == n
        explained = explainer.explain(batch[:n], against=4)
        assert len(explained.raw) == len(explained.targets) == n
        np.testing.assert_allclose(explained.probabilities, expected[:n], atol=1e-5)

    assert sizes == {1, 4, 32, 64, 128, 256}


def test_no_graph_is_dropped_whatever_is_asked_of_the_tutorial_s_network(
    explainer: Explainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.zeros((1, 28, 28), np.float32)
    keys = {"logits"}
    monkeypatch.setattr(Explainer, "_graph", lambda _self, key, *_: keys.add(key))
    monkeypatch.setattr(explainer_module, "run", lambda *_: [np.zeros(0)] * 5)
    for score in Score:
        explainer.explain_all(image, score)
        for method, layer, against in product(METHODS, LAYERS, (None, 4)):
            explainer.explain(image, layer, method=method, score=score, against=against)

    assert len(keys) == MAX_GRAPHS


def test_networks_in_closed_form_share_their_graphs_and_not_their_weights(
    explainer: Explainer, digits: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = images(digits, slice(16))
    other = Explainer.load(UPLOADS_WEIGHTS)
    first, predicted = explainer.explain(batch, "conv2d_1"), explainer.explain_all(batch)
    expected = other.model.predict_on_batch(batch)
    monkeypatch.setattr(tf, "function", lambda *_, **__: pytest.fail("a graph was compiled"))

    second, again = other.explain(batch, "conv2d_1"), explainer.explain(batch, "conv2d_1")

    np.testing.assert_allclose(second.probabilities, expected, atol=1e-5)
    np.testing.assert_equal(again.raw, first.raw)
    assert (np.abs(second.heatmaps - first.heatmaps).max((1, 2)) > 0.01).all()
    for i, explained in enumerate(other.explain_all(batch)):
        np.testing.assert_allclose(explained.probabilities, expected[i], atol=1e-5)
        assert np.abs(explained.probabilities - predicted[i].probabilities).max() > 0


def test_graphs_are_kept_within_bounds(digits: DigitSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.explain.graphs.MAX_GRAPHS", 3)
    monkeypatch.setattr(explainer_module, "_CLOSED_FORM_GRAPHS", Graphs())
    explainer, batch = Explainer.load(), images(digits, slice(2))

    def explain() -> tuple[list[NDArray[np.float32]], int]:
        maps = [explainer.explain(batch, layer, method="hirescam").raw for layer in LAYERS]
        gc.collect()
        return maps, len(context.context().list_function_names())

    (first, kept), *later = [explain() for _ in range(4)]

    for maps, count in later:
        assert count == kept
        np.testing.assert_equal(maps, first)


def test_many_threads_get_what_one_gets(explainer: Explainer, digits: DigitSet) -> None:
    jobs = [
        (images(digits, slice(i, i + 1 + i % 5)), LAYERS[i % 4], list(Score)[i % 3])
        for i in range(120)
    ]

    def explain(job: tuple[NDArray[np.float32], str, Score]) -> bytes:
        batch, layer, score = job
        return explainer.explain(batch, layer, score=score).heatmaps.tobytes()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(explain, jobs)) == [explain(job) for job in jobs]


# --- arguments -----------------------------------------------------------------------------------

_BLANK = np.zeros((2, 28, 28), np.float32)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"images": _BLANK[0]}, r"must be \(n, 28, 28, 1\), not \(28, 28\)"),
        ({"images": np.zeros((1, 28, 28, 3), np.float32)}, r"not \(1, 28, 28, 3\)"),
        ({"images": _BLANK.astype(np.uint8)}, "not uint8: digits are divided by 255"),
        ({"images": _BLANK + 2}, r"must lie in \[0, 1\], not in \[2, 2\]"),
        ({"images": _BLANK - 0.5}, r"must lie in \[0, 1\]"),
        ({"images": _BLANK + np.nan}, "finite numbers only"),
        ({"layer": "dense"}, "no layer 'dense': choose conv2d, .* max_pooling2d_1"),
        ({"method": "magic"}, "no method 'magic': choose gradcam, "),
        ({"score": "p"}, "no score 'p': choose log_odds, logit, probability"),
        ({"targets": 10}, "classes from 0 to 9, not 10"),
        ({"targets": -1}, "classes from 0 to 9, not -1"),
        ({"targets": [1, 2, 3]}, "None, one integer or 2 integers"),
        ({"targets": 1.0}, "None, one integer or 2 integers, not 1.0"),
        ({"targets": True}, "None, one integer or 2 integers, not True"),
        ({"seed": 2**31}, "seed must be an integer of 32 bits, not 2147483648"),
    ],
)
def test_a_wrong_argument_is_named(
    explainer: Explainer, arguments: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        explainer.explain(**{"images": _BLANK} | arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("images", "score", "complaint"),
    [(_BLANK[0], "logit", r"not \(28, 28\)"), (_BLANK, "p", "no score 'p'")],
)
def test_a_wrong_argument_for_all_maps_is_named(
    explainer: Explainer, images: NDArray[np.float32], score: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        explainer.explain_all(images, score)


# --- loading -------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's saving
def test_a_network_is_explained_alike_from_either_kind_of_file(
    explainer: Explainer, digits: DigitSet, tmp_path: Path
) -> None:
    explainer.model.save(tmp_path / "whole.keras")
    explainer.model.save_weights(tmp_path / "only.weights.h5")
    batch = images(digits, slice(8))

    for name in ("whole.keras", "only.weights.h5"):
        loaded = Explainer.load(tmp_path / name)
        assert len(loaded.weights_hash) == 8
        np.testing.assert_array_equal(
            loaded.explain(batch).heatmaps, explainer.explain(batch).heatmaps
        )


def test_a_model_of_other_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="no layer with feature maps"):
        Explainer(keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()]))


def test_a_method_is_found_by_its_name() -> None:
    assert all(name == method.name for name, method in METHODS.items())
