"""What is asked with the controls of a session."""

from contextlib import suppress
from typing import Any

import discord

from bot.app import GradcamBot
from bot.i18n import speaker
from bot.runtime.errors import UserError
from bot.sessions.board import SessionMessages
from bot.sessions.controls import SESSION_CONTROLS
from bot.sessions.messages import followed, place_of, screens, sure, to_whom, told, topic
from bot.sessions.permissions import require_host
from bot.sessions.presses import (
    End,
    Follow,
    HandOver,
    Join,
    Leave,
    Move,
    PlayQuiz,
    Take,
    WhoFollows,
)
from bot.sessions.sessions import Evening
from bot.ui.client import Interaction
from bot.ui.control import register
from bot.ui.reply import reply


class SessionPresses:
    """Carries out what the controls ask for."""

    def __init__(self, bot: GradcamBot, messages: SessionMessages) -> None:
        """See `listen`."""
        self.bot = bot
        self._messages = messages

    def listen(self) -> None:
        """Put the controls where Discord's events find them."""
        register(self.bot, self.bot, *SESSION_CONTROLS)
        self.bot.handle(Join, self.join)
        self.bot.handle(Leave, self.leave)
        self.bot.handle(Move, self.move)
        self.bot.handle(Take, self.take)
        self.bot.handle(Follow, self.follow)
        self.bot.handle(WhoFollows, self.who_follows)
        self.bot.handle(PlayQuiz, self.play)
        self.bot.handle(HandOver, self.hand_over)
        self.bot.handle(End, self.end)

    async def join(self, interaction: Interaction, asked: Join) -> None:
        """Let somebody take part, and bring them to the thread."""
        evening = await self.bot.sessions.under_way_now(asked.session_id)
        new = await self.bot.sessions.join(asked.session_id, interaction.user.id)
        thread = f"<#{evening.thread_id}>"
        await self._tell(interaction, "session.joined", topic=topic(evening), thread=thread)
        if new and evening.thread_id is not None and interaction.channel_id != evening.thread_id:
            with suppress(discord.HTTPException):  # they find it from the answer, too
                await self.bot.http.add_user_to_thread(evening.thread_id, interaction.user.id)
        if new:
            await self._messages.tend(asked.session_id)

    async def leave(self, interaction: Interaction, asked: Leave) -> None:
        """Let somebody go."""
        evening = await self.bot.sessions.under_way_now(asked.session_id)
        left = await self.bot.sessions.leave(asked.session_id, interaction.user.id)
        await self._tell(interaction, "session.left", topic=topic(evening))
        if left:
            await self._messages.tend(asked.session_id)

    async def move(self, interaction: Interaction, asked: Move) -> None:
        """Take the group a screen on, or back."""
        evening = await self._led(interaction, asked.session_id)
        if evening.lesson is None or evening.moves != asked.moves:
            raise self._elsewhere(interaction, evening)
        screen = evening.screen + asked.by
        if not 0 <= screen < screens(self.bot.lessons, evening.lesson):
            raise UserError("session.no_further")
        await self._go(interaction, evening, evening.lesson, screen)

    async def take(self, interaction: Interaction, asked: Take) -> None:
        """Take up a lesson."""
        evening = await self._led(interaction, asked.session_id)
        if evening.moves != asked.moves:
            raise self._elsewhere(interaction, evening)
        if asked.lesson not in self.bot.lessons.names:
            raise UserError("session.no_such_lesson")
        await self._go(interaction, evening, asked.lesson, 0)

    async def _go(
        self, interaction: Interaction, evening: Evening, lesson: str, screen: int
    ) -> None:
        if not await self.bot.sessions.move(evening.session_id, evening.moves, lesson, screen):
            raise self._elsewhere(interaction, await self.bot.sessions.get(evening.session_id))
        await self._messages.tend(evening.session_id)

    def _elsewhere(self, interaction: Interaction, evening: Evening) -> UserError:
        """Say where the group is: the press was meant for where it was."""
        if not evening.under_way:
            return UserError("session.ended")
        if evening.lesson is None:
            return UserError("session.no_lesson")
        say = speaker(interaction.locale)
        place = place_of(evening.lesson, evening.screen, self.bot.lessons, say)
        return UserError("session.elsewhere", place=place)

    async def follow(self, interaction: Interaction, asked: Follow) -> None:
        """Take down whether somebody can follow; only the host sees how many."""
        await self.bot.sessions.under_way_now(asked.session_id)
        new = await self.bot.sessions.follow(
            asked.session_id,
            asked.lesson,
            asked.screen,
            interaction.user.id,
            follows=asked.follows,
        )
        await self._tell(
            interaction, "session.heard_clear" if asked.follows else "session.heard_lost"
        )
        if new:
            await self._messages.tend(asked.session_id)

    async def who_follows(self, interaction: Interaction, asked: WhoFollows) -> None:
        """Tell the host how many can follow."""
        evening = await self._led(interaction, asked.session_id)
        following = await self.bot.sessions.following(asked.session_id)
        view = followed(evening, following, self.bot.lessons, speaker(interaction.locale))
        await reply(interaction, view)

    async def play(self, interaction: Interaction, asked: PlayQuiz) -> None:
        """Play a round of the quiz."""
        evening = await self._led(interaction, asked.session_id)
        channel = interaction.channel
        if not isinstance(channel, discord.Thread):
            raise UserError("session.not_in_thread")
        await self.bot.quiz.start(channel, evening.session_id, language=evening.language)

    async def hand_over(self, interaction: Interaction, asked: HandOver) -> None:
        """Ask who is to lead, or let them."""
        evening = await self._led(interaction, asked.session_id)
        if asked.user_id is None:
            view = to_whom(evening, speaker(interaction.locale))
            await reply(interaction, view)
            return
        data: Any = interaction.data
        if data["resolved"]["users"][str(asked.user_id)].get("bot"):
            raise UserError("session.no_bot")
        await self.bot.sessions.hand_over(asked.session_id, asked.user_id)
        await self._messages.tend(asked.session_id)
        await self._tell(interaction, "session.handed", host=f"<@{asked.user_id}>")

    async def end(self, interaction: Interaction, asked: End) -> None:
        """Ask again, or end it and sum it up."""
        evening = await self._led(interaction, asked.session_id)
        if not asked.sure:
            view = sure(evening, speaker(interaction.locale))
            await reply(interaction, view)
            return
        await self.bot.sessions.end(asked.session_id)
        await self._messages.tend(asked.session_id)
        await self._tell(interaction, "session.ended_now", topic=topic(evening))

    async def _led(self, interaction: Interaction, session_id: int) -> Evening:
        """Look a session up for somebody who may lead it."""
        evening = await self.bot.sessions.under_way_now(session_id)
        await require_host(interaction, evening)
        return evening

    async def _tell(self, interaction: Interaction, key: str, **fields: object) -> None:
        view = told(speaker(interaction.locale)(key, **fields))
        await reply(interaction, view)
