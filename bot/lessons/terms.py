"""A term of the glossary, and all of them."""

from typing import Any

from discord.ui import ActionRow, Item, TextDisplay

from bot.i18n import Say
from bot.lessons.controls import TermSelect, named
from bot.lessons.course import Lessons
from bot.ui.layout import Message, framed

_CHOICES = 25  # of a select


def term_page(lessons: Lessons, name: str, say: Say) -> Message:
    """Say what a term means, and offer what belongs to it.

    Args:
        lessons: has the glossary.
        name: which term.
        say: the reader's language.
    """
    term = lessons.term(name, say.language)
    parts: list[Item[Any]] = [TextDisplay(f"## {term.title}\n{term.text}")]
    if term.see:
        related = named([lessons.term(other, say.language) for other in term.see])
        parts.append(ActionRow(TermSelect.drawn(related, say("term.see"))))
    return framed(*parts)


def glossary(lessons: Lessons, say: Say) -> Message:
    """List all terms.

    Args:
        lessons: has the glossary.
        say: the reader's language.
    """
    terms = named(sorted(lessons.terms(say.language), key=lambda term: term.title.casefold()))
    titles = ", ".join(title for _, title in terms)
    parts: list[Item[Any]] = [TextDisplay(f"{say('term.all')}\n{titles}")]
    for part, start in enumerate(range(0, len(terms), _CHOICES)):
        some = terms[start : start + _CHOICES]
        placeholder = say("term.choose", first=some[0][1], last=some[-1][1])
        parts.append(ActionRow(TermSelect.drawn(some, placeholder, part)))
    return framed(*parts)
