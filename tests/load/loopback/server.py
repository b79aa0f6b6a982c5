"""The loopback Discord: a gateway, the REST API and the CDN on 127.0.0.1."""

import asyncio
import base64
import secrets
import time
from typing import Any, Self

from aiohttp import web

from tests.load.loopback.gateway import Gateway
from tests.load.loopback.harm import Chance, Harm
from tests.load.loopback.ledger import Interaction, Ledger
from tests.load.loopback.people import (
    Answer,
    Channel,
    Guild,
    Message,
    NotAnsweredError,
    Person,
)
from tests.load.loopback.rest import API, Rest
from tests.load.loopback.world import Payload, World

_HOST = "127.0.0.1"


class Loopback:
    """Discord on this machine, for one bot.

        async with Loopback() as discord:
            guild = discord.guild("Study")
            channel = guild.channel("grad-cam")
            alex = guild.join(discord.person("alex"))
            async with Process(discord, folder):
                answer = await alex.slash(channel, "explain", index=7)

    Attributes:
        world: what there is.
        ledger: what happened.
        gateway: cut it, invalidate it and so on.
        rest: its limits and times can be changed.
        token: the bot's, of the form of a real one, new each time.
        patience: seconds until somebody gives up who is not answered.
    """

    def __init__(self, *, shards: int = 1) -> None:
        self.ledger = Ledger()
        self.world = World(self._dispatch)
        self.gateway = Gateway(self.world, self.ledger, shards)
        self.rest = Rest(self.world, self.ledger)
        number = base64.b64encode(str(self.world.bot_id).encode()).decode().rstrip("=")
        self.token = f"{number}.{secrets.token_hex(3)}.{secrets.token_urlsafe(28)[:38]}"
        self.gateway.token = self.rest.token = self.token
        self.rest.shards = shards
        self.url = ""
        self.patience = 60.0
        self._owner = Person(self, "owner", "en-US")
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.get("/gateway/", self.gateway.connect), *self.rest.routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, _HOST, 0).start()
        _, port = self._runner.addresses[0][:2]
        self.url = f"http://{_HOST}:{port}"
        self.gateway.url = self.rest.gateway_url = f"ws://{_HOST}:{port}/gateway/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.close()
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def api(self) -> str:
        """The address of the REST API."""
        return self.url + API

    def guild(self, name: str) -> Guild:
        """Add a server with the bot in it."""
        return Guild(self, int(self.world.add_guild(name, self._owner.id)["id"]))

    def person(self, name: str, locale: str = "en-US") -> Person:
        """Add somebody with an account."""
        return Person(self, name, locale)

    def message(self, channel: Channel, message_id: int) -> Message:
        """A message of a channel."""
        return Message(self, self.world.message(channel.id, message_id))

    def harm(self, harm: Harm | None = None) -> None:
        """Begin to do harm, or stop it."""
        chance = Chance(harm or Harm())
        self.gateway.chance = self.rest.chance = chance

    def check(self) -> None:
        """Fail if anything was sent that Discord would not understand."""
        self.rest.check()
        assert not self.ledger.violations, self.ledger.violations[:5]

    def interact(
        self,
        person: Person,
        channel: Channel,
        kind: int,
        label: str,
        data: Payload,
        source: Payload | None,
    ) -> Interaction:
        """Let somebody do something."""
        guild_id = channel.guild_id
        owners = {"1": str(person.id)} if guild_id is None else {"0": str(guild_id)}
        interaction_id = self.world.snowflake()
        metadata = {
            "id": str(interaction_id),
            "type": kind,
            "user": person.payload,
            "authorizing_integration_owners": owners,
        }
        interaction = Interaction(
            interaction_id,
            secrets.token_urlsafe(96),
            kind,
            label,
            channel.id,
            metadata,
            source,
        )
        payload: dict[str, Any] = {
            "id": str(interaction_id),
            "application_id": str(self.world.bot_id),
            "type": kind,
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel.payload,
            "locale": person.locale,
            "entitlements": [],
            "authorizing_integration_owners": owners,
            "context": 0 if guild_id is not None else 1,
            "attachment_size_limit": 10 << 20,
            "app_permissions": str(self.world.permissions(self.world.bot_id, channel.id).value),
        }
        if source is not None:
            payload["message"] = source
        if guild_id is None:
            payload["user"] = person.payload
        else:
            granted = str(self.world.permissions(person.id, channel.id).value)
            member = self.world.members[guild_id][person.id]
            guild = self.world.guild(guild_id)
            payload |= {
                "guild_id": str(guild_id),
                "guild_locale": guild["preferred_locale"],
                "guild": {
                    "id": str(guild_id),
                    "locale": guild["preferred_locale"],
                    "features": [],
                },
                "member": member | {"permissions": granted},
            }
        if self.rest.chance("expire"):
            self.rest.happened["expire"] += 1
            interaction.expired = True
            interaction.lose()
        self.ledger.add(interaction)
        self.gateway.dispatch("INTERACTION_CREATE", payload, interaction)
        return interaction

    async def wait(self, interaction: Interaction) -> Answer:
        """Wait until there is something to see.

        Raises:
            NotAnsweredError: there was nothing for too long, or it was lost by harm.
        """
        try:
            async with asyncio.timeout(self.patience):
                await interaction.done.wait()
        except TimeoutError:
            raise NotAnsweredError(
                f"{interaction.label} was not answered; errors: {interaction.errors}"
            ) from None
        if interaction.lost:
            raise NotAnsweredError(f"{interaction.label} was lost")
        return Answer(self, interaction)

    async def connected(self, seconds: float = 120.0) -> None:
        """Wait until every shard of the bot is connected, and its commands are registered."""
        async with asyncio.timeout(seconds):
            await self.gateway.ready.wait()

    async def quiet(self, seconds: float = 0.5) -> None:
        """Wait until no request has come for some time."""
        last, since = -1, time.monotonic()
        while time.monotonic() - since < seconds:
            total = self.ledger.requests.total()
            if total != last:
                last, since = total, time.monotonic()
            await asyncio.sleep(0.02)

    def _dispatch(self, event: str, data: Payload) -> None:
        self.gateway.dispatch(event, data)
