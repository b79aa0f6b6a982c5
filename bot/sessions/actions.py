"""What the controls of a session do."""

from contextlib import suppress
from typing import Any

import discord

from bot.i18n import speaker
from bot.lessons.course import Lessons
from bot.quiz.commands import QuizCommands
from bot.runtime.errors import REQUEST_ERRORS, UserError
from bot.servers.servers import Servers
from bot.sessions.messages import choose_host, confirm_end, host_controls, page_count, page_name
from bot.sessions.publisher import SessionPublisher
from bot.sessions.sessions import Session, Sessions
from bot.ui.client import Interaction
from bot.ui.layout import CALM, notice
from bot.ui.reply import reply

WRITING = ("permission.send_messages_in_threads", "permission.attach_files")
"""The permissions that writing in the thread of a session takes."""


class SessionActions:
    """Changes sessions as their controls ask for, and answers who pressed them."""

    def __init__(
        self,
        sessions: Sessions,
        publisher: SessionPublisher,
        lessons: Lessons,
        quiz: QuizCommands,
        servers: Servers,
    ) -> None:
        self._sessions = sessions
        self._publisher = publisher
        self._lessons = lessons
        self._quiz = quiz
        self._servers = servers

    async def join(self, interaction: Interaction, session_id: int) -> None:
        """Let the user take part, and add them to the thread."""
        session = await self._sessions.get_open(session_id)
        await self._sessions.join(session_id, interaction.user.id)
        thread_id = session.thread_id
        await _tell(interaction, "session.joined", thread=f"<#{thread_id}>")
        if thread_id is not None and interaction.channel_id != thread_id:
            with suppress(*REQUEST_ERRORS):  # the answer links to the thread, too
                await interaction.client.http.add_user_to_thread(thread_id, interaction.user.id)
        await self._publisher.publish(session_id)

    async def leave(self, interaction: Interaction, session_id: int) -> None:
        """Let the user leave."""
        await self._sessions.get_open(session_id)
        await self._sessions.leave(session_id, interaction.user.id)
        await _tell(interaction, "session.left")
        await self._publisher.publish(session_id)

    async def show_controls(self, interaction: Interaction, session_id: int) -> None:
        """Show the host's controls, and how many participants follow."""
        await self._show_controls(interaction, await self.led(interaction, session_id))

    async def turn(self, interaction: Interaction, session_id: int, revision: int, by: int) -> None:
        """Take the group some pages on, or back."""
        session = await self.led(interaction, session_id)
        await self._require_revision(interaction, session, revision)
        lesson, page = session.lesson, session.page + by
        if lesson is None or not 0 <= page < page_count(self._lessons, lesson):
            raise UserError("session.no_further")
        await self._go_to(interaction, session, lesson, page)

    async def choose_lesson(
        self, interaction: Interaction, session_id: int, revision: int, lesson: str
    ) -> None:
        """Take the group to the first page of a lesson."""
        session = await self.led(interaction, session_id)
        await self._require_revision(interaction, session, revision)
        if lesson not in self._lessons.names:
            raise UserError("session.no_such_lesson")
        await self._go_to(interaction, session, lesson, 0)

    async def vote_understanding(
        self, interaction: Interaction, session_id: int, lesson: str, page: int, *, understood: bool
    ) -> None:
        """Count whether the user follows a page; only the host sees how many do."""
        await self._sessions.get_open(session_id)
        await self._sessions.vote_understanding(
            session_id, lesson, page, interaction.user.id, understood=understood
        )
        await _tell(interaction, "session.heard_clear" if understood else "session.heard_lost")
        await self._publisher.publish(session_id)

    async def start_quiz(self, interaction: Interaction, session_id: int) -> None:
        """Start a round of the quiz in the thread."""
        session = await self.led(interaction, session_id)
        channel, say = interaction.channel, speaker(interaction.locale)
        if not isinstance(channel, discord.Thread):
            raise UserError("session.not_in_thread")
        require_permissions(interaction, *WRITING)
        user_id = interaction.user.id
        message = await self._quiz.play(channel, session_id, session.language, user_id, say)
        await reply(interaction, message)

    async def choose_host(self, interaction: Interaction, session_id: int) -> None:
        """Ask who is to be the host."""
        session = await self.led(interaction, session_id)
        await reply(interaction, choose_host(session, speaker(interaction.locale)))

    async def hand_over(self, interaction: Interaction, session_id: int, user_id: int) -> None:
        """Make another user the host."""
        await self.led(interaction, session_id)
        data: Any = interaction.data
        if data["resolved"]["users"][str(user_id)].get("bot"):
            raise UserError("session.no_bot")
        if str(user_id) not in data["resolved"].get("members", {}):
            raise UserError("session.no_member", user=f"<@{user_id}>")
        if not await self._sessions.hand_over(session_id, user_id):
            raise UserError("session.ended")
        await self._publisher.publish(session_id)
        await _tell(interaction, "session.handed", host=f"<@{user_id}>")

    async def confirm_end(self, interaction: Interaction, session_id: int) -> None:
        """Ask whether to end the session."""
        session = await self.led(interaction, session_id)
        await reply(interaction, confirm_end(session, speaker(interaction.locale)))

    async def end(self, interaction: Interaction, session_id: int) -> None:
        """End the session, and send its summary."""
        session = await self.led(interaction, session_id)
        await self._sessions.end(session_id)
        await self._publisher.publish(session_id)
        await _tell(interaction, "session.ended_now", thread=f"<#{session.thread_id}>")

    async def led(self, interaction: Interaction, session_id: int) -> Session:
        """Return an open session that the user may lead.

        Raises:
            UserError: If the user may not lead it, it has ended, or there is none with this id.
        """
        session = await self._sessions.get_open(session_id)
        await self.require_host(interaction, session)
        return session

    async def require_host(self, interaction: Interaction, session: Session | None = None) -> None:
        """Raise unless the user is the host of a session, or may host any in this server.

        Raises:
            UserError: If the user is not and may not. It says who may lead the session, or start
                one without it.
        """
        host_id = 0 if session is None else session.host_id
        user, server_id = interaction.user, interaction.guild_id or 0
        if user.id == host_id:
            return
        if isinstance(user, discord.Member) and await self._servers.may_host(
            server_id,
            [role.id for role in user.roles],
            manages_threads=interaction.permissions.manage_threads,
        ):
            return
        host_roles = (await self._servers.settings(server_id)).host_roles
        guild = interaction.guild
        there = sorted(role for role in host_roles if guild and guild.get_role(role))
        roles = ", ".join(f"<@&{role_id}>" for role_id in there)
        if not host_id:
            raise UserError("session.may_host_roles" if roles else "session.may_host", roles=roles)
        key = "session.led_roles" if roles else "session.led_by"
        raise UserError(key, host=f"<@{host_id}>", roles=roles)

    async def _go_to(
        self, interaction: Interaction, session: Session, lesson: str, page: int
    ) -> None:
        session_id, revision = session.session_id, session.revision
        if not await self._sessions.go_to(session_id, revision, lesson, page):
            now = await self._sessions.get_open(session_id)
            await self._require_revision(interaction, now, revision)
        await self._publisher.publish(session_id)
        await self._refresh_controls(interaction, session_id)

    async def _require_revision(
        self, interaction: Interaction, session: Session, revision: int
    ) -> None:
        """Raise if the group has gone to another page since a message was sent."""
        if session.revision == revision:
            return
        await self._refresh_controls(interaction, session.session_id)
        if session.lesson is None:
            raise UserError("session.no_lesson")
        say = speaker(interaction.locale)
        place = page_name(session.lesson, session.page, self._lessons, say)
        raise UserError("session.elsewhere", place=place)

    async def _refresh_controls(self, interaction: Interaction, session_id: int) -> None:
        """Bring the host's controls up to date if one of them was pressed."""
        if interaction.message is not None and interaction.message.flags.ephemeral:
            await self._show_controls(interaction, await self._sessions.get(session_id))

    async def _show_controls(self, interaction: Interaction, session: Session) -> None:
        votes = await self._sessions.understanding(session.session_id)
        say = speaker(interaction.locale)
        await reply(interaction, host_controls(session, votes, self._lessons, say))


def require_permissions(interaction: Interaction, *permissions: str) -> None:
    """Raise unless the bot has some permissions, by the keys of their texts, in the channel.

    Raises:
        UserError: If some are missing; it names them.
    """
    say, granted = speaker(interaction.locale), interaction.app_permissions
    missing = [
        say(key) for key in permissions if not getattr(granted, key.removeprefix("permission."))
    ]
    if missing:
        raise UserError("session.lacks", permissions=", ".join(missing))


async def _tell(interaction: Interaction, key: str, **fields: object) -> None:
    await reply(interaction, notice(speaker(interaction.locale)(key, **fields), CALM))
