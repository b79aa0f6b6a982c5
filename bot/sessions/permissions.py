"""Who may lead sessions."""

import discord

from bot.runtime.errors import UserError
from bot.servers.servers import Servers
from bot.sessions.sessions import Session
from bot.ui.client import Interaction


async def require_host(
    servers: Servers, interaction: Interaction, session: Session | None = None
) -> None:
    """Raise unless the user is the host of a session, or may host any in this server.

    Args:
        servers: their settings name the roles of hosts.
        interaction: of the user.
        session: what they want to lead; `None` to start one.

    Raises:
        UserError: says who may.
    """
    host_id = 0 if session is None else session.host_id
    user, server_id = interaction.user, interaction.guild_id or 0
    if user.id == host_id:
        return
    if isinstance(user, discord.Member) and await servers.may_host(
        server_id,
        [role.id for role in user.roles],
        manages_threads=interaction.permissions.manage_threads,
    ):
        return
    host_roles = (await servers.settings(server_id)).host_roles
    roles = ", ".join(f"<@&{role_id}>" for role_id in sorted(host_roles))
    if not host_id:
        raise UserError("session.may_host_roles" if roles else "session.may_host", roles=roles)
    key = "session.led_roles" if roles else "session.led_by"
    raise UserError(key, host=f"<@{host_id}>", roles=roles)
