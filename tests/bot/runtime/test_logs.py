"""Logs hold what an operator needs, and nothing private."""

import io
import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Literal, cast

import aiohttp
import discord
import pytest
import structlog

from bot.i18n import LANGUAGES, speaker
from bot.runtime import logs
from bot.runtime.errors import describe

_TOKEN = ".".join(("MTk4NjIyNDgzNDcxOTI1MjQ4", "Cl2FMQ", "ZnCjm1XVW7vRze4b7Cq4se7kKWs"))


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged at DEBUG; whatever logged before is there again afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    _configure(out, "json")
    yield out
    structlog.contextvars.clear_contextvars()
    logs._typed.set(())
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level
    for name in ("bot", "core"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def _configure(out: io.StringIO, form: Literal["console", "json"]) -> None:
    logs.configure("DEBUG", form, [_TOKEN], out)


def _lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("form", ["console", "json"])
def test_no_secret_comes_through(written: io.StringIO, form: Literal["console", "json"]) -> None:
    _configure(written, form)
    logs.bind("explain", ["a secret wish", "diary.png"], guild=7)
    for name in ("discord.gateway", "discord.http", "aiosqlite", "sqlalchemy.engine.Engine"):
        logging.getLogger(name).debug("identify %s, content %s", _TOKEN, "a secret wish")
    address = "https://discord.com/api/v10/webhooks/1/aW50ZXI6x.y-z/messages/@original"
    logging.getLogger("discord.http").warning("%s is limited; %s", address, {"auth": _TOKEN})
    try:
        int(f"{_TOKEN} and a secret wish in https://cdn.discordapp.com/attachments/1/2/holiday.png")
    except ValueError:
        logging.getLogger("discord.client").exception("Ignoring exception in %s", "diary.png")
    logging.getLogger("bot.ui").debug("our own")

    text = written.getvalue()
    for secret in (_TOKEN, _TOKEN.split(".")[2], "secret wish", "diary", "holiday", "aW50ZXI6"):
        assert secret not in text
    assert text.count("identify") == 0
    assert "Ignoring exception in" in text
    assert "ValueError" in text
    assert "our own" in text


def test_a_line_says_for_what_it_is(written: io.StringIO) -> None:
    logs.bind("LayerSelect", [], interaction=5, guild=7, shard=1)

    logging.getLogger("discord.http").info("from %s", "another library")

    (line,) = _lines(written)
    assert line["event"] == "from another library"
    assert (line["level"], line["logger"]) == ("info", "discord.http")
    assert {"command": "LayerSelect", "interaction": 5, "guild": 7, "shard": 1}.items() <= (
        line.items()
    )


def test_the_id_that_a_person_is_told_finds_the_traceback(written: io.StringIO) -> None:
    try:
        dict[str, int]()["who knows"]
    except KeyError as error:
        told = describe(error, speaker("en"))

    (line,) = _lines(written)
    assert line["error_id"] in told
    assert "KeyError: 'who knows'" in line["exception"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ClientOSError(104, "Connection reset by peer"),
        aiohttp.ServerDisconnectedError(),
        discord.DiscordServerError(
            cast("Any", SimpleNamespace(status=503, reason="Unavailable")), "overloaded"
        ),
    ],
    ids=lambda error: type(error).__name__,
)
def test_that_discord_does_not_answer_is_told_and_logged_in_a_line(
    written: io.StringIO, error: Exception, language: str
) -> None:
    assert describe(error, speaker(language)) == speaker(language)("problem.discord")

    (line,) = _lines(written)
    assert str(error) in line["event"]
    assert "exception" not in line
