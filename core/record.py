"""What stands beside a network's weights: where they come from and what they were measured at."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Self

from pydantic import AliasChoices, Field, TypeAdapter, ValidationError

from core.evaluation import ClassFigures, ConfusedPair
from core.network import NETWORK_FILE, epoch_file

METRICS_FILE = "metrics.json"
HISTORY_FILE = "history.json"
CURVES_FILE = "curves.png"
CONFUSION_FILE = "confusion.png"
CARD_FILE = "MODEL_CARD.md"

TUTORIAL_VAL_ACCURACY = 0.9888
"""What the last epoch of the tutorial's own run reads."""


def _formerly(name: str, former: str) -> object:
    """Read a field under its former name too, as in records that were written before."""
    return Field(validation_alias=AliasChoices(name, former))


class RecordError(Exception):
    """A folder does not hold a network's record; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained; the defaults are the tutorial's.

    Attributes:
        epochs: how often every training digit is seen.
        batch_size: digits a step.
        validation_split: the share of the digits, the last ones, that is kept out of the training.
        optimizer: by Keras's name, with Keras's defaults.
        loss: by Keras's name.
    """

    epochs: int = 10
    batch_size: int = 64
    validation_split: float = 0.2
    optimizer: str = "adam"
    loss: str = "categorical_crossentropy"


@dataclass(frozen=True, slots=True)
class History:
    """What Keras measured after each epoch; every tuple has one value an epoch, in order.

    `loss` and `accuracy` are means over the epoch, while the weights were changing; `val_loss` and
    `val_accuracy` are measured on the digits kept out, after it.
    """

    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """Where one seed's training ended: accuracy on the digits kept out, and on the test digits."""

    seed: int
    val_accuracy: float
    test_accuracy: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the ends of some figures."""

    median: float
    minimum: float
    maximum: float

    @classmethod
    def of(cls, figures: list[float]) -> Self:
        """Summarise at least one figure."""
        return cls(median(figures), min(figures), max(figures))


@dataclass(frozen=True, slots=True)
class UploadsMetrics:
    """How a network that reads photographs decides, and how often that is right.

    Measured on pictures that it was not trained on: held-out digits of the training set and
    held-out letters and scribbles, changed as photographs change them. Shares are in [0, 1].

    Attributes:
        threshold: the least evidence, in log-odds units (`core.uploads.reader`), of what is taken
            for a digit.
        digits_refused: the share of digits that have less.
        negatives_refused: the share of letters, signs and scribbles that have less.
        temperature: what the logits were divided by after the training, to calibrate them.
        ece_before: the expected calibration error without that.
        ece_after: and with it.
        changed_accuracy: on the test digits turned, shifted, scaled, inverted and put on paper.
        changed_accuracy_tutorial: of the tutorial's network on the same, shrunk to 28 x 28.
        digits_drawn: how many examples of digits it was trained on.
        negatives_drawn: and how many of what is no digit.
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


@dataclass(frozen=True, slots=True)
class Metrics:
    """A trained network, in figures. Shares are in [0, 1].

    Attributes:
        fingerprint: the name of the weights (`core.network.fingerprint`).
        parameters: how many numbers were learned.
        seed: the one that the weights come from.
        runs: every seed that was trained, this one included.
        val_accuracy: the spread of the runs on the digits kept out.
        test_accuracy: their spread on the test digits.
        untrained_accuracy: of the same network before its first step, on the test digits.
        correct: how many test digits the network reads rightly.
        digits: how many there are.
        accuracy: the one by the other.
        interval: the 95 % interval of the accuracy.
        classes: ten, in order.
        confusion: (10, 10), rows are labels, columns are predictions.
        confused: pairs of classes that were confused, the most frequent first.
        empty_maps: by layer, the share of test digits whose Grad-CAM map of the predicted class, by
            log-odds, is all zeros.
        recipe: how it was trained.
        trained_on: how many digits the training had, those kept out included.
        data_md5: the idx content of training and test data, by the files' original names.
        versions: of TensorFlow and Keras.
        uploads: how it decides on photographs, where it was trained for them.
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
    """A folder written by the training, without its weights: what `/model` shows.

    Attributes:
        folder: where it is.
        metrics: the network in figures.
        history: how its training went.
    """

    folder: Path
    metrics: Metrics
    history: History

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a record.

        Raises:
            RecordError: a file of it is not there or is not what the training wrote.
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

        Args:
            folder: written by the training, with the weights of every epoch and the plots.

        Raises:
            RecordError: If any of this is missing.
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
        """Write both files into the folder, which must be there."""
        (self.folder / METRICS_FILE).write_bytes(_METRICS.dump_json(self.metrics, indent=2) + b"\n")
        (self.folder / HISTORY_FILE).write_bytes(_HISTORY.dump_json(self.history, indent=2) + b"\n")

    @property
    def decision(self) -> UploadsMetrics:
        """How the network decides on photographs.

        Raises:
            RecordError: it was not trained for them.
        """
        if self.metrics.uploads is None:
            raise RecordError(f"The network in {self.folder} was not trained for photographs.")
        return self.metrics.uploads

    @property
    def curves_file(self) -> Path:
        """The picture of loss and accuracy over the epochs."""
        return self.folder / CURVES_FILE

    @property
    def confusion_file(self) -> Path:
        """The picture of the confusion matrix."""
        return self.folder / CONFUSION_FILE


_METRICS = TypeAdapter(Metrics)
_HISTORY = TypeAdapter(History)
