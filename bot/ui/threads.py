"""Writing in threads, which Discord archives when nobody writes in them for a while."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from bot.ui.client import Client
from bot.ui.codes import THREAD_ARCHIVED

T = TypeVar("T")


async def reopening(client: Client, channel_id: int, write: Callable[[], Awaitable[T]]) -> T:
    """Write in a channel; if it is an archived thread, open it again and write once more.

    Raises:
        discord.Forbidden: If the bot may not write there, or the thread is locked.
    """
    try:
        return await write()
    except discord.HTTPException as error:
        if error.code != THREAD_ARCHIVED:
            raise
    await client.http.edit_channel(channel_id, archived=False)
    return await write()
