"""The test digits that questions are made of, as the tutorial's network sees them."""

import math
import random
from collections.abc import Callable, Sequence
from typing import ParamSpec

import numpy as np
from numpy.typing import NDArray

from bot.quiz.question import Criteria, Difficulty, Figure, QuizQuestion
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from core.dataset import as_input, load_test_digits
from core.explain.explanation import Explanation, ExplanationSet
from core.explain.regions import strongest_regions
from core.explain.scores import Score

P = ParamSpec("P")

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

    Attributes:
        engine: runs the network.
        random: decides what is drawn.
        labels: (10,000,) int, the true classes.
        predictions: (10,000,) int, the predicted classes; empty until they are measured.
        margins: (10,000,) float32, by how much the largest logit exceeds the second largest: the
            logarithm of how many times as probable the predicted class is.
    """

    def __init__(self, engine: Engine, chance: random.Random | None = None) -> None:
        self.engine = engine
        # Not `SystemRandom`: it gives up the interpreter's lock for every number, and while
        # something computes, the event loop gets it back only after milliseconds.
        self.random = chance or random.Random()  # noqa: S311 - seeded by the system
        self._images = load_test_digits().images
        self.labels = load_test_digits().labels.astype(int)
        self.predictions = np.empty(0, np.intp)
        self.margins = np.empty(0, np.float32)
        self._by_margin: list[int] = []

    async def measure(self) -> None:
        """Find predictions and margins of all test digits unless they are known: it takes seconds.

        Raises:
            UserError: If too many requests wait.
        """
        if not len(self.predictions):
            logits = await self.engine.test_logits()
            ordered = np.sort(logits, axis=1)
            self.margins = ordered[:, -1] - ordered[:, -2]
            self._by_margin = np.argsort(self.margins, kind="stable").tolist()
            self.predictions = logits.argmax(axis=1)

    def of_label(self, label: str | None) -> Mask:
        """Return which digits are of a class; all if it is `None`."""
        if label is None:
            return np.ones(len(self.labels), bool)
        return np.asarray(self.labels == int(label))

    def recognised(self) -> Mask:
        """Return which digits the network reads right."""
        return np.asarray(self.predictions == self.labels)

    def unseen(self, among: Mask, criteria: Criteria) -> Mask:
        """Leave out the digits to avoid; may leave none."""
        rest = among.copy()
        rest[list(criteria.avoid)] = False
        return rest

    def pick(self, among: Mask, criteria: Criteria, count: int = 1) -> list[int]:
        """Draw digits of a difficulty, at most `count`; those to avoid only if there are no others.

        All classes are equally probable, however many digits each of them has.
        """
        # In plain Python: NumPy gives up the interpreter's lock for each step with many digits, and
        # while something computes, the event loop gets it back only after milliseconds.
        left = self.unseen(among, criteria).tolist()
        if not any(left):
            left = among.tolist()
        ordered = [digit for digit in self._by_margin if left[digit]]
        low, high = _BANDS[criteria.difficulty]
        start, end = int(low * len(ordered)), math.ceil(high * len(ordered))
        by_label: list[list[int]] = [[] for _ in range(10)]
        for digit in ordered[min(start, len(ordered) - 1) : end]:
            by_label[self.labels.item(digit)].append(digit)
        by_class = [self.random.sample(each, min(count, len(each))) for each in by_label if each]
        drawn: list[int] = []
        while by_class and len(drawn) < count:
            turn = self.random.sample(by_class, len(by_class))
            drawn += [each.pop() for each in turn]
            by_class = [each for each in by_class if each]
        return drawn[:count]

    async def pick_with_heat(
        self, among: Mask, criteria: Criteria, layer: str
    ) -> tuple[int, ExplanationSet]:
        """Draw a digit as `pick` does, whose predicted class has heat at a layer.

        Returns:
            Its index and maps.

        Raises:
            LookupError: If none of a hundred digits has any.
        """
        drawn = self.pick(among, criteria, count=100)
        for start in range(0, len(drawn), 10):
            some = drawn[start : start + 10]
            for index, explained in zip(some, await self.explain_all(some), strict=True):
                if explained.heatmaps[layer][explained.prediction].any():
                    return index, explained
        raise LookupError(f"no digit has heat at {layer}")

    async def explain_all(self, indices: Sequence[int]) -> list[ExplanationSet]:
        """Explain test digits by Grad-CAM, all classes at all layers."""
        images = as_input(self._images[list(indices)])[..., 0]
        return await self.engine.explain_all(images, Network.TUTORIAL, Score.LOG_ODDS)

    async def explain(
        self,
        indices: Sequence[int],
        targets: Sequence[int],
        layer: str,
        method: str,
        score: Score = Score.LOG_ODDS,
    ) -> Explanation:
        """Explain one class of each test digit by a key of `core.METHODS`."""
        images = as_input(self._images[list(indices)])[..., 0]
        return await self.engine.explain(
            images, Network.TUTORIAL, layer, targets, method, score, None
        )

    async def draw(
        self,
        shown: Sequence[NDArray[np.float32]],
        draw: Callable[P, bytes],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Figure:
        """Run a function that draws, off the event loop; `shown` are the maps or the digit."""
        file = await self.engine.run_drawing(draw, *args, **kwargs)
        h, w = shown[0].shape
        return Figure(file, tuple(map(strongest_regions, shown)), (h, w))

    def question(
        self,
        kind: str,
        index: int,
        target: int,
        layer: str,
        answer: str,
        topic: str,
        heat: tuple[float, ...] = (),
        methods: tuple[str, ...] = (),
    ) -> QuizQuestion:
        """Make a question about a test digit, with a salt; see `QuizQuestion`."""
        label, salt = int(self.labels[index]), self.random.getrandbits(31)
        return QuizQuestion(kind, index, label, target, layer, answer, topic, salt, heat, methods)
