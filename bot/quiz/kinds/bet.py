"""Where will it look?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from typing_extensions import override

from bot.explain.phrases import REGION_NAMES
from bot.explain.query import DEFAULT_LAYER
from bot.i18n import Say
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds.base import DIGITS, Kind, tally
from bot.quiz.question import Criteria, Figure, QuizQuestion, VoteResult
from bot.quiz.scoring import FULL_SCORE, Grade
from core.dataset import test_digit
from core.explain.regions import Region, region_shares
from core.explain.scores import Score
from core.figures.letters import letter
from core.figures.quiz import draw_grid, draw_shares

FIELDS = tuple(str(number) for number in range(1, 10))
"""The fields of the grid, in reading order, as choices hold them; people see letters, A to I."""

_REGIONS = dict(zip(FIELDS, Region, strict=True))
_HALF = FULL_SCORE // 2
_SCORES = {"hirescam": Score.LOGIT, "gradcam": Score.LOG_ODDS}


def bet(digit: str, field: str) -> str:
    """Write a bet on a digit and a field as a choice."""
    return f"{digit}@{field}"


def field_letter(field: str) -> str:
    """Write a field for people: a letter, so that no one reads it as a digit."""
    return letter(FIELDS.index(field))


class BetKind(Kind):
    """Bet on what the network reads, and on the brightest of nine fields.

    HiResCAM's map decides: its cells add up to the logit. Grad-CAM's decides the bets that version
    0.1 has made.
    """

    name = "bet"
    choices = tuple(bet(digit, field) for digit, field in product(DIGITS, FIELDS))
    title = "quiz.bet"
    ask = "quiz.bet.ask"
    because = "quiz.bet.because"
    question_alt = "quiz.alt.bet"
    answer_alt = "quiz.alt.shares"

    @override
    async def make(self, pool: DigitPool, criteria: Criteria) -> QuizQuestion:
        # All fields are equally probable, though most heat is in the middle.
        drawn = pool.pick(pool.of_label(criteria.topic), criteria, count=24)
        by_field: dict[int, list[tuple[int, int, tuple[float, ...]]]] = {}
        method, *_ = methods = tuple(_SCORES)
        digits: list[int] = pool.predictions[drawn].tolist()
        explained = await pool.explain(drawn, digits, DEFAULT_LAYER, method, _SCORES[method])
        for index, digit, heatmap in zip(drawn, digits, explained.heatmaps, strict=True):
            shares = region_shares(heatmap)
            if any(shares):
                by_field.setdefault(int(np.argmax(shares)), []).append((index, digit, shares))
        brightest = pool.random.choice(sorted(by_field))
        index, digit, shares = pool.random.choice(by_field[brightest])
        answer, topic = bet(str(digit), FIELDS[brightest]), str(pool.labels[index])
        return pool.question(self.name, index, digit, DEFAULT_LAYER, answer, topic, shares, methods)

    @override
    async def draw_question(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        image = test_digit(question.digit).image
        return await pool.draw([image], draw_grid, image, question.salt)

    @override
    async def draw_answer(self, pool: DigitPool, question: QuizQuestion) -> Figure:
        explained = await self.explain(pool, question)
        maps = [each.heatmaps[0] for each in explained]
        shares = (question.heat, *map(region_shares, maps[1:]))
        image, names = test_digit(question.digit).image, self.titles(question)
        figure = await pool.draw(maps, draw_shares, image, maps, shares, names, question.salt)
        return replace(figure, probabilities=explained[0].probabilities[0], shares=shares)

    @override
    def maps(self, question: QuizQuestion) -> Sequence[tuple[str, Score]]:
        return [(method, _SCORES[method]) for method, _ in super().maps(question)]

    @override
    def grades(self, question: QuizQuestion) -> Mapping[str, Grade]:
        # Half for the digit, half in proportion to the field's heat. A bet is right if the digit is
        # right and the field has at least half the share of the brightest one.
        most = max(question.heat)
        grades = {}
        for digit, (field, share) in product(DIGITS, zip(FIELDS, question.heat, strict=True)):
            read = digit == str(question.target)
            points = _HALF * read + round(_HALF * share / most)
            grades[bet(digit, field)] = Grade(read and 2 * share >= most, points)
        return grades

    @override
    def choice_label(self, choice: str) -> str:
        digit, _, field = choice.partition("@")
        return f"{digit} ▦ {field_letter(field)}" if field else digit

    @override
    def describe_choice(self, choice: str, say: Say) -> str:
        digit, _, field = choice.partition("@")
        fields = {"field": field_letter(field), "region": _name(field, say)}
        return say("quiz.bet.choice", digit=digit, **fields)

    @override
    def question_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        ink = say("alt.then").join(say(REGION_NAMES[region]) for region in figure.regions[0])
        fields = super().question_fields(question, figure, say)
        judge, *_ = self.titles(question)
        return {**fields, "first": say("quiz.alt.ink", regions=ink), "judge": judge}

    @override
    def answer_fields(
        self, question: QuizQuestion, figure: Figure, say: Say
    ) -> Mapping[str, object]:
        field = question.answer.partition("@")[2]
        return {
            **super().answer_fields(question, figure, say),
            "field": field_letter(field),
            "region": _name(field, say),
            "share": f"{max(question.heat):.0%}",
            "exact": f" {say('quiz.bet.exact')}" if question.methods else "",
            "shares": "; ".join(
                f"{title}: "
                + ", ".join(f"{letter(i)} {share:.0%}" for i, share in enumerate(shares))
                for title, shares in zip(self.titles(question), figure.shares, strict=True)
            ),
        }

    @override
    def describe_votes(self, results: Sequence[VoteResult], say: Say) -> str:
        digits, fields = zip(*(each.choice.split("@") for each in results), strict=True)
        right = sum(each.right for each in results)
        votes = {"digits": tally(digits), "fields": tally(map(field_letter, fields))}
        return say("quiz.bets", right=right, total=len(results), **votes)


def _name(field: str, say: Say) -> str:
    return say(REGION_NAMES[_REGIONS[field]])
