"""Files that people attached: fetched from Discord alone, and no more of them than is read."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import stamina
from yarl import URL

from bot.runtime.errors import UserError
from core.uploads import MAX_BYTES

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
"""Where Discord keeps what is attached to messages and commands."""

_FOLDERS = frozenset({"attachments", "ephemeral-attachments"})

_SECONDS_EACH, _SECONDS = 10.0, 25.0
"""For one attempt, and for all."""

_ATTEMPTS = 2
_WAIT = 0.3  # seconds between the two, and by chance up to as much again
_CHUNK = 1 << 16
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be others in a moment."""

Fetch = Callable[[str], Awaitable[bytes]]
"""Fetches the file at an address; raises `NotFetchedError`."""


class NotFetchedError(Exception):
    """A file was not handed over.

    Attributes:
        passing: whether it may be in a moment.
    """

    def __init__(self, *, passing: bool) -> None:
        super().__init__("for the moment" if passing else "for good")
        self.passing = passing


class Downloads:
    """Fetches attachments, once more where the first attempt fails."""

    def __init__(self, hosts: frozenset[str] = HOSTS, fetch: Fetch | None = None) -> None:
        """Fetch from some hosts only.

        Args:
            hosts: their names.
            fetch: how, where they are not on the network.
        """
        self._hosts = hosts
        self._connection = _Connection()
        self._fetch = fetch or self._connection.fetch

    async def fetch(self, address: str) -> bytes:
        """Fetch an attachment.

        Args:
            address: as Discord gave it, or anybody who says so.

        Raises:
            UserError: it is not Discord's, is too large, or cannot be had.
        """
        if not self._is_attachment(address):
            raise UserError("upload.not_fetched")
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._retried(address)
        except (NotFetchedError, TimeoutError) as error:
            raise UserError("upload.not_fetched") from error

    async def close(self) -> None:
        """Hang up."""
        await self._connection.close()

    async def _retried(self, address: str) -> bytes:
        async for attempt in stamina.retry_context(
            on=_is_passing, attempts=_ATTEMPTS, wait_initial=_WAIT, wait_jitter=_WAIT
        ):
            with attempt:
                async with asyncio.timeout(_SECONDS_EACH):
                    return await self._fetch(address)
        raise NotFetchedError(passing=False)

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


class _Connection:
    """A connection to servers, kept for the next file."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, address: str) -> bytes:
        """Fetch a file from a server, and nothing from where the server would send us.

        Raises:
            NotFetchedError: it did not come.
            UserError: it is too large.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        try:
            async with self._session.get(address, allow_redirects=False) as response:
                if response.status != 200:
                    raise NotFetchedError(passing=response.status in _PASSING)
                return await _body(response)
        except aiohttp.ClientError as error:
            raise NotFetchedError(passing=True) from error

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Read what comes, whatever was said to come."""
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > MAX_BYTES:
            raise UserError("upload.too_large", limit=MAX_BYTES >> 20)
    return bytes(data)


def _is_passing(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or (isinstance(error, NotFetchedError) and error.passing)
