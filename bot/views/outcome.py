"""Every kind of answer as a message."""

from bot.i18n import Say
from bot.services.answers import Answer, Nothing, Outcome, Overview
from bot.views.audience import Audience
from bot.views.explanation import explanation
from bot.views.layout import Message
from bot.views.nothing import nothing
from bot.views.overview import overview


def answered(outcome: Outcome, say: Say, audience: Audience) -> Message:
    """Lay an answer out.

    Args:
        outcome: what was found.
        say: the reader's language.
        audience: for whom the message is.
    """
    match outcome:
        case Answer():
            return explanation(outcome, say, audience)
        case Overview():
            return overview(outcome, say, audience)
        case Nothing():
            return nothing(outcome, say, audience)
