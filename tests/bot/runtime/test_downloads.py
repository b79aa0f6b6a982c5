"""What is attached is fetched from Discord alone, whole or not at all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import discord
import pytest
import simcord
from aiohttp import web
from aiohttp.test_utils import TestServer
from discord.ext import commands

from bot.preview.files import simulated_downloads
from bot.runtime import downloads
from bot.runtime.downloads import Downloads
from bot.runtime.errors import UserError
from core.uploads import MAX_BYTES

_ADDRESS = "https://cdn.discordapp.com/attachments/1/2/digit.png?ex=3&is=4"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Host:
    """A server on this machine that stands where Discord's would; answers in turn."""

    answers: list[Answer]
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        return await self.answers[min(len(self.asked), len(self.answers)) - 1](request)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_WAIT", 0.01)
    monkeypatch.setattr(downloads, "_SECONDS_EACH", 0.3)


@pytest.fixture
async def fetch() -> AsyncIterator[Callable[[Host], Awaitable[bytes]]]:
    """Fetches the attachment from a host, over a real connection."""
    connection = Downloads()
    servers: list[TestServer] = []

    async def fetched(host: Host) -> bytes:
        app = web.Application()
        app.router.add_get("/{path:.*}", host.answer)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        there = str(server.make_url("/")).rstrip("/")
        return await Downloads(
            fetch=lambda address: connection._request(
                address.replace("https://cdn.discordapp.com", there)
            )
        ).fetch(_ADDRESS)

    yield fetched
    await connection.close()
    for server in servers:
        await server.close()


def _status(status: int) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=b"a page about it")

    return answer


async def _digit(_: web.Request) -> web.StreamResponse:
    return web.Response(body=b"digit")


async def _cut_short(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"dig")
    assert request.transport is not None
    request.transport.abort()
    return response


async def _never(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    raise AssertionError


async def _elsewhere(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/elsewhere")


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(bytes(1 << 20))


async def _deflated(_: web.Request) -> web.StreamResponse:
    response = web.Response(body=bytes(MAX_BYTES + 1))
    response.enable_compression(web.ContentCoding.gzip)
    return response


Fetching = Callable[[Host], Awaitable[bytes]]


async def test_an_attachment_is_fetched_with_its_whole_address(fetch: Fetching) -> None:
    host = Host([_digit])

    assert await fetch(host) == b"digit"
    assert host.asked == ["/attachments/1/2/digit.png?ex=3&is=4"]


@pytest.mark.parametrize("first", [_status(500), _status(503), _status(429), _cut_short, _never])
async def test_what_fails_once_is_fetched_again(fetch: Fetching, first: Answer) -> None:
    host = Host([first, _digit])

    assert await fetch(host) == b"digit"
    assert len(host.asked) == 2


@pytest.mark.parametrize(
    ("answer", "attempts"),
    [
        (_status(500), 2),
        (_cut_short, 2),
        (_never, 2),
        (_status(404), 1),
        (_status(403), 1),
        (_elsewhere, 1),
    ],
)
async def test_what_cannot_be_had_is_refused(
    fetch: Fetching, answer: Answer, attempts: int
) -> None:
    host = Host([answer])

    with pytest.raises(UserError) as refused:
        await fetch(host)

    assert refused.value.key == "upload.not_fetched"
    assert len(host.asked) == attempts


async def test_no_more_is_taken_than_the_limit_whatever_was_announced(fetch: Fetching) -> None:
    with pytest.raises(UserError) as refused:
        await fetch(Host([_endless]))

    assert refused.value.key == "upload.too_large"
    assert refused.value.fields == {"limit": MAX_BYTES >> 20}


async def test_what_is_packed_is_not_unpacked(fetch: Fetching) -> None:
    assert len(await fetch(Host([_deflated]))) < MAX_BYTES / 100


@pytest.mark.parametrize(
    "address",
    [
        "http://cdn.discordapp.com/attachments/1/2/digit.png",
        "https://cdn.discordapp.com:8443/attachments/1/2/digit.png",
        "https://cdn.discordapp.com.example.org/attachments/1/2/digit.png",
        "https://cdn.discordapp.com@example.org/attachments/1/2/digit.png",
        "https://someone@cdn.discordapp.com/attachments/1/2/digit.png",
        "https://example.org/https://cdn.discordapp.com/attachments/1/2/digit.png",
        "https://example.org#@cdn.discordapp.com/attachments/1/2/digit.png",
        "https://cdn.discordapp.com/avatars/1/2.png",
        "https://cdn.discordapp.com/attachments/../avatars/1/2.png",
        "https://127.0.0.1/attachments/1/2/digit.png",
        "https://[::1]/attachments/1/2/digit.png",
        "https://[/attachments/1/2/digit.png",
        "https://cdn.discordapp.com",
        "file:///etc/passwd",
        "//cdn.discordapp.com/attachments/1/2/digit.png",
        "attachment://digit.png",
        "",
    ],
)
async def test_nothing_is_fetched_from_anywhere_else(address: str) -> None:
    asked: list[str] = []

    async def fetch(address: str) -> bytes:
        asked.append(address)
        return b""

    with pytest.raises(UserError) as refused:
        await Downloads(fetch=fetch).fetch(address)

    assert refused.value.key == "upload.not_fetched"
    assert not asked


@pytest.mark.parametrize(
    "address",
    [
        _ADDRESS,
        "https://media.discordapp.net/attachments/1/2/digit.png",
        "https://cdn.discordapp.com/ephemeral-attachments/1/2/digit.png",
    ],
)
async def test_all_of_discords_own_places_are_asked(address: str) -> None:
    async def fetch(address: str) -> bytes:
        return address.encode()

    assert await Downloads(fetch=fetch).fetch(address) == address.encode()


async def test_the_simulated_discord_hands_its_attachments_over() -> None:
    bot = commands.Bot("!", intents=discord.Intents.default())
    async with simcord.run(bot) as env:
        ((attachment, *_),) = [env.backend.store_attachments(1, [("digit.png", b"digit")])]
        files = simulated_downloads(bot)

        assert await files.fetch(attachment["url"]) == b"digit"
        with pytest.raises(UserError):
            await files.fetch(attachment["url"] + "-gone")
