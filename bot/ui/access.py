"""What the bot asks of Discord: the intents, permissions and scopes that its features need."""

import discord
from discord import Intents, Permissions

INTENTS = Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None of them is privileged: mentions and direct messages carry their content anyway."""

_REPLIES = Permissions(
    view_channel=True,
    read_message_history=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
)  # to mentions, and for quiz rounds and the digit of the day; slash commands need none
_SESSIONS = Permissions(
    create_public_threads=True,
    send_messages_in_threads=True,
    attach_files=True,
    pin_messages=True,
)

PERMISSIONS = _REPLIES | _SESSIONS
"""The fewest with which everything works."""


def invite(application_id: int) -> str:
    """Return the link by which the manager of a server adds the bot to it."""
    scopes = ("bot", "applications.commands")
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=scopes)
