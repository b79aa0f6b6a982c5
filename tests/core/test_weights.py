"""The shipped network is what its papers say."""

import numpy as np
import pytest

from core._keras import keras
from core.dataset import ORIGINAL_MD5, load_test_digits
from core.evaluation import evaluate
from core.network import WEIGHTS, WeightsError, epoch_file, fingerprint, load_network
from core.record import ModelRecord, Recipe
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


def test_every_epoch_is_kept_from_untrained_to_trained(record: ModelRecord) -> None:
    untrained, first, last = (load_network(epoch_file(epoch)) for epoch in (0, 1, 10))

    assert evaluate(untrained, load_test_digits()).accuracy == record.metrics.untrained_accuracy
    assert record.metrics.untrained_accuracy < 0.3
    assert evaluate(first, load_test_digits()).accuracy > 0.95
    for ours, shipped in zip(last.get_weights(), load_network().get_weights(), strict=True):
        assert np.array_equal(ours, shipped)


def test_a_file_that_is_no_network_of_ours_is_told_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("weights")
    (text := folder / "a.weights.h5").write_text("not weights")
    (whole := folder / "a.keras").write_bytes(b"not a network")
    (other := folder / "a.bin").write_bytes(b"")
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(small := folder / "s.keras")

    for file in (text, whole, other, small, folder / "absent.keras"):
        with pytest.raises(WeightsError) as told:
            load_network(file)
        assert str(told.value).endswith(".")
        assert "\n" not in str(told.value)


def test_a_whole_keras_file_is_loaded_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("weights") / "network.keras"
    model = get_basic_cnn()
    model.save(file)

    for ours, loaded in zip(model.get_weights(), load_network(file).get_weights(), strict=True):
        assert np.array_equal(ours, loaded)
