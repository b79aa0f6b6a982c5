"""What the controls of lessons do."""

from dataclasses import replace
from typing import Protocol

import numpy as np
from discord import InteractionResponseType
from numpy.typing import NDArray

from bot.explain.messages import carried_picture
from bot.explain.query import random_index
from bot.explain.uploads import Uploads
from bot.i18n import FALLBACK, Typed, speaker
from bot.lessons.course import Lessons, Page
from bot.lessons.illustrations import Illustrator
from bot.lessons.messages import answered, contents, glossary, lesson_page, term_page
from bot.lessons.progress import ProgressStore
from bot.lessons.state import LessonState, View
from bot.reviews.asking import Item, ReviewStatus
from bot.reviews.messages import is_review, review_rows
from bot.reviews.schedule import Reviews
from bot.runtime.downloads import Downloads
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.commands import folded
from bot.ui.layout import Message, notice
from bot.ui.reply import reply


class Groups(Protocol):
    """What lessons need of study sessions."""

    async def join(self, session_id: int, user_id: int) -> bool:
        """Let a person take part, and return whether the session is open: else nothing changes."""

    async def view_digit(self, session_id: int, user_id: int, digit: int) -> None:
        """Count that a participant views a test digit, unless the session has ended."""


class LessonActions:
    """Shows lessons, and asks their questions again in reviews."""

    def __init__(
        self,
        lessons: Lessons,
        progress: ProgressStore,
        reviews: Reviews,
        illustrator: Illustrator,
        downloads: Downloads,
        uploads: Uploads,
        groups: Groups,
    ) -> None:
        self._lessons = lessons
        self._progress = progress
        self._reviews = reviews
        self._illustrator = illustrator
        self._downloads = downloads
        self._uploads = uploads
        self._groups = groups

    async def show(self, interaction: Interaction, state: LessonState) -> None:
        """Show a page with another view.

        A learner who tries the page of a session with a digit of their own takes part in it.
        """
        await self._show(interaction, state)
        index = state.view.index
        beginning = View.of(self._page(state.lesson, state.page), index)
        if state.session and index is not None and state.view == beginning:
            await self._groups.view_digit(state.session, interaction.user.id, index)

    async def take_digit(self, interaction: Interaction, state: LessonState, index: int) -> None:
        """Show a page with another test digit and the class that the page begins with."""
        view = View.of(self._page(state.lesson, state.page), index)
        view = replace(view, layer=state.view.layer, score=state.view.score)
        await self.show(interaction, replace(state, view=view))

    async def turn_to(self, interaction: Interaction, state: LessonState, page: int) -> None:
        """Show another page as it begins, with the same digit."""
        await self.show(interaction, self._beginning(state.lesson, page, state.view.index))

    async def try_own(self, interaction: Interaction, state: LessonState) -> None:
        """Show the page of a session to one learner.

        It is shown of the digit that they uploaded last, or else of the test digit that they used
        last, or else of the session's.
        """
        me = interaction.user.id
        own = self._uploads.last_digit(me)
        if own is not None:
            await self._show(interaction, replace(state, view=replace(state.view, index=None)), own)
            return
        digit = await self._last_digit(me)
        index = state.view.index if digit is None else digit
        await self.show(interaction, replace(state, view=replace(state.view, index=index)))

    async def answer(self, interaction: Interaction, state: LessonState, choice: int) -> None:
        """Take an answer to the page's question, and explain whether it is right."""
        say = speaker(interaction.locale)
        question = self._page(state.lesson, state.page, say.language).question
        if question is None or choice >= len(question.options):
            raise UserError("lesson.changed")
        me, session = interaction.user.id, state.session
        if not session or await self._groups.join(session, me):
            lesson = self._lessons.lesson(state.lesson, say.language)
            await self._progress.answer(me, session, lesson, question, choice)
        if interaction.response.type is InteractionResponseType.deferred_message_update:
            await self._show(interaction, state, chosen=choice)
        else:
            verdict = f"### {question.text}\n{answered(question, choice, say)}"
            await reply(interaction, notice(verdict))

    async def resume(
        self,
        interaction: Interaction,
        lesson: str,
        digit: int | None = None,
        own: NDArray[np.float32] | None = None,
    ) -> None:
        """Go on with a lesson where the learner left it.

        It is shown of their own digit, (28, 28) float32 in [0, 1]: the one that is given, or that
        they uploaded last. Or else of a test digit: the one that is given, that they used last, or
        any.

        Raises:
            UserError: If there is no such lesson.
        """
        if lesson not in self._lessons.names:
            raise UserError("lesson.unknown", lesson=Typed(lesson))
        progress = (await self._progress.of(interaction.user.id)).get(lesson)
        last = len(self._lessons.lesson(lesson, FALLBACK).pages) - 1
        page = 0 if progress is None else min(progress.screen, last)
        if page == last and progress is not None and progress.finished_at is not None:
            page = 0
        if digit is None and own is None:
            own = self._uploads.last_digit(interaction.user.id)
        if digit is None and own is None:
            used = progress.digit if progress else await self._last_digit(interaction.user.id)
            digit = random_index() if used is None else used
        await self._show(interaction, self._beginning(lesson, page, digit), own)

    async def contents(self, interaction: Interaction) -> None:
        """Show all lessons."""
        me, say = interaction.user.id, speaker(interaction.locale)
        await reply(interaction, contents(self._lessons, await self._progress.of(me), say, me))

    async def look_up(self, interaction: Interaction, term: str) -> None:
        """Explain a term, given by its name or by its title in the reader's language."""
        say, wanted = speaker(interaction.locale), folded(term)
        for each in self._lessons.terms(say.language):
            if wanted in {each.name, folded(each.title)}:
                await reply(interaction, term_page(self._lessons, each, say))
                return
        raise UserError("term.unknown", word=Typed(term))

    async def glossary(self, interaction: Interaction) -> None:
        """List all terms."""
        await reply(interaction, glossary(self._lessons, speaker(interaction.locale)))

    async def ask_again(
        self, interaction: Interaction, item: Item, status: ReviewStatus
    ) -> Message | None:
        """Lay out the page with a question that was answered wrongly, with another digit."""
        me, say = interaction.user.id, speaker(interaction.locale)
        name, _, number = item.topic.rpartition("/")
        known = name in self._lessons.names
        pages = self._lessons.lesson(name, say.language).pages if known else ()
        for index, page in enumerate(pages):
            if page.question is not None and page.question.number == int(number):
                digit = random_index() if page.example is None else page.example
                state = LessonState(name, index, View.of(page, digit))
                illustration = await self._illustrator.illustrate(page.picture, state.view)
                more = review_rows(status, me, say)
                return lesson_page(self._lessons, state, illustration, (say,), owner=me, more=more)
        return None

    def _page(self, lesson: str, page: int, language: str = FALLBACK) -> Page:
        """Return a page, or raise a `UserError` if it is gone from the course."""
        if lesson in self._lessons.names:
            pages = self._lessons.lesson(lesson, language).pages
            if page < len(pages):
                return pages[page]
        raise UserError("lesson.changed")

    def _beginning(self, lesson: str, page: int, index: int | None) -> LessonState:
        return LessonState(lesson, page, View.of(self._page(lesson, page), index))

    async def _carried_digit(
        self, interaction: Interaction, state: LessonState
    ) -> NDArray[np.float32] | None:
        """Read the learner's own digit from the message, if the page shows it."""
        if state.view.index is not None:
            return None
        url = None if interaction.message is None else carried_picture(interaction.message)
        if url is None:
            raise UserError("explain.gone")
        return await self._illustrator.read_own(await self._downloads.fetch(url))

    async def _last_digit(self, user_id: int) -> int | None:
        """Return the test digit that a learner used last."""
        progress = await self._progress.of(user_id)
        return next((each.digit for each in progress.values()), None)

    async def _show(
        self,
        interaction: Interaction,
        state: LessonState,
        own: NDArray[np.float32] | None = None,
        chosen: int | None = None,
    ) -> None:
        """Show a page to a learner.

        Args:
            interaction: the learner's.
            state: which page, and what is looked at.
            own: their own digit, shown if the view has no test digit; by default the message's.
            chosen: the option just chosen. By default it is looked up, and outside sessions the
                page is recorded as the one to go on with.
        """
        say, me = speaker(interaction.locale), interaction.user.id
        page = self._page(state.lesson, state.page)
        if own is None:
            own = await self._carried_digit(interaction, state)
        illustration = await self._illustrator.illustrate(page.picture, state.view, own)
        if chosen is None:
            if page.question is not None:
                chosen = await self._progress.choice(
                    me, state.session, state.lesson, page.question.number
                )
                if chosen is not None and chosen >= len(page.question.options):
                    chosen = None  # that option is gone
            if not state.session:
                lesson = self._lessons.lesson(state.lesson, say.language)
                await self._progress.visit(me, lesson, state.page, state.view.index)
        rows = []
        if interaction.message is not None and is_review(interaction.message):
            rows = review_rows(await self._reviews.status(me), me, say)
        message = lesson_page(
            self._lessons, state, illustration, (say,), owner=me, chosen=chosen, more=rows
        )
        await reply(interaction, message)
