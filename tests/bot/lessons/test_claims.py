"""Every number and claim of the lessons is true of the shipped weights and of Keras."""

import re

import numpy as np
import pytest
from matplotlib import colormaps
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from benchmarks import reference
from bot.i18n import LANGUAGES
from bot.lessons.illustrations import Illustrator
from bot.lessons.parsing import load_lessons
from bot.lessons.picture import LAST_LAYER as LAST
from bot.lessons.state import View
from core._keras import keras, tf
from core.dataset import DigitSet, as_input
from core.explain.explainer import Explainer
from core.explain.global_average import with_global_average
from core.explain.intermediates import compute_intermediates
from core.explain.scores import Score
from core.faithfulness.measurement import MethodRecord, load_records
from core.figures.lessons.heatmaps import correlation
from core.network import WEIGHTS, epoch_file, load_network
from core.record import ModelRecord
from core.transforms import Transform
from core.tutorial import get_basic_cnn
from tests.bot.lessons.arithmetic import LastLayer, Values, last_layer, without_cells

LESSONS = load_lessons()
FIRST = 1000
"""So many test digits are measured where 10,000 would take long."""


def states(lesson: str, page: int, *numbers: str) -> None:
    """Look for numbers in a page, in every language."""
    for language in LANGUAGES:
        shown = LESSONS.lesson(lesson, language).pages[page]
        words = [shown.text]
        if asked := shown.question:
            words += [asked.text, *asked.options, *asked.feedback]
        for number in numbers:
            assert number in " ".join(words), (language, number)


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


@pytest.fixture(scope="module")
def probabilities(layer: LastLayer) -> Values:
    """(10000, 10)."""
    p: Values = softmax(layer.logits, axis=1)
    return p


@pytest.fixture(scope="module")
def losses(layer: LastLayer, digits: DigitSet) -> Values:
    """The cross-entropy of each test digit, (10000,)."""
    own = layer.logits[np.arange(len(digits)), digits.labels]
    costs: Values = logsumexp(layer.logits, axis=1) - own
    return costs


@pytest.fixture(scope="module")
def wrong(layer: LastLayer, digits: DigitSet) -> NDArray[np.bool_]:
    """Which test digits are read wrongly, (10000,)."""
    mistakes: NDArray[np.bool_] = layer.predictions != digits.labels
    return mistakes


@pytest.fixture(scope="module")
def untrained() -> Explainer:
    return Explainer(load_network(epoch_file(0)))


def accuracy(explainer: Explainer, images: NDArray[np.float32], digits: DigitSet) -> float:
    """Return the share of images, (10000, 28, 28), that are read correctly."""
    parts = [explainer.logits(images[i : i + 500]) for i in range(0, len(images), 500)]
    return float((np.concatenate(parts).argmax(1) == digits.labels).mean())


def transformed(images: NDArray[np.float32], transform: Transform) -> NDArray[np.float32]:
    return np.stack([transform.apply(image) for image in images])


# --- data ----------------------------------------------------------------------------------------


def test_the_arrays_have_the_shapes_that_are_told(digits: DigitSet) -> None:
    assert digits.images.dtype == np.uint8
    assert digits.labels[7] == 9
    shapes = [digits.images[7].shape, digits.images[7:8].shape, digits.images[:7].shape]
    options = LESSONS.lesson("data", "en").questions[1].options
    assert list(options) == [f"`{shape}`" for shape in shapes]
    states("data", 2, "9")
    states("data", 3, "`y_test[7]`", "(60000, 28, 28)", "(60000,)", "uint8")


# --- preparing -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_undivided_values_make_the_untrained_logits_255_times_as_large(
    untrained: Explainer, digits: DigitSet
) -> None:
    model = untrained.model
    logits = keras.Model(model.inputs, model.get_layer("dense").output)
    pixels = digits.images[..., np.newaxis].astype(np.float32)
    raw, scaled = (
        logits.predict(x, batch_size=500, verbose=0).astype(np.float64)
        for x in (pixels, pixels / 255)
    )

    def loss(z: Values) -> float:
        return float((logsumexp(z, axis=1) - z[np.arange(len(z)), digits.labels]).mean())

    np.testing.assert_allclose(raw, 255 * scaled, atol=0.01)
    assert loss(raw) == pytest.approx(27.0, abs=0.05)
    assert loss(scaled) == pytest.approx(2.3, abs=0.05)
    states("preparing", 0, "255", "27.0", "2.3")


def test_a_step_of_adam_hardly_depends_on_the_size_of_the_gradient() -> None:
    steps = []
    for gradient in (0.01, 2.55):
        parameter = tf.Variable([0.0])
        keras.optimizers.Adam().apply_gradients([(tf.constant([gradient]), parameter)])
        steps.append(float(parameter[0]))

    assert steps == pytest.approx([-0.001, -0.001], rel=0.001)
    assert all("0.001" in LESSONS.term("learning-rate", each).text for each in LANGUAGES)


@pytest.mark.parametrize(
    ("shape", "accepted"), [((28, 28), False), ((64, 28, 28), True), ((1, 28, 28), True)]
)
def test_keras_adds_the_channel_axis_but_not_the_batch_axis(
    explainer: Explainer, shape: tuple[int, ...], accepted: bool
) -> None:
    images = np.zeros(shape, np.float32)
    if accepted:
        assert explainer.model(images).shape == (shape[0], 10)
    else:
        with pytest.raises(ValueError, match="Invalid input shape"):
            explainer.model(images)
    states("preparing", 1, "(28, 28)", "(64, 28, 28)")
    question = LESSONS.lesson("preparing", "en").questions[1]
    assert question.options[question.right] == "`X_test[7] / 255`"


def test_the_prepared_arrays_have_the_shapes_that_are_told(digits: DigitSet) -> None:
    prepared = digits.images[..., np.newaxis] / 255

    assert prepared.shape == (10000, 28, 28, 1)
    assert prepared.dtype == np.float64
    assert keras.utils.to_categorical(digits.labels, 10).shape == (10000, 10)
    states("preparing", 4, "(60000, 28, 28, 1)", "(60000, 10)", "float64")


def test_mnist_digits_are_fitted_and_centred(layer: LastLayer) -> None:
    weights = layer.images / layer.images.sum((1, 2), keepdims=True)
    places = np.arange(28)
    centres = np.stack([weights.sum(2) @ places, weights.sum(1) @ places])
    sizes = [(layer.images.any(axis) * places).max(1) for axis in (1, 2)]
    starts = [layer.images.any(axis).argmax(1) for axis in (1, 2)]

    np.testing.assert_allclose(centres, 14, atol=0.51)
    assert (np.subtract(sizes, starts) + 1).max() == 20
    states("preparing", 3, "20×20", "28×28")


@pytest.mark.slow
def test_shifted_digits_are_read_as_seldom_as_told(
    explainer: Explainer, layer: LastLayer, digits: DigitSet
) -> None:
    shares = [
        accuracy(explainer, transformed(layer.images, Transform(right=pixels)), digits)
        for pixels in (2, 4, 6)
    ]

    assert shares == pytest.approx([0.948, 0.732, 0.321], abs=0.0007)
    states("preparing", 3, "94.8%", "73.2%", "32.1%")


# --- network -------------------------------------------------------------------------------------


def test_the_table_of_the_summary_is_the_networks(explainer: Explainer) -> None:
    for language in LANGUAGES:
        text = LESSONS.lesson("network", language).pages[4].text
        rows = re.findall(r"^(\w+) +(\(.*\)) +([\d,]+)$", text, re.MULTILINE)
        assert [(name, shape, int(count.replace(",", ""))) for name, shape, count in rows] == [
            (each.name, str(tuple(each.output.shape)), each.count_params())
            for each in explainer.model.layers
        ]
    states("network", 0, "3,136")
    states("network", 3, "50,186", "31,370", "18,496", "320", "22,000")
    states("network", 4, "9·1·32 + 32 = 320", "9·32·64 + 64 = 18,496", "3,136·10 + 10 = 31,370")


def test_a_filter_of_the_second_convolution_has_288_weights(explainer: Explainer) -> None:
    kernel = explainer.model.get_layer("conv2d_1").get_weights()[0]
    question = LESSONS.lesson("network", "en").questions[1]

    assert question.options[question.right] == str(kernel[..., 0].size)


# --- feature maps --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer_name", "size"),
    [("conv2d", 3), ("max_pooling2d", 4), ("conv2d_1", 8), ("max_pooling2d_1", 10)],
)
def test_a_cell_depends_on_its_receptive_field(
    explainer: Explainer, layer_name: str, size: int
) -> None:
    seen = np.zeros((28, 28), bool)
    for noise in np.random.default_rng(0).random((6, 1, 28, 28, 1), np.float32):
        with tf.GradientTape() as tape:
            pixels = tf.constant(noise)
            tape.watch(pixels)
            maps = explainer.closed_form.forward(pixels).features[layer_name]
            middle = maps.shape[1] // 2
            value = tf.reduce_sum(maps[0, middle, middle])
        seen |= tape.gradient(value, pixels).numpy()[0, ..., 0] != 0

    assert (seen.any(0).sum(), seen.any(1).sum()) == (size, size)
    states("feature-maps", 2, f"{size}×{size}")
    assert all(f"{size}×{size}" in LESSONS.term("receptive-field", each).text for each in LANGUAGES)


def test_feature_maps_move_with_the_digit_except_at_the_border(
    explainer: Explainer, layer: LastLayer
) -> None:
    def maps(images: NDArray[np.float32]) -> NDArray[np.float32]:
        found = explainer.closed_form.forward(tf.constant(images[..., np.newaxis]))
        values: NDArray[np.float32] = found.features[LAST].numpy()
        return values

    images = layer.images[:20]
    before, after = maps(images), maps(transformed(images, Transform(right=4)))

    np.testing.assert_allclose(after[:, :, 2:-1], before[:, :, 1:-2], atol=1e-5)
    assert not np.allclose(after[:, :, 0], before[:, :, 0])


def test_without_padding_the_last_feature_maps_are_5_by_5() -> None:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3),
            layers.MaxPool2D(),
            layers.Conv2D(64, 3),
            layers.MaxPool2D(),
        ]
    )

    assert [each.output.shape[1] for each in model.layers] == [26, 13, 11, 5]
    question = LESSONS.lesson("feature-maps", "en").questions[1]
    assert question.options[question.right] == "5×5"
    states("feature-maps", 3, "26×26", "28, 26, 13, 11", "28, 14, 7", "28 − 4 = 24")


@pytest.mark.parametrize("pattern", [((-1, 0, 1),) * 3, ((0, 1, 1), (-1, 0, 1), (-1, -1, 0))])
def test_filters_respond_to_upright_and_to_slanted_edges(
    explainer: Explainer, pattern: tuple[tuple[int, ...], ...]
) -> None:
    kernels = explainer.model.get_layer("conv2d").get_weights()[0].reshape(9, 32).T
    alike = [np.corrcoef(kernel, np.ravel(pattern))[0, 1] for kernel in kernels]

    assert max(alike) > 0.85
    assert min(alike) < -0.85


# --- loss ----------------------------------------------------------------------------------------


def test_the_errors_cancel_and_the_squared_error_of_2654_has_no_slope(
    probabilities: Values, losses: Values, digits: DigitSet
) -> None:
    labels = np.eye(10)[digits.labels]
    p, y = probabilities[2654], labels[2654]
    errors = y - p
    slopes = 2 / 10 * errors @ (np.outer(p, p) - np.diag(p))  # of the mean squared error

    assert (labels - probabilities).sum(1) == pytest.approx(0, abs=1e-9)
    assert (p.argmax(), p.max() > 0.999) == (1, True)
    assert (errors**2).mean() == pytest.approx(0.2, abs=0.0001)
    assert np.abs(slopes).max() < 0.000002
    assert losses[2654] == pytest.approx(13.3, abs=0.05)
    assert (p - y)[6] == pytest.approx(-1, abs=0.0001)  # the slope of the cross-entropy
    states("loss", 3, "0.20", "0.000002", "13.3", "−1.0")


@pytest.mark.parametrize(("p", "loss"), [(0.5, "0.69"), (0.01, "4.6"), (0.1, "2.30")])
def test_the_cross_entropy_is_what_it_is_said_to_be(p: float, loss: str) -> None:
    assert float(loss) == pytest.approx(-np.log(p), abs=0.006)
    states("loss", 0, loss)


def test_the_mistakes_make_up_most_of_the_loss(losses: Values, wrong: NDArray[np.bool_]) -> None:
    assert losses.mean() == pytest.approx(0.051, abs=0.0005)
    assert wrong.sum() == 129
    assert losses[wrong].sum() / losses.sum() == pytest.approx(0.89, abs=0.006)
    states("loss", 2, "9,871", "129", "14")
    states("loss", 4, "0.051", "129", "89%", "50,186")


def test_a_slightly_changed_parameter_changes_no_answer(layer: LastLayer) -> None:
    random = np.random.default_rng(0)
    for _ in range(30):
        cell, channel, target = random.integers((49, 64, 10))
        logits = layer.logits.copy()
        logits[:, target] += 0.001 * layer.features[:, cell, channel]
        assert np.array_equal(logits.argmax(1), layer.predictions)


def test_compile_takes_what_the_lesson_gives_it() -> None:
    model = get_basic_cnn()
    (code,) = re.findall(r"```py\n(.*?)```", LESSONS.lesson("loss", "en").pages[4].text, re.DOTALL)
    exec(code, {"model": model})  # noqa: S102 - it is our own text

    assert model.loss == "categorical_crossentropy"
    assert float(model.optimizer.learning_rate) == pytest.approx(0.001)


# --- training ------------------------------------------------------------------------------------


def test_the_log_of_the_training_is_told_as_it_was() -> None:
    record = ModelRecord.load_tutorial(WEIGHTS)
    h, seeds = record.history, [run.test_accuracy for run in record.metrics.runs]

    states("training", 0, "48,000", "750", f"{record.metrics.untrained_accuracy:.1%}")
    states("training", 1, f"{h.loss[0]:.3f}", f"{h.loss[-1]:.3f}", f"{h.val_loss[-1]:.3f}")
    assert np.argmin(h.val_loss) + 1 == 5
    assert np.median(h.val_accuracy) == pytest.approx(0.986, abs=0.0005)
    states("training", 1, "5", f"{min(h.val_loss):.3f}", "98.6%")
    states("training", 2, f"{min(seeds):.2%}", f"{max(seeds):.2%}")
    logged = h.accuracy[0], h.loss[0], h.val_accuracy[0], h.val_loss[0]
    states("training", 3, *(f"{value:.4f}" for value in logged))
    shown = h.accuracy[0], h.val_accuracy[0], h.accuracy[-1], h.val_accuracy[-1]
    states("training", 3, *(f"{value:.1%}" for value in shown))


def test_the_first_epoch_brings_98_percent(layer: LastLayer, digits: DigitSet) -> None:
    first = accuracy(Explainer(load_network(epoch_file(1))), layer.images, digits)

    assert first == pytest.approx(0.982, abs=0.0005)
    assert (layer.predictions == digits.labels).mean() - first < 0.01
    states("training", 0, "98.2%")


@pytest.mark.slow
def test_mistakes_on_new_digits_become_more_confident(
    layer: LastLayer, wrong: NDArray[np.bool_], digits: DigitSet
) -> None:
    before = last_layer(Explainer(load_network(epoch_file(5))), digits, len(digits))
    mistakes = before.predictions != digits.labels

    confident = softmax(layer.logits, axis=1).max(1)[wrong]
    assert confident.mean() > softmax(before.logits, axis=1).max(1)[mistakes].mean()


@pytest.mark.slow
def test_thinner_digits_are_read_as_seldom_as_told(
    explainer: Explainer, layer: LastLayer, digits: DigitSet
) -> None:
    shares = [
        accuracy(explainer, transformed(layer.images, Transform(thickness=-steps)), digits)
        for steps in (1, 2)
    ]

    assert shares == pytest.approx([0.940, 0.516], abs=0.0007)
    states("training", 2, "94.0%", "51.6%")


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
    states("derivatives", 0, "ln(p/(1−p))", f"{np.log(0.99 / 0.01):.1f}")
    assert "ln(p/(1−p))" in LESSONS.term("log-odds", "en").text
    assert "ln(p/(1−p))" in LESSONS.term("log-odds", "ko").text


def test_a_slope_does_not_tell_what_a_map_contributes(layer: LastLayer, upstream: Values) -> None:
    alphas, silent = layer.alphas(upstream), ~layer.features.any(1)
    added = alphas * layer.features.sum(1)  # to the cells of the heatmap

    assert silent.sum(1).mean() == pytest.approx(1.3, abs=0.05)
    assert (alphas[silent] != 0).all()
    assert (alphas.argmax(1) == added.argmax(1)).mean() == pytest.approx(0.44, abs=0.005)
    states("derivatives", 3, "1.3", "44%")


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


def test_alpha_is_the_same_at_both_last_layers_but_for_a_factor_of_4(
    explainer: Explainer, layer: LastLayer
) -> None:
    for index in (7, 10, 161):
        fine, coarse = (
            compute_intermediates(explainer.closed_form, layer.images[index], name)
            for name in ("conv2d_1", LAST)
        )
        assert fine.activations.shape == (14, 14, 64)
        np.testing.assert_allclose(coarse.alphas, 4 * fine.alphas, rtol=1e-4, atol=1e-7)
    states("grad-cam", 4, "14×14", "7×7", "196", "49")


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


@pytest.mark.slow
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


def test_the_lightness_of_jet_does_not_rise_with_the_number() -> None:
    def lightness(name: str) -> Values:
        """Return CIE L* of the 256 colours."""
        rgb = colormaps[name](np.arange(256))[:, :3]
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        y = linear @ [0.2126, 0.7152, 0.0722]
        values: Values = np.where(y > 0.008856, 116 * np.cbrt(y) - 16, 903.3 * y)
        return values

    jet, viridis = lightness("jet"), lightness("viridis")

    assert (np.diff(viridis) > 0).all()
    assert (viridis[0], viridis[-1]) == pytest.approx((15, 91), abs=0.5)
    assert jet.argmax() / 255 == pytest.approx(0.64, abs=0.005)
    assert (jet.max(), jet[-1]) == pytest.approx((96, 25), abs=0.5)
    states("reading", 4, "15", "91", "96", "0.64", "25")


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


@pytest.mark.slow
def test_the_map_by_probability_is_off_for_most_digits(
    explainer: Explainer, layer: LastLayer
) -> None:
    off = []
    for i in range(0, len(layer.images), 500):
        exact, rounded = (
            explainer.explain(layer.images[i : i + 500], score=score).heatmaps
            for score in ("log_odds", "probability")
        )
        off.append(np.abs(exact - rounded).max((1, 2)) > 0.05)

    assert 0.5 < np.concatenate(off).mean() < 0.6
    states("deceptions", 0, "0.05")


@pytest.mark.slow
def test_so_many_heatmaps_are_empty(explainer: Explainer, layer: LastLayer) -> None:
    for name, share in (("conv2d", 0.57), (LAST, 0.019)):
        empty = [
            explainer.explain(layer.images[i : i + 500], layer=name).empty
            for i in range(0, len(layer.images), 500)
        ]
        assert np.concatenate(empty).mean() == pytest.approx(share, abs=0.005)
    states("deceptions", 1, "57%", "1.9%")


def test_the_twins_maps_are_alike_as_told(
    explainer: Explainer, untrained: Explainer, layer: LastLayer, digits: DigitSet
) -> None:
    targets = layer.predictions[:FIRST]
    pairs = zip(
        *(
            each.explain(layer.images[:FIRST], targets=targets).heatmaps
            for each in (explainer, untrained)
        ),
        strict=True,
    )
    alike = np.array([correlation(one, other) for one, other in pairs])

    assert np.median(alike) == pytest.approx(0.32, abs=0.005)
    assert (alike > 0.5).mean() == pytest.approx(0.36, abs=0.006)
    assert accuracy(untrained, layer.images, digits) == pytest.approx(0.123, abs=0.0005)
    states("deceptions", 3, "0.32", "36%", "12.3%")


def test_mistakes_have_heatmaps_of_more_cells(gradcam: Values, wrong: NDArray[np.bool_]) -> None:
    cells = (gradcam > 0).sum(1)

    assert (wrong.sum(), (cells[wrong] > 0).sum()) == (129, 127)
    assert (np.median(cells[wrong]), np.median(cells[~wrong])) == (34, 22)
    states("deceptions", 4, "129", "127", "34", "22")


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
