"""The bot on a simulated Discord, and the page that shows it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import simcord

from bot.app import create_bot
from bot.preview.locales import reading
from bot.preview.study import gather
from bot.settings import Settings

_SETTLE_SECONDS = 120  # the network is compiled while the bot starts


@asynccontextmanager
async def preview(settings: Settings, *, port: int, locale: str) -> AsyncIterator[simcord.Preview]:
    """Run the bot on a simulated study server, and serve its page.

    The page looks through the eyes of any member of the study group. A first question is answered
    already.

    Args:
        settings: the bot's.
        port: on loopback; 0 takes any free one.
        locale: of the page, `en-US` or `ko`; it opens with a member who reads that language.

    Yields:
        The served preview; its `url` holds a secret.

    Raises:
        simcord.SetupError: the page cannot be served, because the port is taken, say.
    """
    locales: dict[int, str] = {}
    async with AsyncExitStack() as stack:
        stack.enter_context(reading(locales))
        env = await stack.enter_async_context(
            simcord.run(
                create_bot(settings),
                settle_timeout=_SETTLE_SECONDS,
                shard_count=1,
                check_errors=False,  # a refused question is no reason to fail at the end
            )
        )
        study = await gather(env, locales)
        viewers = sorted(study.readers, key=lambda reader: study.readers[reader] != locale)
        yield await stack.enter_async_context(
            env.preview(study.channel, viewers=viewers, layout="channel", locale=locale, port=port)
        )
