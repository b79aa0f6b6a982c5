"""Uploaded pictures, from where Discord keeps them."""

import discord

from bot.app import GradcamBot
from bot.problems import Refusal
from core.uploads import MAX_BYTES, Reading


async def fetch(bot: GradcamBot, picture: discord.Attachment) -> Reading:
    """Fetch and read a picture that somebody uploaded.

    Raises:
        Refusal: it cannot be had or read.
    """
    if picture.size > MAX_BYTES:
        raise Refusal("upload.too_large", limit=MAX_BYTES >> 20)
    return await bot.readings.read(await bot.downloads.fetch(picture.url))


async def fetch_again(bot: GradcamBot, message: discord.Message) -> Reading:
    """Fetch and read the picture that an answer carries of an upload, in its head.

    Raises:
        Refusal: it is gone.
    """
    url = carried(message)
    if url is None:
        raise Refusal("explain.gone")
    try:
        return await bot.readings.reopen(await bot.downloads.fetch(url))
    except Refusal as error:
        raise Refusal("explain.gone") from error


def carried(message: discord.Message) -> str | None:
    """Find the small picture that a message carries, for its controls to read again."""
    for container in message.components:
        for part in getattr(container, "children", ()):
            accessory = getattr(part, "accessory", None)
            if isinstance(accessory, discord.ThumbnailComponent):
                return accessory.media.url
    return None
