"""The gateway: a session a shard, with sequence numbers, replays and compression."""

import asyncio
import itertools
import json
import secrets
import time
import zlib
from collections import Counter
from contextlib import suppress
from copy import deepcopy
from typing import Any

from aiohttp import WSMsgType, web

from tests.load.loopback.harm import Chance, Harm
from tests.load.loopback.ledger import Interaction, Ledger
from tests.load.loopback.world import Payload, World

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT = 0, 1, 2, 6, 7
_REQUEST_MEMBERS, _INVALID, _HELLO, _ACK = 8, 9, 10, 11
_HEARTBEAT_INTERVAL = 41_250  # milliseconds
_KEPT = 5_000  # events that may be replayed
_FLUSH = b"\x00\x00\xff\xff"
_ROUND_TRIP = 0.02  # seconds
_REORDERED = 0.1  # seconds after which an event comes at the latest that waits for the next one
_ALWAYS_IN_ORDER = {"READY", "RESUMED", "GUILD_CREATE"}

_INTENTS = {
    "MESSAGE_CREATE": (1 << 9, 1 << 12),
    "MESSAGE_UPDATE": (1 << 9, 1 << 12),
    "MESSAGE_DELETE": (1 << 9, 1 << 12),
}
"""The intent that an event takes in a guild, and in direct messages; the others take `guilds`."""


class _Connection:
    """A WebSocket to the bot; what is put into it is sent in order."""

    def __init__(self, socket: web.WebSocketResponse, *, compress: bool) -> None:
        self.socket = socket
        self._compressor = zlib.compressobj() if compress else None
        self._queue: asyncio.Queue[tuple[Payload, Interaction | None] | None] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def send(self, op: int, data: Any, interaction: Interaction | None = None, **more: Any) -> None:
        self._queue.put_nowait(({"op": op, "d": data, "s": None, "t": None} | more, interaction))

    async def close(self, code: int = 4000) -> None:
        """Send what is waiting, and close."""
        self._queue.put_nowait(None)
        with suppress(ConnectionError):
            await self._writer
        await self.socket.close(code=code)

    def cut(self, request: web.Request) -> None:
        """Cut the connection without a word."""
        self._writer.cancel()
        if request.transport is not None:
            request.transport.abort()

    async def _write(self) -> None:
        while (item := await self._queue.get()) is not None:
            payload, interaction = item
            data = json.dumps(payload, separators=(",", ":"))
            with suppress(ConnectionError):
                if self._compressor is None:
                    await self.socket.send_str(data)
                else:
                    packed = self._compressor.compress(data.encode())
                    packed += self._compressor.flush(zlib.Z_SYNC_FLUSH)
                    assert packed.endswith(_FLUSH)
                    await self.socket.send_bytes(packed)
                if interaction is not None and interaction.delivered is None:
                    interaction.delivered = time.monotonic()


class _Session:
    """What one shard has been told, so that it can resume."""

    def __init__(self, shard: int, shards: int, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.shard = shard
        self.shards = shards
        self.intents = intents
        self.connection: _Connection | None = None
        self.request: web.Request | None = None
        self._numbers = itertools.count(1)
        self.events: list[tuple[int, str, Payload, Interaction | None]] = []

    def dispatch(self, event: str, data: Payload, interaction: Interaction | None = None) -> None:
        """Tell an event, and keep it for a replay."""
        number = next(self._numbers)
        self.events.append((number, event, data, interaction))
        del self.events[:-_KEPT]
        if self.connection is not None:
            self.connection.send(_DISPATCH, data, interaction, s=number, t=event)

    def replay(self, after: int) -> None:
        """Tell again all that came after an event."""
        assert self.connection is not None
        for number, event, data, interaction in self.events:
            if number > after:
                self.connection.send(_DISPATCH, data, interaction, s=number, t=event)

    def has(self, guild_id: int | None) -> bool:
        """Whether the shard is the one of a guild; direct messages are of the first."""
        return (0 if guild_id is None else (guild_id >> 22) % self.shards) == self.shard


class Gateway:
    """Tells the bot what happens.

    Attributes:
        happened: how often the bot identified, resumed and so on.
        ready: is set while every shard is connected.
    """

    def __init__(self, world: World, ledger: Ledger, shards: int) -> None:
        self._world = world
        self._ledger = ledger
        self.shards = shards
        self.chance = Chance(Harm())
        self.happened: Counter[str] = Counter()
        self.ready = asyncio.Event()
        self._sessions: dict[int, _Session] = {}
        self._held: list[tuple[_Session, str, Payload, Interaction | None]] = []
        self.token = ""
        self.url = ""

    # events

    def dispatch(self, event: str, data: Payload, interaction: Interaction | None = None) -> None:
        """Tell an event to the shard that it is of."""
        guild_id = data["id"] if event == "GUILD_CREATE" else data.get("guild_id")
        session = self._session_of(None if guild_id is None else int(guild_id))
        if session is None or not _has_intent(session.intents, event, data):
            if interaction is not None:
                interaction.lose()
            return
        data = deepcopy(data)
        if event in _ALWAYS_IN_ORDER:
            session.dispatch(event, data, interaction)
            return
        if self.chance("drop_events"):
            self.happened["drop_events"] += 1
            if interaction is not None:
                interaction.lose()
            return
        if self.chance("delay_events"):
            self.happened["delay_events"] += 1
            later = asyncio.get_running_loop().call_later
            later(self.chance.delay(), session.dispatch, event, data, interaction)
            return
        if self.chance("reorder_events"):
            self.happened["reorder_events"] += 1
            self._held.append((session, event, data, interaction))
            asyncio.get_running_loop().call_later(_REORDERED, self._release)
            return
        session.dispatch(event, data, interaction)
        if self.chance("duplicate_events"):
            self.happened["duplicate_events"] += 1
            session.dispatch(event, data, interaction)
        self._release()

    def _release(self) -> None:
        held, self._held = self._held, []
        for session, event, data, interaction in held:
            session.dispatch(event, data, interaction)

    def _session_of(self, guild_id: int | None) -> _Session | None:
        return next((each for each in self._sessions.values() if each.has(guild_id)), None)

    # harm at once

    def cut(self) -> None:
        """Cut the connections of all shards; they can resume."""
        for session in self._sessions.values():
            if session.connection is not None and session.request is not None:
                session.connection.cut(session.request)

    def ask_to_reconnect(self) -> None:
        """Ask all shards to connect again."""
        for session in self._sessions.values():
            if session.connection is not None:
                session.connection.send(_RECONNECT, None)

    def invalidate(self) -> None:
        """End the sessions of all shards: they have to identify again."""
        for session in [*self._sessions.values()]:
            if session.connection is not None:
                session.connection.send(_INVALID, False)
            self._forget(session)

    def storm(self, times: int = 5) -> None:
        """Tell every shard several times in a row that it is ready."""
        for _ in range(times):
            for session in self._sessions.values():
                self._greet(session)

    # the bot's side

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve a connection."""
        compress = request.query.get("compress", "")
        if compress not in ("", "zlib-stream"):
            raise web.HTTPBadRequest(text=f"compress={compress} is not served")
        socket = web.WebSocketResponse(max_msg_size=4096, autoping=True)
        await socket.prepare(request)
        connection = _Connection(socket, compress=bool(compress))
        connection.send(_HELLO, {"heartbeat_interval": _HEARTBEAT_INTERVAL})
        session: _Session | None = None
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                told = json.loads(frame.data)
                op, data = told["op"], told["d"]
                if op == _HEARTBEAT:
                    # discord.py takes an answer for late that comes before it has noted the time.
                    asyncio.get_running_loop().call_later(_ROUND_TRIP, connection.send, _ACK, None)
                elif op in (_IDENTIFY, _RESUME) and data["token"] != self.token:
                    await connection.close(4004)
                    break
                elif op == _IDENTIFY:
                    session = self._identify(data, connection, request)
                elif op == _RESUME:
                    session = self._resume(data, connection, request)
                elif op == _REQUEST_MEMBERS and session is not None:
                    self._tell_members(session, data)
        finally:
            if session is not None and session.connection is connection:
                session.connection = session.request = None
                self.ready.clear()
                self.happened["disconnected"] += 1
            await connection.close()
        return socket

    async def close(self) -> None:
        """Close the connections."""
        for session in [*self._sessions.values()]:
            if session.connection is not None:
                await session.connection.close(1001)

    def _identify(self, data: Payload, connection: _Connection, request: web.Request) -> _Session:
        shard, shards = data.get("shard") or (0, 1)
        if shard in self._sessions:
            self._forget(self._sessions[shard])
        session = self._sessions[shard] = _Session(shard, shards, data["intents"])
        session.connection, session.request = connection, request
        self.happened["identified"] += 1
        self._greet(session)
        self._check_ready()
        return session

    def _greet(self, session: _Session) -> None:
        guilds = [each for each in self._world.guilds if session.has(each)]
        ready = {
            "v": 10,
            "user": self._world.bot | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(each), "unavailable": True} for each in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [session.shard, session.shards],
            "application": {"id": self._world.bot["id"], "flags": 0},
        }
        session.dispatch("READY", ready)
        for each in guilds:
            session.dispatch("GUILD_CREATE", self._world.guild_create(each))

    def _resume(
        self, data: Payload, connection: _Connection, request: web.Request
    ) -> _Session | None:
        sessions = [each for each in self._sessions.values() if each.id == data["session_id"]]
        if not sessions or self.chance.harm.refuse_resume:
            self.happened["resume refused"] += 1
            for session in sessions:
                self._forget(session)
            connection.send(_INVALID, False)
            return None
        (session,) = sessions
        session.connection, session.request = connection, request
        self.happened["resumed"] += 1
        session.replay(data["seq"])
        session.dispatch("RESUMED", {})
        self._check_ready()
        return session

    def _forget(self, session: _Session) -> None:
        """Give a session up; what the bot may not have heard is lost."""
        self._sessions.pop(session.shard, None)
        self.ready.clear()
        for _, _, _, interaction in session.events:
            if interaction is not None and interaction.acknowledged is None:
                interaction.lose()

    def _check_ready(self) -> None:
        connected = [each for each in self._sessions.values() if each.connection is not None]
        if len(connected) == self.shards:
            self.ready.set()

    def _tell_members(self, session: _Session, data: Payload) -> None:
        guild_id = int(data["guild_id"])
        members = self._world.members[guild_id]
        asked = data.get("user_ids")
        if asked is None:
            found = list(members.values())
        else:
            found = [members[int(each)] for each in asked if int(each) in members]
        told = {
            "guild_id": str(guild_id),
            "members": found,
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": data.get("nonce"),
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", told)


def _has_intent(intents: int, event: str, data: Payload) -> bool:
    in_guild, in_private = _INTENTS.get(event, (1, 0))
    if event == "INTERACTION_CREATE":
        return True
    in_a_guild = "guild_id" in data or event == "GUILD_CREATE"
    return bool(intents & (in_guild if in_a_guild else in_private))
