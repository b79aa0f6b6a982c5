"""What the bot says, in every language it speaks.

A folder of gettext catalogues for each language beside this file, with a key for each text. A new
language is a new folder with the same files: `LANGUAGES` finds it.

    >>> from discord import Locale
    >>> say = speaker(Locale.korean)
    >>> say("explain.reads", digit=7, confidence="98.1%")

A field may ask for a Korean particle: `{digit:은/는}` writes the digit and the particle that its
pronunciation takes, `{digit:~은/는}` the particle alone, for after markup such as `**{digit}**`.
For an English article there is `{digit:~a/an}`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po
from discord import Locale
from discord.app_commands import TranslationContextTypes, Translator, locale_str
from hangulpy import josa_pick
from typing_extensions import override

from bot.i18n.names import plain

_FOLDER = Path(__file__).parent
LANGUAGES = tuple(sorted(file.parent.name for file in _FOLDER.glob("*/general.po")))
FALLBACK = "en"
_MAX_TYPED = 50  # characters


class Typed(str):
    """Text that a person typed: in a message it is inline code, in which nothing is rendered."""

    __slots__ = ()

    def __format__(self, format_spec: str) -> str:
        """Shorten it, on one line and without the mark that would end the code."""
        shown = plain(self).replace("`", "ˋ")
        if len(shown) > _MAX_TYPED:
            shown = f"{shown[:_MAX_TYPED]}…"
        return f"`{shown or '–'}`"


class Say:
    """Says the text of a key in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, /, **fields: object) -> str:
        """Fill the fields of a text.

        Raises:
            KeyError: If there is no such key, or a field of its text is not given.
        """
        return _FORMATTER.vformat(self._texts[key], (), fields)


class _ParticleFormatter(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        if "/" not in format_spec:
            return str(super().format_field(value, format_spec))
        if format_spec == "~a/an":
            return "an" if str(value) == "8" else "a"  # of digits
        spoken = str(value).replace("%", "퍼센트")  # else its number decides
        particle = str(josa_pick(spoken, format_spec.removeprefix("~")))
        return particle if format_spec.startswith("~") else f"{value}{particle}"


_FORMATTER = _ParticleFormatter()


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Read a language's texts by key."""
    texts: dict[str, str] = {}
    for path in (_FOLDER / language).glob("*.po"):
        with path.open("rb") as file:
            read = read_po(file, locale=language)
        texts |= {str(text.id): str(text.string) for text in read if text.id}
    return texts


def speaker(locale: Locale | str | None) -> Say:
    """Find the voice for a reader.

    Args:
        locale: as Discord reports it, such as `ko` or `en-GB`; a language it does not speak, or
            none, is answered in English.
    """
    language = str(locale).partition("-")[0]
    return Say(language if language in LANGUAGES else FALLBACK)


def label(key: str) -> locale_str:
    """Name or describe a command or an option, in English and, through the tree, in the others."""
    return locale_str(catalogue(FALLBACK)[key], key=key)


class CommandTranslator(Translator):
    """Gives Discord the names and descriptions of commands in the other languages."""

    @override
    async def translate(
        self, string: locale_str, locale: Locale, context: TranslationContextTypes
    ) -> str | None:
        language = locale.value.partition("-")[0]
        if language == FALLBACK or language not in LANGUAGES:
            return None
        return catalogue(language).get(string.extras.get("key", ""))
