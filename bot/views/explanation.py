"""The answer about a digit: its words, its picture, and the controls that ask on."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import discord
from discord import MediaGalleryItem
from discord.ui import (
    Item,
    LayoutView,
    MediaGallery,
    Section,
    Separator,
    TextDisplay,
    Thumbnail,
)

from bot.i18n import Say
from bot.services.explaining import Answer
from bot.views.layout import CALM, WARNING, framed
from bot.views.question_controls import SCORE_NAMES, controls
from core.explain.methods import GradCAM
from core.explain.regions import Region
from core.figures.digit import draw_digit
from core.figures.percent import format_percent

_CARD_FILE = "gradcam.png"
_DIGIT_FILE = "digit.png"
_REGION_NAMES = {
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
    files = [discord.File(BytesIO(answer.card), _CARD_FILE, description=_alt_text(answer, say))]
    if answer.question.index is None:
        # The upload itself is not kept anywhere. This picture of 28x28 pixels is what the controls
        # read the digit from when they are pressed, after a restart too.
        digit = discord.File(
            BytesIO(draw_digit(answer.digit.image)),
            _DIGIT_FILE,
            description=say("explain.alt_digit"),
        )
        files.append(digit)
        head: Item[Any] = Section(_words(answer, say), accessory=Thumbnail(digit))
    else:
        head = TextDisplay(_words(answer, say))
    parts: list[Item[Any]] = [head, MediaGallery(MediaGalleryItem(files[0]))]
    if not answer.regions:
        parts.append(TextDisplay(_about_empty(answer, say)))
    parts += controls(answer, say, owner)
    parts += [Separator(), TextDisplay(_small_print(answer, say, owner=owner, shared=shared))]
    known_wrong = answer.digit.label is not None and not answer.right
    view = framed(*parts, colour=WARNING if known_wrong else CALM)
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
        where = say("explain.then").join(say(_REGION_NAMES[region]) for region in answer.regions)
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
