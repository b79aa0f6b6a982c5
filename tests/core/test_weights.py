"""The shipped networks are what their papers say."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from bot.runtime.networks import load_explainer
from core.calibration import calibration_error
from core.dataset import ORIGINAL_MD5, DigitSet, as_input, load_test_digits
from core.evaluation import evaluate
from core.examples import NEGATIVE, draw_examples, draw_kinds, split_sources
from core.network import (
    UPLOADS_WEIGHTS,
    WEIGHTS,
    epoch_file,
    fingerprint,
    load_network,
)
from core.record import METRICS_FILE, ModelRecord, Recipe, RecordError
from core.training_uploads import DIGITS, NEGATIVES, RECIPE, THRESHOLD
from core.tutorial import get_basic_cnn


@pytest.fixture(scope="module")
def record() -> ModelRecord:
    return ModelRecord.load(WEIGHTS)


def test_the_shipped_network_is_as_good_as_it_says(record: ModelRecord) -> None:
    measured = evaluate(load_network(), load_test_digits())

    assert measured.correct == record.metrics.correct
    assert measured.accuracy >= 0.985
    assert measured.confusion.tolist() == [list(row) for row in record.metrics.confusion]
    assert measured.confused == record.metrics.confused


@pytest.mark.sampled(1)
@pytest.mark.parametrize("weights", [WEIGHTS, UPLOADS_WEIGHTS])
def test_no_test_digit_is_read_another_way_by_other_roundings(weights: Path) -> None:
    """The counts of a record are the same on every processor: no two classes come too close."""
    logits = load_explainer(weights).logits(as_input(load_test_digits().images))
    second, first = np.sort(logits, axis=1)[:, -2:].T

    assert (first - second).min() > 1e-3


def test_it_was_trained_by_the_recipe_on_mnist(record: ModelRecord) -> None:
    metrics = record.metrics

    assert metrics.recipe == Recipe()
    assert metrics.trained_on == 60_000
    assert metrics.data_md5 == ORIGINAL_MD5
    assert metrics.fingerprint == fingerprint()
    assert metrics.parameters == 50_186
    assert len(record.history.loss) == 10


def test_its_seed_is_the_one_nearest_the_median_of_at_least_five(record: ModelRecord) -> None:
    runs = record.metrics.runs
    middle = float(np.median([run.test_accuracy for run in runs]))
    distance = {run.seed: abs(run.test_accuracy - middle) for run in runs}

    assert len(runs) >= 5
    assert distance[record.metrics.seed] == min(distance.values())
    assert record.metrics.test_accuracy.median == middle


@pytest.mark.slow
def test_every_epoch_is_kept_from_untrained_to_trained(record: ModelRecord) -> None:
    untrained, first, last = (load_network(epoch_file(epoch)) for epoch in (0, 1, 10))

    # Untrained, two classes can come as close as 2e-5, and rounding decides.
    assert evaluate(untrained, load_test_digits()).accuracy == pytest.approx(
        record.metrics.untrained_accuracy, abs=0.001
    )
    assert record.metrics.untrained_accuracy < 0.3
    assert evaluate(first, load_test_digits()).accuracy > 0.95
    for weights, shipped in zip(last.get_weights(), load_network().get_weights(), strict=True):
        assert np.array_equal(weights, shipped)


@pytest.fixture(scope="module")
def for_uploads() -> ModelRecord:
    return ModelRecord.load(UPLOADS_WEIGHTS)


def test_the_uploads_network_is_as_good_as_it_says(for_uploads: ModelRecord) -> None:
    model = load_network(UPLOADS_WEIGHTS)
    measured = evaluate(model, load_test_digits())
    metrics = for_uploads.metrics

    assert measured.correct == metrics.correct
    assert measured.accuracy >= 0.992
    assert measured.confusion.tolist() == [list(row) for row in metrics.confusion]
    assert [layer.name for layer in model.layers] == [layer.name for layer in load_network().layers]
    assert model.count_params() == metrics.parameters == 50_186
    assert metrics.fingerprint == fingerprint(UPLOADS_WEIGHTS) != fingerprint()


def test_the_uploads_network_was_trained_by_its_recipe_on_mnist(for_uploads: ModelRecord) -> None:
    metrics, uploads = for_uploads.metrics, for_uploads.uploads_metrics

    assert metrics.recipe == RECIPE
    assert metrics.data_md5 == ORIGINAL_MD5
    assert len(for_uploads.history.loss) == RECIPE.epochs
    assert (uploads.digits_drawn, uploads.negatives_drawn) == (DIGITS, NEGATIVES)
    assert uploads.threshold == THRESHOLD


@pytest.mark.slow
def test_on_changed_digits_it_refuses_and_is_sure_as_often_as_it_says(
    for_uploads: ModelRecord, digits: DigitSet
) -> None:
    """Of the test set and of glyphs that were kept out, none of which its record is from."""
    _, others = split_sources(digits, len(digits))
    images, labels = draw_examples(others, 2500, 2500, seed=0)
    logits = load_explainer(UPLOADS_WEIGHTS).logits(images / np.float32(255)).astype(np.float64)
    is_digit, uploads = labels != NEGATIVE, for_uploads.uploads_metrics

    refused = np.logaddexp.reduce(logits, axis=1) < uploads.threshold
    assert refused[is_digit].mean() == pytest.approx(uploads.digits_refused, abs=0.015)
    assert refused[~is_digit].mean() == pytest.approx(uploads.negatives_refused, abs=0.015)
    probabilities = softmax(logits[is_digit], axis=1)
    right = probabilities.argmax(axis=1) == labels[is_digit]
    assert calibration_error(probabilities.max(axis=1), right) < 0.015
    assert uploads.ece_after < uploads.ece_before < 0.01


@pytest.mark.slow
def test_it_refuses_each_kind_of_negative_as_often_as_it_says(
    for_uploads: ModelRecord, digits: DigitSet
) -> None:
    _, others = split_sources(digits, len(digits))
    explainer, uploads = load_explainer(UPLOADS_WEIGHTS), for_uploads.uploads_metrics

    for kind, images in draw_kinds(others, 400, seed=0).items():
        objectness = np.logaddexp.reduce(explainer.logits(images / np.float32(255)), axis=1)
        refused = (objectness < uploads.threshold).mean()
        assert refused == pytest.approx(uploads.refused_by_kind[kind], abs=0.07), kind


def test_on_sheets_of_paper_it_is_far_better_than_the_tutorials(for_uploads: ModelRecord) -> None:
    uploads = for_uploads.uploads_metrics

    assert uploads.changed_accuracy >= 0.97
    assert uploads.changed_accuracy_tutorial < 0.5


def test_a_record_with_the_former_names_of_its_fields_is_read(
    for_uploads: ModelRecord, tmp_path: Path
) -> None:
    for file in UPLOADS_WEIGHTS.glob("*.json"):
        former = file.read_text("utf-8").replace('"negatives_', '"strangers_')
        (tmp_path / file.name).write_text(former, "utf-8")

    assert ModelRecord.load(tmp_path).metrics == for_uploads.metrics


def test_a_record_from_before_kinds_were_measured_is_read(
    for_uploads: ModelRecord, tmp_path: Path
) -> None:
    shutil.copytree(UPLOADS_WEIGHTS, tmp_path, dirs_exist_ok=True)
    file = tmp_path / METRICS_FILE
    former = json.loads(file.read_text("utf-8"))
    del former["uploads"]["refused_by_kind"]
    file.write_text(json.dumps(former), "utf-8")

    read = ModelRecord.load(tmp_path).uploads_metrics
    assert read == replace(for_uploads.uploads_metrics, refused_by_kind={})


def test_the_tutorials_network_has_no_rule_for_photographs(record: ModelRecord) -> None:
    with pytest.raises(RecordError, match="was not trained for photographs"):
        _ = record.uploads_metrics


def test_a_whole_keras_file_is_loaded_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("weights") / "network.keras"
    model = get_basic_cnn()
    model.save(file)

    for weights, loaded in zip(model.get_weights(), load_network(file).get_weights(), strict=True):
        assert np.array_equal(weights, loaded)


def test_the_shipped_network_has_all_that_lessons_show(record: ModelRecord) -> None:
    assert ModelRecord.load_tutorial(WEIGHTS) == record


@pytest.mark.parametrize(
    "missing", ["network.weights.h5", "curves.png", "epochs/epoch-00", "/epoch-07"]
)
def test_a_folder_that_lacks_what_lessons_show_is_refused(missing: str, tmp_path: Path) -> None:
    folder = tmp_path / "net"
    shutil.copytree(WEIGHTS, folder)
    (gone,) = (file for file in folder.rglob("*") if missing in str(file) and file.is_file())
    gone.unlink()

    with pytest.raises(RecordError, match=f"net lacks .*{gone.name}"):
        ModelRecord.load_tutorial(folder)


def test_neither_weights_alone_nor_the_uploads_network_have_what_lessons_show() -> None:
    with pytest.raises(RecordError, match="does not hold the record of a training"):
        ModelRecord.load_tutorial(WEIGHTS / "network.weights.h5")
    with pytest.raises(RecordError, match=r"lacks epochs/epoch-00\.weights\.h5"):
        ModelRecord.load_tutorial(UPLOADS_WEIGHTS)
