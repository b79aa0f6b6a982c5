"""People: they use commands and controls, write messages, and see the answers."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discord import ChannelType, Permissions
from simcord.components import walk_components
from simcord.interactions import check_options, nest_options, walk_to_subcommand
from yarl import URL

from tests.load.loopback.ledger import AUTOCOMPLETE, Interaction
from tests.load.loopback.world import EPHEMERAL, File, Payload, words

if TYPE_CHECKING:
    from tests.load.loopback.server import Loopback

_ATTACHMENT, _USER, _CHANNEL, _ROLE = 11, 6, 7, 8
_BUTTON, _SELECTS = 2, {3, 5, 6, 7, 8}
_COMMAND, _COMPONENT, _MODAL = 2, 3, 5
_MESSAGE_MENU, _USER_MENU = 3, 2

Picture = tuple[str, bytes]
"""The name and the bytes of a file that somebody attaches."""


class NotAnsweredError(AssertionError):
    """Nothing came, or nothing that could be waited for."""


class Message:
    """A message as people see it now."""

    def __init__(self, discord: "Loopback", payload: Payload) -> None:
        self._discord = discord
        self.payload = payload

    def __repr__(self) -> str:
        return f"<Message {self.id}: {self.text!r}>"

    @property
    def id(self) -> int:
        return int(self.payload["id"])

    @property
    def channel_id(self) -> int:
        return int(self.payload["channel_id"])

    @property
    def is_private(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.payload["flags"] & EPHEMERAL)

    @property
    def is_by_bot(self) -> bool:
        return bool(self.payload["author"]["bot"])

    @property
    def is_deleted(self) -> bool:
        return self.id not in self._discord.world.messages[self.channel_id]

    @property
    def text(self) -> str:
        """All its words, without those in controls and alt texts."""
        return words(self.payload)

    @property
    def alt_texts(self) -> list[str]:
        """What is said of each picture to those who cannot see it."""
        return [media["description"] or "" for media in self._media() if "description" in media]

    @property
    def controls(self) -> list[Payload]:
        """Its buttons and selects that can be used."""
        return [
            part
            for part in walk_components(self.payload["components"])
            if "custom_id" in part and not part.get("disabled")
        ]

    def control(self, name: str) -> Payload:
        """The control whose `custom_id` begins with a name, or whose label is it."""
        for part in self.controls:
            if part["custom_id"].startswith(name) or part.get("label") == name:
                return part
        told = [f"{part['custom_id']} ({part.get('label')})" for part in self.controls]
        raise AssertionError(f"there is no control {name!r}, but {told}")

    @property
    def pictures(self) -> list[bytes]:
        """The files of its attachments."""
        files = self._discord.world.files
        return [files[URL(each["url"]).raw_path] for each in self.payload["attachments"]]

    def _media(self) -> Iterator[Payload]:
        for part in walk_components(self.payload["components"]):
            yield from part.get("items") or ([part] if part["type"] == 11 else [])


@dataclass(frozen=True)
class Answer:
    """What came of an interaction."""

    discord: "Loopback"
    interaction: Interaction

    @property
    def seconds(self) -> float:
        """From the gateway to the acknowledgement."""
        seconds = self.interaction.seconds_to_acknowledge
        assert seconds is not None
        return seconds

    @property
    def messages(self) -> list[Message]:
        """What there is to see, as it is now."""
        shown = [Message(self.discord, each) for each in self.interaction.shown]
        return [each for each in shown if not each.is_deleted]

    @property
    def message(self) -> Message:
        """The first message of the answer."""
        return self.messages[0]

    @property
    def text(self) -> str:
        """All the words of the answer."""
        return "\n".join(each.text for each in self.messages)

    @property
    def is_private(self) -> bool:
        """Whether only the person who asked sees it."""
        return all(each.is_private for each in self.messages)

    @property
    def choices(self) -> list[Payload]:
        """What an autocomplete offered."""
        return self.interaction.choices

    @property
    def modal(self) -> Payload | None:
        """The modal that was opened."""
        return self.interaction.modal


class Channel:
    """A channel or a thread."""

    def __init__(self, discord: "Loopback", channel_id: int) -> None:
        self._discord = discord
        self.id = channel_id

    @property
    def payload(self) -> Payload:
        return self._discord.world.channel(self.id)

    @property
    def guild_id(self) -> int | None:
        guild_id = self.payload.get("guild_id")
        return None if guild_id is None else int(guild_id)

    @property
    def messages(self) -> list[Message]:
        """What everyone sees, the oldest first."""
        held = self._discord.world.messages[self.id]
        public = [each for each in held.values() if not each["flags"] & EPHEMERAL]
        return [Message(self._discord, each) for each in public]

    @property
    def threads(self) -> list["Channel"]:
        """Its threads, the oldest first."""
        return [
            Channel(self._discord, channel_id)
            for channel_id, each in sorted(self._discord.world.channels.items())
            if each.get("parent_id") == str(self.id)
        ]

    async def wait_for(self, pattern: str) -> Message:
        """Wait for a message of the bot whose words match a pattern, and return the newest."""
        async with asyncio.timeout(self._discord.patience):
            while True:
                for message in reversed(self.messages):
                    if message.is_by_bot and re.search(pattern, message.text):
                        return message
                await asyncio.sleep(0.02)

    def deny(self, *permissions: str) -> None:
        """Take permissions from the bot here, and give back those taken before."""
        self._discord.world.deny(self.id, *permissions)

    def delete(self) -> None:
        """Delete it, with its threads."""
        self._discord.world.delete_channel(self.id)

    def delete_message(self, message: Message) -> None:
        """Delete a message."""
        self._discord.world.delete_message(self.id, message.id)

    def set(self, **metadata: bool) -> None:
        """Set `archived` and `locked` of a thread."""
        self._discord.world.change_thread(self.id, **metadata)


class Guild:
    """A server with the bot in it."""

    def __init__(self, discord: "Loopback", guild_id: int) -> None:
        self._discord = discord
        self.id = guild_id

    def channel(self, name: str, type_: ChannelType = ChannelType.text) -> Channel:
        """Add a channel."""
        payload = self._discord.world.add_channel(self.id, name, type_)
        return Channel(self._discord, int(payload["id"]))

    def thread(self, channel: Channel, name: str) -> Channel:
        """Start a public thread."""
        payload = self._discord.world.start_thread(channel.id, name)
        return Channel(self._discord, int(payload["id"]))

    def join(self, person: "Person", *, manager: bool = False) -> "Person":
        """Make somebody a member; a manager may change everything."""
        roles = []
        if manager:
            guild = self._discord.world.guild(self.id)
            role = guild["roles"][1] | {
                "id": str(self._discord.world.snowflake()),
                "name": "Manager",
                "permissions": str(Permissions.administrator.flag),
            }
            guild["roles"].append(role)
            told = {"guild_id": str(self.id), "role": role}
            self._discord.gateway.dispatch("GUILD_ROLE_CREATE", told)
            roles = [int(role["id"])]
        self._discord.world.join(self.id, person.id, roles)
        return person


class Person:
    """Somebody with an account, who reads in a language."""

    def __init__(self, discord: "Loopback", name: str, locale: str) -> None:
        self._discord = discord
        self.locale = locale
        self.payload = discord.world.add_user(name)
        self.id = int(self.payload["id"])
        self.name = name

    @property
    def dm(self) -> Channel:
        """Their direct messages with the bot."""
        return Channel(self._discord, int(self._discord.world.dm_channel(self.id)["id"]))

    async def slash(self, channel: Channel, command: str, **options: Any) -> Answer:
        """Use a slash command, such as `session start`, and wait for the answer."""
        return await self._wait(self.start(channel, command, **options))

    async def upload(
        self, channel: Channel, picture: Picture, command: str = "explain", **options: Any
    ) -> Answer:
        """Use a command with a picture, given to its first option that takes an attachment."""
        _, leaf, _ = self._command(command)
        (name, *_) = [each["name"] for each in leaf["options"] if each["type"] == _ATTACHMENT]
        return await self.slash(channel, command, **{name: picture}, **options)

    def start(self, channel: Channel, command: str, **options: Any) -> Interaction:
        """Use a slash command without waiting for the answer."""
        root, leaf, nesting = self._command(command)
        resolved: Payload = {}
        given = [
            {
                "name": each["name"],
                "type": each["type"],
                "value": self._value(channel, each, options[each["name"]], resolved),
            }
            for each in leaf.get("options") or []
            if each["name"] in options
        ]
        # The values of options that hold no ids, as Discord's own client checks them.
        by_name = {each["name"]: each for each in leaf.get("options") or []}
        held = {_ATTACHMENT, _USER, _CHANNEL, _ROLE}
        plain = [each for each in by_name.values() if each["type"] not in held]
        check_options(
            command,
            leaf | {"options": plain},
            {
                name: value
                for name, value in options.items()
                if by_name.get(name, {}).get("type") not in held
            },
        )
        data = {
            "id": root["id"],
            "name": root["name"],
            "type": 1,
            "options": nest_options(root, nesting, given),
            "resolved": resolved,
        }
        return self._interact(channel, _COMMAND, f"/{command}", data)

    async def autocomplete(
        self, channel: Channel, command: str, option: str, typed: str = "", **options: Any
    ) -> Answer:
        """Type into an option, and wait for what is offered."""
        root, leaf, nesting = self._command(command)
        kinds = {each["name"]: each["type"] for each in leaf["options"]}
        given: list[Payload] = [
            {"name": name, "type": kinds[name], "value": value} for name, value in options.items()
        ]
        given.append({"name": option, "type": kinds[option], "value": typed, "focused": True})
        data = {
            "id": root["id"],
            "name": root["name"],
            "type": 1,
            "options": nest_options(root, nesting, given),
        }
        label = f"/{command} {option}…"
        return await self._wait(self._interact(channel, AUTOCOMPLETE, label, data))

    async def context_menu(self, channel: Channel, name: str, target: "Message | Person") -> Answer:
        """Use an entry of the menu Apps of a message or a person."""
        kind = _MESSAGE_MENU if isinstance(target, Message) else _USER_MENU
        root = self._registered(name, kind)
        key = "messages" if kind == _MESSAGE_MENU else "users"
        resolved = {key: {str(target.id): target.payload}}
        data = {
            "id": root["id"],
            "name": root["name"],
            "type": kind,
            "target_id": str(target.id),
            "resolved": resolved,
        }
        return await self._wait(self._interact(channel, _COMMAND, f"menu {name}", data))

    async def press(self, message: Message, name: str) -> Answer:
        """Press a button, found by how its `custom_id` begins or by its label."""
        return await self._wait(self.start_press(message, name))

    def start_press(self, message: Message, name: str) -> Interaction:
        """Press a button without waiting for the answer."""
        control = message.control(name)
        assert control["type"] == _BUTTON, f"{name!r} is no button"
        return self._use(message, control, {"component_type": _BUTTON})

    async def choose(self, message: Message, name: str, *values: str) -> Answer:
        """Choose in a select, by values or labels."""
        return await self._wait(self.start_choose(message, name, *values))

    def start_choose(self, message: Message, name: str, *values: str) -> Interaction:
        """Choose in a select without waiting for the answer."""
        control = message.control(name)
        assert control["type"] in _SELECTS, f"{name!r} is no select"
        by_label = {each["label"]: each["value"] for each in control.get("options") or []}
        chosen = [by_label.get(value, value) for value in values]
        data: Payload = {"component_type": control["type"], "values": chosen}
        if control["type"] == 8:
            data["resolved"] = {
                "channels": {
                    value: self._resolved_channel(Channel(self._discord, int(value)))
                    for value in chosen
                }
            }
        return self._use(message, control, data)

    async def submit(self, answer: Answer, **values: Any) -> Answer:
        """Fill in the modal of an answer, by the `custom_id` of its fields, and send it."""
        modal = answer.modal
        assert modal is not None, "there is no modal"
        channel = Channel(self._discord, answer.interaction.channel_id)
        resolved: Payload = {}
        parts = []
        for label in modal["components"]:
            part = label.get("component")
            if part is None:
                parts.append({"type": label["type"], "id": label.get("id", 0)})
                continue
            field: Payload = {"type": part["type"], "id": 0, "custom_id": part["custom_id"]}
            value = values.get(part["custom_id"])
            if part["type"] == 4:
                field["value"] = value or ""
            elif part["type"] == 19:
                ids = [self._attach(channel, each, resolved) for each in value or ()]
                field["values"] = ids
            elif part["type"] in (21, 23):
                field["value"] = value
            else:
                field["values"] = list(value or ())
            parts.append({"type": 18, "id": 0, "component": field})
        data = {"custom_id": modal["custom_id"], "components": parts, "resolved": resolved}
        label = f"modal {modal['custom_id']}"
        source = answer.interaction.source
        return await self._wait(self._interact(channel, _MODAL, label, data, source))

    def say(self, channel: Channel, content: str, *pictures: Picture) -> Message:
        """Write a message."""
        files = [File(*picture) for picture in pictures]
        attachments = [{"id": number} for number in range(len(files))]
        body = {"content": content, "attachments": attachments}
        return Message(self._discord, self._discord.world.post(channel.id, self.id, body, files))

    def mention(self, channel: Channel, content: str = "", *pictures: Picture) -> Message:
        """Write a message that mentions the bot."""
        return self.say(channel, f"<@{self._discord.world.bot_id}> {content}", *pictures)

    def _registered(self, name: str, kind: int) -> Payload:
        commands = self._discord.rest.commands
        for each in commands:
            localized = (each.get("name_localizations") or {}).values()
            if each["type"] == kind and (each["name"] == name or name in localized):
                return each
        raise AssertionError(f"no command {name!r} in {[each['name'] for each in commands]}")

    def _command(self, command: str) -> tuple[Payload, Payload, list[str]]:
        """A command as it is registered, its subcommand, and the names that lead there."""
        name, *path = command.split()
        root = self._registered(name, 1)
        leaf, nesting = walk_to_subcommand(root, path)
        return root, leaf, nesting

    def _value(self, channel: Channel, option: Payload, value: Any, resolved: Payload) -> Any:
        if option["type"] == _ATTACHMENT:
            return self._attach(channel, value, resolved)
        if option["type"] == _USER:
            resolved.setdefault("users", {})[str(value.id)] = value.payload
            return str(value.id)
        if option["type"] == _CHANNEL:
            resolved.setdefault("channels", {})[str(value.id)] = self._resolved_channel(value)
            return str(value.id)
        return value

    def _resolved_channel(self, channel: Channel) -> Payload:
        granted = self._discord.world.permissions(self.id, channel.id)
        return channel.payload | {"permissions": str(granted.value)}

    def _attach(self, channel: Channel, picture: Picture, resolved: Payload) -> str:
        attachment = self._discord.world.attach(channel.id, File(*picture), ephemeral=True)
        resolved.setdefault("attachments", {})[attachment["id"]] = attachment
        return str(attachment["id"])

    def _use(self, message: Message, control: Payload, data: Payload) -> Interaction:
        channel = Channel(self._discord, message.channel_id)
        label = f"press {control['custom_id'].partition(':')[0]}"
        data = {"custom_id": control["custom_id"], "id": control["id"]} | data
        return self._interact(channel, _COMPONENT, label, data, message.payload)

    def _interact(
        self,
        channel: Channel,
        kind: int,
        label: str,
        data: Payload,
        source: Payload | None = None,
    ) -> Interaction:
        return self._discord.interact(self, channel, kind, label, data, source)

    async def _wait(self, interaction: Interaction) -> Answer:
        return await self._discord.wait(interaction)
