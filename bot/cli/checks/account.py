"""The bot's account at Discord, and the clock beside Discord's."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from discord import ApplicationFlags, Permissions

from bot.cli.checks import Finding, fine, unchecked, warning, wrong
from bot.settings import Settings, SettingsError
from bot.ui.access import INTENTS, PERMISSIONS, invite

API = "https://discord.com/api/v10"
PORTAL = "https://discord.com/developers/applications"

_SECONDS = 5.0  # for one request, and how far the clock may be off
_UNREACHED = "not checked: Discord cannot be reached from here"
_PRIVILEGED = {
    "presences": ("gateway_presence", "gateway_presence_limited", "Presence"),
    "members": ("gateway_guild_members", "gateway_guild_members_limited", "Server Members"),
    "message_content": (
        "gateway_message_content",
        "gateway_message_content_limited",
        "Message Content",
    ),
}
"""The privileged intents: the two flags of an application that has one, and its name there."""

_NAMED = {"read_messages": "View Channels"}
"""What Discord shows for a permission that discord.py names otherwise."""


def clock() -> Iterator[Finding]:
    """Compare this machine's clock with Discord's."""
    asked = time.time()
    answer = _ask("gateway", None)
    if answer is None or "Date" not in answer.headers:
        yield unchecked(_UNREACHED)
        return
    now = (asked + time.time()) / 2
    off = now - parsedate_to_datetime(answer.headers["Date"]).timestamp()
    if abs(off) <= _SECONDS:
        yield fine("agrees with Discord's")
    else:
        told = f"{abs(off):,.0f} s {'ahead of' if off > 0 else 'behind'} Discord's"
        yield warning(told, "Let NTP set it; rounds and sessions end by this clock.")


def token() -> Iterator[Finding]:
    """Look at the form of the token, and ask Discord whose it is."""
    try:
        settings = Settings.read()
        if settings.discord_token is None:
            advice = "Put DISCORD_TOKEN into .env to take the bot to Discord; see the README."
            yield warning("none: only preview and the other commands work", advice)
            return
        secret = settings.token
    except SettingsError as error:
        yield _told(error)
        return
    answer = _ask("users/@me", secret)
    if answer is None:
        yield unchecked(f"well-formed; whether it is valid was {_UNREACHED}")
    elif answer.status == 401:
        advice = f"Copy it again from {PORTAL}, your application, Bot, Reset Token."
        yield wrong("Discord refuses it", advice)
    elif answer.status != 200:
        yield unchecked(f"well-formed; Discord answers {answer.status}")
    else:
        yield fine(f"valid, of the bot {answer.body['username']}")


def application() -> Iterator[Finding]:
    """Compare the application at Discord with what the bot needs."""
    answer = _authorized("applications/@me")
    if answer is None:
        yield unchecked("not checked: that takes Discord and a valid token")
        return
    app, faults = answer.body, False
    for finding in _faults(app):
        faults = True
        yield finding
    link = invite(int(app["id"]))
    yield fine(f"invite the bot by {link}" if faults else f"all is set; invite the bot by {link}")


def permissions() -> Iterator[Finding]:
    """Look for servers in which the bot lacks a permission."""
    answer = _authorized("users/@me/guilds")
    if answer is None:
        yield unchecked("not checked: that takes Discord and a valid token")
        return
    faults = False
    for server in answer.body:
        granted = Permissions(int(server["permissions"]))
        if granted.administrator or granted >= PERMISSIONS:
            continue
        faults = True
        lacking = [name for name, needed in PERMISSIONS if needed and not getattr(granted, name)]
        names = ", ".join(_NAMED.get(name, name.replace("_", " ").title()) for name in lacking)
        advice = "Grant them to the bot's role there, or invite it once more by the link above."
        yield warning(f"in {server['name']} the bot lacks {names}", advice)
    if not faults:
        yield fine(f"all that are needed, in {len(answer.body)} servers (channels may differ)")


def _faults(app: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what is not set at Discord as the bot needs it."""
    flags = ApplicationFlags._from_value(app.get("flags", 0))  # noqa: SLF001 - as discord.py does
    for intent, (flag, limited, name) in _PRIVILEGED.items():
        on, needed = getattr(flags, flag) or getattr(flags, limited), getattr(INTENTS, intent)
        if needed and not on:
            yield wrong(f"the {name} Intent is off", f"Switch it on: {PORTAL}, Bot.")
        elif on and not needed:
            yield warning(f"the {name} Intent is on for nothing", f"Switch it off: {PORTAL}, Bot.")
    if app.get("interactions_endpoint_url"):
        advice = f"Empty the Interactions Endpoint URL: {PORTAL}, General Information."
        yield wrong("Discord sends commands and presses to another address", advice)
    if app.get("bot_require_code_grant"):
        advice = f"Switch off Requires OAuth2 Code Grant: {PORTAL}, Bot."
        yield wrong("nobody can invite the bot", advice)
    installs = app.get("integration_types_config") or {}
    if installs and "1" not in installs:
        advice = f"Tick User Install: {PORTAL}, Installation."
        yield warning("people cannot add the bot to their own account", advice)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What Discord answered."""

    status: int
    headers: Mapping[str, str]
    body: Any


def _authorized(path: str) -> _Answer | None:
    """Ask with the token, if there is one that Discord takes."""
    try:
        answer = _ask(path, Settings.read().token)
    except SettingsError:
        return None
    return answer if answer is not None and answer.status == 200 else None


def _ask(path: str, secret: str | None) -> _Answer | None:
    """Ask Discord; `None` where it cannot be reached."""

    async def ask() -> _Answer:
        headers = {} if secret is None else {"Authorization": f"Bot {secret}"}
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with (
            aiohttp.ClientSession(headers=headers, timeout=timeout) as session,
            session.get(f"{API}/{path}") as response,
        ):
            return _Answer(response.status, response.headers, await response.json())

    try:
        return asyncio.run(ask())
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None


def _told(error: SettingsError) -> Finding:
    """Report a missing or malformed token; the check of the settings reports the others."""
    text = str(error)
    if text.startswith("DISCORD_TOKEN"):
        problem, _, advice = text.partition(". ")
        return wrong(problem, advice)
    return unchecked("not checked before the settings are right")
