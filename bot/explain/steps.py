"""How a picture was read, or why it was refused: the steps, each named and explained."""

import discord
from discord import MediaGalleryItem
from discord.ui import MediaGallery, TextDisplay

from bot.explain.answers import RefusalSteps, Steps, region_of
from bot.explain.names import REGION_NAMES
from bot.explain.phrases import tested, where
from bot.i18n import Say
from bot.ui.layout import Message, attached, framed
from core.figures.refusal import format_evidence


def steps(shown: Steps, say: Say) -> Message:
    """Lay the steps out.

    Args:
        shown: the steps of one digit.
        say: the reader's language.
    """
    digits = len(shown.reading.digits)
    words = [
        say("steps.heading"),
        say("steps.picture"),
        say("steps.ink"),
        say("steps.box"),
        say("steps.normal_form"),
        say("steps.map", target=shown.target, layer=shown.layer),
    ]
    if digits > 1:
        words.insert(1, say("steps.which", number=shown.place + 1, count=digits))
    strip = attached(
        shown.strip,
        "steps.jpg",
        say("alt.steps", target=shown.target, heat=where(shown.regions, say)),
    )
    return _laid_out(words, strip)


def refusal(shown: RefusalSteps, say: Say) -> Message:
    """Lay out why a picture was refused.

    Args:
        shown: the steps.
        say: the reader's language.
    """
    words = [say("steps.heading_refused"), say("steps.whole_picture"), say("steps.ink")]
    shape = shown.shape
    if shape is None:
        strip = attached(shown.strip, "steps.jpg", say("alt.steps_refused"))
        return _laid_out([*words, say("nothing.no_stroke")], strip)
    region = say(REGION_NAMES[region_of(shape.digit, shown.reading)])
    words += [
        say("steps.likeliest", region=region),
        say("steps.normal_form"),
        f"{say('steps.evidence')} {tested(shape.evidence, shape.needed, say)}",
        say("steps.likely", digit=shape.likely),
    ]
    evidence, needed = format_evidence(shape.evidence), format_evidence(shape.needed)
    fields = {"region": region, "digit": shape.likely, "evidence": evidence, "needed": needed}
    return _laid_out(
        words, attached(shown.strip, "steps.jpg", say("alt.steps_likeliest", **fields))
    )


def _laid_out(words: list[str], strip: discord.File) -> Message:
    return framed(
        TextDisplay("\n".join(words)), MediaGallery(MediaGalleryItem(strip)), files=[strip]
    )
