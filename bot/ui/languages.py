"""In which languages something is said that several people read."""

from collections.abc import Callable

from bot.i18n import FALLBACK, LANGUAGES, Say, speaker

_EVERY = (FALLBACK, *(language for language in LANGUAGES if language != FALLBACK))


def voices(language: str | None) -> tuple[Say, ...]:
    """Find who speaks.

    Args:
        language: what a server has chosen for what is shared; `None`: all, English first.
    """
    return tuple(speaker(each) for each in (_EVERY if language is None else (language,)))


def both(say_each: Callable[[Say], str], language: str | None) -> str:
    """Say the same in the language of what is shared, or in each of them, one under the other.

    What comes out the same in all of them, such as a number, is said once. Texts of several lines
    are set apart by a blank line, without which a list would go on into the next language.

    Args:
        say_each: says it in one language.
        language: see `voices`.
    """
    texts = tuple(dict.fromkeys(map(say_each, voices(language))))
    return ("\n\n" if any("\n" in text for text in texts) else "\n").join(texts)


def beside(say_each: Callable[[Say], str], language: str | None) -> str:
    """Say the same as `both`, in one line: for the label of a button or an option."""
    return " · ".join(dict.fromkeys(map(say_each, voices(language))))
