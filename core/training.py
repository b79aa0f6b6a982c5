"""Training by the tutorial's recipe, seed by seed, into a folder with a record of it."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np

from core._keras import keras, tf
from core.dataset import DigitSet, as_input, md5_by_file
from core.evaluation import Evaluation, evaluate
from core.explain.explainer import Explainer
from core.faithfulness.measurement import EXPLANATIONS_FILE, EXPLANATIONS_PLOT
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
_WRITTEN = {
    NETWORK_FILE,
    _EPOCHS,
    METRICS_FILE,
    HISTORY_FILE,
    CURVES_FILE,
    CONFUSION_FILE,
    CARD_FILE,
    EXPLANATIONS_FILE,  # of the network that is replaced, and so are replaced with it
    EXPLANATIONS_PLOT,
}


class OutputError(Exception):
    """The output cannot be written there; the message is one sentence for the user."""


class Progress(Protocol):
    """Receives the progress of a training."""

    def batch(self, seed: int, epoch: int, share: float) -> None:
        """Report that a share in [0, 1] of an epoch, counted from 1, is done."""

    def epoch(self, seed: int, epoch: int, measured: dict[str, float]) -> None:
        """Report loss, accuracy, val_loss and val_accuracy after an epoch, counted from 1."""


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """The training from one seed."""

    seed: int
    history: History
    evaluation: Evaluation
    untrained_accuracy: float

    @property
    def result(self) -> SeedResult:
        """Final validation and test accuracy."""
        return SeedResult(self.seed, self.history.val_accuracy[-1], self.evaluation.accuracy)


class _Reporter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    def __init__(self, seed: int, steps: int, progress: Progress, folder: Path | None) -> None:
        super().__init__()
        self._seed, self._steps, self._progress, self._folder = seed, steps, progress, folder
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self._progress.batch(self._seed, self._epoch, (batch + 1) / self._steps)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._folder is not None:
            save_weights(self.model, epoch_file(epoch + 1, self._folder))
        self._progress.epoch(self._seed, epoch + 1, logs or {})


def fit(
    model: keras.Model,
    *data: object,
    seed: int,
    steps: int,
    progress: Progress,
    folder: Path | None = None,
    **options: object,
) -> History:
    """Fit a compiled model with data and options of `keras.Model.fit`.

    The weights after each epoch of `steps` steps are saved in the folder, if one is given.
    """
    callbacks = [_Reporter(seed, steps, progress, folder)]
    fitted = model.fit(*data, callbacks=callbacks, verbose=0, **options)
    return History(**{name: tuple(map(float, values)) for name, values in fitted.history.items()})


def train(
    digits: DigitSet,
    test: DigitSet,
    folder: Path,
    seeds: Sequence[int],
    recipe: Recipe,
    progress: Progress,
) -> ModelRecord:
    """Train one network per seed and write the one with the median test accuracy.

    The folder gets the weights before training and after every epoch, the record, its plots and a
    model card. That of an earlier training is replaced as a whole at the end, or left as it was.

    Raises:
        OutputError: If the folder holds anything else or cannot be written; raised before training.
    """
    tf.config.experimental.enable_op_determinism()
    with atomic_folder(folder) as fresh:
        runs = []
        for seed in seeds:
            kept = fresh / f"seed-{seed}"
            (kept / _EPOCHS).mkdir(parents=True)
            runs.append(_train_one(digits, test, kept, seed, recipe, progress))
        chosen = median_run(runs)
        shutil.move(fresh / f"seed-{chosen.seed}" / _EPOCHS, fresh / _EPOCHS)
        for seed in seeds:
            shutil.rmtree(fresh / f"seed-{seed}")
        shutil.copyfile(epoch_file(recipe.epochs, fresh), fresh / NETWORK_FILE)
        record = write_record(fresh, chosen, runs, recipe, digits, test)
    return ModelRecord(folder, record.metrics, record.history)


def median_run(runs: Sequence[Run]) -> Run:
    """Return the run nearest to the median test accuracy; the smaller seed where two are."""
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
    # Set again, so that the evaluation does not change how the digits are shuffled.
    keras.utils.set_random_seed(seed)
    history = fit(
        model,
        as_input(digits.images),
        keras.utils.to_categorical(digits.labels, 10),
        seed=seed,
        steps=steps,
        progress=progress,
        folder=folder,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_split=recipe.validation_split,
    )
    return Run(seed, history, evaluate(model, test), untrained.accuracy)


def save_weights(model: keras.Model, file: Path) -> None:
    """Save the weights without the optimizer's state, which is twice as large."""
    bare = get_basic_cnn()
    bare.set_weights(model.get_weights())
    bare.save_weights(file)


def write_record(
    folder: Path,
    chosen: Run,
    runs: Sequence[Run],
    recipe: Recipe,
    digits: DigitSet,
    test: DigitSet,
    uploads: UploadsMetrics | None = None,
) -> ModelRecord:
    """Write the record, its plots and the model card of the weights in a folder."""
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
        data_md5=md5_by_file(digits, test),
        versions={each.__name__: each.__version__ for each in (tf, keras, np)},
        uploads=uploads,
    )
    record = ModelRecord(folder, metrics, chosen.history)
    record.save()
    record.curves_file.write_bytes(training_curves(chosen.history))
    record.confusion_file.write_bytes(confusion_matrix(evaluation.confusion))
    (folder / CARD_FILE).write_text(model_card(record), encoding="utf-8")
    return record


def _empty_maps(folder: Path, test: DigitSet) -> dict[str, float]:
    """Return the share of empty maps of the predicted class, by layer."""
    explainer = Explainer.load(folder)
    batches = np.array_split(as_input(test.images), max(1, len(test) // 1000))
    return {
        layer: float(np.mean(np.concatenate([explainer.explain(b, layer).empty for b in batches])))
        for layer in explainer.layers
    }


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder that replaces another one on success.

    Raises:
        OutputError: If the folder holds anything that no training wrote, or cannot be written.
    """
    folder = folder.resolve()
    try:
        _check_replaceable(folder)
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


def _check_replaceable(folder: Path) -> None:
    """Keep a mistyped `--output ~` from replacing a folder of something else."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file, not a folder.")
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    foreign = sorted(names - _WRITTEN)
    if foreign:
        raise OutputError(
            f"{folder} holds what no training wrote, such as {foreign[0]}: name another."
        )
