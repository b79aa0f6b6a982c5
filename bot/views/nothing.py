"""The answer about a picture without any digit."""

from discord.ui import Separator

from bot.i18n import Say
from bot.services.answers import Nothing
from bot.services.questions import NO_DIGIT
from bot.views.audience import Audience
from bot.views.controls import controls
from bot.views.layout import WARNING, Message, framed
from bot.views.uploaded import caveats, header


def nothing(found: Nothing, say: Say, audience: Audience) -> Message:
    """Say that there is no digit, and what to do.

    Args:
        found: the picture.
        say: the reader's language.
        audience: for whom the message is.
    """
    lines = [say("nothing.found"), *_about_said(found.question.said, say), say("nothing.try")]
    words = "\n".join([*lines, *caveats(found.reading, say)])
    head, upload = header(words, found.reading.picture, say)
    view = framed(head, Separator(), *controls(found, say, audience), colour=WARNING)
    return Message(view, [upload])


def _about_said(said: int | None, say: Say) -> list[str]:
    if said is None:
        return []
    if said == NO_DIGIT:
        return [say("correct.agreed"), say("correct.stored")]
    return [say("correct.refused", said=said), say("correct.stored"), say("nothing.no_stroke")]
