"""The controls under an explanation: each asks the same question with one thing changed."""

import re
from abc import ABC
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import discord
from discord import SelectOption
from discord.ui import ActionRow, Button, Item, Select

from bot.i18n import Say
from bot.services.explaining import Answer, Question
from bot.views.control import Control, ItemT
from core.explain.frozen import SPATIAL_LAYERS
from core.explain.scores import Score
from core.figures.colours import Colours
from core.figures.percent import format_percent

_SCORES = tuple(Score)
_COLOURS = tuple(Colours)
_PREDICTED = "p"
_UPLOAD = "u"
# The question that a message answers and its owner's id, 37 characters at most.
_STATE = (
    r"(?P<index>\d{1,4}|u)/(?P<layer>\d)/(?P<target>\d|p)/(?P<score>\d)/(?P<colours>\d)"
    r"/(?P<owner>\d{1,20})"
)


def controls(answer: Answer, say: Say, owner: int) -> list[ActionRow[Any]]:
    """Draw the controls of an answer, row by row."""
    state = _encode(answer.question, owner)
    rows: list[ActionRow[Any]] = [
        ActionRow(LayerSelect.drawn(state, answer, say)),
        ActionRow(TargetSelect.drawn(state, answer, say)),
        ActionRow(ScoreSelect.drawn(state, answer, say)),
    ]
    if answer.question.index is not None:
        rows.append(ActionRow(*(StepButton.drawn(state, step, say) for step in _STEPS)))
    return rows


class _QuestionControl(Control[ItemT], ABC, template=r"(?!)"):
    """Knows the question of its message, from its `custom_id`."""

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        match = self.template.fullmatch(self.custom_id)
        assert match is not None  # noqa: S101 - discord.py has matched it already
        self.state = match
        self.question = _decode(match)
        self.owner = int(match["owner"])

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the base class names it
        item: Item[Any],
        match: re.Match[str],  # noqa: ARG003
        /,
    ) -> Self:
        """Bring a control back from what a message holds."""
        return cls(item)  # type: ignore[arg-type]  # discord.py does not say which item it is


class LayerSelect(_QuestionControl[Select[Any]], template=rf"layer:{_STATE}"):
    """Another layer for the same digit and class."""

    @classmethod
    def drawn(cls, state: str, answer: Answer, say: Say) -> Self:
        """Offer every layer, with the size of its map."""
        options = [
            SelectOption(
                label=say("control.layer", layer=layer),
                value=layer,
                description=say("control.layer_option", h=h, w=w),
                default=layer == answer.question.layer,
            )
            for layer, (h, w) in answer.layers.items()
        ]
        return cls(Select(custom_id=f"layer:{state}", options=options))

    def asked(self, values: Sequence[str]) -> Question:
        """See `Control.asked`."""
        return replace(self.question, layer=values[0])


class TargetSelect(_QuestionControl[Select[Any]], template=rf"target:{_STATE}"):
    """Why this class? Why not that one?"""

    @classmethod
    def drawn(cls, state: str, answer: Answer, say: Say) -> Self:
        """Offer the predicted class and all ten, with their probabilities."""
        options = [
            SelectOption(
                label=say("control.target_predicted", target=answer.prediction),
                value=_PREDICTED,
                description=say("control.target_predicted.about"),
                default=answer.question.target is None,
            )
        ]
        options += [
            SelectOption(
                label=say("control.target_option", target=target),
                value=str(target),
                description=format_percent(probability),
                default=target == answer.question.target,
            )
            for target, probability in enumerate(answer.probabilities)
        ]
        return cls(Select(custom_id=f"target:{state}", options=options))

    def asked(self, values: Sequence[str]) -> Question:
        """See `Control.asked`."""
        return replace(self.question, target=None if values[0] == _PREDICTED else int(values[0]))


class ScoreSelect(_QuestionControl[Select[Any]], template=rf"score:{_STATE}"):
    """Another score to differentiate: seeing the three disagree teaches."""

    @classmethod
    def drawn(cls, state: str, answer: Answer, say: Say) -> Self:
        """Offer the three scores."""
        options = [
            SelectOption(
                label=say("control.score", score=say(SCORE_NAMES[score])),
                value=score,
                description=say(_SCORE_NOTES[score]),
                default=score is answer.question.score,
            )
            for score in Score
        ]
        return cls(Select(custom_id=f"score:{state}", options=options))

    def asked(self, values: Sequence[str]) -> Question:
        """See `Control.asked`."""
        return replace(self.question, score=Score(values[0]))


class StepButton(_QuestionControl[Button[Any]], template=rf"step:(?P<step>back|any|on):{_STATE}"):
    """The previous, the next or any other test digit."""

    @classmethod
    def drawn(cls, state: str, step: str, say: Say) -> Self:
        """Draw one of the three."""
        emoji, key = _STEPS[step]
        return cls(Button(label=say(key), emoji=emoji, custom_id=f"step:{step}:{state}"))

    def asked(self, values: Sequence[str]) -> Question:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        match self.state["step"]:
            case "back":
                return self.question.step(-1)
            case "on":
                return self.question.step(1)
            case _:
                return replace(self.question, index=Question.random().index)


CONTROLS = (LayerSelect, TargetSelect, ScoreSelect, StepButton)
_STEPS = {
    "back": ("◀️", "control.previous"),
    "any": ("🎲", "control.random"),
    "on": ("▶️", "control.next"),
}
SCORE_NAMES = {
    Score.LOG_ODDS: "score.log_odds",
    Score.LOGIT: "score.logit",
    Score.PROBABILITY: "score.probability",
}
_SCORE_NOTES = {
    Score.LOG_ODDS: "score.log_odds.about",
    Score.LOGIT: "score.logit.about",
    Score.PROBABILITY: "score.probability.about",
}


def _encode(question: Question, owner: int) -> str:
    index = _UPLOAD if question.index is None else question.index
    layer = SPATIAL_LAYERS.index(question.layer)
    target = _PREDICTED if question.target is None else question.target
    score, colours = _SCORES.index(question.score), _COLOURS.index(question.colours)
    return f"{index}/{layer}/{target}/{score}/{colours}/{owner}"


def _decode(state: re.Match[str]) -> Question:
    return Question(
        index=None if state["index"] == _UPLOAD else int(state["index"]),
        layer=SPATIAL_LAYERS[int(state["layer"])],
        target=None if state["target"] == _PREDICTED else int(state["target"]),
        score=_SCORES[int(state["score"])],
        colours=_COLOURS[int(state["colours"])],
    )
