"""`/settings`, and servers that add or remove the bot."""

import datetime as dt
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands
from typing_extensions import Unpack

from bot.daily.daily import DailyDigits, DailyProblem
from bot.i18n import speaker
from bot.runtime.clock import Clock
from bot.runtime.scheduler import Scheduler
from bot.servers.controls import SettingSelect
from bot.servers.messages import settings_message
from bot.servers.servers import Changes, Servers
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized
from bot.ui.control import register
from bot.ui.reply import reply


class ServerCommands(commands.Cog):
    """The settings of a server, for those who manage it.

    Discord decides who they are: people with Manage Server, unless the server's Integrations say
    otherwise. The messages with the menus are seen, and so used, by them alone.
    """

    def __init__(
        self,
        client: Client,
        servers: Servers,
        digits: DailyDigits,
        scheduler: Scheduler,
        now: Clock,
    ) -> None:
        self._client = client
        self._servers = servers
        self._digits = digits
        self._scheduler = scheduler
        self._now = now
        register(client, self, SettingSelect)
        scheduler.add(servers)

    @localized("settings")
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.default_permissions(manage_guild=True)
    async def settings(self, interaction: Interaction) -> None:
        """Show the settings of the server."""
        server = _server(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, server)

    async def change(self, interaction: Interaction, **changes: Unpack[Changes]) -> None:
        """Change some settings, and try at once what failed with the old ones."""
        server = _server(interaction)
        await self._servers.change(server.id, **changes)
        await self._digits.retry(server.id)
        await self._show(interaction, server)

    async def _show(self, interaction: Interaction, server: discord.Guild) -> None:
        settings = await self._servers.settings(server.id)
        # Discord refuses a message that shows a role that is gone.
        roles = frozenset(role for role in settings.host_roles if server.get_role(role))
        settings = replace(settings, host_roles=roles)
        problem = None
        if settings.daily_channel_id is not None:
            problem = _visible_problem(server, settings.daily_channel_id)
            if problem is None:
                problem = await self._digits.problem(server.id)
                if problem is not None and problem is not DailyProblem.FAILED:
                    await self._digits.retry(server.id)  # the channel works again
        today = self._now().astimezone(dt.UTC)
        midnight = int(today.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
        say = speaker(interaction.locale)
        message = settings_message(settings, problem, midnight, say, interaction.user.id)
        await reply(interaction, message)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Record which servers added or removed the bot while it was away."""
        await self._servers.compare({server.id for server in self._client.guilds})
        self._scheduler.wake()

    @commands.Cog.listener()
    async def on_guild_join(self, server: discord.Guild) -> None:
        """Record that the bot is in a server."""
        await self._servers.join(server.id)
        self._scheduler.wake()

    @commands.Cog.listener()
    async def on_guild_remove(self, server: discord.Guild) -> None:
        """Record that a server removed the bot."""
        await self._servers.leave(server.id)
        self._scheduler.wake()


def _server(interaction: Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise RuntimeError("the command is for servers alone")
    return interaction.guild


def _visible_problem(server: discord.Guild, channel_id: int) -> DailyProblem | None:
    """Return why a channel cannot take the digit of the day, as far as permissions tell."""
    channel = server.get_channel(channel_id)
    if channel is None:
        return DailyProblem.GONE
    mine = channel.permissions_for(server.me)
    may = mine.view_channel and mine.send_messages and mine.attach_files
    return None if may else DailyProblem.FORBIDDEN
