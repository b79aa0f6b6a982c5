"""What one person alone sees of a round, and their review."""

from typing import Any

from discord import MediaGalleryItem
from discord.ui import Item, MediaGallery, Separator, TextDisplay
from discord.utils import format_dt

from bot.i18n import Say
from bot.quiz import Asked, Picture
from bot.quiz.controls import choice_rows, field_rows
from bot.quiz.messages import Shapes
from bot.quiz.phrases import (
    answer_alt,
    answer_words,
    choice_label,
    field_name,
    question_alt,
    question_words,
)
from bot.reviews.asking import ReviewStatus
from bot.reviews.messages import review_rows
from bot.ui.layout import CALM, WARNING, Message, attached, framed


def voted(asked: Asked, choice: str, owner: int, say: Say) -> Message:
    """Confirm a vote.

    Args:
        asked: the round.
        choice: what was chosen.
        owner: who chose it.
        say: their language.
    """
    when = format_dt(asked.closes_at, "T")
    if asked.riddle.kind != "bet":
        answer = choice_label(asked.riddle.kind, choice)
        return framed(TextDisplay(say("quiz.yours", answer=answer, when=when)))
    digit, _, field = choice.partition("@")
    region = field_name(field, say)
    bet = say("quiz.your_bet", digit=digit, field=field, region=region, when=when)
    return framed(TextDisplay(bet), *field_rows(asked.round_id, digit, owner, field))


def which_field(asked: Asked, digit: str, owner: int, say: Say) -> Message:
    """Ask for the second half of a bet."""
    words = say("quiz.which_field", digit=digit)
    return framed(TextDisplay(words), *field_rows(asked.round_id, digit, owner))


def review_question(
    asked: Asked,
    picture: Picture,
    shapes: Shapes,
    status: ReviewStatus,
    owner: int,
    say: Say,
    digit: str | None = None,
) -> Message:
    """Lay a question of somebody's own review out.

    Args:
        asked: the round that it is.
        picture: what is to be guessed from.
        shapes: the height and width of each layer's maps.
        status: what else waits.
        owner: whose.
        say: their language.
        digit: the first half of a bet, where it is chosen.
    """
    riddle = asked.riddle
    alt = question_alt(riddle, picture, shapes, say)
    file = attached(picture.file, f"round.{picture.extension}", alt)
    parts: list[Item[Any]] = [
        TextDisplay(question_words(riddle, shapes, say)),
        MediaGallery(MediaGalleryItem(file)),
    ]
    if digit is None:
        parts += choice_rows(asked.round_id, riddle.kind, owner)
    else:
        parts.append(TextDisplay(say("quiz.which_field", digit=digit)))
        parts += field_rows(asked.round_id, digit, owner)
    parts += [Separator(), TextDisplay(say("review.due", count=status.due))]
    return framed(*parts, files=[file])


def review_answer(
    asked: Asked, picture: Picture, shapes: Shapes, status: ReviewStatus, owner: int, say: Say
) -> Message:
    """Lay the answer out.

    Args:
        asked: the round that it was, closed.
        picture: the answer's.
        shapes: the height and width of each layer's maps.
        status: what waits.
        owner: whose.
        say: their language.
    """
    (own,) = asked.awards
    alt = answer_alt(asked.riddle, picture, say)
    file = attached(picture.file, f"answer.{picture.extension}", alt)
    choice = choice_label(asked.riddle.kind, own.choice)
    verdict = say("review.right") if own.right else say("review.wrong", choice=choice)
    return framed(
        TextDisplay(f"{answer_words(asked.riddle, picture, shapes, say)}\n**{verdict}**"),
        MediaGallery(MediaGalleryItem(file)),
        TextDisplay(say("review.due", count=status.due)),
        *review_rows(status, owner, say),
        colour=CALM if own.right else WARNING,
        files=[file],
    )
