"""The controls under an answer: each asks the same query with one thing changed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

from discord import SelectOption
from discord.ui import ActionRow, Button, Select
from typing_extensions import override

from bot.explain.phrases import SCORE_NAMES
from bot.explain.query import Query, random_index
from bot.explain.query_control import STATE, Ownership, QueryControl, encode
from bot.explain.results import DigitResult, PictureResult, Prediction, Result, Shapes, Upload
from bot.explain.upload_controls import (
    AllDigitsButton,
    CancelButton,
    ConfirmButton,
    CorrectSelect,
    DigitSelect,
    HowDecidedButton,
    HowReadButton,
)
from bot.i18n import Say
from bot.runtime.networks import Network
from core.explain.scores import Score
from core.figures.percent import format_percent

PREDICTED = "p"
"""The option for the predicted class, whichever it is."""


def layer_options(layers: Shapes, chosen: str, say: Say) -> list[SelectOption]:
    """Offer every layer with the size of its maps."""
    return [
        SelectOption(
            label=say("control.layer", layer=layer),
            value=layer,
            description=say("control.layer_option", h=h, w=w),
            default=layer == chosen,
        )
        for layer, (h, w) in layers.items()
    ]


def target_options(
    prediction: Prediction | None, chosen: int | None, say: Say
) -> list[SelectOption]:
    """Offer the predicted class and all ten.

    Args:
        prediction: For the digit; `None` for several digits.
        chosen: The class explained; `None` for the predicted one.
        say: The reader's language.
    """
    predicted = say("control.target_each")
    probabilities: list[str | None] = [None] * 10
    if prediction is not None:
        predicted = say("control.target_predicted", target=prediction.digit)
        probabilities = [format_percent(p) for p in prediction.probabilities]
    about = say("control.target_predicted.about")
    options = [
        SelectOption(
            label=say("control.target_option", target=target),
            value=str(target),
            description=probability,
            default=target == chosen,
        )
        for target, probability in enumerate(probabilities)
    ]
    first = SelectOption(
        label=predicted, value=PREDICTED, description=about, default=chosen is None
    )
    return [first, *options]


def score_options(chosen: Score, say: Say) -> list[SelectOption]:
    """Offer every score."""
    return [
        SelectOption(
            label=say("control.score", score=say(name)),
            value=score,
            description=say(_SCORE_NOTES[score]),
            default=score is chosen,
        )
        for score, name in SCORE_NAMES.items()
    ]


class LayerSelect(QueryControl[Select[Any]], template=rf"layer:{STATE}"):
    """Chooses another layer."""

    @classmethod
    def of(cls, state: str, result: DigitResult | PictureResult, say: Say) -> Self:
        """Offer every layer."""
        options = layer_options(result.layers, result.query.layer, say)
        return cls(Select(custom_id=f"layer:{state}", options=options))

    @override
    def changed(self, values: Sequence[str]) -> Query:
        return replace(self.query, layer=values[0])


class TargetSelect(QueryControl[Select[Any]], template=rf"target:{STATE}"):
    """Chooses another class to explain."""

    @classmethod
    def of(cls, state: str, result: DigitResult | PictureResult, say: Say) -> Self:
        """Offer the classes; with their probabilities, for a single digit."""
        prediction = result.prediction if isinstance(result, DigitResult) else None
        options = target_options(prediction, result.query.target, say)
        return cls(Select(custom_id=f"target:{state}", options=options))

    @override
    def changed(self, values: Sequence[str]) -> Query:
        return replace(self.query, target=None if values[0] == PREDICTED else int(values[0]))


class ScoreSelect(QueryControl[Select[Any]], template=rf"score:{STATE}"):
    """Chooses another score to differentiate."""

    @classmethod
    def of(cls, state: str, result: DigitResult | PictureResult, say: Say) -> Self:
        """Offer the three scores."""
        options = score_options(result.query.score, say)
        return cls(Select(custom_id=f"score:{state}", options=options))

    @override
    def changed(self, values: Sequence[str]) -> Query:
        return replace(self.query, score=Score(values[0]))


class StepButton(QueryControl[Button[Any]], template=rf"step:(?P<step>back|any|on):{STATE}"):
    """Goes to the previous, the next or a random test digit."""

    @classmethod
    def all_of(cls, state: str, say: Say) -> list[Self]:
        """Offer the three."""
        return [
            cls(Button(label=say(key), emoji=emoji, custom_id=f"step:{step}:{state}"))
            for step, (emoji, key) in _STEPS.items()
        ]

    @override
    def changed(self, values: Sequence[str]) -> Query:
        index = self.query.index or 0
        match self.state["step"]:
            case "back":
                return self.query.at_index(index - 1)
            case "on":
                return self.query.at_index(index + 1)
            case _:
                return self.query.at_index(random_index())


class NetworkButton(QueryControl[Button[Any]], template=rf"network:{STATE}"):
    """Asks the other network."""

    @classmethod
    def of(cls, state: str, query: Query, say: Say) -> Self:
        """Name the other network."""
        label = say(_ASK_NETWORK[query.network.other])
        return cls(Button(label=label, emoji="🔀", custom_id=f"network:{state}"))

    @override
    def changed(self, values: Sequence[str]) -> Query:
        return replace(self.query, network=self.query.network.other)


CONTROLS: tuple[type[QueryControl[Any]], ...] = (
    LayerSelect,
    TargetSelect,
    ScoreSelect,
    StepButton,
    NetworkButton,
    DigitSelect,
    AllDigitsButton,
    CorrectSelect,
    ConfirmButton,
    CancelButton,
    HowReadButton,
    HowDecidedButton,
)

Rows = list[ActionRow[Any]]


def controls(result: Result, say: Say, ownership: Ownership, confirm: int | None = None) -> Rows:
    """Draw the controls under an answer.

    Args:
        result: the answer.
        say: the reader's language.
        ownership: whose the answer is.
        confirm: the label that the uploader is asked to confirm.
    """
    query = result.query
    state = encode(query, ownership)
    selects: list[Any] = []
    buttons: list[Any] = []
    if isinstance(result, DigitResult | PictureResult):
        selects += [
            LayerSelect.of(state, result, say),
            TargetSelect.of(state, result, say),
            ScoreSelect.of(state, result, say),
        ]
        buttons.append(NetworkButton.of(state, query, say))
    if query.index is not None:
        return [*map(ActionRow, selects), ActionRow(*StepButton.all_of(state, say), *buttons)]
    buttons += [HowReadButton.of(state, say), HowDecidedButton.of(state, say)]
    match result:
        case PictureResult():
            reading, predictions = result.reading, result.predictions
            selects[:0] = DigitSelect.all_of(state, reading, predictions, None, say)
        case DigitResult(upload=Upload(reading, position)) if len(result.predictions) > 1:
            selects[:0] = DigitSelect.all_of(state, reading, result.predictions, position, say)
            buttons.insert(0, AllDigitsButton.of(state, len(result.predictions), say))
    rows: Rows = [*map(ActionRow, selects)]
    if ownership.correctable and not isinstance(result, PictureResult):
        rows += _correcting(state, query.correction, confirm, say)
    return [*rows, ActionRow(*buttons)]


def _correcting(state: str, correction: int | None, confirm: int | None, say: Say) -> Rows:
    if confirm is None:
        return [ActionRow(CorrectSelect.of(state, correction, say))]
    return [ActionRow(ConfirmButton.of(state, confirm, say), CancelButton.of(state, say))]


_STEPS = {
    "back": ("◀️", "control.previous"),
    "any": ("🎲", "control.random"),
    "on": ("▶️", "control.next"),
}
_ASK_NETWORK = {
    Network.TUTORIAL: "control.ask_tutorial",
    Network.UPLOADS: "control.ask_uploads",
}
_SCORE_NOTES = {
    Score.LOG_ODDS: "score.log_odds.about",
    Score.LOGIT: "score.logit.about",
    Score.PROBABILITY: "score.probability.about",
}
