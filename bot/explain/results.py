"""What the networks make of a digit, of several, and of a picture without any."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.explain.query import NO_DIGIT, Query
from core.digit import Digit
from core.explain.regions import Region
from core.faithfulness.deletion import DeletionTest
from core.faithfulness.measurement import MethodRecord
from core.figures.upright import upright_digit, upright_size
from core.uploads import Reading
from core.uploads.best_candidate import BestCandidate

SURE = 0.9
"""The least confidence at which a prediction is stated as a plain fact."""

_ALMOST_CERTAIN = 0.999
"""A correction of a prediction with more confidence than this must be confirmed."""

_MIN_PROBABILITY = 0.05
"""The least probability at which a third candidate is named; the second always is."""

Shapes = dict[str, tuple[int, int]]
"""The height and width of each layer's maps, in order."""

Records = Mapping[tuple[str, str | None], MethodRecord]
"""What was measured of a network's explanations, by method and layer; `None` for the input."""


@dataclass(frozen=True, eq=False, slots=True)
class Prediction:
    """A network's prediction for one digit."""

    probabilities: NDArray[np.float32]  # (10,)

    @property
    def ranked(self) -> list[int]:
        """All classes, the likeliest first."""
        return [int(c) for c in np.argsort(-self.probabilities, kind="stable")]

    @property
    def digit(self) -> int:
        """The likeliest class."""
        return self.ranked[0]

    @property
    def confidence(self) -> float:
        """The probability of the likeliest class."""
        return float(self.probabilities[self.digit])

    @property
    def sure(self) -> bool:
        """Whether the confidence is at least `SURE`."""
        return self.confidence >= SURE

    @property
    def candidates(self) -> list[int]:
        """The two or three likeliest classes."""
        first, second, third = self.ranked[:3]
        likely = self.probabilities[third] >= _MIN_PROBABILITY
        return [first, second, third] if likely else [first, second]


@dataclass(frozen=True, slots=True)
class Classification:
    """What a network classified a shape as, for its uploader to correct.

    Attributes:
        position: the position among the digits of its picture, from 0 in reading order.
        weights: the hash of the network's weights.
        prediction: 0 to 9, or `NO_DIGIT` if the shape was refused.
    """

    position: int
    weights: str
    prediction: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a shape was refused that is a digit according to its uploader.

    Attributes:
        shape: what was refused.
        weights: the hash of the weights of the network that decided.
    """

    shape: BestCandidate
    weights: str


@dataclass(frozen=True, eq=False, slots=True)
class DigitResult:
    """What the networks make of one digit.

    Attributes:
        digit: its label is the test set's, or the uploader's.
        predictions: for each digit of the picture, by the network that was asked.
        other_predictions: the same, by the other network.
        target: the class explained.
        heatmap: (h, w) float32 in [0, 1], or in [-1, 1] if the query is `signed`.
        regions: where the evidence for the target is strongest; empty if there is none.
        layers_with_evidence: the layers whose Grad-CAM maps for the target are not empty.
        test: the test of the heatmap; `None` if it holds no evidence for the target.
        layers: the shape of each layer's map, in order.
        records: what was measured of the network's explanations.
        weights: the hash of the weights of the network that was asked.
        card: the picture of the digit and its map, PNG.
        reading: the uploaded picture; `None` for a test digit.
        position: the position of the digit in the picture, from 0 in reading order.
        overlay: the heat on the picture, JPEG; empty for a test digit.
        rejection: why the digit was refused; `None` if it was not.
    """

    query: Query
    digit: Digit
    predictions: tuple[Prediction, ...]
    other_predictions: tuple[Prediction, ...]
    target: int
    heatmap: NDArray[np.float32]
    regions: tuple[Region, ...]
    layers_with_evidence: tuple[str, ...]
    test: DeletionTest | None
    layers: Shapes
    records: Records
    weights: str
    card: bytes
    reading: Reading | None = None
    position: int = 0
    overlay: bytes = b""
    rejection: Rejection | None = None

    @property
    def prediction(self) -> Prediction:
        """The prediction for this digit by the network that was asked."""
        return self.predictions[self.position]

    @property
    def correct(self) -> bool:
        """Whether the prediction is the digit's label."""
        return self.prediction.digit == self.digit.label

    @property
    def classification(self) -> Classification:
        """What can be corrected: the prediction, or that the digit was refused."""
        if self.rejection is not None:
            return Classification(self.position, self.rejection.weights, NO_DIGIT)
        return Classification(self.position, self.weights, self.prediction.digit)

    @property
    def must_be_confirmed(self) -> bool:
        """Whether the uploader contradicts a network that is almost certain."""
        return (
            self.rejection is None
            and self.query.correction not in {None, self.prediction.digit}
            and self.prediction.confidence > _ALMOST_CERTAIN
        )


@dataclass(frozen=True, eq=False, slots=True)
class PictureResult:
    """What the networks make of all the digits of a picture, or of a line in it.

    Attributes:
        reading: the picture, with at least two digits.
        shown: the positions of the digits that are explained, from 0 in reading order: all, or
            those of the query's line.
        predictions: for each digit of the picture, by the network that was asked.
        other_predictions: the same, by the other network.
        tests: for each digit shown, the test of its heatmap; `None` if that has no evidence.
        layers: the shape of each layer's map, in order.
        records: what was measured of the network's explanations.
        weights: the hash of the weights of the network that was asked.
        overlay: the heat on the picture, JPEG.
    """

    query: Query
    reading: Reading
    shown: tuple[int, ...]
    predictions: tuple[Prediction, ...]
    other_predictions: tuple[Prediction, ...]
    tests: tuple[DeletionTest | None, ...]
    layers: Shapes
    records: Records
    weights: str
    overlay: bytes


@dataclass(frozen=True, eq=False, slots=True)
class NoDigitResult:
    """A picture in which no digit was found by the network of some weights.

    Attributes:
        shape: the shape that is most likely to be a digit; `None` if the picture has no strokes.
    """

    query: Query
    reading: Reading
    weights: str
    shape: BestCandidate | None

    @property
    def classification(self) -> Classification:
        """What can be corrected: that the picture was refused."""
        return Classification(0, self.weights, NO_DIGIT)


@dataclass(frozen=True, eq=False, slots=True)
class Explained:
    """One explanation of a digit, to be shown beside others.

    Attributes:
        prediction: the prediction by the network that was asked.
        target: the class explained.
        heatmap: (h, w) float32 in [0, 1], or in [-1, 1] if the query is `signed`.
        test: the test of the heatmap; `None` if it holds no evidence for the target.
        record: what was measured of such explanations, if they were.
        weights: the hash of the network's weights.
    """

    query: Query
    prediction: Prediction
    target: int
    heatmap: NDArray[np.float32]
    test: DeletionTest | None
    record: MethodRecord | None
    weights: str


Answer = DigitResult | PictureResult | NoDigitResult


@dataclass(frozen=True, eq=False, slots=True)
class ReadingSteps:
    """How one digit was read from a picture, step by step.

    Attributes:
        position: the position of the digit, from 0 in reading order.
        target: the class whose map the last step shows.
        layer: the layer whose feature maps were read; `None` for the input.
        regions: where the heat is strongest; empty for an empty map.
        strip: the steps as one picture, JPEG.
    """

    reading: Reading
    position: int
    target: int
    layer: str | None
    regions: tuple[Region, ...]
    strip: bytes


@dataclass(frozen=True, eq=False, slots=True)
class RejectionSteps:
    """Why no digit was found in a picture, step by step.

    Attributes:
        shape: the shape that is most likely to be a digit; `None` if the picture has no strokes.
        strip: the steps as one picture, JPEG.
    """

    reading: Reading
    shape: BestCandidate | None
    strip: bytes


def region_of(digit: Digit, reading: Reading) -> Region:
    """Return the ninth of the upright picture that holds the middle of a digit's box.

    Raises:
        ValueError: If it is a test digit.
    """
    box = upright_digit(digit, reading).box
    assert box is not None  # noqa: S101 - a test digit has been refused
    left, top, right, bottom = box
    width, height = upright_size(reading)
    row, column = int(3 * (top + bottom) / 2 / height), int(3 * (left + right) / 2 / width)
    return tuple(Region)[3 * min(row, 2) + min(column, 2)]


def line_positions(reading: Reading, line: int) -> tuple[int, ...]:
    """Return the positions of the digits of a line, from 0 in reading order."""
    return tuple(i for i, each in enumerate(reading.lines) if each == line)
