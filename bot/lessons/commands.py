"""`/lesson` and `/term`."""

from dataclasses import replace

import discord
import numpy as np
from discord import InteractionResponseType, app_commands
from discord.ext import commands
from numpy.typing import NDArray

from bot.app import GradcamBot
from bot.explain.messages import carried_picture
from bot.explain.query import random_index
from bot.i18n import FALLBACK, Typed, label, speaker
from bot.lessons.controls import CONTROLS
from bot.lessons.course import Screen
from bot.lessons.illustrations import (
    Choosing,
    Contents,
    Look,
    LookingUp,
    Opening,
    Page,
    Place,
    TryOwn,
    Turn,
)
from bot.lessons.messages import answered, contents, lesson_screen
from bot.lessons.terms import glossary, term_page
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.control import register
from bot.ui.layout import Message, notice
from bot.ui.reply import reply, reporting_errors
from core.dataset import TEST_DIGITS

_CHOICES = 25


class Course(commands.Cog):
    """Lessons and the glossary, for one person at a time."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Put the controls where Discord's events find them."""
        register(self.bot, self.bot, *CONTROLS)
        self.bot.handle(Turn, self.turn)
        self.bot.handle(Page, self.page)
        self.bot.handle(TryOwn, self.try_own)
        self.bot.handle(Choosing, self.choose)
        self.bot.handle(Opening, self.open)
        self.bot.handle(Contents, self.list)
        self.bot.handle(LookingUp, self.look_up)

    @app_commands.command(
        name=label("command.lesson.name"), description=label("command.lesson.description")
    )
    @app_commands.rename(
        lesson=label("command.lesson.lesson.name"),
        digit=label("command.lesson.digit.name"),
        image=label("command.lesson.image.name"),
    )
    @app_commands.describe(
        lesson=label("command.lesson.lesson.description"),
        digit=label("command.lesson.digit.description"),
        image=label("command.lesson.image.description"),
    )
    async def lesson(
        self,
        interaction: Interaction,
        lesson: str | None = None,
        digit: app_commands.Range[int, 0, TEST_DIGITS - 1] | None = None,
        image: discord.Attachment | None = None,
    ) -> None:
        """Show the contents, or go on with a lesson."""
        async with reporting_errors(interaction):
            await interaction.response.defer(ephemeral=True, thinking=True)
            if digit is not None and image is not None:
                raise UserError("explain.index_or_image")
            if lesson is None and digit is None and image is None:
                await self.list(interaction, Contents())
                return
            own = None if image is None else await self._written(image)
            await self._resume(interaction, lesson or self.bot.lessons.names[0], digit, own)

    @lesson.autocomplete("lesson")
    async def lessons(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the lessons by title."""
        language = speaker(interaction.locale).language
        course = (self.bot.lessons.lesson(name, language) for name in self.bot.lessons.names)
        titles = [(f"{each.order}. {each.title}", each.name) for each in course]
        found = [(t, n) for t, n in titles if typed.casefold() in f"{t} {n}".casefold()]
        return [app_commands.Choice(name=t, value=n) for t, n in found[:_CHOICES]]

    @app_commands.command(
        name=label("command.term.name"), description=label("command.term.description")
    )
    @app_commands.rename(word=label("command.term.word.name"))
    @app_commands.describe(word=label("command.term.word.description"))
    async def term(self, interaction: Interaction, word: str | None = None) -> None:
        """Say what a word means, or list them all."""
        async with reporting_errors(interaction):
            await interaction.response.defer(ephemeral=True, thinking=True)
            if word is None:
                await _send(interaction, glossary(self.bot.lessons, speaker(interaction.locale)))
            else:
                await self.look_up(interaction, LookingUp(self._term(interaction, word)))

    @term.autocomplete("word")
    async def words(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the terms, by what they are called in the reader's language or in any."""
        terms = self.bot.lessons.terms(speaker(interaction.locale).language)
        found = [t for t in terms if typed.casefold() in f"{t.title} {t.name}".casefold()]
        return [app_commands.Choice(name=t.title, value=t.name) for t in found[:_CHOICES]]

    async def turn(self, interaction: Interaction, turn: Turn) -> None:
        """Show what somebody looks at."""
        await self._show(interaction, turn.place, await self._carried(interaction, turn.place))
        await self._take_part(interaction, turn.place)

    async def page(self, interaction: Interaction, asked: Page) -> None:
        """Show another screen as it begins, with the same digit."""
        place = self._at(asked.place.lesson, asked.screen, asked.place.look.index)
        await self._show(interaction, place, await self._carried(interaction, place))

    async def try_own(self, interaction: Interaction, asked: TryOwn) -> None:
        """Show the screen of a session to one person, with their own digit."""
        own = await self._own_digit(interaction, asked.place.look.index)
        place = replace(asked.place, look=replace(asked.place.look, index=own))
        await self._show(interaction, place, None)
        await self._take_part(interaction, place)

    async def choose(self, interaction: Interaction, asked: Choosing) -> None:
        """Take an answer in, and say whether it is right and why."""
        place, say = asked.place, speaker(interaction.locale)
        lesson = self.bot.lessons.lesson(place.lesson, say.language)
        question = lesson.screens[place.screen].question
        if question is None or asked.choice >= len(question.options):
            raise UserError("lesson.changed")
        if await self._counts(interaction, place):
            await self.bot.learning.answer(
                interaction.user.id,
                place.session,
                place.lesson,
                question.number,
                asked.choice,
                right=asked.choice == question.right,
            )
        if interaction.response.type is InteractionResponseType.deferred_message_update:
            own = await self._carried(interaction, place)
            await self._show(interaction, place, own, asked.choice)
        else:
            told = f"### {question.text}\n{answered(question, asked.choice, say)}"
            await reply(interaction, notice(told))

    async def open(self, interaction: Interaction, asked: Opening) -> None:
        """Go on with a lesson where it was left."""
        await self._resume(interaction, asked.lesson)

    async def list(self, interaction: Interaction, _: Contents) -> None:
        """Show all lessons."""
        progress = await self.bot.learning.progress(interaction.user.id)
        say = speaker(interaction.locale)
        message = contents(self.bot.lessons, progress, say, interaction.user.id)
        await _send(interaction, message)

    async def look_up(self, interaction: Interaction, asked: LookingUp) -> None:
        """Say what a term means."""
        if asked.term not in self.bot.lessons.term_names:
            raise UserError("term.unknown", word=Typed(asked.term))
        await _send(
            interaction, term_page(self.bot.lessons, asked.term, speaker(interaction.locale))
        )

    def _term(self, interaction: Interaction, word: str) -> str:
        """Find a term by its name or title; what was typed may be neither."""
        wanted = word.strip().casefold()
        for term in self.bot.lessons.terms(speaker(interaction.locale).language):
            if wanted in {term.name, term.title.casefold()}:
                return term.name
        raise UserError("term.unknown", word=Typed(word))

    async def _resume(
        self,
        interaction: Interaction,
        name: str,
        digit: int | None = None,
        own: NDArray[np.float32] | None = None,
    ) -> None:
        if name not in self.bot.lessons.names:
            raise UserError("lesson.unknown", lesson=Typed(name))
        progress = (await self.bot.learning.progress(interaction.user.id)).get(name)
        lesson = self.bot.lessons.lesson(name, speaker(interaction.locale).language)
        last = len(lesson.screens) - 1
        page = 0
        if progress is not None and not (progress.finished and progress.screen >= last):
            page = min(progress.screen, last)
        if digit is None and own is None:
            digit = progress.digit if progress else await self._own_digit(interaction, None)
        await self._show(interaction, self._at(name, page, digit), own)

    def _at(self, name: str, screen: int, digit: int | None) -> Place:
        """Begin a screen with a digit."""
        screens = self._screens(name)
        if screen >= len(screens):
            raise UserError("lesson.changed")
        return Place(name, screen, Look.at(screens[screen], digit))

    def _screens(self, name: str) -> tuple[Screen, ...]:
        if name not in self.bot.lessons.names:
            raise UserError("lesson.changed")
        return self.bot.lessons.lesson(name, FALLBACK).screens

    async def _written(self, image: discord.Attachment) -> NDArray[np.float32]:
        """Read the first digit of a picture."""
        reading = await self.bot.uploads.read(image.url, image.size)
        if not reading.digits:
            raise UserError("lesson.no_digit")
        return reading.digits[0].image

    async def _carried(self, interaction: Interaction, place: Place) -> NDArray[np.float32] | None:
        """Read the learner's own digit from their message, if it is of one."""
        if place.look.index is not None:
            return None
        url = None if interaction.message is None else carried_picture(interaction.message)
        if url is None:
            raise UserError("explain.gone")
        return await self.bot.studying.own(await self.bot.downloads.fetch(url))

    async def _counts(self, interaction: Interaction, place: Place) -> bool:
        """Whether an answer is counted: in a session, as long as that is under way."""
        if not place.session:
            return True
        if not (await self.bot.sessions.get(place.session)).under_way:
            return False
        if await self.bot.sessions.join(place.session, interaction.user.id):
            self.bot.dispatch("session_changed", place.session)
        return True

    async def _take_part(self, interaction: Interaction, place: Place) -> None:
        """Take somebody into the session whose screen they try; count a digit when it is fresh."""
        if not place.session or place.look.index is None:
            return
        screen = self.bot.lessons.lesson(place.lesson, FALLBACK).screens[place.screen]
        if place.look != Look.at(screen, place.look.index):
            return
        if await self.bot.sessions.tried(place.session, interaction.user.id, place.look.index):
            self.bot.dispatch("session_changed", place.session)

    async def _own_digit(self, interaction: Interaction, otherwise: int | None) -> int:
        """Find the digit that somebody learned with last; or else any."""
        progress = await self.bot.learning.progress(interaction.user.id)
        for last in progress.values():
            return last.digit
        if otherwise is not None:
            return otherwise
        return random_index()

    async def _show(
        self,
        interaction: Interaction,
        place: Place,
        own: NDArray[np.float32] | None,
        chosen: int | None = None,
    ) -> None:
        say, me = speaker(interaction.locale), interaction.user.id
        screens = self._screens(place.lesson)
        if place.screen >= len(screens):
            raise UserError("lesson.changed")
        screen = screens[place.screen]
        exhibit = await self.bot.studying.show(screen.picture, place.look, own)
        turned = chosen is None  # who answers stays where they are, and may be in a review
        if screen.question is not None and chosen is None:
            number = screen.question.number
            chosen = await self.bot.learning.choice(me, place.session, place.lesson, number)
        if turned and not place.session:
            last = place.screen == len(screens) - 1
            await self.bot.learning.go(me, place.lesson, place.screen, place.look.index, last=last)
        message = lesson_screen(self.bot.lessons, place, exhibit, (say,), owner=me, chosen=chosen)
        await _send(interaction, message)


async def _send(interaction: Interaction, message: Message) -> None:
    await reply(interaction, message)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Course(bot))
