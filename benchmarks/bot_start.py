"""Load the bot and answer one query; print the seconds that took and the MiB in use before it.

The seconds count from the creation of the process. Connecting to Discord is left out: the bot loads
meanwhile.
"""

import asyncio
import sys
import time

import psutil
from sqlalchemy import make_url

from bot.app import create_bot
from bot.explain.query import Query
from bot.settings import Settings


async def _answer() -> None:
    process = psutil.Process()
    database = make_url("sqlite+aiosqlite://")
    settings = Settings(_env_file=None, discord_token=None, database_url=database)
    async with create_bot(settings) as bot:
        await bot.load()
        idle = process.memory_info().rss
        await bot.explaining.answer(Query.test_digit(7))
        sys.stdout.write(f"{time.time() - process.create_time()} {idle / 2**20}\n")


if __name__ == "__main__":
    asyncio.run(_answer())
