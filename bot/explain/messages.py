"""The answer about one digit: its words, its pictures, and the controls that ask on."""

from typing import Any

from discord import MediaGalleryItem
from discord.ui import Item, MediaGallery, Separator, TextDisplay

from bot.explain.answers import Answer, Doubt, Spot, region_of
from bot.explain.audience import Audience
from bot.explain.control_rows import controls
from bot.explain.names import NETWORK_NAMES, REGION_NAMES, SCORE_NAMES
from bot.explain.phrases import boxed, read_as, small_print, tested, where
from bot.explain.questions import NO_DIGIT
from bot.explain.uploaded import caveats, header
from bot.i18n import Say
from bot.ui.layout import CALM, WARNING, Message, attached, framed
from core.figures.percent import format_percent

_SAID = {"none": "correct.none", "right": "correct.right", "wrong": "correct.wrong"}


def explanation(answer: Answer, say: Say, audience: Audience) -> Message:
    """Lay an answer out.

    Args:
        answer: what the networks said.
        say: the reader's language.
        audience: for whom the message is.
    """
    card = attached(answer.card, "gradcam.png", about_card(answer, say))
    words, files, shown = _words(answer, say), [card], [card]
    if answer.spot is None:
        head: Item[Any] = TextDisplay(words)
    else:
        head, upload = header(words, answer.spot.reading.picture, say)
        photo = attached(answer.spot.photo, "overlay.jpg", _about_photo(answer, answer.spot, say))
        files, shown = [upload, photo, card], [photo, card]
    # A gallery each: of two pictures in one, Discord would cut off what does not fit its tiles.
    parts: list[Item[Any]] = [head, *(MediaGallery(MediaGalleryItem(file)) for file in shown)]
    if not answer.regions:
        parts.append(TextDisplay(_about_empty(answer, say)))
    parts += controls(answer, say, audience)
    receipt = small_print(answer.question, answer.weights, answer.target, say, audience)
    parts += [Separator(), TextDisplay(receipt)]
    return framed(*parts, colour=WARNING if _doubtful(answer) else CALM, files=files)


def _doubtful(answer: Answer) -> bool:
    known_wrong = answer.digit.label is not None and not answer.right
    should_be_other = answer.doubt is not None or answer.question.said == NO_DIGIT
    return known_wrong or should_be_other or not answer.opinion.sure


def _words(answer: Answer, say: Say) -> str:
    question = answer.question
    if answer.doubt is None:
        lines = read_as(answer.opinion, question.network, say)
    else:
        lines = _about_refused(answer, answer.doubt, say)
    if answer.other.prediction != answer.opinion.prediction:
        lines.append(
            say(
                "explain.differs",
                network=say(NETWORK_NAMES[question.network.other]),
                digit=answer.other.prediction,
                confidence=format_percent(answer.other.confidence),
            )
        )
    if answer.spot is not None:
        lines += _about_upload(answer, answer.spot, say)
    elif answer.right:
        lines.append(say("explain.right", index=question.index, label=answer.digit.label))
    else:
        lines.append(say("explain.wrong", index=question.index, label=answer.digit.label))
    if answer.regions:
        h, w = answer.heatmap.shape
        score = say(SCORE_NAMES[question.score])
        lines.append(
            say("explain.map", layer=question.layer, h=h, w=w, target=answer.target, score=score)
        )
    return "\n".join(lines)


def _about_refused(answer: Answer, doubt: Doubt, say: Say) -> list[str]:
    opinion, network = answer.opinion, say(NETWORK_NAMES[answer.question.network])
    confidence = format_percent(opinion.confidence)
    return [
        say("refused.heading", said=answer.question.said),
        say("correct.refused", said=answer.question.said),
        say("correct.stored"),
        f"{say('refused.shape')} {tested(doubt.evidence, doubt.needed, say)}",
        say("refused.as", network=network, digit=opinion.prediction, confidence=confidence),
    ]


def _about_upload(answer: Answer, spot: Spot, say: Say) -> list[str]:
    digits, said = spot.reading.digits, answer.question.said
    lines = []
    if answer.doubt is None and said is not None:
        kind = "none" if said == NO_DIGIT else "right" if answer.right else "wrong"
        lines += [say(_SAID[kind], said=said), say("correct.stored")]
    if len(digits) > 1:
        region = say(REGION_NAMES[region_of(answer.digit, spot.reading)])
        number = spot.place + 1
        lines.append(say("explain.place", number=number, count=len(digits), region=region))
    lines.append(say("explain.seen"))
    return lines + caveats(spot.reading, say)


def _about_empty(answer: Answer, say: Say) -> str:
    question = answer.question
    score = say(SCORE_NAMES[question.score])
    why = say("explain.empty", layer=question.layer, target=answer.target, score=score)
    if answer.elsewhere:
        layers = ", ".join(f"`{layer}`" for layer in answer.elsewhere)
        return f"{why}\n{say('explain.empty_try', layers=layers)}"
    return f"{why}\n{say('explain.empty_nowhere')}"


def about_card(answer: Answer, say: Say) -> str:
    """Describe the card to somebody who cannot see it."""
    question, probabilities = answer.question, answer.opinion.probabilities
    digit, first, second = answer.opinion.ranked[:3]
    h, w = answer.heatmap.shape
    return say(
        "alt.card",
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
        heat=where(answer.regions, say),
    )


def _about_photo(answer: Answer, spot: Spot, say: Say) -> str:
    """Describe the overlay to somebody who cannot see it."""
    return say(
        "alt.photo",
        digits=boxed(spot.reading, answer.opinions, say),
        number=spot.place + 1,
        target=answer.target,
        heat=where(answer.regions, say),
    )
