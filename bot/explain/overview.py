"""The answer about a picture with several digits: all of them, and a way into each."""

from discord import MediaGalleryItem
from discord.ui import MediaGallery, Separator, TextDisplay

from bot.explain.answers import SURE, Overview
from bot.explain.audience import Audience
from bot.explain.control_rows import controls
from bot.explain.names import NETWORK_NAMES, SCORE_NAMES
from bot.explain.phrases import boxed, in_order, small_print
from bot.explain.uploaded import caveats, header
from bot.i18n import Say
from bot.ui.layout import CALM, WARNING, Message, attached, framed
from core.figures.percent import format_percent


def overview(shown: Overview, say: Say, audience: Audience) -> Message:
    """Lay an overview out.

    Args:
        shown: what the networks said.
        say: the reader's language.
        audience: for whom the message is.
    """
    digits = boxed(shown.reading, shown.opinions, say)
    head, upload = header(_words(shown, say), shown.reading.picture, say)
    target = shown.question.target
    alt = "alt.overview" if target is None else "alt.overview_target"
    photo = attached(shown.photo, "overlay.jpg", say(alt, digits=digits, target=target))
    explained = say("explain.as_read") if target is None else target
    receipt = small_print(shown.question, shown.weights, explained, say, audience)
    return framed(
        head,
        MediaGallery(MediaGalleryItem(photo)),
        *controls(shown, say, audience),
        Separator(),
        TextDisplay(receipt),
        colour=CALM if all(opinion.sure for opinion in shown.opinions) else WARNING,
        files=[upload, photo],
    )


def _words(shown: Overview, say: Say) -> str:
    question, least = shown.question, shown.opinions[shown.least_certain]
    lines = [
        say(
            "overview.reads",
            digits=in_order(shown.opinions),
            network=say(NETWORK_NAMES[question.network]),
            count=len(shown.opinions),
            number=shown.least_certain + 1,
            digit=least.prediction,
            confidence=format_percent(least.confidence),
        )
    ]
    unsure = [str(i + 1) for i, opinion in enumerate(shown.opinions) if not opinion.sure]
    if unsure:
        lines.append(say("overview.unsure", numbers=", ".join(unsure), sure=f"{SURE:.0%}"))
    if in_order(shown.opinions) != in_order(shown.others):
        other = say(NETWORK_NAMES[question.network.other])
        lines.append(say("overview.differs", network=other, digits=in_order(shown.others)))
    lines += caveats(shown.reading, say)
    score = say(SCORE_NAMES[question.score])
    key = "overview.map" if question.target is None else "overview.map_target"
    lines.append(say(key, layer=question.layer, score=score, target=question.target))
    return "\n".join(lines)
