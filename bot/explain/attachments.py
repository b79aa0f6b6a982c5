"""Uploaded pictures, from where Discord keeps them."""

import discord

from bot.app import GradcamBot
from bot.runtime.errors import UserError
from core.uploads import MAX_BYTES, Reading


async def fetch(bot: GradcamBot, picture: discord.Attachment) -> Reading:
    """Fetch and read a picture that somebody uploaded.

    Raises:
        UserError: it cannot be had or read.
    """
    if picture.size > MAX_BYTES:
        raise UserError("upload.too_large", limit=MAX_BYTES >> 20)
    return await bot.readings.read(await bot.downloads.fetch(picture.url))


async def fetch_again(bot: GradcamBot, message: discord.Message) -> Reading:
    """Fetch and read the picture that an answer carries of an upload, in its head.

    Raises:
        UserError: it is gone.
    """
    url = carried(message)
    if url is None:
        raise UserError("explain.gone")
    try:
        return await bot.readings.reopen(await bot.downloads.fetch(url))
    except UserError as error:
        raise UserError("explain.gone") from error


def carried(message: discord.Message) -> str | None:
    """Find the small picture that a message carries, for its controls to read again."""
    for container in message.components:
        for part in getattr(container, "children", ()):
            accessory = getattr(part, "accessory", None)
            if isinstance(accessory, discord.ThumbnailComponent):
                return accessory.media.url
    return None
