"""The messages of reviews."""

from typing import Any

import discord
from discord.ui import ActionRow, LayoutView, TextDisplay
from discord.utils import format_dt

from bot.i18n import Say
from bot.reviews.asking import ReviewStatus
from bot.reviews.controls import ReviewButton
from bot.ui.layout import Message, framed


def nothing_due(status: ReviewStatus, owner: int, say: Say) -> Message:
    """Say that there is nothing to review, and when there will be."""
    after = say("review.empty")
    if status.next_at is not None:
        when = format_dt(status.next_at, "R")
        after = say("review.waiting", count=status.later, when=when)
    text = f"{say('review.none')}\n{after}"
    return framed(TextDisplay(text), *review_rows(status, owner, say))


def sharing(status: ReviewStatus, owner: int, say: Say) -> Message:
    """Say who may be asked what was answered wrongly."""
    words = say("review.shared") if status.in_groups else say("review.kept")
    return framed(TextDisplay(words), *review_rows(status, owner, say))


def review_rows(status: ReviewStatus, owner: int, say: Say) -> list[ActionRow[Any]]:
    """Offer the next item, if one is due, and the choice of who may be asked."""
    share = ReviewButton.of("keep" if status.in_groups else "share", owner, say)
    if not status.due:
        return [ActionRow(share)]
    return [ActionRow(ReviewButton.of("next", owner, say), share)]


def is_review(message: discord.Message) -> bool:
    """Whether a message has the rows of a review."""
    items = LayoutView.from_message(message).walk_children()
    return any(str(getattr(item, "custom_id", "")).startswith("review:") for item in items)
