"""Attachments of the simulated Discord, which keeps them in memory."""

import discord
from simcord.backend.cdn import CDN_BASE
from yarl import URL

from bot.runtime.downloads import Downloads, NotFetchedError


def simulated_downloads(bot: discord.Client) -> Downloads:
    """Fetch from the simulation that a bot runs in, by the rules that hold for Discord itself."""

    async def fetch(address: str) -> bytes:
        try:
            return await bot.http.get_from_cdn(address)
        except discord.HTTPException as error:
            raise NotFetchedError(temporary=error.status >= 500) from error

    return Downloads(frozenset({URL(CDN_BASE).host or ""}), fetch)
