"""How a picture was read or refused, and by which rule: private messages."""

from collections.abc import Sequence

from discord import MediaGalleryItem
from discord.ui import MediaGallery, TextDisplay

from bot.explain.phrases import (
    METHOD_NOTES,
    REGION_NAMES,
    SCORE_NAMES,
    SCORE_NOTES,
    describe_regions,
    no_digit,
    place,
    receipt,
    refusal_reason,
)
from bot.explain.query import Query
from bot.explain.results import SURE, ReadingSteps, RejectionSteps, region_of
from bot.i18n import Say
from bot.ui.layout import Message, attached, framed
from core.explain.methods import METHODS
from core.record import UploadsMetrics


def steps(shown: ReadingSteps | RejectionSteps, say: Say) -> Message:
    """Lay out the steps in which a picture was read, or refused."""
    if isinstance(shown, ReadingSteps):
        words, alt = _reading(shown, say)
    else:
        words, alt = _rejection(shown, say)
    strip = attached(shown.strip, "steps.jpg", alt)
    return framed(
        TextDisplay("\n".join(words)), MediaGallery(MediaGalleryItem(strip)), files=[strip]
    )


def _reading(shown: ReadingSteps, say: Say) -> tuple[list[str], str]:
    words, digits = [say("steps.heading")], len(shown.reading.digits)
    if digits > 1:
        named = place(shown.position, shown.reading, say)
        words.append(say("steps.which", place=named, count=digits))
    words += [
        say("steps.picture"),
        say("steps.ink"),
        say("steps.box"),
        say("steps.normal_form"),
        say("steps.map", target=shown.target, layer=shown.layer or say("explain.input")),
    ]
    return words, say("alt.steps", target=shown.target, heat=describe_regions(shown.regions, say))


def _rejection(shown: RejectionSteps, say: Say) -> tuple[list[str], str]:
    words = [say("steps.heading_refused"), say("steps.whole_picture"), say("steps.ink")]
    shape = shown.shape
    if shape is None:
        return [*words, *no_digit(shape, shown.reading, say)], say("alt.steps_refused")
    region = say(REGION_NAMES[region_of(shape.digit, shown.reading)])
    words += [
        say("steps.likeliest", region=region),
        say("steps.normal_form"),
        f"{say('steps.evidence')} {refusal_reason(shape, say)}",
        say("steps.likely", digit=shape.prediction),
    ]
    alt = say(
        "alt.steps_likeliest", region=region, digit=shape.prediction, why=refusal_reason(shape, say)
    )
    return words, alt


def decision(query: Query, weights: str | None, words: Sequence[str], say: Say) -> Message:
    """Lay out how an answer was decided, with the receipt if the network's weights are known."""
    words = [say("rule.heading"), *words]
    if weights is not None:
        method, score = METHODS[query.method], say(SCORE_NAMES[query.score])
        words.append(f"- **{method.title}**: {say(METHOD_NOTES[query.method])}.")
        if method.class_specific and query.against is None:
            words.append(f"- **{score}**: {say(SCORE_NOTES[query.score])}.")
        target = say("explain.as_read") if query.target is None else query.target
        # The empty line ends the list.
        words += ["", say("rule.repeat"), receipt(query, weights, target, say)]
    return framed(TextDisplay("\n".join(words)))


def rule(metrics: UploadsMetrics, say: Say) -> list[str]:
    """Tell the rule by which a shape is taken for a digit, with its measured error rates."""
    told = (say("rule.evidence"), *deciding(metrics, say), say("rule.ink"), changed(metrics, say))
    return [f"- {each}" for each in told]


def deciding(metrics: UploadsMetrics, say: Say) -> list[str]:
    """Tell how often shapes are refused, how often rightly, and what a confidence is worth."""
    return [
        say(
            "rule.rates",
            threshold=f"{metrics.threshold:.1f}",
            digits=f"{metrics.digits_refused:.1%}",
            strangers=f"{metrics.negatives_refused:.1%}",
        ),
        say(
            "rule.calibration",
            temperature=f"{metrics.temperature:.2f}",
            before=f"{metrics.ece_before:.4f}",
            after=f"{metrics.ece_after:.4f}",
            sure=f"{SURE:.0%}",
        ),
    ]


def changed(metrics: UploadsMetrics, say: Say) -> str:
    """Compare the networks on transformed test digits."""
    return say(
        "rule.changed",
        uploads=f"{metrics.changed_accuracy:.2%}",
        tutorial=f"{metrics.changed_accuracy_tutorial:.2%}",
    )
