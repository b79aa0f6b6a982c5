"""What `/help` shows."""

from collections.abc import Mapping

from discord.ui import LayoutView, Separator, TextDisplay

from bot.i18n import Say
from bot.views.layout import framed


def help_page(mentions: Mapping[str, str], say: Say) -> LayoutView:
    """Lay the help out.

    Args:
        mentions: how to write each command so that it can be clicked, by its name.
        say: the reader's language.
    """
    explain, model = mentions["explain"], mentions["model"]
    steps = (
        say("help.index", explain=explain),
        say("help.upload", explain=explain, menu=say("command.explain_message.name")),
        say("help.target"),
        say("help.model", model=model),
        say("help.quiz", quiz=mentions["quiz"]),
        say("help.review", review=mentions["review"]),
    )
    return framed(
        TextDisplay("\n".join((say("help.first"), *(f"- {step}" for step in steps)))),
        TextDisplay(say("help.points")),
        Separator(),
        TextDisplay(say("help.says")),
        TextDisplay(say("help.says_not")),
    )
