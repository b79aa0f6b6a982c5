"""What riddles are made of: the test digits as the tutorial's network sees them."""

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.quiz.question import Difficulty, Wish
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
"""Which part of the digits, ordered by margin, each difficulty takes."""

Chosen = NDArray[np.bool_]
"""(10,000,): which test digits."""


class Source:
    """The test digits, their margins, their maps; and chance.

    A margin is how far the likeliest class's logit is ahead of the next one's: the log of how many
    times as likely it is.
    """

    def __init__(self, engine: Engine, chance: random.Random | None = None) -> None:
        """Ask an engine's network.

        Args:
            engine: whose.
            chance: what decides; the system's if left out, which nobody can foresee.
        """
        self._engine = engine
        self.chance = chance or random.SystemRandom()
        self.digits = load_test_digits()
        self.labels = self.digits.labels.astype(int)
        self._measuring = asyncio.Lock()
        self._logits: NDArray[np.float32] | None = None

    async def measure(self) -> None:
        """Have the network classify all test digits, once; it takes a second."""
        async with self._measuring:
            if self._logits is None:
                images = await self.draw(as_input, self.digits.images)
                self._logits = await self._engine.logits(images[..., 0], Network.TUTORIAL)

    @property
    def predictions(self) -> NDArray[np.intp]:
        """(10,000,), the classes that the network predicts."""
        assert self._logits is not None, "`measure` comes first"  # noqa: S101 - ours to know
        return np.asarray(self._logits.argmax(axis=1))

    @property
    def margins(self) -> NDArray[np.float32]:
        """(10,000,), in logits."""
        assert self._logits is not None, "`measure` comes first"  # noqa: S101
        ordered = np.sort(self._logits, axis=1)
        return np.asarray(ordered[:, -1] - ordered[:, -2])

    def pick(self, among: Chosen, wish: Wish, count: int = 1) -> list[int]:
        """Draw digits of a difficulty, without those to avoid where there are others.

        The classes are drawn alike, however many digits of each there are.

        Args:
            among: of which.
            wish: what they should be like.
            count: how many at most.
        """
        rest = among.copy()
        rest[list(wish.avoid)] = False
        left = np.flatnonzero(rest if rest.any() else among)
        ordered = left[np.argsort(self.margins[left], kind="stable")]
        low, high = _BANDS[wish.difficulty]
        start, end = int(low * len(ordered)), int(np.ceil(high * len(ordered)))
        band = ordered[min(start, len(ordered) - 1) : end]
        by_class = [
            self.chance.sample(each, len(each))
            for label in range(10)
            if (each := [int(i) for i in band if self.labels[i] == label])
        ]
        drawn: list[int] = []
        while by_class and len(drawn) < count:
            turn = self.chance.sample(by_class, len(by_class))
            drawn += [each.pop() for each in turn]
            by_class = [each for each in by_class if each]
        return drawn[:count]

    async def explain_all(self, indexes: Sequence[int]) -> list[ExplanationSet]:
        """Map test digits by the trained network."""
        return await self._engine.explain_all(
            self._images(indexes), Network.TUTORIAL, Score.LOG_ODDS
        )

    async def untrained(self, indexes: Sequence[int]) -> list[ExplanationSet]:
        """Map test digits by the network as it was before training."""
        return await self._engine.explain_all_untrained(self._images(indexes))

    async def draw(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that draws, off the event loop."""
        return await self._engine.picture(partial(work, *args, **kwargs))

    def image(self, index: int) -> NDArray[np.float32]:
        """Take a test digit, (28, 28) float32 in [0, 1]."""
        return np.asarray(self._images([index])[0])

    def salt(self) -> int:
        """Draw what makes a picture unlike any other of the same digit."""
        return self.chance.getrandbits(31)

    def _images(self, indexes: Sequence[int]) -> NDArray[np.float32]:
        return as_input(self.digits.images[list(indexes)])[..., 0]
