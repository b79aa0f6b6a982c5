"""The bot on a simulated Discord, and the page that shows it."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import simcord
from sqlalchemy import make_url

from bot.preview.clock import SimulatedTime, running_clock
from bot.preview.locales import use_locales
from bot.preview.study_group import create_study_group
from bot.settings import Settings

_SETTLE_SECONDS = 120  # the networks are compiled while the bot starts
_DATABASE = make_url("sqlite+aiosqlite://")  # in memory


@asynccontextmanager
async def preview(
    settings: Settings, *, port: int, locale: str, reserved: socket.socket
) -> AsyncIterator[simcord.Preview]:
    """Run the bot on a simulated study server, and serve its page.

    The page shows the thread of a session, as one of the members sees it. Time passes there, and
    other members act on their own.

    The locale of the page is `en-US` or `ko`: it opens as a member who reads that language. The
    socket `reserved` keeps the port while the bot starts; it is closed when the page is served.

    Yields:
        The served preview. Its `url` holds a secret.

    Raises:
        simcord.SetupError: If the page cannot be served, for example because the port is taken.
    """
    locales: dict[int, str] = {}
    async with AsyncExitStack() as stack:
        stack.enter_context(use_locales(locales))
        time = SimulatedTime()
        bot = time.bot(settings.model_copy(update={"database_url": _DATABASE}))
        stack.push_async_callback(bot.close)
        env = time.env = simcord.Env(bot, settle_timeout=_SETTLE_SECONDS, shard_count=1)
        await env.start()
        stack.push_async_callback(env.shutdown)
        thread, viewers, members = await create_study_group(env, locales)
        viewers.sort(key=lambda viewer: locales[viewer.id] != locale)
        reserved.close()
        page = env.preview(thread, viewers=viewers, layout="channel", locale=locale, port=port)
        # It would open at the bot's last message; people expect the last message.
        page._initial_target = lambda *_: _newest(thread)  # type: ignore[method-assign]  # noqa: SLF001
        await stack.enter_async_context(page)
        await stack.enter_async_context(running_clock(env, page, members.act))
        yield page


def _newest(channel: simcord.ChannelHandle) -> int | None:
    message = channel.last_message
    return None if message is None else message.id
