"""Every kind of answer as a message."""

from bot.explain.answers import Answer, Nothing, Outcome, Overview
from bot.explain.audience import Audience
from bot.explain.messages import explanation
from bot.explain.nothing import nothing
from bot.explain.overview import overview
from bot.i18n import Say
from bot.ui.layout import Message


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
