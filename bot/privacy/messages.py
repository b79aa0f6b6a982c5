"""What `/privacy` shows."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import discord
from discord.ui import ActionRow, File, TextDisplay

from bot.i18n import Say
from bot.privacy.controls import PrivacyButton
from bot.privacy.privacy import DeletionReport
from bot.store.models import SERVER_RETENTION
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
"""The key of the text that says what a table holds, for tables with people's ids."""

_FILE = "grad-cam-data.json"


def stored_data(counts: Mapping[str, int], say: Say, owner: int) -> Message:
    """Lay out the number of a person's rows by table."""
    lines = [
        f"- **{count:,}** · {say(TABLE_NAMES.get(table, 'privacy.other'))}"
        for table, count in counts.items()
    ]
    listed = "\n".join([say("privacy.heading"), *(lines or [say("privacy.nothing")])])
    about = say("privacy.about", days=SERVER_RETENTION.days)
    parts = (TextDisplay[Any](listed), TextDisplay[Any](about))
    if not counts:
        return framed(*parts)
    buttons = (PrivacyButton.drawn(action, owner, say) for action in ("export", "delete"))
    return framed(*parts, ActionRow(*buttons))


def confirmation(say: Say, owner: int) -> Message:
    """Ask whether to delete everything."""
    buttons = (PrivacyButton.drawn(action, owner, say) for action in ("really", "keep"))
    return framed(TextDisplay(say("privacy.sure")), ActionRow(*buttons), colour=WARNING)


def deleted(report: DeletionReport, say: Say) -> Message:
    """Say that everything is deleted, and what became of the person's sessions."""
    lines = [say("privacy.deleted")]
    if report.handed_over:
        lines.append(say("privacy.handed_over", count=report.handed_over))
    if report.ended:
        lines.append(say("privacy.ended", count=report.ended))
    return framed(TextDisplay("\n".join(lines)))


def exported(data: Mapping[str, Any], say: Say) -> Message:
    """Attach exported data as a JSON file."""
    written = json.dumps(data, ensure_ascii=False, indent=2).encode()
    file = discord.File(BytesIO(written), _FILE)
    return framed(TextDisplay(say("privacy.exported")), File(file), files=[file])
