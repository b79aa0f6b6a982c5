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
from importlib import resources
from string import Formatter
from typing import Any, Protocol

from babel.messages.pofile import read_po
from discord import Locale
from discord.app_commands import TranslationContextTypes, Translator, locale_str
from hangulpy import josa_pick

_FOLDER = resources.files(__name__)
LANGUAGES = tuple(
    sorted(folder.name for folder in _FOLDER.iterdir() if folder.joinpath("general.po").is_file())
)
FALLBACK = "en"
_ARTICLES, _AN = "a/an", {"8"}  # of digits


_MAX_TYPED = 50  # characters


class Typed(str):
    """Text that a person typed: in a message it is inline code, in which nothing is rendered."""

    __slots__ = ()

    def __format__(self, format_spec: str) -> str:
        """Shorten it, on one line and without the mark that would end the code."""
        shown = " ".join(self.split()).replace("`", "ˋ")
        if len(shown) > _MAX_TYPED:
            shown = f"{shown[:_MAX_TYPED]}…"
        return f"`{shown or '–'}`"


class Say(Protocol):
    """Says the text of a key in one language."""

    language: str

    def __call__(self, key: str, /, **fields: object) -> str:
        """Fill the fields of a text.

        Raises:
            KeyError: there is no such key, or a field of its text is not given.
        """


class _Speaker:
    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, /, **fields: object) -> str:
        return _FORMATTER.vformat(self._texts[key], (), fields)


class _ParticleFormatter(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        if "/" not in format_spec:
            return str(super().format_field(value, format_spec))
        alone = format_spec.startswith("~")
        choices = format_spec.removeprefix("~")
        if choices == _ARTICLES:
            return "an" if str(value) in _AN else "a"
        particle = str(josa_pick(str(value), choices))
        return particle if alone else f"{value}{particle}"


_FORMATTER = _ParticleFormatter()


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Read a language's texts by key."""
    texts: dict[str, str] = {}
    for catalogued in sorted((_FOLDER / language).iterdir(), key=lambda file: file.name):
        if not catalogued.name.endswith(".po"):
            continue
        with catalogued.open("rb") as file:
            for text in read_po(file, locale=language):
                if text.id:
                    texts[str(text.id)] = str(text.string)
    return texts


def speaker(locale: Locale | str | None) -> Say:
    """Find the voice for a reader.

    Args:
        locale: as Discord reports it, such as `ko` or `en-GB`; a language it does not speak, or
            none, is answered in English.
    """
    return _speaker(str(locale).partition("-")[0])


@cache
def _speaker(language: str) -> Say:
    return _Speaker(language if language in LANGUAGES else FALLBACK)


def label(key: str) -> locale_str:
    """Name or describe a command or an option, in English and, through the tree, in the others."""
    return locale_str(catalogue(FALLBACK)[key], key=key)


class CommandTranslator(Translator):
    """Gives Discord the names and descriptions of commands in the other languages."""

    async def translate(
        self,
        string: locale_str,
        locale: Locale,
        context: TranslationContextTypes,  # noqa: ARG002 - the base class names it
    ) -> str | None:
        """See `discord.app_commands.Translator.translate`."""
        language = locale.value.partition("-")[0]
        if language == FALLBACK or language not in LANGUAGES:
            return None
        key: Any = string.extras.get("key")
        return catalogue(language).get(key)
