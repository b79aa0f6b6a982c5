"""The record beside a network's weights: how it was trained, and what it was measured at."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated, Self

from pydantic import AliasChoices, Field, TypeAdapter, ValidationError

from core.network import NETWORK_FILE, epoch_file

METRICS_FILE = "metrics.json"
HISTORY_FILE = "history.json"
CURVES_FILE = "curves.png"
CONFUSION_FILE = "confusion.png"
CARD_FILE = "MODEL_CARD.md"

TUTORIAL_VAL_ACCURACY = 0.9888
"""The validation accuracy after the last epoch of the tutorial's own run."""


def _formerly(name: str, former: str) -> object:
    """Read a field under its former name too, as in records that were written before."""
    return Field(validation_alias=AliasChoices(name, former))


class RecordError(Exception):
    """A folder does not hold a record; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained. The defaults are the tutorial's.

    The validation split is a share of the digits, taken from the end. The optimizer and the loss
    are used with Keras's defaults.
    """

    epochs: int = 10
    batch_size: int = 64
    validation_split: float = 0.2
    optimizer: str = "adam"
    loss: str = "categorical_crossentropy"


@dataclass(frozen=True, slots=True)
class History:
    """Keras's training history, one value per epoch.

    `loss` and `accuracy` are means over the epoch, while the weights change; `val_loss` and
    `val_accuracy` are measured on the validation digits after the epoch.
    """

    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """Final validation and test accuracy of the training from one seed."""

    seed: int
    val_accuracy: float
    test_accuracy: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and range of some values."""

    median: float
    minimum: float
    maximum: float

    @classmethod
    def of(cls, values: list[float]) -> Self:
        """Summarise at least one value."""
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Precision, recall and F1 of one class, in [0, 1]; `support` is its number of digits."""

    digit: int
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Digits of the class `label` that were predicted as another, by index in the data set."""

    label: int
    predicted: int
    indexes: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of digits."""
        return len(self.indexes)


_FIRST_KINDS = (
    "letters and signs",
    "rows of digits",
    "lines",
    "scribbles",
    "shapes",
    "blots",
)


@dataclass(frozen=True, slots=True)
class UploadsMetrics:
    """How the uploads' network rejects what is not a digit, and how accurate it is on photographs.

    Measured on examples that were not trained on: augmented digits from the end of the training
    set, and augmented negatives from glyphs that were held out. Shares are in [0, 1].

    Attributes:
        threshold: The lowest objectness, in log-odds, that counts as a digit; see
            `core.uploads.reader`.
        digits_refused: Share of the digits below the threshold.
        negatives_refused: Share of the negatives below the threshold.
        temperature: What the logits were divided by after the training.
        ece_before: Expected calibration error before temperature scaling.
        ece_after: Expected calibration error after it.
        changed_accuracy: Accuracy on test digits rotated, shifted, scaled, inverted and put on
            paper (`core.augmentation.photograph`).
        changed_accuracy_tutorial: Accuracy of the tutorial's network on the same sheets, shrunk to
            28 x 28.
        digits_drawn: Number of digits trained on.
        negatives_drawn: Number of negatives trained on.
        refused_by_kind: Share of each kind of negative (`core.negatives.KINDS`) below the
            threshold; empty in records from before it was measured.
        kinds_learned: The kinds of negatives that were trained on; the first six in records from
            before there were more.
    """

    threshold: float
    digits_refused: float
    negatives_refused: Annotated[float, _formerly("negatives_refused", "strangers_refused")]
    temperature: float
    ece_before: float
    ece_after: float
    changed_accuracy: float
    changed_accuracy_tutorial: float
    digits_drawn: int
    negatives_drawn: Annotated[int, _formerly("negatives_drawn", "strangers_drawn")]
    refused_by_kind: dict[str, float] = field(default_factory=dict)
    kinds_learned: tuple[str, ...] = _FIRST_KINDS


@dataclass(frozen=True, slots=True)
class Metrics:
    """A trained network in figures. Shares are in [0, 1].

    Attributes:
        fingerprint: Short hash of the weights; see `core.network.fingerprint`.
        seed: Seed of the shipped weights.
        runs: Results of all seeds that were trained.
        val_accuracy: Spread of the runs' validation accuracy.
        test_accuracy: Spread of the runs' test accuracy.
        untrained_accuracy: Test accuracy before the first step.
        digits: Number of test digits, `correct` of which are read correctly.
        accuracy: `correct / digits`.
        interval: 95 % interval of the accuracy.
        classes: Figures of the ten classes, in order.
        confusion: (10, 10), labels in rows, predictions in columns.
        confused: Confused pairs of classes, the most frequent first.
        empty_maps: By layer, the share of test digits whose Grad-CAM map of the predicted class,
            by log-odds, is all zeros.
        trained_on: Number of training digits, validation included.
        data_md5: md5 of the idx content of the training and test data, by original file name.
        versions: Versions of the libraries, by name.
        uploads: Figures on photographs, for a network that was trained for them.
    """

    fingerprint: str
    parameters: int
    seed: int
    runs: tuple[SeedResult, ...]
    val_accuracy: Spread
    test_accuracy: Spread
    untrained_accuracy: float
    correct: int
    digits: int
    accuracy: float
    interval: tuple[float, float]
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    confused: tuple[ConfusedPair, ...]
    empty_maps: dict[str, float]
    recipe: Recipe
    trained_on: int
    data_md5: dict[str, str]
    versions: dict[str, str]
    uploads: UploadsMetrics | None = None


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """The record in a folder that the training wrote."""

    folder: Path
    metrics: Metrics
    history: History

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a record.

        Raises:
            RecordError: If a file is missing or is not what the training writes.
        """
        try:
            metrics = _METRICS.validate_json((folder / METRICS_FILE).read_bytes())
            history = _HISTORY.validate_json((folder / HISTORY_FILE).read_bytes())
        except (OSError, ValidationError) as error:
            raise RecordError(f"{folder} does not hold the record of a training.") from error
        return cls(folder, metrics, history)

    @classmethod
    def load_tutorial(cls, folder: Path) -> Self:
        """Read the record of a network that was trained by the tutorial's recipe.

        Raises:
            RecordError: If it is missing, or the weights of an epoch or a plot.
        """
        record = cls.load(folder)
        epochs = [epoch_file(epoch, folder) for epoch in range(Recipe().epochs + 1)]
        for file in (folder / NETWORK_FILE, record.curves_file, record.confusion_file, *epochs):
            if not file.is_file():
                raise RecordError(
                    f"{folder} lacks {file.relative_to(folder)}, "
                    "which belongs to a network trained by the tutorial's recipe."
                )
        return record

    def save(self) -> None:
        """Write both JSON files into the folder, which must exist."""
        (self.folder / METRICS_FILE).write_bytes(_METRICS.dump_json(self.metrics, indent=2) + b"\n")
        (self.folder / HISTORY_FILE).write_bytes(_HISTORY.dump_json(self.history, indent=2) + b"\n")

    @property
    def uploads_metrics(self) -> UploadsMetrics:
        """The figures on photographs.

        Raises:
            RecordError: If the network was not trained for photographs.
        """
        if self.metrics.uploads is None:
            raise RecordError(f"The network in {self.folder} was not trained for photographs.")
        return self.metrics.uploads

    @property
    def curves_file(self) -> Path:
        """The plot of loss and accuracy by epoch."""
        return self.folder / CURVES_FILE

    @property
    def confusion_file(self) -> Path:
        """The plot of the confusion matrix."""
        return self.folder / CONFUSION_FILE


_METRICS = TypeAdapter(Metrics)
_HISTORY = TypeAdapter(History)
