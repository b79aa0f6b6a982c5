"""What `/help` shows."""

from collections.abc import Callable

from discord.ui import Separator, TextDisplay

from bot.explain.query import EXAMPLE
from bot.i18n import Say
from bot.ui.layout import Message, framed


def help_page(mention: Callable[[str], str], say: Say, *, manager: bool) -> Message:
    """Lay the help out: a way in for newcomers, then what there is alone and together.

    A manager is also told of `/settings`; `mention` makes commands clickable.
    """
    explain = mention("explain")
    first = (
        say("help.index", explain=explain, index=EXAMPLE),
        say("help.target"),
        say("help.lesson", lesson=mention("lesson")),
    )
    alone = (
        say("help.upload", explain=explain, menu=say("command.explain_message.name")),
        say("help.compare", methods=mention("methods"), compare=mention("compare")),
        say("help.review", review=mention("review")),
        say("help.term", term=mention("term")),
        say("help.model", model=mention("model")),
        say("help.privacy", privacy=mention("privacy")),
    )
    together = [
        say("help.quiz", quiz=mention("quiz")),
        say("help.session", session=mention("session start")),
        say("help.scores", scores=mention("scores")),
    ]
    if manager:
        together.append(say("help.settings", settings=mention("settings")))
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
