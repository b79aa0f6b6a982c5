"""The study server that the preview opens on, and the page that shows it."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import simcord

from bot.app import create_bot
from bot.preview.locales import reading
from bot.settings import Settings

_SETTLE_SECONDS = 120  # the network is compiled while the bot starts


class PreviewError(Exception):
    """The preview cannot be shown; the message is one sentence for a person."""


@asynccontextmanager
async def preview(settings: Settings, port: int) -> AsyncIterator["simcord.Preview"]:
    """Run the bot on a simulated study server, and serve its page.

    The server has an English and a Korean reader, `Alex` and `민지`; the page can look through the
    eyes of either. A first `/explain index:7` is answered already.

    Args:
        settings: the bot's.
        port: on loopback; 0 takes any free one.

    Yields:
        The served preview; its `url` holds a secret.

    Raises:
        PreviewError: the port is taken.
    """
    _check_free(port)
    locales: dict[int, str] = {}
    with reading(locales):
        async with simcord.run(
            create_bot(settings), settle_timeout=_SETTLE_SECONDS, shard_count=1
        ) as env:
            guild = env.create_guild("Grad-CAM 스터디", preferred_locale="ko")
            channel = guild.create_text_channel("grad-cam")
            alex = guild.add_member(env.create_user("alex", global_name="Alex"))
            minji = guild.add_member(env.create_user("minji", global_name="민지"))
            locales[minji.id] = "ko"
            await alex.slash(channel, "explain", index=7, layer="max_pooling2d_1")
            async with env.preview(
                channel, viewers=[alex, minji], layout="channel", port=port
            ) as page:
                yield page


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the page's server does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PreviewError(
                f"Port {port} is taken: end what uses it, or choose another with --port."
            ) from error
