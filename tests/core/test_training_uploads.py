"""The uploads' network trained on a few examples, from drawing them to its model card."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from core import training_uploads
from core.calibration import calibration_error
from core.dataset import DigitSet
from core.evaluation import evaluate
from core.examples import NEGATIVE, draw_examples, draw_kinds, split_sources
from core.modelcard import model_card
from core.network import fingerprint, load_network
from core.record import ModelRecord
from core.training_uploads import RECIPE, train_for_uploads
from core.tutorial import get_basic_cnn
from tests.builders import some_digits

_TRAINED, _KEPT, _OF_A_KIND, _SEED, _EPOCHS = 900, 300, 50, 3, 8


class _Heard:
    """Keeps what it is told of a training."""

    def __init__(self) -> None:
        self.batches: list[float] = []
        self.epochs: list[tuple[int, int]] = []

    def batch(self, seed: int, epoch: int, share: float) -> None:  # noqa: ARG002
        self.batches.append(share)

    def epoch(self, seed: int, epoch: int, measured: dict[str, float]) -> None:
        assert set(measured) == {"loss", "accuracy", "val_loss", "val_accuracy"}
        self.epochs.append((seed, epoch))


def _train(digits: DigitSet, folder: Path, heard: _Heard) -> ModelRecord:
    return train_for_uploads(
        some_digits(digits, 0, 600), some_digits(digits, 600, 640), folder, _SEED, heard
    )


@pytest.fixture(scope="module")
def heard() -> _Heard:
    return _Heard()


@pytest.fixture(scope="module")
def record(
    digits: DigitSet, heard: _Heard, tmp_path_factory: pytest.TempPathFactory
) -> ModelRecord:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_uploads, "RECIPE", replace(RECIPE, epochs=_EPOCHS))
        patch.setattr(training_uploads, "DIGITS", _TRAINED)
        patch.setattr(training_uploads, "NEGATIVES", _TRAINED)
        patch.setattr(training_uploads, "_HELD_OUT_DIGITS", _KEPT)
        patch.setattr(training_uploads, "_HELD_OUT_NEGATIVES", _KEPT)
        patch.setattr(training_uploads, "_HELD_OUT_OF_A_KIND", _OF_A_KIND)
        return _train(digits, tmp_path_factory.mktemp("training") / "net", heard)


@pytest.mark.slow
def test_it_writes_a_network_and_all_that_is_told_of_it(
    record: ModelRecord, heard: _Heard, digits: DigitSet
) -> None:
    metrics = record.metrics

    assert sorted(file.name for file in record.folder.iterdir()) == [
        "MODEL_CARD.md",
        "confusion.png",
        "curves.png",
        "history.json",
        "metrics.json",
        "network.weights.h5",
    ]
    assert [file.name for file in record.folder.parent.iterdir()] == ["net"]
    assert ModelRecord.load(record.folder) == record
    assert (metrics.parameters, metrics.seed, metrics.digits) == (50_186, _SEED, 40)
    assert metrics.fingerprint == fingerprint(record.folder)
    assert (
        metrics.correct
        == evaluate(load_network(record.folder), some_digits(digits, 600, 640)).correct
    )
    assert heard.epochs == [(_SEED, epoch) for epoch in range(1, _EPOCHS + 1)]
    assert heard.batches[:14] == [pytest.approx((n + 1) / 14) for n in range(14)]
    card = (record.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card == model_card(record)


@pytest.mark.slow
def test_it_learns_digits_and_that_there_are_others(record: ModelRecord) -> None:
    history, uploads = record.history, record.uploads_metrics

    assert history.loss[-1] < history.loss[0]
    assert record.metrics.accuracy > record.metrics.untrained_accuracy
    assert uploads.negatives_refused > uploads.digits_refused + 0.2
    assert (uploads.digits_drawn, uploads.negatives_drawn) == (_TRAINED, _TRAINED)


@pytest.mark.slow
def test_the_weights_that_are_kept_are_the_calibrated_ones(
    record: ModelRecord, digits: DigitSet
) -> None:
    _, held_out = split_sources(some_digits(digits, 0, 600), 60)
    images, labels = draw_examples(held_out, _KEPT, _KEPT, _SEED + 1)
    logits = training_uploads._logits(load_network(record.folder), images)
    is_digit, uploads = labels != NEGATIVE, record.uploads_metrics

    def error(divided: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        probabilities = softmax(divided[is_digit], axis=1)
        right = probabilities.argmax(axis=1) == labels[is_digit]
        return calibration_error(probabilities.max(axis=1), right)

    assert uploads.temperature != pytest.approx(1, abs=0.01)
    assert error(logits) == pytest.approx(uploads.ece_after, abs=1e-3)
    assert error(logits * uploads.temperature) == pytest.approx(uploads.ece_before, abs=1e-3)
    refused = np.logaddexp.reduce(logits, axis=1) < uploads.threshold
    assert refused[is_digit].mean() == pytest.approx(uploads.digits_refused, abs=0.01)
    assert refused[~is_digit].mean() == pytest.approx(uploads.negatives_refused, abs=0.01)


@pytest.mark.slow
def test_the_share_refused_of_a_kind_is_of_examples_of_that_kind(
    record: ModelRecord, digits: DigitSet
) -> None:
    _, held_out = split_sources(some_digits(digits, 0, 600), 60)
    drawn = draw_kinds(held_out, _OF_A_KIND, _SEED + 2)
    model, by_kind = load_network(record.folder), record.uploads_metrics.refused_by_kind

    assert list(by_kind) == list(drawn)
    for kind, images in drawn.items():
        objectness = np.logaddexp.reduce(training_uploads._logits(model, images), axis=1)
        assert (objectness < record.uploads_metrics.threshold).mean() == pytest.approx(
            by_kind[kind], abs=0.03
        )


def test_a_network_that_takes_nothing_for_a_digit_reads_nothing(digits: DigitSet) -> None:
    model = get_basic_cnn()
    dense = model.get_layer("dense")
    kernel, bias = dense.get_weights()
    dense.set_weights([kernel * 0, bias - 9])

    assert training_uploads._accuracy_when_read(model, some_digits(digits, 0, 5)) == 0
