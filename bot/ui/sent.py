"""Finding out what an attempt that was cut short has sent."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress

import discord

from bot.ui.client import Client

_SEARCHED = 100  # messages


async def find_sent(
    client: Client, channel: discord.PartialMessageable, file_name: str, after: dt.datetime
) -> int | None:
    """Return the id of a message that the bot has sent with a picture of a name.

    If the bot may not read the channel, nothing is found.
    """
    with suppress(discord.Forbidden):
        async for message in channel.history(limit=_SEARCHED, after=after, oldest_first=False):
            if message.author == client.user and file_name in _files(message):
                return message.id
    return None


def _files(message: discord.Message) -> Iterator[str]:
    for container in message.components:
        for part in getattr(container, "children", ()):
            if isinstance(part, discord.MediaGalleryComponent):
                for item in part.items:
                    yield item.media.url.partition("?")[0].rpartition("/")[2]
