"""Downloading attachments: from Discord alone, and no more than a limit."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import stamina
from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks
from yarl import URL

from bot.runtime.errors import UserError
from core.uploads import MAX_BYTES

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
"""Where Discord keeps the attachments of messages and commands."""

_FOLDERS = frozenset({"attachments", "ephemeral-attachments"})
_SECONDS_EACH, _SECONDS = 10.0, 25.0  # for one attempt, and for all
_ATTEMPTS = 2
_WAIT = 0.3  # seconds between the two, and by chance up to as much again
_CHUNK = 1 << 16
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})  # statuses

Fetch = Callable[[str], Awaitable[bytes]]
"""Fetches the file at an address; raises `NotFetchedError`."""


# By itself stamina would print, past the logs, where structlog is installed.
set_on_retry_hooks([LoggingOnRetryHook])


class NotFetchedError(Exception):
    """A file cannot be fetched.

    Attributes:
        temporary: whether another attempt may succeed.
    """

    def __init__(self, *, temporary: bool) -> None:
        super().__init__("for the moment" if temporary else "for good")
        self.temporary = temporary


class Downloads:
    """Fetches attachments, with a second attempt where the first one fails.

    The connection is kept for the next file.
    """

    def __init__(self, hosts: frozenset[str] = HOSTS, fetch: Fetch | None = None) -> None:
        """Fetch from some hosts only; `fetch` takes the place of the network."""
        self._hosts = hosts
        self._fetch = fetch or self._request
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, address: str) -> bytes:
        """Fetch an attachment from an untrusted address.

        Raises:
            UserError: If it is not Discord's, is too large, or cannot be fetched.
        """
        if not self._is_attachment(address):
            raise UserError("upload.not_fetched")
        try:
            async with asyncio.timeout(_SECONDS):
                async for attempt in stamina.retry_context(
                    on=_is_temporary, attempts=_ATTEMPTS, wait_initial=_WAIT, wait_jitter=_WAIT
                ):
                    with attempt:
                        async with asyncio.timeout(_SECONDS_EACH):
                            return await self._fetch(address)
        except (NotFetchedError, TimeoutError) as error:
            raise UserError("upload.not_fetched") from error
        raise AssertionError("an attempt returns or raises")

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()

    def _is_attachment(self, address: str) -> bool:
        try:
            url = URL(address)
        except ValueError:
            return False
        return (
            url.scheme == "https"
            and url.host in self._hosts
            and url.port == 443
            and url.user is None
            and url.path.split("/")[1] in _FOLDERS
        )

    async def _request(self, address: str) -> bytes:
        """Fetch a file over the network, without following redirects.

        Raises:
            NotFetchedError: If it does not come.
            UserError: If it is too large.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        try:
            async with self._session.get(address, allow_redirects=False) as response:
                if response.status != 200:
                    raise NotFetchedError(temporary=response.status in _TEMPORARY)
                data = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    data += chunk
                    if len(data) > MAX_BYTES:  # whatever the headers say
                        raise UserError("upload.too_large", limit=MAX_BYTES >> 20)
                return bytes(data)
        except aiohttp.ClientError as error:
            raise NotFetchedError(temporary=True) from error


def _is_temporary(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or (
        isinstance(error, NotFetchedError) and error.temporary
    )
