"""`/settings`, and servers that come and go."""

import datetime as dt
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.daily.daily import Problem
from bot.i18n import label, speaker
from bot.runtime.errors import UserError
from bot.servers.messages import BOTH, CONTROLS, settings
from bot.servers.servers import Wished
from bot.ui.client import Interaction
from bot.ui.control import register
from bot.ui.reply import reporting_errors

_SHARD = 22  # Discord deals servers out to shards by their ids, from this bit on


class Settings(commands.Cog):
    """What a server wants."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Put the controls where Discord's events find them; forget servers when it is time."""
        register(self.bot, self.bot, *CONTROLS)
        self.bot.handle(Wished, self.change)
        self.bot.scheduler.add(self.bot.servers)

    @app_commands.command(
        name=label("command.settings.name"), description=label("command.settings.description")
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.default_permissions(manage_guild=True)
    async def settings(self, interaction: Interaction) -> None:
        """Show the settings of the server to whoever may manage it."""
        async with reporting_errors(interaction):
            _check(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._show(interaction)

    async def change(self, interaction: Interaction, wished: Wished) -> None:
        """Change a setting."""
        server, values = _check(interaction), wished.values
        match wished.what:
            case "language":
                await self.bot.servers.speak(server.id, None if values[0] == BOTH else values[0])
            case "hosts":
                await self.bot.servers.let_host(server.id, [int(role) for role in values])
            case "channel":
                channel_id = int(values[0]) if values else None
                await self.bot.servers.show_daily(server.id, channel_id)
                await self.bot.daily.retry(server.id)
            case _:
                await self.bot.servers.show_daily_at(server.id, int(values[0]))
        self.bot.scheduler.wake()
        await self._show(interaction)

    async def _show(self, interaction: Interaction) -> None:
        server = _check(interaction)
        wishes = await self.bot.servers.wishes(server.id)
        # Discord would refuse a message that shows a role that is gone.
        roles = frozenset(role for role in wishes.host_roles if server.get_role(role))
        wishes = replace(wishes, host_roles=roles)
        problem = _seen(server, wishes.daily_channel_id)
        if problem is None and wishes.daily_channel_id is not None:
            problem = await self.bot.daily.problem(server.id)
        if problem not in {None, Problem.FAILED} and _seen(server, wishes.daily_channel_id) is None:
            await self.bot.daily.retry(server.id)  # somebody has put it right
            self.bot.scheduler.wake()
        today = self.bot.now().replace(hour=0, minute=0, second=0, microsecond=0)
        midnight = int(today.astimezone(dt.UTC).timestamp())
        say = speaker(interaction.locale)
        message = settings(wishes, problem, midnight, say, interaction.user.id)
        await interaction.edit_original_response(view=message.view)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """See which servers removed the bot, or added it, while it was away."""
        await self.bot.servers.compare({server.id for server in self.bot.guilds}, self._ours)
        self.bot.scheduler.wake()

    @commands.Cog.listener()
    async def on_guild_join(self, server: discord.Guild) -> None:
        """Remember a server again."""
        await self.bot.servers.join(server.id)
        self.bot.scheduler.wake()

    @commands.Cog.listener()
    async def on_guild_remove(self, server: discord.Guild) -> None:
        """Begin to forget a server."""
        await self.bot.servers.leave(server.id)
        self.bot.scheduler.wake()

    def _ours(self, server_id: int) -> bool:
        return (server_id >> _SHARD) % (self.bot.shard_count or 1) in self.bot.shards


def _check(interaction: Interaction) -> discord.Guild:
    """Find the server, for whoever may manage it.

    Raises:
        UserError: they may not.
    """
    if interaction.guild is None or not interaction.permissions.manage_guild:
        raise UserError("settings.not_yours")
    return interaction.guild


def _seen(server: discord.Guild, channel_id: int | None) -> Problem | None:
    """What can be seen without trying to be wrong with a channel for the digit of the day."""
    if channel_id is None:
        return None
    channel = server.get_channel(channel_id)
    if channel is None:
        return Problem.GONE
    mine = channel.permissions_for(server.me)
    may = mine.view_channel and mine.send_messages and mine.attach_files
    return None if may else Problem.FORBIDDEN


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Settings(bot))
