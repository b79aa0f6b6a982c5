"""The languages of messages that several people read."""

from collections.abc import Callable

from bot.i18n import FALLBACK, LANGUAGES, Say, speaker


def voices(language: str | None) -> tuple[Say, ...]:
    """Return the language that a server has chosen; for `None` all of them, English first."""
    if language is not None:
        return (speaker(language),)
    return tuple(map(speaker, sorted(LANGUAGES, key=lambda each: each != FALLBACK)))


def in_languages(say_each: Callable[[Say], str], language: str | None) -> str:
    """Say the same in the language of what is shared, or in each of them, one under the other.

    What comes out the same in all of them, such as a number, is said once. Texts of several lines
    are set apart by a blank line, without which a list would go on into the next language.
    """
    texts = tuple(dict.fromkeys(map(say_each, voices(language))))
    return ("\n\n" if any("\n" in text for text in texts) else "\n").join(texts)


def in_languages_inline(say_each: Callable[[Say], str], language: str | None) -> str:
    """Say the same as `in_languages`, in one line: for the label of a button or an option."""
    return " · ".join(dict.fromkeys(map(say_each, voices(language))))
