"""What a person sees of a message: its words, its pictures, its controls."""

from collections.abc import Iterator
from typing import Any

import discord
import simcord

from bot.app import GradcamBot

Seen = discord.Message | simcord.ResponseMessage | None


def components(message: Seen) -> Iterator[Any]:
    """Every component of a message, containers before what they contain."""
    assert message is not None, "there is no message"
    real = message.message if isinstance(message, simcord.ResponseMessage) else message

    def walk(parts: Any) -> Iterator[Any]:
        for part in parts:
            yield part
            yield from walk(getattr(part, "children", ()))
            if (accessory := getattr(part, "accessory", None)) is not None:
                yield accessory

    yield from walk(real.components)


def text(message: Seen) -> str:
    """All the words of a message, without those in controls and alt texts."""
    return "\n".join(
        part.content for part in components(message) if isinstance(part, discord.TextDisplay)
    )


def alt_texts(message: Seen) -> list[str]:
    """What is said of each picture to those who cannot see it."""
    alts: list[str] = []
    for part in components(message):
        if isinstance(part, discord.MediaGalleryComponent):
            alts += [item.description or "" for item in part.items]
        elif isinstance(part, discord.ThumbnailComponent):
            alts.append(part.description or "")
    return alts


def control(message: Seen, kind: str) -> str:
    """The `custom_id` of a message's control, by how it begins."""
    for part in components(message):
        custom_id = getattr(part, "custom_id", None)
        if custom_id is not None and custom_id.startswith(f"{kind}:"):
            return str(custom_id)
    raise AssertionError(f"there is no control {kind}")


def options(message: Seen, kind: str) -> list[str]:
    """The labels of a select."""
    custom_id = control(message, kind)
    select = next(
        part for part in components(message) if getattr(part, "custom_id", 0) == custom_id
    )
    return [option.label for option in select.options]


def answer(result: simcord.InteractionResult) -> discord.Message:
    """The message that an interaction was answered with."""
    assert result.acknowledged
    assert result.response is not None
    return result.response.message


def refusal(result: simcord.InteractionResult) -> str:
    """The words in which an interaction was refused; nobody else sees them, or that it waited."""
    assert result.acknowledged
    (told,) = [result.response] if result.response else result.followups
    assert told.ephemeral
    return text(told)


async def receipt(person: simcord.MemberActor, message: discord.Message) -> str:
    """What a person is told, in private, that is needed to repeat the answer of a message."""
    result = await person.click(message, custom_id=control(message, "rule"))
    assert answer(result).flags.ephemeral
    return text(result.response).splitlines()[-1]


async def pictures(bot: GradcamBot, message: Seen) -> list[bytes]:
    """The files of a message's large pictures."""
    return [
        await bot.http.get_from_cdn(item.media.url)
        for part in components(message)
        if isinstance(part, discord.MediaGalleryComponent)
        for item in part.items
    ]


async def files(bot: GradcamBot, message: Seen) -> list[bytes]:
    """The files of all pictures of a message, large and small."""
    return await pictures(bot, message) + [
        await bot.http.get_from_cdn(part.media.url)
        for part in components(message)
        if isinstance(part, discord.ThumbnailComponent)
    ]


async def card(bot: GradcamBot, message: Seen) -> bytes:
    """The file of a message's last large picture."""
    return (await pictures(bot, message))[-1]
