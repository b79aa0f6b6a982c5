"""From a question about a digit to an answer with its picture."""

import random
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from bot.engine import Engine
from bot.problems import Refusal
from core.dataset import TEST_DIGITS, test_digit
from core.digit import Digit
from core.explain.explainer import Atlas
from core.explain.regions import Region, strongest_regions
from core.explain.scores import Score
from core.figures.card import Card, draw_card
from core.figures.colours import Colours
from core.uploads import MAX_BYTES, UploadError, UploadProblem, read

DEFAULT_LAYER = "max_pooling2d_1"
_REMEMBERED = 256  # atlases, 50 KB each


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know about a digit.

    Attributes:
        index: the test digit; `None` for an upload.
        layer: whose feature maps are read.
        target: the class to explain; `None` for the predicted one.
        score: what is differentiated.
        colours: how the heat is coloured.
    """

    index: int | None
    layer: str = DEFAULT_LAYER
    target: int | None = None
    score: Score = Score.LOG_ODDS
    colours: Colours = Colours.VIRIDIS

    @classmethod
    def random(cls) -> Self:
        """Ask about any test digit."""
        return cls(random.randrange(TEST_DIGITS))  # noqa: S311 - chance, not secrecy

    def step(self, by: int) -> Self:
        """Ask the same about a neighbour; the last test digit is followed by the first."""
        if self.index is None:
            raise ValueError("an upload has no neighbours")
        return replace(self, index=(self.index + by) % TEST_DIGITS)


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """What the network says of a digit.

    Attributes:
        question: what was asked.
        digit: the digit, with its true label where it has one.
        prediction: the predicted class.
        probabilities: (10,) float32.
        target: the class explained.
        heatmap: (h, w) float32 in [0, 1].
        regions: where the heat is strongest; none where the map is empty.
        elsewhere: the layers that do hold evidence for the class, by the same score.
        layers: the shape of each layer's map, in order.
        weights: names the network that answered.
        card: the picture, PNG.
    """

    question: Question
    digit: Digit
    prediction: int
    probabilities: NDArray[np.float32]
    target: int
    heatmap: NDArray[np.float32]
    regions: tuple[Region, ...]
    elsewhere: tuple[str, ...]
    layers: dict[str, tuple[int, int]]
    weights: str
    card: bytes

    @property
    def right(self) -> bool:
        """Whether the prediction is the digit's true label."""
        return self.prediction == self.digit.label

    @property
    def runners_up(self) -> list[int]:
        """The two likeliest classes after the predicted one."""
        return [
            int(c) for c in np.argsort(-self.probabilities, kind="stable") if c != self.prediction
        ][:2]


class Explaining:
    """Answers questions; remembers the maps of the digits it was asked about last."""

    def __init__(self, engine: Engine) -> None:
        """Answer with the network of an engine."""
        self._engine = engine
        self._atlases: LRUCache[tuple[bytes, Score], Atlas] = LRUCache(_REMEMBERED)

    @property
    def layers(self) -> dict[str, tuple[int, int]]:
        """The layers that can be asked about, with the shapes of their maps, in order."""
        return self._engine.explainer.shapes

    def check(self, question: Question) -> None:
        """Look at a question before anything is computed.

        Raises:
            Refusal: the network has no such layer.
        """
        if question.layer not in self.layers:
            raise Refusal(
                "explain.no_layer", layer=question.layer[:50], layers=", ".join(self.layers)
            )

    async def answer(self, question: Question, upload: Digit | None = None) -> Answer:
        """Answer a question.

        Args:
            question: what is asked.
            upload: the digit, where it is not a test digit.

        Raises:
            Refusal: it cannot be answered, with what to do.
        """
        self.check(question)
        digit = test_digit(question.index) if question.index is not None else upload
        if digit is None:
            raise ValueError("the question is about an upload, and none is given")
        atlas = await self._atlas(digit, question.score)
        target = atlas.digit if question.target is None else question.target
        heatmap = atlas.heatmaps[question.layer][target]
        card = Card(
            image=digit.image,
            heatmap=heatmap,
            probabilities=atlas.probabilities,
            target=target,
            layer=question.layer,
            score=question.score,
            label=digit.label,
            colours=question.colours,
        )
        return Answer(
            question=question,
            digit=digit,
            prediction=atlas.digit,
            probabilities=atlas.probabilities,
            target=target,
            heatmap=heatmap,
            regions=strongest_regions(heatmap),
            elsewhere=tuple(n for n, maps in atlas.heatmaps.items() if maps[target].any()),
            layers=self.layers,
            weights=self._engine.explainer.weights_hash,
            card=await self._engine.picture(draw_card, card),
        )

    async def read(self, data: bytes) -> Digit:
        """Find the digit in an uploaded picture.

        Raises:
            Refusal: it is no picture that can be read, or there is no digit in it.
        """
        try:
            reading = await self._engine.picture(read, data)
        except UploadError as error:
            raise Refusal(_PROBLEMS[error.problem], limit=MAX_BYTES >> 20) from error
        if not reading.digits:
            raise Refusal("upload.no_digit")
        found: Digit = reading.digits[0]
        return found

    async def _atlas(self, digit: Digit, score: Score) -> Atlas:
        key = (digit.image.tobytes(), score)
        atlas = self._atlases.get(key)
        if atlas is None:
            atlas = self._atlases[key] = await self._engine.atlas(digit.image, score)
        return atlas


_PROBLEMS = {
    UploadProblem.EMPTY: "upload.empty",
    UploadProblem.TOO_LARGE: "upload.too_large",
    UploadProblem.TOO_MANY_PIXELS: "upload.too_many_pixels",
    UploadProblem.NOT_A_PICTURE: "upload.not_a_picture",
    UploadProblem.UNSUPPORTED: "upload.unsupported",
    UploadProblem.DAMAGED: "upload.damaged",
}
