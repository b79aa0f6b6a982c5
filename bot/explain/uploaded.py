"""What answers about an uploaded picture have in common."""

from typing import Any

import discord
from discord.ui import Section, TextDisplay, Thumbnail

from bot.i18n import Say
from bot.ui.layout import attached
from core.uploads import DecodedImage, Reading

_PNG = b"\x89PNG"


def header(words: str, picture: DecodedImage, say: Say) -> tuple[Section[Any], discord.File]:
    """Set an answer's first words beside the picture that they are about.

    Nothing of an upload is kept anywhere. This copy of it, clean of metadata, is what the controls
    read again when they are pressed, after a restart too.
    """
    name = "picture.png" if picture.file.startswith(_PNG) else "picture.jpg"
    file = attached(picture.file, name, say("alt.picture"))
    return Section(TextDisplay(words), accessory=Thumbnail(file)), file


def caveats(reading: Reading, say: Say) -> list[str]:
    """Say what of a picture was not read."""
    told = []
    if reading.picture.animated:
        told.append(say("upload.animated"))
    if reading.left_out:
        told.append(say("upload.left_out", left_out=reading.left_out, read=len(reading.digits)))
    return told
