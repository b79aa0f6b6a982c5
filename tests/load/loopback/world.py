"""What is in the loopback Discord: users, guilds, channels, messages and files."""

import datetime as dt
import itertools
import mimetypes
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import discord
from discord import ChannelType, Permissions
from simcord.backend.errors import (
    BackendError,
    cannot_edit_other_user,
    missing_access,
    missing_permissions,
    unknown_channel,
    unknown_guild,
    unknown_message,
)
from simcord.components import (
    ComponentValidationError,
    component_mentions,
    merge_edit_flags,
    resolve_attachment_references,
    validate_message_state,
)

Payload = dict[str, Any]
Emit = Callable[[str, Payload], None]

EPHEMERAL, LOADING, HAS_THREAD = 1 << 6, 1 << 7, 1 << 5
MAX_FILE, MAX_FILES = 10 << 20, 10  # bytes, attachments of a message

BOT_PERMISSIONS = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    attach_files=True,
    read_message_history=True,
    pin_messages=True,
)
EVERYONE_PERMISSIONS = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
    use_application_commands=True,
)
_VOICE = {ChannelType.voice.value, ChannelType.stage_voice.value}
_PUBLIC_THREAD, _NEWS_THREAD = ChannelType.public_thread.value, ChannelType.news_thread.value
_THREADS = {_PUBLIC_THREAD, _NEWS_THREAD, ChannelType.private_thread.value}

_CDN = "https://cdn.discordapp.com"
_SIGNATURE = "?ex=7fffffff&is=60000000&hm=5eed"


def thread_is_archived() -> BackendError:
    """Nothing may be edited in an archived thread."""
    return BackendError(400, 50083, "Thread is archived")


def thread_is_locked() -> BackendError:
    """Only moderators may write in a locked thread."""
    return BackendError(403, 160005, "This thread is locked")


@dataclass(frozen=True)
class File:
    """A file that is attached to a message or an option."""

    name: str
    data: bytes


class World:
    """Holds everything by its id, and tells `emit` of every change."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._counter = itertools.count()
        self.users: dict[int, Payload] = {}
        self.guilds: dict[int, Payload] = {}
        self.members: dict[int, dict[int, Payload]] = defaultdict(dict)
        self.channels: dict[int, Payload] = {}
        self.messages: dict[int, dict[int, Payload]] = defaultdict(dict)
        self.files: dict[str, bytes] = {}
        self._nonces: dict[tuple[int, str], int] = {}
        self.bot = self.add_user("Grad-CAM", bot=True)

    # ids and times

    def snowflake(self, shift: int = 0) -> int:
        """A new id, later ones being larger; `shift` moves its time on by some milliseconds."""
        since = int(time.time() * 1000) - discord.utils.DISCORD_EPOCH + shift
        return (since << 22) + (next(self._counter) & 0x3FFFFF)

    @property
    def bot_id(self) -> int:
        """The bot's user, and its application."""
        return int(self.bot["id"])

    # users, guilds, channels

    def add_user(self, name: str, *, bot: bool = False) -> Payload:
        """Add a user."""
        user: Payload = {
            "id": str(self.snowflake()),
            "username": name,
            "global_name": None if bot else name,
            "discriminator": "0001" if bot else "0",
            "avatar": None,
            "bot": bot,
            "public_flags": 0,
            "flags": 0,
        }
        self.users[int(user["id"])] = user
        return user

    def add_guild(self, name: str, owner: int) -> Payload:
        """Add a guild with the bot in it."""
        guild_id = self.snowflake(shift=len(self.guilds))
        role_id = self.snowflake()
        guild: Payload = {
            "id": str(guild_id),
            "name": name,
            "owner_id": str(owner),
            "preferred_locale": "en-US",
            "roles": [
                _role(guild_id, "@everyone", EVERYONE_PERMISSIONS, 0),
                _role(role_id, "Grad-CAM", BOT_PERMISSIONS, 1),
            ],
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "afk_channel_id": None,
            "afk_timeout": 300,
            "features": [],
            "emojis": [],
            "stickers": [],
            "max_members": 500_000,
            "icon": None,
            "banner": None,
            "description": None,
        }
        self.guilds[guild_id] = guild
        self.join(guild_id, self.bot_id, [role_id])
        self.join(guild_id, owner, [])
        self._emit("GUILD_CREATE", self.guild_create(guild_id))
        return guild

    def join(self, guild_id: int, user_id: int, roles: Iterable[int]) -> None:
        """Make a user a member."""
        self.members[guild_id][user_id] = {
            "user": self.users[user_id],
            "roles": [str(role) for role in roles],
            "nick": None,
            "avatar": None,
            "joined_at": now(),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }

    def add_channel(self, guild_id: int, name: str, type_: ChannelType) -> Payload:
        """Add a channel to a guild."""
        channel: Payload = {
            "id": str(self.snowflake()),
            "type": type_.value,
            "guild_id": str(guild_id),
            "name": name,
            "position": len(self.channels),
            "permission_overwrites": [],
            "parent_id": None,
            "topic": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "last_message_id": None,
            "flags": 0,
        }
        if type_.value in _VOICE:
            channel |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
        if type_ is ChannelType.forum:
            channel |= {"available_tags": [], "default_reaction_emoji": None}
        self.channels[int(channel["id"])] = channel
        self._emit("CHANNEL_CREATE", channel)
        return channel

    def dm_channel(self, user_id: int) -> Payload:
        """The direct messages between a user and the bot; they begin with this."""
        for channel in self.channels.values():
            if channel["type"] == 1 and channel["recipients"][0]["id"] == str(user_id):
                return channel
        channel = {
            "id": str(self.snowflake()),
            "type": 1,
            "last_message_id": None,
            "recipients": [self.users[user_id]],
            "flags": 0,
        }
        self.channels[int(channel["id"])] = channel
        return channel

    def guild_create(self, guild_id: int) -> Payload:
        """What the gateway tells of a guild."""
        members = self.members[guild_id]
        inside = [each for each in self.channels.values() if each.get("guild_id") == str(guild_id)]
        threads = [each for each in inside if is_thread(each)]
        return deepcopy(
            self.guilds[guild_id]
            | {
                "joined_at": now(),
                "large": False,
                "unavailable": False,
                "member_count": len(members),
                "members": [members[self.bot_id]],  # all there is without the members intent
                "channels": [each for each in inside if not is_thread(each)],
                "threads": [each for each in threads if not each["thread_metadata"]["archived"]],
                "voice_states": [],
                "presences": [],
                "stage_instances": [],
                "guild_scheduled_events": [],
                "soundboard_sounds": [],
            }
        )

    def channel(self, channel_id: int) -> Payload:
        """A channel or thread; raises 10003 if there is none."""
        try:
            return self.channels[channel_id]
        except KeyError:
            raise unknown_channel() from None

    def guild(self, guild_id: int) -> Payload:
        """A guild; raises 10004 if there is none."""
        try:
            return self.guilds[guild_id]
        except KeyError:
            raise unknown_guild() from None

    def change_channel(self, channel_id: int, **changes: Any) -> Payload:
        """Change a channel or thread."""
        channel = self.channel(channel_id)
        channel.update(changes)
        self._emit("THREAD_UPDATE" if is_thread(channel) else "CHANNEL_UPDATE", channel)
        return channel

    def change_thread(self, thread_id: int, **changes: Any) -> Payload:
        """Change the metadata of a thread, such as `archived` and `locked`."""
        thread = self.channel(thread_id)
        metadata = thread["thread_metadata"] | changes
        if "archived" in changes:
            metadata["archive_timestamp"] = now()
        return self.change_channel(thread_id, thread_metadata=metadata)

    def delete_channel(self, channel_id: int) -> None:
        """Delete a channel with its threads, or a thread."""
        channel = self.channel(channel_id)
        threads = [
            int(each["id"])
            for each in self.channels.values()
            if is_thread(each) and each["parent_id"] == str(channel_id)
        ]
        for each in [channel_id, *threads]:
            del self.channels[each]
            self.messages.pop(each, None)
        self._emit("THREAD_DELETE" if is_thread(channel) else "CHANNEL_DELETE", channel)

    # permissions

    def permissions(self, user_id: int, channel_id: int) -> Permissions:
        """What a member may do in a channel."""
        channel = self.channel(channel_id)
        if "guild_id" not in channel:
            return Permissions.text()
        guild = self.guilds[int(channel["guild_id"])]
        member = self.members[int(guild["id"])][user_id]
        if guild["owner_id"] == str(user_id):
            return Permissions.all()
        held = {guild["id"], *member["roles"]}
        allowed = 0
        for role in guild["roles"]:
            if role["id"] in held:
                allowed |= int(role["permissions"])
        if allowed & Permissions.administrator.flag:
            return Permissions.all()
        place = self.channels[int(channel["parent_id"])] if is_thread(channel) else channel
        overwrites = place["permission_overwrites"]
        for ids in ({guild["id"]}, set(member["roles"]), {str(user_id)}):
            applied = [each for each in overwrites if each["id"] in ids]
            for each in applied:
                allowed &= ~int(each["deny"])
            for each in applied:
                allowed |= int(each["allow"])
        return Permissions(allowed)

    def deny(self, channel_id: int, *permissions: str) -> None:
        """Take permissions from the bot in a channel; those denied before come back."""
        denied = Permissions(**dict.fromkeys(permissions, True)).value
        overwrite = {"id": str(self.bot_id), "type": 1, "allow": "0", "deny": str(denied)}
        others = [
            each
            for each in self.channel(channel_id)["permission_overwrites"]
            if each["id"] != str(self.bot_id)
        ]
        self.change_channel(channel_id, permission_overwrites=[*others, overwrite])

    def require(self, channel_id: int, *permissions: str) -> Payload:
        """A channel in which the bot has permissions; raises 50001 or 50013 if it has not."""
        channel = self.channel(channel_id)
        if "guild_id" in channel:
            granted = self.permissions(self.bot_id, channel_id)
            if not granted.view_channel:
                raise missing_access()
            if not all(getattr(granted, name) for name in permissions):
                raise missing_permissions()
        return channel

    def require_sending(self, channel_id: int, *, with_files: bool) -> None:
        """Raise unless the bot may send a message to a channel."""
        channel = self.channel(channel_id)
        threaded = is_thread(channel)
        needed = ["send_messages_in_threads" if threaded else "send_messages"]
        self.require(channel_id, *needed, *["attach_files"] * with_files)
        if threaded:
            metadata = channel["thread_metadata"]
            moderator = self.permissions(self.bot_id, channel_id).manage_threads
            if metadata["locked"] and not moderator:
                raise thread_is_locked()
            if metadata["archived"]:
                self.change_thread(channel_id, archived=False)  # as Discord does

    # messages

    def message(self, channel_id: int, message_id: int) -> Payload:
        """A message; raises 10008 if there is none."""
        self.channel(channel_id)
        try:
            return self.messages[channel_id][message_id]
        except KeyError:
            raise unknown_message() from None

    def post(
        self,
        channel_id: int,
        author_id: int,
        body: Payload,
        files: Sequence[File] = (),
        *,
        interaction: Payload | None = None,
    ) -> Payload:
        """Add a message to a channel; raises 50035 if Discord would take none like it.

        `interaction` is the metadata of the interaction that it answers.
        """
        channel = self.channel(channel_id)
        nonce = body.get("nonce")
        if nonce is not None and body.get("enforce_nonce"):
            first = self._nonces.get((channel_id, str(nonce)))
            if first in self.messages[channel_id]:
                return self.messages[channel_id][first]
        flags = int(body.get("flags") or 0)
        attachments = self._attach(channel_id, body, files, (), ephemeral=bool(flags & EPHEMERAL))
        embeds = body.get("embeds") or []
        components = _valid(
            body.get("components") or [],
            attachments,
            flags=flags,
            content=body.get("content"),
            embeds=embeds,
            poll=body.get("poll"),
            attachments=attachments,
            require_nonempty=not flags & LOADING,
        )
        message_id = self.snowflake()
        content = body.get("content") or ""
        message: Payload = {
            "id": str(message_id),
            "type": 0,
            "channel_id": str(channel_id),
            "author": self.users[author_id],
            "content": content,
            "timestamp": now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [
                user for user_id, user in self.users.items() if f"<@{user_id}>" in content
            ],
            "mention_roles": [],
            "attachments": attachments,
            "embeds": embeds,
            "components": components,
            "pinned": False,
            "flags": flags,
            "nonce": nonce,
        }
        if "guild_id" in channel:
            message["guild_id"] = channel["guild_id"]
        if interaction is not None:
            message["type"] = 20 if interaction["type"] == 2 else 0
            message |= {"interaction_metadata": interaction, "webhook_id": str(self.bot_id)}
            message["application_id"] = str(self.bot_id)
        if reference := body.get("message_reference"):
            message |= self._reference(channel_id, reference)
        self.messages[channel_id][message_id] = message
        channel["last_message_id"] = str(message_id)
        if nonce is not None:
            self._nonces[channel_id, str(nonce)] = message_id
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Payload, body: Payload, files: Sequence[File] = ()) -> Payload:
        """Change a message; raises 50035 if Discord would take none like it."""
        flags = message["flags"] & ~LOADING
        if body.get("flags") is not None:
            flags = merge_edit_flags(flags, int(body["flags"]))
        kept = message["attachments"]
        attachments = kept
        if files or "attachments" in body:
            attachments = self._attach(
                int(message["channel_id"]), body, files, kept, ephemeral=bool(flags & EPHEMERAL)
            )
        content = body.get("content", message["content"]) or ""
        embeds = body.get("embeds", message["embeds"]) or []
        components = body.get("components", message["components"]) or []
        components = _valid(
            components,
            attachments,
            flags=flags,
            content=content,
            embeds=embeds,
            previous_flags=message["flags"],
        )
        message.update(
            content=content,
            embeds=embeds,
            components=components,
            attachments=attachments,
            flags=flags,
            edited_timestamp=now(),
        )
        self._tell("MESSAGE_UPDATE", message)
        return message

    def edit_own(
        self, channel_id: int, message_id: int, body: Payload, files: list[File]
    ) -> Payload:
        """Change a message by its channel, as the bot."""
        channel = self.require(channel_id)
        message = self.message(channel_id, message_id)
        if message["author"]["id"] != self.bot["id"]:
            raise cannot_edit_other_user()
        if is_thread(channel) and channel["thread_metadata"]["archived"]:
            raise thread_is_archived()
        return self.edit(message, body, files)

    def delete_message(self, channel_id: int, message_id: int) -> None:
        """Delete a message."""
        message = self.message(channel_id, message_id)
        del self.messages[channel_id][message_id]
        told = {"id": message["id"], "channel_id": message["channel_id"]}
        if "guild_id" in message and not message["flags"] & EPHEMERAL:
            told["guild_id"] = message["guild_id"]
        self._emit("MESSAGE_DELETE", told)

    def start_thread(self, channel_id: int, name: str, message_id: int | None = None) -> Payload:
        """Start a public thread in a channel, at one of its messages or without."""
        channel = self.channel(channel_id)
        thread_id = self.snowflake() if message_id is None else message_id
        if message_id is not None:
            message = self.message(channel_id, message_id)
            if message["flags"] & HAS_THREAD:
                raise BackendError(
                    400, 160004, "A thread has already been created for this message"
                )
            message["flags"] |= HAS_THREAD
            self._tell("MESSAGE_UPDATE", message)
        thread: Payload = {
            "id": str(thread_id),
            "type": _NEWS_THREAD if channel["type"] == ChannelType.news.value else _PUBLIC_THREAD,
            "guild_id": channel["guild_id"],
            "parent_id": str(channel_id),
            "owner_id": self.bot["id"],
            "name": name,
            "last_message_id": None,
            "message_count": 0,
            "member_count": 1,
            "total_message_sent": 0,
            "rate_limit_per_user": 0,
            "flags": 0,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 4320,
                "archive_timestamp": now(),
                "create_timestamp": now(),
                "locked": False,
            },
            "member": {
                "id": str(thread_id),
                "user_id": self.bot["id"],
                "join_timestamp": now(),
                "flags": 0,
            },
        }
        self.channels[thread_id] = thread
        self._emit("THREAD_CREATE", thread | {"newly_created": True})
        return thread

    def add_to_thread(self, thread_id: int, user_id: int) -> None:
        """Add a member to a thread."""
        thread = self.channel(thread_id)
        thread["member_count"] += 1
        member = {"id": thread["id"], "user_id": str(user_id), "join_timestamp": now(), "flags": 0}
        told = {"id": thread["id"], "guild_id": thread["guild_id"], "added_members": [member]}
        self._emit("THREAD_MEMBERS_UPDATE", told | {"member_count": thread["member_count"]})

    def attach(self, channel_id: int, file: File, *, ephemeral: bool = False) -> Payload:
        """Store a file at the CDN, and return its attachment."""
        attachment_id = self.snowflake()
        folder = "ephemeral-attachments" if ephemeral else "attachments"
        path = f"/{folder}/{channel_id}/{attachment_id}/{file.name}"
        self.files[path] = file.data
        kind = mimetypes.guess_type(file.name)[0]
        attachment: Payload = {
            "id": str(attachment_id),
            "filename": file.name,
            "size": len(file.data),
            "url": f"{_CDN}{path}{_SIGNATURE}",
            "proxy_url": f"https://media.discordapp.net{path}{_SIGNATURE}",
        }
        if kind is not None:
            attachment["content_type"] = kind
        return attachment | ({"ephemeral": True} if ephemeral else {})

    def seen_by_bot(self, message: Payload) -> Payload:
        """A message as the bot gets it: without the message content intent."""
        told = deepcopy(message)
        referenced = told.get("referenced_message")
        if referenced is not None:
            told["referenced_message"] = self.seen_by_bot(referenced)
        mentioned = any(user["id"] == self.bot["id"] for user in message["mentions"])
        own = message["author"]["id"] == self.bot["id"]
        if not own and not mentioned and "guild_id" in message:
            told.update(content="", attachments=[], embeds=[], components=[])
        return told

    def _tell(self, event: str, message: Payload) -> None:
        told = self.seen_by_bot(message)
        if message["flags"] & EPHEMERAL:  # told as if it were a direct message
            told.pop("guild_id", None)
        elif "guild_id" in message:
            members = self.members[int(message["guild_id"])]
            member = members[int(message["author"]["id"])]
            told["member"] = {key: value for key, value in member.items() if key != "user"}
        self._emit(event, told)

    def _reference(self, channel_id: int, reference: Payload) -> Payload:
        referenced = self.messages[channel_id].get(int(reference["message_id"]))
        if referenced is None:
            if reference.get("fail_if_not_exists", True):
                raise unknown_message()
            return {}
        told = {"channel_id": str(channel_id), "message_id": referenced["id"]}
        return {"type": 19, "message_reference": told, "referenced_message": deepcopy(referenced)}

    def _attach(
        self,
        channel_id: int,
        body: Payload,
        files: Sequence[File],
        kept: Sequence[Payload],
        *,
        ephemeral: bool,
    ) -> list[Payload]:
        if any(len(file.data) > MAX_FILE for file in files):
            raise BackendError(413, 40005, "Request entity too large")
        there = {each["id"]: each for each in kept}
        attachments = []
        for told in body.get("attachments") or []:
            if str(told["id"]) in there:
                attachments.append(there[str(told["id"])])
                continue
            try:
                file = files[int(told["id"])]
            except (IndexError, ValueError):
                raise _refused(f"attachments: no file {told['id']}") from None
            attachment = self.attach(channel_id, file, ephemeral=ephemeral)
            if told.get("description"):
                attachment["description"] = told["description"]
            attachments.append(attachment)
        if len(attachments) > MAX_FILES:
            raise _refused("attachments: too many")
        return attachments


def is_thread(channel: Payload) -> bool:
    """Whether a channel is a thread."""
    return channel["type"] in _THREADS


def now() -> str:
    """The time as Discord writes it."""
    return dt.datetime.now(dt.UTC).isoformat()


def words(message: Payload) -> str:
    """All the words of a message, without those in controls and alt texts."""
    told: list[str] = [message["content"], component_mentions(message["components"])]
    return "\n".join(filter(None, told))


def _role(role_id: int, name: str, permissions: Permissions, position: int) -> Payload:
    return {
        "id": str(role_id),
        "name": name,
        "permissions": str(permissions.value),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
        "icon": None,
        "unicode_emoji": None,
    }


def _valid(components: Any, files: list[Payload], **state: Any) -> list[Payload]:
    try:
        return resolve_attachment_references(validate_message_state(components, **state), files)
    except (ComponentValidationError, TypeError, ValueError, KeyError) as error:
        raise _refused(str(error)) from error


def _refused(reason: str) -> BackendError:
    return BackendError(400, 50035, f"Invalid Form Body: {reason}")
