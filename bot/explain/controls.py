"""The controls under an explanation: each asks the same question with one thing changed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

from discord import SelectOption
from discord.ui import Button, Select

from bot.explain.answers import Answer, Overview
from bot.explain.control_state import STATE, QuestionControl
from bot.explain.names import SCORE_NAMES
from bot.explain.questions import Question
from bot.i18n import Say
from bot.runtime.networks import Network
from core.explain.scores import Score
from core.figures.percent import format_percent

_PREDICTED = "p"


class LayerSelect(QuestionControl[Select[Any]], template=rf"layer:{STATE}"):
    """Another layer for the same digit and class."""

    @classmethod
    def drawn(cls, state: str, answer: Answer | Overview, say: Say) -> Self:
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

    def changed(self, values: Sequence[str]) -> Question:
        """See `QuestionControl.changed`."""
        return replace(self.question, layer=values[0])


class TargetSelect(QuestionControl[Select[Any]], template=rf"target:{STATE}"):
    """Why this class? Why not that one?"""

    @classmethod
    def drawn(cls, state: str, answer: Answer | Overview, say: Say) -> Self:
        """Offer the predicted class and all ten, with the probabilities of a single digit's."""
        predicted = say("control.target_each")
        probabilities: list[str | None] = [None] * 10
        if isinstance(answer, Answer):
            predicted = say("control.target_predicted", target=answer.opinion.prediction)
            probabilities = [format_percent(p) for p in answer.opinion.probabilities]
        options = [
            SelectOption(
                label=predicted,
                value=_PREDICTED,
                description=say("control.target_predicted.about"),
                default=answer.question.target is None,
            )
        ]
        options += [
            SelectOption(
                label=say("control.target_option", target=target),
                value=str(target),
                description=probability,
                default=target == answer.question.target,
            )
            for target, probability in enumerate(probabilities)
        ]
        return cls(Select(custom_id=f"target:{state}", options=options))

    def changed(self, values: Sequence[str]) -> Question:
        """See `QuestionControl.changed`."""
        return replace(self.question, target=None if values[0] == _PREDICTED else int(values[0]))


class ScoreSelect(QuestionControl[Select[Any]], template=rf"score:{STATE}"):
    """Another score to differentiate: seeing the three disagree teaches."""

    @classmethod
    def drawn(cls, state: str, answer: Answer | Overview, say: Say) -> Self:
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

    def changed(self, values: Sequence[str]) -> Question:
        """See `QuestionControl.changed`."""
        return replace(self.question, score=Score(values[0]))


class StepButton(QuestionControl[Button[Any]], template=rf"step:(?P<step>back|any|on):{STATE}"):
    """The previous, the next or any other test digit."""

    @classmethod
    def drawn(cls, state: str, step: str, say: Say) -> Self:
        """Draw one of the three."""
        emoji, key = STEPS[step]
        return cls(Button(label=say(key), emoji=emoji, custom_id=f"step:{step}:{state}"))

    def changed(self, values: Sequence[str]) -> Question:  # noqa: ARG002 - a button has none
        """See `QuestionControl.changed`."""
        match self.state["step"]:
            case "back":
                return self.question.step(-1)
            case "on":
                return self.question.step(1)
            case _:
                return replace(self.question, index=Question.test_digit().index)


class NetworkButton(QuestionControl[Button[Any]], template=rf"network:{STATE}"):
    """The same of the other network: seeing the two disagree teaches."""

    @classmethod
    def drawn(cls, state: str, answer: Answer | Overview, say: Say) -> Self:
        """Name the other network."""
        key = _ASKED[answer.question.network.other]
        return cls(Button(label=say(key), emoji="🔀", custom_id=f"network:{state}"))

    def changed(self, values: Sequence[str]) -> Question:  # noqa: ARG002 - a button has none
        """See `QuestionControl.changed`."""
        return replace(self.question, network=self.question.network.other)


STEPS = {
    "back": ("◀️", "control.previous"),
    "any": ("🎲", "control.random"),
    "on": ("▶️", "control.next"),
}
_ASKED = {
    Network.TUTORIAL: "control.ask_tutorial",
    Network.UPLOADS: "control.ask_uploads",
}
_SCORE_NOTES = {
    Score.LOG_ODDS: "score.log_odds.about",
    Score.LOGIT: "score.logit.about",
    Score.PROBABILITY: "score.probability.about",
}
