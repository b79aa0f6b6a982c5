"""Retrying the deliveries that failed for lack of permissions."""

from typing import Any

import discord
from discord.ext import commands

from bot.runtime.outbox import Outbox
from bot.ui.client import Client


class PermissionChanges(commands.Cog):
    """Retries the failed deliveries of a server when permissions there change.

    Whether the change grants what the bot lacked is not checked: the retry shows it.
    """

    def __init__(self, client: Client, outbox: Outbox) -> None:
        self._client = client
        self._outbox = outbox

    @commands.Cog.listener()
    async def on_guild_join(self, server: discord.Guild) -> None:
        """Try again in a server that the bot was removed from."""
        await self._outbox.retry(server.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Try again when the permissions in a channel have changed."""
        if before.overwrites != after.overwrites:
            await self._outbox.retry(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Try again when the permissions of a role have changed."""
        if before.permissions != after.permissions:
            await self._outbox.retry(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Try again when a role is deleted, which may have denied something."""
        await self._outbox.retry(role.guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Try again when the bot's own roles have changed, or its timeout."""
        if after == self._client.user and _allowed(before) != _allowed(after):
            await self._outbox.retry(after.guild.id)

    @commands.Cog.listener()
    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """Try again when a thread is unlocked."""
        if not payload.data["thread_metadata"].get("locked"):
            await self._outbox.retry(payload.guild_id)


def _allowed(me: discord.Member) -> tuple[Any, ...]:
    return me.roles, me.timed_out_until
