"""Who may lead sessions."""

from typing import TYPE_CHECKING, cast

import discord

from bot.runtime.errors import UserError
from bot.sessions.sessions import Evening
from bot.ui.client import Interaction

if TYPE_CHECKING:
    from bot.app import GradcamBot


async def require_may_host(interaction: Interaction) -> None:
    """Refuse whoever may not host sessions in this server.

    Raises:
        UserError: says who may.
    """
    if not await _may_host(interaction):
        raise await _refusal(interaction)


async def require_host(interaction: Interaction, evening: Evening) -> None:
    """Refuse whoever neither leads a session nor may host any in this server.

    Raises:
        UserError: says who leads it.
    """
    if interaction.user.id == evening.host_id or await _may_host(interaction):
        return
    if not evening.host_id:
        raise await _refusal(interaction)
    roles = await _roles(interaction)
    host = f"<@{evening.host_id}>"
    raise UserError("session.led_roles" if roles else "session.led_by", host=host, roles=roles)


async def _may_host(interaction: Interaction) -> bool:
    if interaction.guild_id is None or not isinstance(interaction.user, discord.Member):
        return False
    return await cast("GradcamBot", interaction.client).servers.may_host(
        interaction.guild_id,
        [role.id for role in interaction.user.roles],
        manages_threads=interaction.permissions.manage_threads,
    )


async def _refusal(interaction: Interaction) -> UserError:
    roles = await _roles(interaction)
    return UserError("session.may_host_roles" if roles else "session.may_host", roles=roles)


async def _roles(interaction: Interaction) -> str:
    wishes = await cast("GradcamBot", interaction.client).servers.settings(
        interaction.guild_id or 0
    )
    return ", ".join(f"<@&{role_id}>" for role_id in sorted(wishes.host_roles))
