"""`/session`, and what happens in Discord to the threads and panels of sessions."""

from contextlib import suppress

import discord
from discord import app_commands
from discord.ext import commands

from bot.i18n import label, speaker
from bot.i18n.names import plain
from bot.lessons.course import Lessons
from bot.quiz.commands import QuizCommands
from bot.runtime.errors import REQUEST_ERRORS, UserError
from bot.servers.servers import Servers
from bot.sessions.actions import WRITING, SessionActions, require_permissions
from bot.sessions.controls import CONTROLS
from bot.sessions.messages import announcement, session_list
from bot.sessions.publisher import SessionPublisher
from bot.sessions.sessions import Session, Sessions
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized, matches
from bot.ui.control import register
from bot.ui.layout import CALM, notice
from bot.ui.reply import follow_up, replace, reply

_MAX_CHOICES = 25


class SessionCommands(commands.Cog):
    """Group study in a thread, led by a host."""

    session = app_commands.Group(
        name=label("command.session.name"),
        description=label("command.session.description"),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=False, private_channel=False
        ),
    )

    def __init__(
        self,
        client: Client,
        sessions: Sessions,
        publisher: SessionPublisher,
        lessons: Lessons,
        quiz: QuizCommands,
        servers: Servers,
    ) -> None:
        self._client = client
        self._sessions = sessions
        self._publisher = publisher
        self._lessons = lessons
        self._servers = servers
        self._actions = SessionActions(sessions, publisher, lessons, quiz, servers)
        register(client, self._actions, *CONTROLS)

    async def cog_load(self) -> None:
        """Make good what happened in Discord while the bot did not run."""
        await self._sessions.republish_all()

    @localized("session.start", parent=session)
    async def start(
        self,
        interaction: Interaction,
        topic: app_commands.Range[str, 1, 80],
        lesson: str | None = None,
    ) -> None:
        """Start a session in a new thread of the channel."""
        channel = interaction.channel
        if interaction.guild is None or not isinstance(channel, discord.TextChannel):
            raise UserError("session.not_here")
        if lesson is not None and lesson not in self._lessons.names:
            raise UserError("session.no_such_lesson")
        topic = plain(topic)
        if not topic:
            raise UserError("session.no_topic")
        require_permissions(
            interaction,
            "permission.view_channel",
            "permission.create_public_threads",
            *WRITING,
        )
        await interaction.response.defer()
        await self._actions.require_host(interaction)
        language = await self._servers.language(interaction.guild.id)
        session = await self._sessions.start(
            interaction.guild.id, channel.id, interaction.user.id, topic, language, lesson
        )
        await self._open_thread(interaction, session)
        await self._publisher.publish(session.session_id)
        if not interaction.app_permissions.pin_messages:
            say = speaker(interaction.locale)
            text = say("session.not_pinned", permission=say("permission.pin_messages"))
            await follow_up(interaction, notice(text))

    @start.autocomplete("lesson")
    async def lesson_choices(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the lessons whose titles contain what was typed."""
        language = speaker(interaction.locale).language
        lessons = [self._lessons.lesson(name, language) for name in self._lessons.names]
        return [
            app_commands.Choice(name=lesson.title, value=lesson.name)
            for lesson in lessons
            if matches(typed, lesson.title)
        ][:_MAX_CHOICES]

    @localized("session.list", parent=session)
    async def list_(self, interaction: Interaction) -> None:
        """List the open sessions of the server."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        sessions = await self._sessions.open_in_server(interaction.guild_id or 0)
        await reply(interaction, session_list(sessions, speaker(interaction.locale)))

    @localized("session.panel", parent=session)
    async def panel(self, interaction: Interaction) -> None:
        """Send the panel again, at the end of the thread."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        session = await self._actions.led(interaction, await self._session_id(interaction))
        if session.panel_id is not None and isinstance(interaction.channel, discord.Thread):
            with suppress(discord.NotFound):
                await interaction.channel.get_partial_message(session.panel_id).delete()
        await self._sessions.republish(session.session_id)
        await self._publisher.publish(session.session_id)
        text = speaker(interaction.locale)("session.panel_moved")
        await reply(interaction, notice(text, CALM))

    @localized("session.end", parent=session)
    async def end(self, interaction: Interaction) -> None:
        """Ask whether to end the session of the thread."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._actions.confirm_end(interaction, await self._session_id(interaction))

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """End the session whose thread was deleted."""
        session = await self._sessions.in_thread(payload.thread_id)
        if session is not None:
            await self._sessions.lose_thread(session.session_id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """End the sessions in a deleted channel: Discord sends no events of its threads."""
        for session in await self._sessions.open_in_server(channel.guild.id):
            if session.channel_id == channel.id:
                await self._sessions.lose_thread(session.session_id)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Send a deleted panel again."""
        await self._restore_panel(payload.channel_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Send a panel again that was deleted with other messages."""
        await self._restore_panel(payload.channel_id, payload.message_ids)

    async def _restore_panel(self, channel_id: int, deleted: set[int]) -> None:
        thread = self._client.get_channel(channel_id)
        me = self._client.user
        if not isinstance(thread, discord.Thread) or me is None or thread.owner_id != me.id:
            return  # the threads of sessions are the bot's own
        session = await self._sessions.in_thread(channel_id)
        if session is not None and session.is_open and session.panel_id in deleted:
            await self._sessions.republish(session.session_id)

    async def _open_thread(self, interaction: Interaction, session: Session) -> None:
        try:
            message = await replace(interaction, announcement(session))
            thread = await message.create_thread(name=session.topic)
        except REQUEST_ERRORS as error:
            await self._sessions.discard(session.session_id)
            if isinstance(error, discord.Forbidden):
                raise UserError("session.forbidden") from error
            raise
        await self._sessions.set_thread(session.session_id, thread.id)
        with suppress(*REQUEST_ERRORS):  # the announcement leads to the thread, too
            await thread.add_user(interaction.user)

    async def _session_id(self, interaction: Interaction) -> int:
        """Return the session of the thread."""
        session = await self._sessions.in_thread(interaction.channel_id or 0)
        if session is None:
            raise UserError("session.not_in_thread")
        return session.session_id
