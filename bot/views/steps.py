"""How a picture was read: the steps as a strip, each named and explained."""

from discord import MediaGalleryItem
from discord.ui import MediaGallery, TextDisplay

from bot.i18n import Say
from bot.services.answers import Steps
from bot.views.layout import Message, attached, framed
from bot.views.words import where


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
    view = framed(TextDisplay("\n".join(words)), MediaGallery(MediaGalleryItem(strip)))
    return Message(view, [strip])
