"""Responses to interactions whose own answers are lost on the way."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord.webhook.async_ import AsyncWebhookAdapter, async_context
from typing_extensions import override

from bot.ui.codes import ALREADY_ACKNOWLEDGED, UNANSWERABLE, UNKNOWN_MESSAGE

_log = logging.getLogger(__name__)

_CALLBACK = "/interactions/"  # how the path of a response begins; other paths are of messages
_CHOICES = discord.InteractionResponseType.autocomplete_result.value
_FIRST_WAIT = 1.0  # seconds that discord.py waits before it tries again


def retry_lost_responses() -> None:
    """Respond to interactions through `_Responses` in this context and the tasks it starts."""
    async_context.set(_Responses())  # type: ignore[no-untyped-call]  # discord.py's __init__


class _Responses(AsyncWebhookAdapter):
    """Counts a repeated response as sent, or a message as deleted, if it already is.

    discord.py repeats a request after a server error, and raises if the first one did arrive.
    After a lost connection, requests that are safe to repeat are sent once more. Those that would
    send a message twice are not repeated at all.
    """

    @override
    async def request(self, route: Any, session: aiohttp.ClientSession, **options: Any) -> Any:
        if route.method == "POST" and not route.path.startswith(_CALLBACK):
            once: Any = _Once(session)
            return await super().request(route, once, **options)
        began, again = time.monotonic(), False
        try:
            try:
                return await super().request(route, session, **options)
            except (aiohttp.ClientError, TimeoutError):
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
            elif error.code == UNKNOWN_MESSAGE and again and route.method == "DELETE":
                _log.info("Discord has deleted the message already")
            else:
                raise
            return {"interaction": {"id": route.webhook_id}}


class _Once:
    """A session for a request that is only sent again if Discord had not yet looked at it (429)."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._lost = False

    @asynccontextmanager
    async def request(
        self, method: str, url: str, **options: object
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._lost:
            raise aiohttp.ClientError("Discord failed, and may have done what was asked")
        self._lost = True
        request: Any = self._session.request
        async with request(method, url, **options) as response:
            self._lost = response.status != HTTPStatus.TOO_MANY_REQUESTS
            yield response
