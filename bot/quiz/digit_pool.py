"""The test digits that questions are made of, as the tutorial's network sees them."""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.quiz.question import Criteria, Difficulty
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from core.dataset import as_input, load_test_digits
from core.explain.explainer import ExplanationSet
from core.explain.scores import Score

P = ParamSpec("P")
T = TypeVar("T")

_BANDS = {
    Difficulty.HARD: (0.0, 0.1),
    Difficulty.MEDIUM: (0.1, 0.5),
    Difficulty.EASY: (0.5, 1.0),
}
"""The part of the digits, ordered by margin, that each difficulty draws from."""

Mask = NDArray[np.bool_]
"""(10,000,): some of the test digits."""


class DigitPool:
    """The test digits, their predictions, margins and maps; and chance.

    A margin is the distance of the largest logit from the second largest: the logarithm of how many
    times as probable the predicted class is.

    Attributes:
        random: decides what is drawn.
        labels: (10,000,) int, the true classes.
    """

    def __init__(self, engine: Engine, chance: random.Random | None = None) -> None:
        """Draw from the test digits.

        Args:
            engine: runs the network.
            chance: decides what is drawn; by default the system's, which is not predictable.
        """
        self._engine = engine
        self.random = chance or random.SystemRandom()
        self._digits = load_test_digits()
        self.labels = self._digits.labels.astype(int)
        self._measuring = asyncio.Lock()
        self._logits: NDArray[np.float32] | None = None

    async def measure(self) -> None:
        """Classify all test digits unless that is done; takes a second.

        Raises:
            UserError: too many requests wait.
        """
        async with self._measuring:
            if self._logits is None:
                images = await self.draw(as_input, self._digits.images)
                self._logits = await self._engine.logits(images[..., 0], Network.TUTORIAL)

    @property
    def predictions(self) -> NDArray[np.intp]:
        """(10,000,), the predicted classes."""
        return np.asarray(self._measured.argmax(axis=1))

    @property
    def margins(self) -> NDArray[np.float32]:
        """(10,000,), in logits."""
        ordered = np.sort(self._measured, axis=1)
        return np.asarray(ordered[:, -1] - ordered[:, -2])

    @property
    def _measured(self) -> NDArray[np.float32]:
        if self._logits is None:
            raise RuntimeError("call `measure` first")
        return self._logits

    def of_label(self, label: str | None) -> Mask:
        """Return which digits are of a class; all if it is `None`."""
        if label is None:
            return np.ones(len(self.labels), bool)
        return np.asarray(self.labels == int(label))

    def recognised(self) -> Mask:
        """Return which digits the network predicts as they are labelled."""
        return np.asarray(self.predictions == self.labels)

    def unseen(self, among: Mask, criteria: Criteria) -> Mask:
        """Leave out the digits to avoid; may leave none."""
        rest = among.copy()
        rest[list(criteria.avoid)] = False
        return rest

    def pick(self, among: Mask, criteria: Criteria, count: int = 1) -> list[int]:
        """Draw digits of a difficulty; those to avoid only if there are no others.

        All classes are equally probable, however many digits each of them has.

        Args:
            among: the digits to draw from.
            criteria: what the question should be like.
            count: how many digits at most.

        Returns:
            Their indices.
        """
        rest = self.unseen(among, criteria)
        left = np.flatnonzero(rest if rest.any() else among)
        ordered = left[np.argsort(self.margins[left], kind="stable")]
        low, high = _BANDS[criteria.difficulty]
        start, end = int(low * len(ordered)), int(np.ceil(high * len(ordered)))
        band = ordered[min(start, len(ordered) - 1) : end]
        by_class = [
            self.random.sample(each, len(each))
            for label in range(10)
            if (each := [int(i) for i in band if self.labels[i] == label])
        ]
        drawn: list[int] = []
        while by_class and len(drawn) < count:
            turn = self.random.sample(by_class, len(by_class))
            drawn += [each.pop() for each in turn]
            by_class = [each for each in by_class if each]
        return drawn[:count]

    async def pick_with_heat(
        self, among: Mask, criteria: Criteria, layer: str
    ) -> tuple[int, ExplanationSet]:
        """Draw a digit whose predicted class has heat at a layer.

        Args:
            among: the digits to draw from.
            criteria: what the question should be like.
            layer: the layer.

        Returns:
            Its index and maps.

        Raises:
            LookupError: none of a hundred digits has any.
        """
        drawn = self.pick(among, criteria, count=100)
        for start in range(0, len(drawn), 10):
            some = drawn[start : start + 10]
            for index, explained in zip(some, await self.explain_all(some), strict=True):
                if explained.heatmaps[layer][explained.prediction].any():
                    return index, explained
        raise LookupError(f"no digit has heat at {layer}")

    async def explain_all(self, indices: Sequence[int]) -> list[ExplanationSet]:
        """Explain test digits by the trained network."""
        return await self._engine.explain_all(
            self._images(indices), Network.TUTORIAL, Score.LOG_ODDS
        )

    async def explain_all_untrained(self, indices: Sequence[int]) -> list[ExplanationSet]:
        """Explain test digits by the network with random weights, as before training."""
        return await self._engine.explain_all_untrained(self._images(indices))

    async def draw(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that draws, off the event loop."""
        return await self._engine.picture(work, *args, **kwargs)

    def image(self, index: int) -> NDArray[np.float32]:
        """Return a test digit, (28, 28) float32 in [0, 1]."""
        return np.asarray(self._images([index])[0])

    def salt(self) -> int:
        """Draw a salt for `QuizQuestion`."""
        return self.random.getrandbits(31)

    def _images(self, indices: Sequence[int]) -> NDArray[np.float32]:
        return as_input(self._digits.images[list(indices)])[..., 0]
