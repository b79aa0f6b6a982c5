"""Messages that are for the bot: a mention, or a direct message."""

import logging
from functools import partial
from unicodedata import normalize

import aiohttp
import discord
from discord import Locale

from bot.i18n import Say, speaker
from bot.runtime.errors import REQUEST_ERRORS
from bot.ui.client import Client
from bot.ui.codes import MAY_NOT_REFER
from bot.ui.layout import Message, notice

_log = logging.getLogger(__name__)

_HANGUL = range(ord("가"), ord("힣") + 1)


def pictures(message: discord.Message) -> list[discord.Attachment]:
    """Return the attachments that may be pictures: all that do not say otherwise."""
    return [
        attachment
        for attachment in message.attachments
        if (attachment.content_type or "image/").startswith("image/")
    ]


def is_addressed(client: Client, message: discord.Message) -> bool:
    """Whether a message is for the bot: a reply that pings it is not, unless with a picture."""
    if message.author.bot:
        return False
    if message.guild is None:
        return True
    me = client.user
    if me is None or me not in message.mentions:
        return False
    return bool(pictures(message)) or f"<@{me.id}>" in message.content


def speaker_to(client: Client, message: discord.Message) -> Say:
    """Guess the language in which to answer a message.

    Korean if it contains Hangul; else the language of its author's last interaction since the bot
    started; else the server's.
    """
    # A Mac may send syllables in parts.
    if any(ord(letter) in _HANGUL for letter in normalize("NFC", message.content)):
        return speaker(Locale.korean)
    known: Locale | None = client.locales.get(message.author.id)
    if known is not None:
        return speaker(known)
    return speaker(message.guild.preferred_locale if message.guild else Locale.american_english)


async def reply_to(message: discord.Message, reply: Message, number: int = 0) -> None:
    """Reply to a message, which may be deleted by now; a reply that cannot be sent is logged.

    Discord takes the reply of a number once, also from another process or if its answer is lost.

    Raises:
        discord.Forbidden: If the bot may not write in the channel, or attach files there.
    """
    nonce = f"{message.id}-{number}"
    send = partial(message.channel.send, view=reply.view, files=reply.files, nonce=nonce)
    refer = partial(send, reference=message.to_reference(fail_if_not_exists=False))
    try:
        try:
            await refer()
        except aiohttp.ClientError:
            reply.rewind()
            await refer()
        except discord.HTTPException as error:
            if error.code != MAY_NOT_REFER:
                raise
            reply.rewind()
            await send()
    except REQUEST_ERRORS as error:
        _log.warning("A reply cannot be sent to channel %d: %s", message.channel.id, error)
        if isinstance(error, discord.Forbidden):
            raise


async def turn_away(client: Client, message: discord.Message) -> None:
    """Tell a person who writes before the bot is ready, or while it ends, to try again."""
    if client.away is None or not is_addressed(client, message) or not client.is_new(message.id):
        return
    with client.answering():
        await reply_to(message, notice(speaker_to(client, message)(client.away)))
