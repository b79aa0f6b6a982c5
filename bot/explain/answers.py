"""What is said of a digit, of several, and of a picture without any."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.explain.questions import NO_DIGIT, Question
from core.digit import Digit
from core.explain.regions import Region
from core.figures.photo import Mark
from core.figures.refusal import Refused
from core.uploads import Reading

SURE = 0.9
"""The least confidence that a prediction is told with as a plain fact."""

_CANDIDATES = 3
_CANDIDATE = 0.05
"""The least probability of a third candidate; the second one is always named."""

Shapes = dict[str, tuple[int, int]]
"""The height and width of each layer's maps, in order."""


@dataclass(frozen=True, eq=False, slots=True)
class Opinion:
    """What a network takes a digit for.

    Attributes:
        probabilities: (10,) float32.
    """

    probabilities: NDArray[np.float32]

    @property
    def ranked(self) -> list[int]:
        """All classes, the likeliest first."""
        return [int(c) for c in np.argsort(-self.probabilities, kind="stable")]

    @property
    def prediction(self) -> int:
        """The likeliest class."""
        return self.ranked[0]

    @property
    def confidence(self) -> float:
        """The probability of the likeliest class."""
        return float(self.probabilities[self.prediction])

    @property
    def sure(self) -> bool:
        """Whether the confidence is enough to tell the prediction plainly."""
        return self.confidence >= SURE

    @property
    def candidates(self) -> list[int]:
        """The two or three classes that it may be."""
        first, second, *others = self.ranked[:_CANDIDATES]
        return [first, second, *(c for c in others if self.probabilities[c] >= _CANDIDATE)]


@dataclass(frozen=True, eq=False, slots=True)
class Spot:
    """Where an uploaded digit stands.

    Attributes:
        reading: the picture that it is from.
        place: which of the picture's digits it is, from 0 in reading order.
        photo: the overlay on the picture, JPEG.
    """

    reading: Reading
    place: int
    photo: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a network took a shape for, which whoever uploaded it may correct.

    Attributes:
        place: which of its picture's digits the shape is, from 0 in reading order.
        weights: names the weights that judged.
        prediction: 0 to 9, or `NO_DIGIT` where it was refused.
    """

    place: int
    weights: str
    prediction: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a shape was refused that is a digit, as whoever uploaded it says.

    Attributes:
        evidence: log-odds of its being one at all.
        needed: the least that is taken for a digit.
        weights: names the weights that judged so.
    """

    evidence: float
    needed: float
    weights: str


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """What the networks say of one digit.

    Attributes:
        question: what was asked.
        digit: the digit; its label is the test set's, or what the uploader says it is.
        spot: where it stands; `None` for a test digit.
        opinions: of the network that was asked, on each digit of the picture.
        others: the opinions of the other network.
        target: the class explained.
        heatmap: (h, w) float32 in [0, 1].
        regions: where the heat is strongest; none where the map is empty.
        elsewhere: the layers that do hold evidence for the class, by the same score.
        layers: the shape of each layer's map, in order.
        weights: names the weights that answered.
        card: the picture of the digit and its map, PNG.
        doubt: why it was refused; `None` where it was read.
    """

    question: Question
    digit: Digit
    spot: Spot | None
    opinions: tuple[Opinion, ...]
    others: tuple[Opinion, ...]
    target: int
    heatmap: NDArray[np.float32]
    regions: tuple[Region, ...]
    elsewhere: tuple[str, ...]
    layers: Shapes
    weights: str
    card: bytes
    doubt: Doubt | None = None

    @property
    def opinion(self) -> Opinion:
        """What the network that was asked takes this digit for."""
        return self.opinions[self.place]

    @property
    def other(self) -> Opinion:
        """What the other network takes it for."""
        return self.others[self.place]

    @property
    def right(self) -> bool:
        """Whether the prediction is the digit's true label."""
        return self.opinion.prediction == self.digit.label

    @property
    def place(self) -> int:
        """Which of its picture's digits it is."""
        return self.spot.place if self.spot else 0

    @property
    def verdict(self) -> Verdict:
        """What it was read as, or that it was refused."""
        if self.doubt is not None:
            return Verdict(self.place, self.doubt.weights, NO_DIGIT)
        return Verdict(self.place, self.weights, self.opinion.prediction)


@dataclass(frozen=True, eq=False, slots=True)
class Overview:
    """What the networks say of all the digits of a picture.

    Attributes:
        question: what was asked.
        reading: the picture, with at least two digits.
        opinions: of the network that was asked, a digit each.
        others: the opinions of the other network.
        layers: the shape of each layer's map, in order.
        weights: names the weights that answered.
        photo: the overlays on the uploaded picture, JPEG.
    """

    question: Question
    reading: Reading
    opinions: tuple[Opinion, ...]
    others: tuple[Opinion, ...]
    layers: Shapes
    weights: str
    photo: bytes

    @property
    def least_certain(self) -> int:
        """The place of the digit that the network is least certain of."""
        return min(range(len(self.opinions)), key=lambda i: self.opinions[i].confidence)


@dataclass(frozen=True, eq=False, slots=True)
class Nothing:
    """There is no digit in a picture.

    Attributes:
        question: what was asked.
        reading: the picture.
        weights: names the weights that judged so.
    """

    question: Question
    reading: Reading
    weights: str

    @property
    def verdict(self) -> Verdict:
        """That it was refused."""
        return Verdict(0, self.weights, NO_DIGIT)


@dataclass(frozen=True, eq=False, slots=True)
class Steps:
    """How one digit was read from a picture, step by step.

    Attributes:
        reading: the picture.
        place: which of the picture's digits it is, from 0 in reading order.
        target: the class whose map the last step shows.
        layer: whose feature maps were read.
        regions: where the heat is strongest; none where the map is empty.
        strip: the steps as one picture, JPEG.
    """

    reading: Reading
    place: int
    target: int
    layer: str
    regions: tuple[Region, ...]
    strip: bytes


@dataclass(frozen=True, eq=False, slots=True)
class RefusalSteps:
    """Why a picture was refused, step by step.

    Attributes:
        reading: the picture.
        shape: what in it is likeliest to be a digit; `None` where nothing comes near.
        strip: the steps as one picture, JPEG.
    """

    reading: Reading
    shape: Refused | None
    strip: bytes


Outcome = Answer | Overview | Nothing


def region_of(digit: Digit, reading: Reading) -> Region:
    """Say where in its picture a digit stands: in which ninth of it the middle of its box is."""
    if digit.box is None:
        raise ValueError("a test digit stands in no picture")
    left, top, right, bottom = digit.box
    width, height = reading.picture.size
    row, column = int(3 * (top + bottom) / 2 / height), int(3 * (left + right) / 2 / width)
    return tuple(Region)[3 * min(row, 2) + min(column, 2)]


def marked(
    digit: Digit, opinion: Opinion, heatmap: NDArray[np.float32], *, refused: bool = False
) -> Mark:
    """Make what is drawn of a digit on its picture."""
    if digit.box is None or digit.warp is None:
        raise ValueError("a test digit stands in no picture")
    sure = opinion.sure and not refused
    return Mark(digit.box, digit.warp, heatmap, opinion.prediction, sure)
