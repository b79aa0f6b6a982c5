"""Responses to interactions whose own answers are lost on the way."""

import logging
import time
from typing import Any

import aiohttp
import discord
from discord.webhook.async_ import AsyncWebhookAdapter, async_context
from typing_extensions import override

from bot.ui.codes import ALREADY_ACKNOWLEDGED, UNANSWERABLE

_log = logging.getLogger(__name__)

_CALLBACK = "/interactions/"  # how the path of a response begins; other paths are of messages
_CHOICES = discord.InteractionResponseType.autocomplete_result.value
_FIRST_WAIT = 1.0  # seconds that discord.py waits before it tries again


def survive_lost_answers() -> None:
    """Let all that is begun here respond to interactions by `_Responses`."""
    async_context.set(_Responses())  # type: ignore[no-untyped-call]  # discord.py's __init__


class _Responses(AsyncWebhookAdapter):
    """Takes a response for given if Discord has it already when it is sent again.

    discord.py sends a response again after an error of the server, and takes it for a failure that
    Discord had the first one. Where the connection was cut, what may be sent twice is sent again.
    """

    @override
    async def request(self, route: Any, session: aiohttp.ClientSession, **options: Any) -> Any:
        responds = route.path.startswith(_CALLBACK)
        began, again = time.monotonic(), False
        try:
            try:
                return await super().request(route, session, **options)
            except (aiohttp.ClientError, TimeoutError):
                if route.method == "POST" and not responds:
                    raise
                again = True
                for file in options.get("files") or ():
                    file.reset()
                return await super().request(route, session, **options)
        except discord.HTTPException as error:
            again = again or time.monotonic() - began >= _FIRST_WAIT
            offers = (options.get("payload") or {}).get("type") == _CHOICES
            if error.code == ALREADY_ACKNOWLEDGED and again:
                _log.info("Discord has the response already")
            elif error.code in UNANSWERABLE and offers:  # discord.py would log a traceback
                _log.warning("Choices came too late: %s", error)
            else:
                raise
            return {"interaction": {"id": route.webhook_id}}
