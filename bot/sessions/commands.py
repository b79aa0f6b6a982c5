"""`/session`."""

import datetime as dt
from contextlib import suppress
from typing import cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.runtime.errors import UserError
from bot.sessions.actions import SessionPresses
from bot.sessions.board import SessionMessages
from bot.sessions.messages import announcement, sure, told, under_way
from bot.sessions.permissions import require_host, require_may_host
from bot.sessions.sessions import Evening
from bot.ui.client import Interaction
from bot.ui.layout import notice
from bot.ui.reply import reply, reporting_errors

_LONGEST = dt.timedelta(hours=24)
"""A session that nobody ends ends by itself."""

_NEEDED = {
    "create_public_threads": "permission.create_public_threads",
    "send_messages_in_threads": "permission.send_messages_in_threads",
    "attach_files": "permission.attach_files",
}


class Session(commands.Cog):
    """An evening of a group, in a thread of its own. It is a job of the scheduler, too."""

    session = app_commands.Group(
        name=label("command.session.name"),
        description=label("command.session.description"),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=False, private_channel=False
        ),
    )

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot
        self.messages = SessionMessages(bot)

    async def cog_load(self) -> None:
        """Put the controls where Discord's events find them, and the job into the scheduler."""
        SessionPresses(self.bot, self.messages).listen()
        self.bot.scheduler.add(self)

    @session.command(
        name=label("command.session.start.name"),
        description=label("command.session.start.description"),
    )
    @app_commands.rename(
        topic=label("command.session.topic.name"), lesson=label("command.session.lesson.name")
    )
    @app_commands.describe(
        topic=label("command.session.topic.description"),
        lesson=label("command.session.lesson.description"),
    )
    async def start(
        self,
        interaction: Interaction,
        topic: app_commands.Range[str, 1, 80],
        lesson: str | None = None,
    ) -> None:
        """Open a thread, and the evening in it."""
        async with reporting_errors(interaction):
            channel = interaction.channel
            if interaction.guild is None or not isinstance(channel, discord.TextChannel):
                raise UserError("session.not_here")
            if lesson is not None and lesson not in self.bot.lessons.names:
                raise UserError("session.no_such_lesson")
            await require_may_host(interaction)
            _require_permissions(interaction)
            await interaction.response.defer()
            evening = await self.bot.sessions.start(
                interaction.guild.id,
                channel.id,
                interaction.user.id,
                topic,
                await self.bot.servers.language(interaction.guild.id),
            )
            await self._open_thread(interaction, evening)
            if lesson is not None:
                await self.bot.sessions.move(evening.session_id, evening.moves, lesson, 0)
            await self.messages.tend(evening.session_id)
            self.bot.scheduler.wake()
            if not interaction.app_permissions.pin_messages:
                say = speaker(interaction.locale)
                view = notice(say("session.not_pinned", permission=say("permission.pin_messages")))
                await interaction.followup.send(view=view.view, ephemeral=True)

    async def _open_thread(self, interaction: Interaction, evening: Evening) -> None:
        try:
            message = await interaction.edit_original_response(view=announcement(evening).view)
            thread = await message.create_thread(name=evening.topic)
        except discord.HTTPException as error:
            await self.bot.sessions.discard(evening.session_id)
            if isinstance(error, discord.Forbidden):
                raise UserError("session.forbidden") from error
            raise
        await self.bot.sessions.in_thread_now(evening.session_id, thread.id)
        with suppress(discord.HTTPException):  # they find it from the channel, too
            await thread.add_user(interaction.user)

    @session.command(
        name=label("command.session.list.name"),
        description=label("command.session.list.description"),
    )
    async def list_(self, interaction: Interaction) -> None:
        """Show which sessions are under way in this server."""
        async with reporting_errors(interaction):
            evenings = await self.bot.sessions.of_server(cast("int", interaction.guild_id))
            shown = [evening for evening in evenings if evening.thread_id is not None]
            view = under_way(shown, speaker(interaction.locale))
            await reply(interaction, view)

    @session.command(
        name=label("command.session.panel.name"),
        description=label("command.session.panel.description"),
    )
    async def panel(self, interaction: Interaction) -> None:
        """Bring the panel to the end of the thread."""
        async with reporting_errors(interaction):
            evening = await self._here(interaction)
            await require_host(interaction, evening)
            await interaction.response.defer(ephemeral=True, thinking=True)
            if evening.panel_id is not None and isinstance(interaction.channel, discord.Thread):
                with suppress(discord.NotFound):
                    await interaction.channel.get_partial_message(evening.panel_id).delete()
            await self.messages.tend(evening.session_id)
            say = speaker(interaction.locale)
            await reply(interaction, told(say("session.panel_moved")))

    @session.command(
        name=label("command.session.end.name"), description=label("command.session.end.description")
    )
    async def end(self, interaction: Interaction) -> None:
        """Ask whether the evening is over."""
        async with reporting_errors(interaction):
            evening = await self._here(interaction)
            await require_host(interaction, evening)
            view = sure(evening, speaker(interaction.locale))
            await reply(interaction, view)

    @start.autocomplete("lesson")
    async def _lessons(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the lessons in the reader's language."""
        language = speaker(interaction.locale).language
        lessons = [self.bot.lessons.lesson(name, language) for name in self.bot.lessons.names]
        return [
            app_commands.Choice(name=lesson.title, value=lesson.name)
            for lesson in lessons
            if typed.casefold() in lesson.title.casefold()
        ][:25]

    async def _here(self, interaction: Interaction) -> Evening:
        evening = await self.bot.sessions.in_thread(interaction.channel_id or 0)
        if evening is None:
            raise UserError("session.not_in_thread")
        if not evening.under_way:
            raise UserError("session.ended")
        return evening

    async def next_due(self) -> dt.datetime | None:
        """Tell when the next session is to end that nobody has ended."""
        starts = [evening.started_at for evening in await self._under_way_here()]
        return min(starts) + _LONGEST if starts else None

    async def run(self) -> None:
        """End what nobody has ended."""
        for evening in await self._under_way_here():
            if evening.started_at + _LONGEST <= self.bot.now():
                await self.bot.sessions.end(evening.session_id, at_once=True)
                with suppress(UserError):
                    await self.messages.tend(evening.session_id)

    async def _under_way_here(self) -> list[Evening]:
        return [
            evening
            for evening in await self.bot.sessions.unfinished()
            if evening.under_way and self.bot.get_guild(evening.server_id) is not None
        ]

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Make good what was cut short when the bot stopped."""
        await self.messages.tend_all()

    @commands.Cog.listener()
    async def on_session_changed(self, session_id: int) -> None:
        """Bring the messages of a session up to date; dispatched where it is changed elsewhere."""
        await self.messages.tend(session_id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """End the session whose thread it was."""
        evening = await self.bot.sessions.in_thread(payload.thread_id)
        if evening is not None:
            await self.messages.thread_is_gone(evening)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """End the sessions whose threads were in it: of these Discord says nothing."""
        for evening in await self.bot.sessions.of_server(channel.guild.id):
            if evening.channel_id == channel.id:
                await self.messages.thread_is_gone(evening)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Make a panel anew that somebody has deleted."""
        await self._mend(payload.channel_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Make a panel anew that somebody has deleted, with others."""
        await self._mend(payload.channel_id, payload.message_ids)

    async def _mend(self, channel_id: int, message_ids: set[int]) -> None:
        evening = await self.bot.sessions.in_thread(channel_id)
        if evening is not None and evening.under_way and evening.panel_id in message_ids:
            await self.messages.tend(evening.session_id)


def _require_permissions(interaction: Interaction) -> None:
    """Refuse where the bot lacks what a session needs."""
    say = speaker(interaction.locale)
    may = interaction.app_permissions
    missing = [say(key) for permission, key in _NEEDED.items() if not getattr(may, permission)]
    if missing:
        raise UserError("session.lacks", permissions=", ".join(missing))


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Session(bot))
