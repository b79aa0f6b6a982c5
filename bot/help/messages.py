"""What `/help` shows."""

from collections.abc import Mapping

from discord.ui import Separator, TextDisplay

from bot.i18n import Say
from bot.ui.layout import Message, framed


def help_page(mentions: Mapping[str, str], say: Say) -> Message:
    """Lay the help out: a way in for newcomers, then what there is alone and together.

    Args:
        mentions: how to write each command so that it can be clicked, by its name.
        say: the reader's language.
    """
    explain, lesson = mentions["explain"], mentions["lesson"]
    first = (
        say("help.index", explain=explain),
        say("help.target"),
        say("help.lesson", lesson=lesson),
    )
    alone = (
        say("help.upload", explain=explain, menu=say("command.explain_message.name")),
        say("help.review", review=mentions["review"]),
        say("help.term", term=mentions["term"]),
        say("help.model", model=mentions["model"]),
        say("help.privacy", privacy=mentions["privacy"]),
    )
    together = (
        say("help.quiz", quiz=mentions["quiz"]),
        say("help.session", session=mentions["session start"]),
        say("help.scores", scores=mentions["scores"]),
        say("help.settings", settings=mentions["settings"]),
    )
    numbered = (f"{number}. {step}" for number, step in enumerate(first, start=1))
    return framed(
        TextDisplay("\n".join((say("help.first"), *numbered))),
        TextDisplay("\n".join((say("help.alone"), *(f"- {each}" for each in alone)))),
        TextDisplay("\n".join((say("help.together"), *(f"- {each}" for each in together)))),
        TextDisplay(f"-# {say('help.points')}"),
        Separator(),
        TextDisplay(say("help.says")),
        TextDisplay(say("help.says_not")),
    )
