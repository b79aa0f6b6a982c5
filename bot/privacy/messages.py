"""What `/privacy` shows: what is kept of a person, and how to have it, or be rid of it."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Self

import discord
from discord import ButtonStyle
from discord.ui import ActionRow, Button, File, TextDisplay

from bot.i18n import Say
from bot.privacy.privacy import Asked, Forgotten
from bot.servers.servers import KEPT
from bot.ui.control import OWNER, LegacyControl
from bot.ui.layout import WARNING, Message, framed

TABLE_NAMES = {
    "people": "privacy.people",
    "lesson_progress": "privacy.lesson_progress",
    "lesson_answers": "privacy.lesson_answers",
    "participants": "privacy.participants",
    "following": "privacy.following",
    "votes": "privacy.votes",
    "rounds": "privacy.rounds",
    "review_items": "privacy.review_items",
    "sessions": "privacy.sessions",
}
"""What is in the tables that hold people's ids."""

_FILE = "grad-cam-data.json"
_BUTTONS = {
    "export": ("privacy.export", "📦", ButtonStyle.primary),
    "delete": ("privacy.delete", "🗑️", ButtonStyle.danger),
    "really": ("privacy.really", None, ButtonStyle.danger),
    "keep": ("privacy.keep", None, ButtonStyle.secondary),
}


class PrivacyButton(
    LegacyControl[Button[Any]], template=rf"privacy_(?P<what>{'|'.join(_BUTTONS)}):{OWNER}"
):
    """Export, delete, and whether one means it."""

    @classmethod
    def drawn(cls, what: str, owner: int, say: Say) -> Self:
        """Draw one of them."""
        key, emoji, style = _BUTTONS[what]
        custom_id = f"privacy_{what}:{owner}"
        return cls(Button(label=say(key), emoji=emoji, style=style, custom_id=custom_id))

    def in_place(self, interaction: discord.Interaction[Any]) -> bool:
        """See `Control.in_place`: what is exported is a message of its own."""
        return super().in_place(interaction) and self.state["what"] != "export"

    def asked(self, values: Sequence[str]) -> Asked:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Asked(self.state["what"])


def kept(counts: Mapping[str, int], say: Say, owner: int) -> Message:
    """Lay out what is kept of somebody.

    Args:
        counts: of rows, by table.
        say: their language.
        owner: their id.
    """
    lines = [say("privacy.heading")]
    lines += [
        f"- **{count:,}** · {say(TABLE_NAMES.get(table, 'privacy.other'))}"
        for table, count in counts.items()
    ] or [say("privacy.nothing")]
    about = TextDisplay[Any](say("privacy.about", days=KEPT.days))
    parts = [TextDisplay[Any]("\n".join(lines)), about]
    if not counts:
        return framed(*parts)
    buttons = (PrivacyButton.drawn(what, owner, say) for what in ("export", "delete"))
    return framed(*parts, ActionRow(*buttons))


def sure(say: Say, owner: int) -> Message:
    """Ask whether somebody means to have all deleted."""
    buttons = (PrivacyButton.drawn(what, owner, say) for what in ("really", "keep"))
    return framed(TextDisplay(say("privacy.sure")), ActionRow(*buttons), colour=WARNING)


def deleted(forgotten: Forgotten, say: Say) -> Message:
    """Tell that all is deleted."""
    lines = [say("privacy.deleted")]
    if forgotten.handed_over:
        lines.append(say("privacy.handed_over", count=len(forgotten.handed_over)))
    if forgotten.ended:
        lines.append(say("privacy.ended", count=len(forgotten.ended)))
    return framed(TextDisplay("\n".join(lines)))


def exported(data: Mapping[str, Any], say: Say) -> Message:
    """Hand somebody's data out as a file."""
    written = json.dumps(data, ensure_ascii=False, indent=2).encode()
    file = discord.File(BytesIO(written), _FILE)
    return framed(TextDisplay(say("privacy.exported")), File(file), files=[file])
