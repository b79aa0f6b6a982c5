"""The answer about a digit: its words, its picture, and the controls that ask on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Self

import discord
from discord import MediaGalleryItem, SelectOption
from discord.ui import (
    ActionRow,
    Button,
    Container,
    Item,
    LayoutView,
    MediaGallery,
    Section,
    Select,
    Separator,
    TextDisplay,
    Thumbnail,
)

from bot.i18n import Say
from bot.services.explaining import Answer, Question
from bot.views.control import Control
from core.explain.frozen import SPATIAL_LAYERS
from core.explain.methods import GradCAM
from core.explain.regions import Region
from core.explain.scores import Score
from core.figures.colours import Colours
from core.figures.digit import draw_digit
from core.figures.percent import format_percent

CARD_FILE = "gradcam.png"
DIGIT_FILE = "digit.png"
_SCORES = tuple(Score)
_COLOURS = tuple(Colours)
_PREDICTED = "p"
_UPLOAD = "u"
# The state of a message, 36 characters at most.
_STATE = (
    r"(?P<index>\d{1,4}|u)/(?P<layer>\d)/(?P<target>\d|p)/(?P<score>\d)/(?P<colours>\d)"
    r"/(?P<owner>\d{1,20})"
)


@dataclass(frozen=True, slots=True)
class Message:
    """An explanation's message, ready to be sent or to replace another."""

    view: LayoutView
    files: list[discord.File]


def explanation(answer: Answer, say: Say, *, owner: int, shared: bool) -> Message:
    """Lay an answer out.

    Args:
        answer: what the network said.
        say: the reader's language.
        owner: the id of the user whose presses change the message.
        shared: whether others see it, and so need to know whose it is.
    """
    files = [discord.File(BytesIO(answer.card), CARD_FILE, description=_alt_text(answer, say))]
    if answer.question.index is None:
        # The upload itself is not kept anywhere. This picture of 28x28 pixels is what the controls
        # read the digit from when they are pressed, after a restart too.
        digit = discord.File(
            BytesIO(draw_digit(answer.digit.image)),
            DIGIT_FILE,
            description=say("explain.alt_digit"),
        )
        files.append(digit)
        head: Item[Any] = Section(_words(answer, say), accessory=Thumbnail(digit))
    else:
        head = TextDisplay(_words(answer, say))
    gallery: MediaGallery[Any] = MediaGallery(MediaGalleryItem(files[0]))
    container: Container[Any] = Container(head, gallery, accent_colour=_accent(answer))
    if not answer.regions:
        container.add_item(TextDisplay(_about_empty(answer, say)))
    for row in _controls(answer, say, owner):
        container.add_item(row)
    container.add_item(Separator())
    container.add_item(TextDisplay(_small_print(answer, say, owner=owner, shared=shared)))
    view = LayoutView(timeout=None)
    view.add_item(container)
    return Message(view, files)


def _words(answer: Answer, say: Say) -> str:
    question, probabilities = answer.question, answer.probabilities
    digit, first, second = answer.prediction, *answer.runners_up
    h, w = answer.heatmap.shape
    lines = [
        say("explain.reads", digit=digit, confidence=format_percent(probabilities[digit])),
        say(
            "explain.runners_up",
            first=first,
            first_p=format_percent(probabilities[first]),
            second=second,
            second_p=format_percent(probabilities[second]),
        ),
    ]
    if question.index is None:
        lines.append(say("explain.upload"))
    elif answer.right:
        lines.append(say("explain.right", index=question.index, label=answer.digit.label))
    else:
        lines.append(say("explain.wrong", index=question.index, label=answer.digit.label))
    if answer.regions:
        score = say(SCORE_NAMES[question.score])
        lines.append(
            say("explain.map", layer=question.layer, h=h, w=w, target=answer.target, score=score)
        )
    return "\n".join(lines)


def _about_empty(answer: Answer, say: Say) -> str:
    question = answer.question
    score = say(SCORE_NAMES[question.score])
    why = say("explain.empty", layer=question.layer, target=answer.target, score=score)
    if answer.elsewhere:
        layers = ", ".join(f"`{layer}`" for layer in answer.elsewhere)
        return f"{why}\n{say('explain.empty_try', layers=layers)}"
    return f"{why}\n{say('explain.empty_nowhere')}"


def _alt_text(answer: Answer, say: Say) -> str:
    """Describe the card to somebody who cannot see it."""
    question, probabilities = answer.question, answer.probabilities
    digit, first, second = answer.prediction, *answer.runners_up
    h, w = answer.heatmap.shape
    if answer.regions:
        where = say("explain.then").join(say(REGION_NAMES[region]) for region in answer.regions)
        heat = say("explain.alt_heat", regions=where)
    else:
        heat = say("explain.alt_no_heat")
    return say(
        "explain.alt_card",
        digit=digit,
        confidence=format_percent(probabilities[digit]),
        first=first,
        first_p=format_percent(probabilities[first]),
        second=second,
        second_p=format_percent(probabilities[second]),
        target=answer.target,
        layer=question.layer,
        h=h,
        w=w,
        score=say(SCORE_NAMES[question.score]),
        heat=heat,
    )


def _small_print(answer: Answer, say: Say, *, owner: int, shared: bool) -> str:
    question = answer.question
    source = (
        say("explain.source_upload")
        if question.index is None
        else say("explain.source_index", index=question.index)
    )
    receipt = say(
        "explain.receipt",
        weights=answer.weights,
        source=source,
        layer=question.layer,
        target=answer.target,
        score=question.score,
        method=GradCAM.name,
    )
    return f"{receipt}\n{say('explain.shared', owner=owner)}" if shared else receipt


def _accent(answer: Answer) -> discord.Colour:
    """Blue, and orange where the network is known to be wrong."""
    known_wrong = answer.digit.label is not None and not answer.right
    return discord.Colour(0xE69F00 if known_wrong else 0x56B4E9)


def _controls(answer: Answer, say: Say, owner: int) -> list[ActionRow[Any]]:
    question = answer.question
    rows: list[ActionRow[Any]] = [
        ActionRow(LayerSelect.drawn(question, owner, answer, say)),
        ActionRow(TargetSelect.drawn(question, owner, answer, say)),
        ActionRow(ScoreSelect.drawn(question, owner, say)),
    ]
    if question.index is not None:
        rows.append(ActionRow(*(StepButton.drawn(question, owner, step, say) for step in _STEPS)))
    return rows


class _QuestionSelect(Control[Select[Any]], template=r"(?!)"):
    """A select that asks the same question with one thing changed."""

    def __init__(self, item: Select[Any], question: Question, owner: int) -> None:
        super().__init__(item)
        self.question = question
        self.owner = owner

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the base class names it
        item: Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Bring a control back from what a message holds."""
        return cls(item, *_decode(match))  # type: ignore[arg-type]


class LayerSelect(_QuestionSelect, template=rf"layer:{_STATE}"):
    """Another layer for the same digit and class."""

    @classmethod
    def drawn(cls, question: Question, owner: int, answer: Answer, say: Say) -> Self:
        """Offer every layer, with the size of its map."""
        options = [
            SelectOption(
                label=f"{say('control.layer')}: {layer}",
                value=layer,
                description=say("control.layer_option", h=h, w=w),
                default=layer == question.layer,
            )
            for layer, (h, w) in answer.layers.items()
        ]
        return cls(
            Select(custom_id=f"layer:{_encode(question, owner)}", options=options), question, owner
        )

    def asked(self, values: Sequence[str]) -> Question:
        """See `Control.asked`."""
        return replace(self.question, layer=values[0])


class TargetSelect(_QuestionSelect, template=rf"target:{_STATE}"):
    """Why this class? Why not that one?"""

    @classmethod
    def drawn(cls, question: Question, owner: int, answer: Answer, say: Say) -> Self:
        """Offer the predicted class and all ten, with their probabilities."""
        options = [
            SelectOption(
                label=say("control.target_predicted", target=answer.prediction),
                value=_PREDICTED,
                description=say("control.target_predicted.about"),
                default=question.target is None,
            )
        ]
        options += [
            SelectOption(
                label=say("control.target_option", target=target),
                value=str(target),
                description=format_percent(probability),
                default=target == question.target,
            )
            for target, probability in enumerate(answer.probabilities)
        ]
        return cls(
            Select(custom_id=f"target:{_encode(question, owner)}", options=options), question, owner
        )

    def asked(self, values: Sequence[str]) -> Question:
        """See `Control.asked`."""
        return replace(self.question, target=None if values[0] == _PREDICTED else int(values[0]))


class ScoreSelect(_QuestionSelect, template=rf"score:{_STATE}"):
    """Another score to differentiate: seeing the three disagree teaches."""

    @classmethod
    def drawn(cls, question: Question, owner: int, say: Say) -> Self:
        """Offer the three scores."""
        options = [
            SelectOption(
                label=f"{say('control.score')}: {say(SCORE_NAMES[score])}",
                value=score,
                description=say(_SCORE_NOTES[score]),
                default=score is question.score,
            )
            for score in Score
        ]
        return cls(
            Select(custom_id=f"score:{_encode(question, owner)}", options=options), question, owner
        )

    def asked(self, values: Sequence[str]) -> Question:
        """See `Control.asked`."""
        return replace(self.question, score=Score(values[0]))


class StepButton(Control[Button[Any]], template=rf"step:(?P<step>back|any|on):{_STATE}"):
    """The previous, the next or any other test digit."""

    def __init__(self, item: Button[Any], question: Question, owner: int, step: str) -> None:
        super().__init__(item)
        self.question = question
        self.owner = owner
        self.step = step

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the base class names it
        item: Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Bring a control back from what a message holds."""
        return cls(item, *_decode(match), match["step"])  # type: ignore[arg-type]

    @classmethod
    def drawn(cls, question: Question, owner: int, step: str, say: Say) -> Self:
        """Draw one of the three."""
        emoji, key = _STEPS[step]
        custom_id = f"step:{step}:{_encode(question, owner)}"
        button: Button[Any] = Button(label=say(key), emoji=emoji, custom_id=custom_id)
        return cls(button, question, owner, step)

    def asked(self, values: Sequence[str]) -> Question:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        match self.step:
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
REGION_NAMES = {
    Region.UPPER_LEFT: "region.upper_left",
    Region.UPPER_CENTRE: "region.upper_centre",
    Region.UPPER_RIGHT: "region.upper_right",
    Region.LEFT: "region.left",
    Region.CENTRE: "region.centre",
    Region.RIGHT: "region.right",
    Region.LOWER_LEFT: "region.lower_left",
    Region.LOWER_CENTRE: "region.lower_centre",
    Region.LOWER_RIGHT: "region.lower_right",
}


def _encode(question: Question, owner: int) -> str:
    index = _UPLOAD if question.index is None else question.index
    layer = SPATIAL_LAYERS.index(question.layer)
    target = _PREDICTED if question.target is None else question.target
    score, colours = _SCORES.index(question.score), _COLOURS.index(question.colours)
    return f"{index}/{layer}/{target}/{score}/{colours}/{owner}"


def _decode(state: re.Match[str]) -> tuple[Question, int]:
    question = Question(
        index=None if state["index"] == _UPLOAD else int(state["index"]),
        layer=SPATIAL_LAYERS[int(state["layer"])],
        target=None if state["target"] == _PREDICTED else int(state["target"]),
        score=_SCORES[int(state["score"])],
        colours=_COLOURS[int(state["colours"])],
    )
    return question, int(state["owner"])
