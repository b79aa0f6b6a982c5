"""The REST API, version 10, as far as the bot uses it, and the CDN."""

import asyncio
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, hdrs, web
from simcord.backend.errors import (
    BackendError,
    already_acknowledged,
    cannot_edit_other_user,
    missing_access,
    unknown_interaction,
    unknown_message,
    unknown_user,
    unknown_webhook,
)
from simcord.components import ComponentValidationError, validate_modal

from tests.discord.payloads import Validator
from tests.load.loopback.harm import Chance, Harm
from tests.load.loopback.ledger import Callback, Interaction, Ledger
from tests.load.loopback.world import (
    EPHEMERAL,
    LOADING,
    File,
    Payload,
    World,
    is_thread,
    thread_is_archived,
)

API = "/api/v10"
_MAX_REQUEST = 120 << 20  # bytes
_MAX_CHOICES = 25
_CHANGED = b"\x89PNG\r\n\x1a\nchanged"

# Requests in so many seconds: of a channel's messages, of an interaction's webhook, of all others
# with the same address; and of all of the bot's but those of interactions.
_CHANNEL_LIMIT, _WEBHOOK_LIMIT, _OTHER_LIMIT = (5, 5.0), (5, 2.0), (20, 1.0)
_GLOBAL_LIMIT = (50, 1.0)


class CutError(Exception):
    """The connection is to be cut."""


@dataclass
class Request:
    """A request, read."""

    args: dict[str, int]
    query: dict[str, str]
    body: Payload = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    token: str = ""


Handler = Callable[["Rest", Request], Any]
_ROUTES: list[tuple[str, str, Handler]] = []


def _route(method: str, path: str) -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        _ROUTES.append((method, path, handler))
        return handler

    return add


class _Windows:
    """How many requests came in the last window of each bucket."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = defaultdict(lambda: (0.0, 0))

    def take(self, bucket: str, limit: int, seconds: float) -> tuple[int, float]:
        """Count a request; return how many are left, negative if too many, and until when."""
        began, count = self._windows[bucket]
        now = time.monotonic()
        if now >= began + seconds:
            began, count = now, 0
        self._windows[bucket] = began, count + 1
        return limit - count - 1, began + seconds - now


class Rest:
    """Answers requests, and notes them in the ledger.

    Attributes:
        happened: how often which harm was done to requests.
        seconds_to_acknowledge: after which an interaction is unknown.
        token_seconds: after which its token is invalid.
        limited: whether Discord's rate limits hold.
    """

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world = world
        self.ledger = ledger
        self.chance = Chance(Harm())
        self.happened: Counter[str] = Counter()
        self.commands: list[Payload] = []
        self.guild_commands: dict[int, list[Payload]] = {}
        self.gateway_url = ""
        self.shards = 1
        self.token = ""
        self.seconds_to_acknowledge = 3.0
        self.token_seconds = 900.0
        self.limited = True
        self.typing: Counter[int] = Counter()
        self.sent: list[tuple[str, str, Any]] = []
        self._windows = _Windows()
        self._validator = Validator.find()

    def routes(self) -> list[web.RouteDef]:
        """All routes, for an aiohttp application."""
        api = [
            web.route(method, API + path, self._serve(path, handler))
            for method, path, handler in _ROUTES
        ]
        cdn = [
            web.get(f"/{folder}/{{place}}/{{id}}/{{name}}", self._download)
            for folder in ("attachments", "ephemeral-attachments")
        ]
        return [*api, *cdn, web.route("*", API + "/{rest:.*}", self._unknown)]

    def check(self) -> None:
        """Hold everything that was sent since the last check against Discord's description."""
        sent, self.sent = self.sent, []
        for method, path, body in sent:
            fault = self._validator.fault(method, path, body)
            if fault is not None:
                self.ledger.violations.append(fault)

    # one request

    def _serve(
        self, path: str, handler: Handler
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            self.ledger.requests[f"{request.method} {path}"] += 1
            headers: dict[str, str] = {}
            try:
                return await self._answer(request, path, handler, headers)
            except BackendError as error:
                self._note(request, path, error)
                return _json(error.to_json(), error.status, headers)
            except CutError:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()

        return serve

    async def _answer(
        self, request: web.Request, path: str, handler: Handler, headers: dict[str, str]
    ) -> web.StreamResponse:
        of_interaction = path.startswith(("/interactions", "/webhooks"))
        if not of_interaction and request.headers.get(hdrs.AUTHORIZATION) != f"Bot {self.token}":
            raise BackendError(401, 0, "401: Unauthorized")
        if self._does("cut_upload", request):
            await request.content.readany()
            raise CutError
        if (refusal := self._limit(request, path, headers)) is not None:
            return refusal
        if self._does("fail_before", request):
            return self._failure()
        asked = await _read(request)
        if asked.body or asked.files:
            sent = request.path.removeprefix(API)
            self.sent.append((request.method, sent, asked.body))
        answer = handler(self, asked)
        if self._does("fail_after", request):
            return self._failure()
        if self._does("cut_download", request):
            return await _half(request, json.dumps(answer or {}).encode())
        if answer is None:
            return web.Response(status=204, headers=headers)
        return _json(answer, 200, headers)

    def _limit(
        self, request: web.Request, path: str, headers: dict[str, str]
    ) -> web.Response | None:
        if self._does("rate_limit", request):
            return _too_many(self.chance.delay(), everywhere=self.chance("rate_limit_globally"))
        if not self.limited or path.startswith("/interactions"):
            return None
        if path.startswith("/webhooks"):
            limit, bucket = _WEBHOOK_LIMIT, request.match_info["token"]
        else:
            left, wait = self._windows.take("", *_GLOBAL_LIMIT)
            if left < 0:
                self.happened["global limit exceeded"] += 1
                return _too_many(wait, everywhere=True)
            bucket = f"{request.method} {request.path}"
            limit = _OTHER_LIMIT
            if path.startswith("/channels/{channel}/messages"):
                limit = _CHANNEL_LIMIT
                bucket = f"{request.method} {request.match_info['channel']}"
        left, wait = self._windows.take(bucket, *limit)
        headers |= {
            "X-RateLimit-Limit": str(limit[0]),
            "X-RateLimit-Remaining": str(max(left, 0)),
            "X-RateLimit-Reset": f"{time.time() + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": f"{abs(hash((request.method, path))):016x}",
        }
        if left < 0:
            self.happened["limit exceeded"] += 1
            return _too_many(wait, everywhere=False)
        return None

    def _does(self, harm: str, request: web.Request) -> bool:
        """Whether a kind of harm is to be done to a request; it is noted."""
        if not self.chance(harm):
            return False
        self.happened[harm] += 1
        interaction = self.ledger.by_token(request.match_info.get("token", ""))
        if interaction is not None:
            interaction.harmed = True
        return True

    def _failure(self) -> web.Response:
        status = self.chance.either(500, 502)
        if status == 500:
            return _json({"message": "500: Internal Server Error", "code": 0}, status)
        return web.Response(status=status, text="<html>", content_type="text/html")

    def _note(self, request: web.Request, path: str, error: BackendError) -> None:
        told = f"{error.code} {request.method} {path}"
        self.ledger.errors[told] += 1
        token = request.match_info.get("token")
        interaction = None if token is None else self.ledger.by_token(token)
        if interaction is not None:
            interaction.errors.append(f"{told}: {error.message}")
            if error.code == 50035:
                self.ledger.violations.append(f"{interaction.label}: {error.message}")
        elif error.code == 50035:
            self.ledger.violations.append(f"{told}: {error.message}")

    async def _unknown(self, request: web.Request) -> web.Response:
        told = f"{request.method} {request.path}"
        self.ledger.violations.append(f"{told}: there is no such route")
        return _json({"code": 0, "message": "404: Not Found"}, 404)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        data = self.world.files.get(request.path)
        if self._does("slow_files", request):
            await asyncio.sleep(self.chance.delay())
        if self._does("missing_files", request):
            data = None
        if data is None:
            return web.Response(status=404, text="This content is no longer available.")
        if self._does("changed_files", request):
            data = _CHANGED
        if self._does("cut_files", request):
            return await _half(request, data)
        return web.Response(body=data)

    # who and where

    @_route("GET", "/gateway/bot")
    def _gateway(self, _: Request) -> Payload:
        limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": self.shards, "session_start_limit": limit}

    @_route("GET", "/users/@me")
    def _me(self, _: Request) -> Payload:
        return self.world.bot | {"verified": True, "mfa_enabled": False, "email": None}

    @_route("GET", "/oauth2/applications/@me")
    def _application(self, _: Request) -> Payload:
        owner = next(user for user in self.world.users.values() if not user["bot"])
        return {
            "id": self.world.bot["id"],
            "name": self.world.bot["username"],
            "icon": None,
            "description": "",
            "rpc_origins": [],
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": owner,
            "summary": "",
            "verify_key": "0" * 64,
            "flags": 0,
            "team": None,
            "bot": self.world.bot,
        }

    @_route("GET", "/users/{user}")
    def _user(self, request: Request) -> Payload:
        try:
            return self.world.users[request.args["user"]]
        except KeyError:
            raise unknown_user() from None

    @_route("GET", "/guilds/{guild}")
    def _guild(self, request: Request) -> Payload:
        return self.world.guild(request.args["guild"])

    @_route("GET", "/guilds/{guild}/members/{user}")
    def _member(self, request: Request) -> Payload:
        self.world.guild(request.args["guild"])
        try:
            return self.world.members[request.args["guild"]][request.args["user"]]
        except KeyError:
            raise BackendError(404, 10007, "Unknown Member") from None

    @_route("POST", "/users/@me/channels")
    def _dm(self, request: Request) -> Payload:
        user = int(request.body["recipient_id"])
        if user not in self.world.users:
            raise unknown_user()
        return self.world.dm_channel(user)

    # commands

    @_route("GET", "/applications/{application}/commands")
    def _commands(self, request: Request) -> list[Payload]:
        return self._told(self.commands, request)

    @_route("PUT", "/applications/{application}/commands")
    def _put_commands(self, request: Request) -> list[Payload]:
        self.commands = self._registered(request.body, self.commands)
        return self.commands

    @_route("GET", "/applications/{application}/guilds/{guild}/commands")
    def _guild_commands(self, request: Request) -> list[Payload]:
        return self._told(self.guild_commands.get(request.args["guild"], []), request)

    @_route("PUT", "/applications/{application}/guilds/{guild}/commands")
    def _put_guild_commands(self, request: Request) -> list[Payload]:
        guild = request.args["guild"]
        before = self.guild_commands.get(guild, [])
        self.guild_commands[guild] = self._registered(request.body, before)
        return self.guild_commands[guild]

    def _told(self, commands: list[Payload], request: Request) -> list[Payload]:
        if request.query.get("with_localizations") == "true":
            return commands
        localized = ("name_localizations", "description_localizations")
        return [
            {key: value for key, value in command.items() if key not in localized}
            for command in commands
        ]

    def _registered(self, wanted: Any, before: list[Payload]) -> list[Payload]:
        ids = {(each["type"], each["name"]): each["id"] for each in before}
        return [
            {
                "id": ids.get((each.get("type", 1), each["name"]), str(self.world.snowflake())),
                "application_id": self.world.bot["id"],
                "version": str(self.world.snowflake()),
                "default_member_permissions": None,
                "type": 1,
                "description": "",
            }
            | each
            for each in wanted
        ]

    # channels and threads

    @_route("GET", "/channels/{channel}")
    def _channel(self, request: Request) -> Payload:
        return self.world.require(request.args["channel"])

    @_route("PATCH", "/channels/{channel}")
    def _edit_channel(self, request: Request) -> Payload:
        channel_id, body = request.args["channel"], dict(request.body)
        channel = self.world.require(channel_id)
        metadata = channel.get("thread_metadata", {})
        mine = channel.get("owner_id") == self.world.bot["id"]
        reopens = body.keys() == {"archived"} and not metadata.get("locked")
        if not reopens and not (mine and "locked" not in body and not metadata.get("locked")):
            self.world.require(
                channel_id, "manage_threads" if is_thread(channel) else "manage_channels"
            )
        if is_thread(channel):
            if metadata["archived"] and body.get("archived") is not False:
                raise thread_is_archived()
            changes = {key: body.pop(key) for key in ("archived", "locked") if key in body}
            self.world.change_thread(channel_id, **changes)
        return self.world.change_channel(channel_id, **body) if body else channel

    @_route("DELETE", "/channels/{channel}")
    def _delete_channel(self, request: Request) -> Payload:
        channel = self.world.require(request.args["channel"])
        self.world.require(
            request.args["channel"], "manage_threads" if is_thread(channel) else "manage_channels"
        )
        self.world.delete_channel(request.args["channel"])
        return channel

    @_route("POST", "/channels/{channel}/typing")
    def _type(self, request: Request) -> None:
        self.world.require(request.args["channel"], "send_messages")
        self.typing[request.args["channel"]] += 1

    @_route("POST", "/channels/{channel}/messages/{message}/threads")
    def _thread_at(self, request: Request) -> Payload:
        channel, message = request.args["channel"], request.args["message"]
        self.world.require(channel, "create_public_threads")
        return self.world.start_thread(channel, request.body["name"], message)

    @_route("POST", "/channels/{channel}/threads")
    def _thread(self, request: Request) -> Payload:
        self.world.require(request.args["channel"], "create_public_threads")
        return self.world.start_thread(request.args["channel"], request.body["name"])

    @_route("PUT", "/channels/{channel}/thread-members/{user}")
    def _add_member(self, request: Request) -> None:
        thread = self.world.require(request.args["channel"], "send_messages_in_threads")
        if thread["thread_metadata"]["archived"]:
            raise thread_is_archived()
        if request.args["user"] not in self.world.members[int(thread["guild_id"])]:
            raise missing_access()
        self.world.add_to_thread(request.args["channel"], request.args["user"])

    # messages

    @_route("GET", "/channels/{channel}/messages")
    def _history(self, request: Request) -> list[Payload]:
        channel_id, query = request.args["channel"], request.query
        channel = self.world.require(channel_id)
        if "guild_id" in channel:
            granted = self.world.permissions(self.world.bot_id, channel_id)
            if not granted.read_message_history:
                return []
        found = [
            each
            for message_id, each in sorted(self.world.messages[channel_id].items())
            if not each["flags"] & EPHEMERAL
            and int(query.get("after", 0)) < message_id < int(query.get("before", 1 << 63))
        ]
        limit = int(query.get("limit", 50))
        chosen = found[:limit] if "after" in query else found[-limit:]
        return [self.world.seen_by_bot(each) for each in reversed(chosen)]

    @_route("POST", "/channels/{channel}/messages")
    def _send(self, request: Request) -> Payload:
        channel = request.args["channel"]
        self.world.require_sending(channel, with_files=bool(request.files))
        before = self.world.channels[channel]["last_message_id"]
        message = self.world.post(channel, self.world.bot_id, request.body, request.files)
        if message["id"] == self.world.channels[channel]["last_message_id"] != before:
            replied = (request.body.get("message_reference") or {}).get("message_id", "nothing")
            place = f"channel {channel} in reply to {replied}"
            self.ledger.sent(place, message, request.files)
        return self.world.seen_by_bot(message)

    @_route("GET", "/channels/{channel}/messages/{message}")
    def _message(self, request: Request) -> Payload:
        self.world.require(request.args["channel"], "read_message_history")
        return self.world.seen_by_bot(
            self.world.message(request.args["channel"], request.args["message"])
        )

    @_route("PATCH", "/channels/{channel}/messages/{message}")
    def _edit(self, request: Request) -> Payload:
        channel, message = request.args["channel"], request.args["message"]
        return self.world.edit_own(channel, message, request.body, request.files)

    @_route("DELETE", "/channels/{channel}/messages/{message}")
    def _delete(self, request: Request) -> None:
        channel, message_id = request.args["channel"], request.args["message"]
        self.world.require(channel)
        message = self.world.message(channel, message_id)
        if message["author"]["id"] != self.world.bot["id"]:
            self.world.require(channel, "manage_messages")
        self.world.delete_message(channel, message_id)

    @_route("PUT", "/channels/{channel}/messages/pins/{message}")
    def _pin(self, request: Request) -> None:
        channel = self.world.require(request.args["channel"], "pin_messages")
        if is_thread(channel) and channel["thread_metadata"]["archived"]:
            raise thread_is_archived()
        self.world.message(request.args["channel"], request.args["message"])["pinned"] = True

    # interactions

    @_route("POST", "/interactions/{interaction}/{token}/callback")
    def _callback(self, request: Request) -> Payload:
        interaction = self.ledger.interactions.get(request.args["interaction"])
        if interaction is None or interaction.token != request.token:
            raise unknown_interaction()
        if interaction.acknowledged is not None:
            raise already_acknowledged()
        began = interaction.delivered or interaction.created
        if interaction.expired or time.monotonic() - began > self.seconds_to_acknowledge:
            raise unknown_interaction()
        callback = Callback(request.body["type"])
        data = request.body.get("data") or {}
        message = self._respond(interaction, callback, data, request.files)
        interaction.acknowledged = time.monotonic()
        interaction.response = callback
        original = interaction.original
        told = {
            "interaction": {
                "id": str(interaction.id),
                "type": interaction.type,
                "response_message_id": None if original is None else original["id"],
                "response_message_loading": interaction.is_loading,
                "response_message_ephemeral": interaction.private,
            }
        }
        if message is not None:
            told["resource"] = {"type": callback.value, "message": message}
        return told if request.query.get("with_response") in ("1", "true") else {}

    def _respond(
        self, interaction: Interaction, callback: Callback, data: Payload, files: list[File]
    ) -> Payload | None:
        flags = int(data.get("flags") or 0)
        if callback in (Callback.MESSAGE, Callback.DEFERRED_MESSAGE):
            interaction.private = bool(flags & EPHEMERAL)
        if callback is Callback.MESSAGE:
            message = self._post(interaction, data, files)
            interaction.original = message
            interaction.show(message)
            return message
        if callback is Callback.DEFERRED_MESSAGE:
            interaction.original = self._post(interaction, {"flags": flags | LOADING}, [])
            return None
        if callback in (Callback.DEFERRED_UPDATE, Callback.UPDATE):
            return self._update(interaction, callback, data, files)
        if callback is Callback.MODAL:
            try:
                interaction.modal = validate_modal(data)
            except (ComponentValidationError, TypeError, ValueError) as error:
                raise BackendError(400, 50035, f"Invalid Form Body: {error}") from error
        elif callback is Callback.CHOICES:
            if len(data["choices"]) > _MAX_CHOICES:
                raise BackendError(400, 50035, "Invalid Form Body: choices: too many")
            interaction.choices = data["choices"]
        interaction.show()
        return None

    def _update(
        self, interaction: Interaction, callback: Callback, data: Payload, files: list[File]
    ) -> Payload | None:
        source = interaction.source
        if source is None:
            raise BackendError(400, 50035, "Invalid Form Body: there is no message to update")
        interaction.original = source
        interaction.private = bool(source["flags"] & EPHEMERAL)
        if callback is Callback.DEFERRED_UPDATE:
            return None
        message = self.world.edit(source, data, files)
        interaction.show(message)
        return message

    def _post(self, interaction: Interaction, body: Payload, files: list[File]) -> Payload:
        if interaction.private:
            body = body | {"flags": int(body.get("flags") or 0) | EPHEMERAL}
        me = self.world.bot_id
        return self.world.post(
            interaction.channel_id, me, body, files, interaction=interaction.metadata
        )

    def _of_token(self, request: Request) -> Interaction:
        interaction = self.ledger.by_token(request.token)
        if interaction is None or request.args["application"] != self.world.bot_id:
            raise unknown_webhook()
        if time.monotonic() - interaction.created > self.token_seconds:
            raise BackendError(401, 50027, "Invalid Webhook Token")
        if interaction.acknowledged is None:
            raise unknown_webhook()
        self.world.channel(interaction.channel_id)
        return interaction

    def _original(self, interaction: Interaction) -> Payload:
        message = interaction.original
        if message is None or self._is_deleted(message):
            raise unknown_message()
        return message

    def _is_deleted(self, message: Payload) -> bool:
        return int(message["id"]) not in self.world.messages[int(message["channel_id"])]

    @_route("POST", "/webhooks/{application}/{token}")
    def _follow_up(self, request: Request) -> Payload:
        interaction = self._of_token(request)
        original = interaction.original
        if original is not None and interaction.is_loading and not self._is_deleted(original):
            # The first message after a deferral takes the place of what waits, whatever its flags.
            message = self.world.edit(original, request.body, request.files)
        else:
            flags = int(request.body.get("flags") or 0)
            me, metadata = self.world.bot_id, interaction.metadata
            if original is not None:
                metadata = metadata | {"original_response_message_id": original["id"]}
            message = self.world.post(
                interaction.channel_id,
                me,
                request.body | {"flags": flags},
                request.files,
                interaction=metadata,
            )
            self.ledger.sent(interaction.label + interaction.token, message, request.files)
        interaction.show(message)
        return message

    @_route("GET", "/webhooks/{application}/{token}/messages/@original")
    def _get_original(self, request: Request) -> Payload:
        return self._original(self._of_token(request))

    @_route("PATCH", "/webhooks/{application}/{token}/messages/@original")
    def _edit_original(self, request: Request) -> Payload:
        interaction = self._of_token(request)
        message = self.world.edit(self._original(interaction), request.body, request.files)
        interaction.show(message)
        return message

    @_route("DELETE", "/webhooks/{application}/{token}/messages/@original")
    def _delete_original(self, request: Request) -> None:
        self._remove(self._original(self._of_token(request)))

    @_route("GET", "/webhooks/{application}/{token}/messages/{message}")
    def _get_follow_up(self, request: Request) -> Payload:
        return self._shown(request)

    @_route("PATCH", "/webhooks/{application}/{token}/messages/{message}")
    def _edit_follow_up(self, request: Request) -> Payload:
        return self.world.edit(self._shown(request), request.body, request.files)

    @_route("DELETE", "/webhooks/{application}/{token}/messages/{message}")
    def _delete_follow_up(self, request: Request) -> None:
        self._remove(self._shown(request))

    def _shown(self, request: Request) -> Payload:
        interaction = self._of_token(request)
        message = self.world.message(interaction.channel_id, request.args["message"])
        if message["author"]["id"] != self.world.bot["id"]:
            raise cannot_edit_other_user()
        return message

    def _remove(self, message: Payload) -> None:
        self.world.delete_message(int(message["channel_id"]), int(message["id"]))


def _json(data: Any, status: int, headers: dict[str, str] | None = None) -> web.Response:
    body = json.dumps(data).encode()  # discord.py takes no charset
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


async def _read(request: web.Request) -> Request:
    """Read a request whole."""
    args = {name: int(value) for name, value in request.match_info.items() if value.isdecimal()}
    asked = Request(args, dict(request.query), token=request.match_info.get("token", ""))
    if request.content_type == "multipart/form-data":
        files: dict[int, File] = {}
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            data = bytes(await part.read())
            if part.name == "payload_json":
                asked.body = json.loads(data)
            elif (match := re.fullmatch(r"files\[(\d+)\]", part.name or "")) is not None:
                files[int(match[1])] = File(part.filename or "file", data)
        asked.files = [files[number] for number in sorted(files)]
    elif request.can_read_body:
        asked.body = await request.json()
    return asked


async def _half(request: web.Request, data: bytes) -> web.StreamResponse:
    """Answer with half of some data, and cut the connection."""
    response = web.StreamResponse(headers={hdrs.CONTENT_LENGTH: str(len(data))})
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    assert request.transport is not None
    request.transport.abort()
    return response


def _too_many(wait: float, *, everywhere: bool) -> web.Response:
    told = {"message": "You are being rate limited.", "retry_after": wait, "global": everywhere}
    headers = {
        "Via": "1.1 loopback",
        "Retry-After": f"{wait:.3f}",
        "X-RateLimit-Scope": "global" if everywhere else "user",
    }
    if everywhere:
        headers["X-RateLimit-Global"] = "true"
    return _json(told, 429, headers)
