"""The answer about a picture without any digit."""

from discord.ui import Separator

from bot.explain.answers import Nothing
from bot.explain.audience import Audience
from bot.explain.control_rows import controls
from bot.explain.questions import NO_DIGIT
from bot.explain.uploaded import caveats, header
from bot.i18n import Say
from bot.ui.layout import WARNING, Message, framed


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
    return framed(
        head, Separator(), *controls(found, say, audience), colour=WARNING, files=[upload]
    )


def _about_said(said: int | None, say: Say) -> list[str]:
    if said is None:
        return []
    if said == NO_DIGIT:
        return [say("correct.agreed"), say("correct.stored")]
    return [say("correct.refused", said=said), say("correct.stored"), say("nothing.no_stroke")]
