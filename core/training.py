"""The tutorial's training, seed by seed, and everything that is kept of it."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np

from core import idx
from core._keras import keras, tf
from core.dataset import (
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    DigitSet,
    as_input,
)
from core.evaluation import Evaluation, evaluate
from core.explain.explainer import Explainer
from core.figures.plots import confusion_matrix, training_curves
from core.modelcard import model_card
from core.network import NETWORK_FILE, epoch_file, fingerprint
from core.record import (
    CARD_FILE,
    CONFUSION_FILE,
    CURVES_FILE,
    HISTORY_FILE,
    METRICS_FILE,
    History,
    Metrics,
    ModelRecord,
    Recipe,
    SeedResult,
    Spread,
    UploadsMetrics,
)
from core.tutorial import get_basic_cnn

_EPOCHS = "epochs"
_KEPT = {
    NETWORK_FILE,
    _EPOCHS,
    METRICS_FILE,
    HISTORY_FILE,
    CURVES_FILE,
    CONFUSION_FILE,
    CARD_FILE,
}


class OutputError(Exception):
    """The result cannot be written there; the message is one sentence for a person."""


class Progress(Protocol):
    """Is told how the training goes."""

    def batch(self, seed: int, epoch: int, share: float) -> None:
        """Say that a share in [0, 1] of an epoch (from 1) of a seed is done."""

    def epoch(self, seed: int, epoch: int, measured: dict[str, float]) -> None:
        """Say what an epoch (from 1) of a seed ended at: loss, accuracy, val_loss, val_accuracy."""


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """One training, from one seed."""

    seed: int
    history: History
    evaluation: Evaluation
    untrained_accuracy: float

    @property
    def result(self) -> SeedResult:
        """Where it ended."""
        return SeedResult(self.seed, self.history.val_accuracy[-1], self.evaluation.accuracy)


def train(
    digits: DigitSet,
    test: DigitSet,
    folder: Path,
    seeds: Sequence[int],
    recipe: Recipe,
    progress: Progress,
) -> ModelRecord:
    """Train one network a seed, and write the one nearest the median of their test accuracies.

    The folder gets the weights, the weights of the untrained network and of every epoch, the
    history, the curves, the confusion matrix and a model card. It appears whole or not at all:
    until the last moment everything is in a temporary folder beside it.

    Args:
        digits: what to train on; the recipe's share of them is kept out, as Keras does it.
        test: what the networks are measured on.
        folder: where the result goes; an earlier training's is replaced.
        seeds: at least one.
        recipe: the tutorial's by default.
        progress: is told how it goes.

    Returns:
        What was written.

    Raises:
        OutputError: the folder holds something else or cannot be written, found out beforehand.
    """
    # The same numbers each time, however the work falls to the threads.
    tf.config.experimental.enable_op_determinism()
    with whole_or_not_at_all(folder) as fresh:
        runs = []
        for seed in seeds:
            kept = fresh / f"seed-{seed}"
            (kept / _EPOCHS).mkdir(parents=True)
            runs.append(_train_one(digits, test, kept, seed, recipe, progress))
        chosen = nearest_the_median(runs)
        shutil.move(fresh / f"seed-{chosen.seed}" / _EPOCHS, fresh / _EPOCHS)
        for seed in seeds:
            shutil.rmtree(fresh / f"seed-{seed}")
        shutil.copyfile(epoch_file(recipe.epochs, fresh), fresh / NETWORK_FILE)
        record = make_record(fresh, chosen, runs, recipe, digits, test)
        record.save()
        record.curves_file.write_bytes(training_curves(chosen.history))
        record.confusion_file.write_bytes(confusion_matrix(chosen.evaluation.confusion))
        (fresh / CARD_FILE).write_text(model_card(record), encoding="utf-8")
    return ModelRecord(folder, record.metrics, record.history)


def nearest_the_median(runs: Sequence[Run]) -> Run:
    """Choose the run that stands for the recipe, and not the luckiest; of two, the smaller seed."""
    middle = median(run.evaluation.accuracy for run in runs)
    return min(runs, key=lambda run: (abs(run.evaluation.accuracy - middle), run.seed))


def _train_one(
    digits: DigitSet, test: DigitSet, folder: Path, seed: int, recipe: Recipe, progress: Progress
) -> Run:
    keras.utils.set_random_seed(seed)
    model = get_basic_cnn()
    model.compile(optimizer=recipe.optimizer, loss=recipe.loss, metrics=["accuracy"])
    save_weights(model, epoch_file(0, folder))
    untrained = evaluate(model, test)
    steps = -(-int(len(digits) * (1 - recipe.validation_split)) // recipe.batch_size)

    class Keep(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
        """Keeps the weights after every epoch, and tells how it goes."""

        now = 0

        def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
            self.now = epoch + 1

        def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
            progress.batch(seed, self.now, (batch + 1) / steps)

        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            save_weights(model, epoch_file(epoch + 1, folder))
            progress.epoch(seed, epoch + 1, logs or {})

    # Set again, so that nothing between has a say in how the digits are shuffled.
    keras.utils.set_random_seed(seed)
    fitted = model.fit(
        as_input(digits.images),
        keras.utils.to_categorical(digits.labels, 10),
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_split=recipe.validation_split,
        callbacks=[Keep()],
        verbose=0,
    )
    measured = {name: tuple(map(float, values)) for name, values in fitted.history.items()}
    return Run(seed, History(**measured), evaluate(model, test), untrained.accuracy)


def save_weights(model: keras.Model, file: Path) -> None:
    """Write a model's weights without the state of its optimiser, which is twice as much again."""
    bare = get_basic_cnn()
    bare.set_weights(model.get_weights())
    bare.save_weights(file)


def make_record(
    folder: Path,
    chosen: Run,
    runs: Sequence[Run],
    recipe: Recipe,
    digits: DigitSet,
    test: DigitSet,
    uploads: UploadsMetrics | None = None,
) -> ModelRecord:
    """Put together what is kept of a network whose weights are in a folder already."""
    evaluation = chosen.evaluation
    results = tuple(run.result for run in runs)
    metrics = Metrics(
        fingerprint=fingerprint(folder),
        parameters=get_basic_cnn().count_params(),
        seed=chosen.seed,
        runs=results,
        val_accuracy=Spread.of([result.val_accuracy for result in results]),
        test_accuracy=Spread.of([result.test_accuracy for result in results]),
        untrained_accuracy=chosen.untrained_accuracy,
        correct=evaluation.correct,
        digits=len(test),
        accuracy=evaluation.accuracy,
        interval=evaluation.interval,
        classes=evaluation.classes,
        confusion=tuple(map(tuple, evaluation.confusion.tolist())),
        confused=evaluation.confused,
        empty_maps=_empty_maps(folder, test),
        recipe=recipe,
        trained_on=len(digits),
        data_md5={
            TRAIN_IMAGES: idx.md5(digits.images),
            TRAIN_LABELS: idx.md5(digits.labels),
            TEST_IMAGES: idx.md5(test.images),
            TEST_LABELS: idx.md5(test.labels),
        },
        versions={name: version(name) for name in ("tensorflow", "keras", "numpy")},
        uploads=uploads,
    )
    return ModelRecord(folder, metrics, chosen.history)


def _empty_maps(folder: Path, test: DigitSet) -> dict[str, float]:
    explainer = Explainer.load(folder)
    batches = np.array_split(as_input(test.images), max(1, len(test) // 1000))
    return {
        layer: float(np.mean(np.concatenate([explainer.explain(b, layer).empty for b in batches])))
        for layer in explainer.layers
    }


@contextmanager
def whole_or_not_at_all(folder: Path) -> Iterator[Path]:
    """Give a temporary folder, and put it in the place of another once all has gone well."""
    folder = folder.resolve()
    try:
        _refuse_what_is_not_ours(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}.") from error
    with beside:
        fresh, old = Path(beside.name) / "fresh", Path(beside.name) / "old"
        fresh.mkdir()
        yield fresh
        try:
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
        except BaseException:
            if old.exists():
                old.rename(folder)
            raise


def _refuse_what_is_not_ours(folder: Path) -> None:
    """Keep a slip of the hand, such as `--output ~`, from replacing a folder of something else."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file, not a folder.")
    there = {path.name for path in folder.iterdir()} if folder.exists() else set()
    foreign = sorted(there - _KEPT)
    if foreign:
        raise OutputError(
            f"{folder} holds what no training wrote, such as {foreign[0]}: name another."
        )
