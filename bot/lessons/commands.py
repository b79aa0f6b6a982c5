"""`/lesson` and `/term`."""

from collections.abc import Iterable

import discord
from discord import app_commands
from discord.ext import commands

from bot.explain.uploads import Uploads
from bot.i18n import speaker
from bot.lessons.actions import LessonActions
from bot.lessons.controls import CONTROLS
from bot.lessons.course import Lessons
from bot.runtime.errors import UserError
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized, matches
from bot.ui.control import register
from core.dataset import TEST_DIGITS

_MAX_CHOICES = 25  # that Discord shows


class LessonCommands(commands.Cog):
    """Lessons and the glossary, for one learner at a time."""

    def __init__(
        self,
        client: Client,
        lessons: Lessons,
        actions: LessonActions,
        uploads: Uploads,
    ) -> None:
        self._lessons = lessons
        self._actions = actions
        self._uploads = uploads
        register(client, actions, *CONTROLS)

    @localized("lesson")
    async def lesson(
        self,
        interaction: Interaction,
        lesson: str | None = None,
        digit: app_commands.Range[int, 0, TEST_DIGITS - 1] | None = None,
        image: discord.Attachment | None = None,
    ) -> None:
        """Show all lessons, or go on with one."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if digit is not None and image is not None:
            raise UserError("explain.index_or_image")
        if lesson is None and digit is None and image is None:
            await self._actions.contents(interaction)
            return
        own = None
        if image is not None:
            me = interaction.user.id
            digits = (await self._uploads.read(image.url, image.size, me)).digits
            if not digits:
                raise UserError("lesson.no_digit")
            own = digits[0].image
        await self._actions.resume(interaction, lesson or self._lessons.names[0], digit, own)

    @lesson.autocomplete("lesson")
    async def _complete_lesson(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        language = speaker(interaction.locale).language
        course = (self._lessons.lesson(name, language) for name in self._lessons.names)
        return _choices(typed, ((f"{each.order}. {each.title}", each.name) for each in course))

    @localized("term")
    async def term(self, interaction: Interaction, word: str | None = None) -> None:
        """Explain a term, or list them all."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if word is None:
            await self._actions.glossary(interaction)
        else:
            await self._actions.look_up(interaction, word)

    @term.autocomplete("word")
    async def _complete_word(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        terms = self._lessons.terms(speaker(interaction.locale).language)
        return _choices(typed, ((term.title, term.name) for term in terms))


def _choices(typed: str, offered: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Choose what contains the typed text in its title or name."""
    found = [
        app_commands.Choice(name=title, value=name)
        for title, name in offered
        if matches(typed, f"{title} {name}")
    ]
    return found[:_MAX_CHOICES]
