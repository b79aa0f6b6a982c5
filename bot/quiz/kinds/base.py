"""What all kinds of rounds have in common."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from bot.explain.phrases import describe_regions
from bot.i18n import Say
from bot.quiz.digit_pool import DigitPool
from bot.quiz.question import Criteria, Figure, QuizQuestion, VoteResult
from bot.quiz.scoring import FULL_SCORE, Grade
from core.dataset import test_digit
from core.explain.explanation import Explanation, ExplanationSet
from core.explain.methods import METHODS
from core.explain.scores import Score
from core.figures.card import Card, draw_card
from core.figures.probabilities import format_percent

DIGITS = tuple(str(digit) for digit in range(10))


class Kind(ABC):
    """A kind of round: how its questions are made, drawn, graded and worded.

    A new kind is a file here, an entry in `KINDS`, and the texts that it names.

    Attributes:
        name: how it is chosen and stored, at most 16 characters.
        choices: what can be voted for, each at most 16 characters.
        title: the key of its name.
        ask: the key of the question; gets `question_fields`.
        because: the key of the reason; gets `answer_fields`.
        question_alt: the key of the alt text of the question's picture; gets `question_fields`.
        answer_alt: the key of the alt text of the answer's picture; gets `answer_fields`.
    """

    name: ClassVar[str]
    choices: ClassVar[tuple[str, ...]]
    title: ClassVar[str]
    ask: ClassVar[str]
    because: ClassVar[str]
    question_alt: ClassVar[str]
    answer_alt: ClassVar[str] = "quiz.alt.card"

    @abstractmethod
    async def make(self, pool: DigitPool, criteria: Criteria) -> QuizQuestion:
        """Make a question; the pool has been measured."""

    @abstractmethod
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        """Draw what the question is answered from. Must not tell the answer."""

    async def draw_answer(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        """Draw the answer, by `answer_picture`."""
        (explained,) = await pool.explain_all([question.digit])
        heatmap = explained.heatmaps[question.layer][question.target]
        figure = await pool.draw([heatmap], self.answer_picture, question, explained)
        return replace(figure, probabilities=explained.probabilities)

    def answer_picture(self, question: QuizQuestion, explained: ExplanationSet) -> bytes:
        """Draw the card of the digit."""
        return draw_card(
            Card(
                image=test_digit(question.digit).image,
                heatmap=explained.heatmaps[question.layer][question.target],
                probabilities=explained.probabilities,
                target=question.target,
                layer=question.layer,
                label=question.label,
            )
        )

    def maps(self, question: QuizQuestion) -> Sequence[tuple[str, Score]]:
        """Return the method of each map that the answer shows, and what score it explains."""
        return [(method, Score.LOG_ODDS) for method in question.methods or ("gradcam",)]

    def titles(self, question: QuizQuestion) -> list[str]:
        """Return the names of these methods in the literature."""
        return [METHODS[method].title for method, _ in self.maps(question)]

    async def explain(self, pool: DigitPool, question: QuizQuestion) -> list[Explanation]:
        """Explain the digit by each of `maps`."""
        digit, target = [question.digit], [question.target]
        return [
            await pool.explain(digit, target, question.layer, method, score)
            for method, score in self.maps(question)
        ]

    def grades(self, question: QuizQuestion) -> Mapping[str, Grade]:
        """Grade every choice."""
        return {
            choice: Grade(choice == question.answer, FULL_SCORE * (choice == question.answer))
            for choice in self.choices
        }

    def choice_label(self, choice: str) -> str:
        """Write a choice for a button, the same in all languages."""
        return choice.upper()

    def describe_choice(self, choice: str, say: Say) -> str:  # noqa: ARG002 - some kinds need it
        """Write a choice for a sentence."""
        return f"**{self.choice_label(choice)}**"

    def question_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        """Return the fields of the question's texts, which leave out those that tell the answer."""
        h, w = figure.cells
        return {
            "label": question.label,
            "layer": question.layer,
            "h": h,
            "w": w,
            "first": describe_regions(figure.regions[0], say),
            "second": describe_regions(figure.regions[-1], say),
        }

    def answer_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        """Return the fields of the answer's texts."""
        probabilities = figure.probabilities
        if probabilities is None:
            raise ValueError("the figure of an answer has probabilities")
        prediction = int(probabilities.argmax())
        return {
            **self.question_fields(question, figure, say),
            "index": question.digit,
            "label_p": format_percent(probabilities[question.label]),
            "digit": prediction,
            "confidence": format_percent(probabilities[prediction]),
            "target": question.target,
            "answer": self.choice_label(question.answer),
        }

    def describe_votes(self, results: Sequence[VoteResult], say: Say) -> str:
        """Say how the votes fell; there is one at least."""
        votes = tally(self.choice_label(each.choice) for each in results)
        right = sum(each.right for each in results)
        return say("quiz.votes", right=right, total=len(results), votes=votes)


def tally(choices: Iterable[str]) -> str:
    """Count choices, the most frequent first."""
    ordered = sorted(Counter(choices).items(), key=lambda each: (-each[1], each[0]))
    return " · ".join(f"**{choice}** ×{count}" for choice, count in ordered)
