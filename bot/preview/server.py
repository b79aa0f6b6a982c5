"""The bot on a simulated Discord, and the page that shows it."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import simcord
from sqlalchemy import make_url

from bot.preview.clock import SimulatedTime, passing
from bot.preview.locales import reading
from bot.preview.study import gather
from bot.settings import Settings

_SETTLE_SECONDS = 120  # the networks are compiled while the bot starts
_DATABASE = make_url("sqlite+aiosqlite://")  # in memory: what is corrected here counts nowhere


@asynccontextmanager
async def preview(
    settings: Settings, *, port: int, locale: str, reserved: socket.socket
) -> AsyncIterator[simcord.Preview]:
    """Run the bot on a simulated study server, and serve its page.

    The page looks through the eyes of a member of the study group, in the thread of their session.
    Time passes there, and other members act by themselves.

    Args:
        settings: the bot's.
        port: on loopback; 0 takes any free one.
        locale: of the page, `en-US` or `ko`; it opens with a member who reads that language.
        reserved: keeps the port while the bot starts; closed when the page is served.

    Yields:
        The served preview; its `url` holds a secret.

    Raises:
        simcord.SetupError: the page cannot be served, because the port is taken, say.
    """
    locales: dict[int, str] = {}
    async with AsyncExitStack() as stack:
        stack.enter_context(reading(locales))
        time = SimulatedTime()
        bot = time.bot(settings.model_copy(update={"database_url": _DATABASE}))
        stack.push_async_callback(bot.close)
        env = time.env = simcord.Env(bot, settle_timeout=_SETTLE_SECONDS, shard_count=1)
        await env.start()
        stack.push_async_callback(env.shutdown)
        study = await gather(env, locales)
        viewers = sorted(study.readers, key=lambda reader: study.readers[reader] != locale)
        reserved.close()
        page = await stack.enter_async_context(
            env.preview(study.thread, viewers=viewers, layout="channel", locale=locale, port=port)
        )
        await stack.enter_async_context(passing(env, page, study.company.live))
        yield page
