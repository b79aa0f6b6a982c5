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

    Raises:
        UserError: says who may lead the session, or start one without it.
    """
    host_id = 0 if session is None else session.host_id
    user = interaction.user
    if user.id == host_id:
        return
    server_id, manages_threads = interaction.guild_id or 0, interaction.permissions.manage_threads
    if isinstance(user, discord.Member):
        held = [role.id for role in user.roles]
        if await servers.may_host(server_id, held, manages_threads=manages_threads):
            return
    host_roles = (await servers.settings(server_id)).host_roles
    roles = ", ".join(f"<@&{role_id}>" for role_id in sorted(host_roles))
    if not host_id:
        raise UserError("session.may_host_roles" if roles else "session.may_host", roles=roles)
    key = "session.led_roles" if roles else "session.led_by"
    raise UserError(key, host=f"<@{host_id}>", roles=roles)
