"""Which heatmap is true?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from typing_extensions import override

from bot.explain.query import DEFAULT_LAYER
from bot.i18n import Say
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import Kind
from bot.quiz.question import Criteria, Figure, QuizQuestion
from bot.runtime.networks import Network
from core.dataset import test_digit
from core.faithfulness.deletion import hottest_first, remove
from core.figures.probabilities import format_percent
from core.figures.quiz import draw_pair, draw_tests

_METHODS = ("gradcam", "gradcam++", "hirescam", "xgradcam", "eigencam")
"""Methods whose maps look different; LayerCAM's are too similar to HiResCAM's."""

_GAP = 0.2
"""The gap in remaining probability that makes a pair clear enough to ask about."""


class TrueKind(Kind):
    """Tell from two methods' maps of a digit which points at the ink that the network needs.

    That is the map whose brightest 20% of the ink takes away more of the probability.
    """

    name = "true"
    choices = ("a", "b")
    title = "quiz.true"
    ask = "quiz.true.ask"
    because = "quiz.true.because"
    question_alt = "quiz.alt.real"
    answer_alt = "quiz.alt.tests"

    @override
    async def make(self, pool: DigitPool, criteria: Criteria) -> QuizQuestion:
        # All methods are equally often right as far as the digits allow, so that none is a tip.
        drawn = pool.pick(pool.recognised() & pool.of_label(criteria.topic), criteria, count=24)
        left = {method: await _left(pool, drawn, method) for method in _METHODS}
        pairs = list(permutations(_METHODS, 2))
        gaps = np.stack([left[wrong] - left[right] for right, wrong in pairs])
        clear = gaps >= min(_GAP, np.nanmax(gaps))
        by_right: dict[str, list[tuple[int, str]]] = {}
        for pair, digit in np.argwhere(clear).tolist():
            right, wrong = pairs[pair]
            by_right.setdefault(right, []).append((drawn[digit], wrong))
        right = pool.random.choice(sorted(by_right))
        index, wrong = pool.random.choice(by_right[right])
        label, answer = int(pool.labels[index]), pool.random.choice(self.choices)
        methods = (right, wrong) if answer == "a" else (wrong, right)
        return pool.question(
            self.name, index, label, DEFAULT_LAYER, answer, str(label), methods=methods
        )

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        image = test_digit(question.digit).image
        maps = [each.heatmaps[0] for each in await self.explain(pool, question)]
        return await pool.draw(maps, draw_pair, image, maps, question.salt)

    @override
    async def draw_answer(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        image = test_digit(question.digit).image
        explained = await self.explain(pool, question)
        maps = [each.heatmaps[0] for each in explained]
        tests = await pool.engine.test_heatmaps(
            [image] * 2, Network.TUTORIAL, maps, [question.target] * 2
        )
        names, right = self.titles(question), self.choices.index(question.answer)
        figure = await pool.draw(maps, draw_tests, image, maps, tests, names, question.salt, right)
        return replace(figure, probabilities=explained[0].probabilities[0], tests=tuple(tests))

    @override
    def answer_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        first, second = figure.tests
        method_a, method_b = self.titles(question)
        return {
            **super().answer_fields(question, figure, say),
            "method_a": method_a,
            "method_b": method_b,
            "after_a": format_percent(first.after),
            "after_b": format_percent(second.after),
            "random": format_percent(first.random),  # the same orders for both
        }


async def _left(pool: DigitPool, drawn: list[int], method: str) -> NDArray[np.float32]:
    """Return how probable each digit's class is, (n,), without the ink where the map is brightest.

    NaN if the map is empty.
    """
    labels: list[int] = pool.labels[drawn].tolist()  # which are the predictions
    explained = await pool.explain(drawn, labels, DEFAULT_LAYER, method)
    rest = await pool.engine.run_drawing(_without_hottest, drawn, explained.heatmaps)
    logits = await pool.engine.logits(rest, Network.TUTORIAL)
    left = softmax(logits, axis=1)[np.arange(len(drawn)), labels]
    return np.where(explained.empty, np.float32(np.nan), left)


def _without_hottest(drawn: Sequence[int], heatmaps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return test digits, (n, 28, 28), without the ink where their maps are brightest."""
    images = [test_digit(index).image for index in drawn]
    return np.stack(
        [
            remove(image, hottest_first(heatmap, image))
            for image, heatmap in zip(images, heatmaps, strict=True)
        ]
    )
