"""The messages of a review: a round for one person alone."""

from typing import Any

from discord import MediaGalleryItem
from discord.ui import Item, MediaGallery, Separator, TextDisplay

from bot.i18n import Say
from bot.quiz.controls import choice_rows, field_rows
from bot.quiz.kinds import KINDS
from bot.quiz.messages import answer_alt, answer_text, question_alt, question_text
from bot.quiz.question import Figure, Round
from bot.reviews.asking import ReviewStatus
from bot.reviews.messages import review_rows
from bot.ui.layout import CALM, WARNING, Message, attached, framed


def review_question(
    round_: Round,
    figure: Figure,
    status: ReviewStatus,
    owner: int,
    say: Say,
    digit: str | None = None,
) -> Message:
    """Lay out a question of a user's review.

    Args:
        round_: the round.
        figure: what it is answered from.
        status: what else is due.
        owner: the user.
        say: their language.
        digit: the first half of a bet, if it is chosen.
    """
    question = round_.question
    alt = question_alt(question, figure, say)
    file = attached(figure.file, f"round.{figure.extension}", alt)
    parts: list[Item[Any]] = [
        TextDisplay(question_text(question, figure, say)),
        MediaGallery(MediaGalleryItem(file)),
    ]
    if digit is None:
        parts += choice_rows(round_.round_id, question.kind, owner)
    else:
        parts.append(TextDisplay(say("quiz.which_field", digit=digit)))
        parts += field_rows(round_.round_id, digit, owner)
    parts += [Separator(), TextDisplay(say("review.due", count=status.due))]
    return framed(*parts, files=[file])


def review_answer(
    round_: Round, figure: Figure, status: ReviewStatus, owner: int, say: Say
) -> Message:
    """Lay out the answer of a closed review.

    Args:
        round_: the round.
        figure: the answer's.
        status: what else is due.
        owner: the user.
        say: their language.
    """
    (result,) = round_.results
    question = round_.question
    file = attached(figure.file, f"answer.{figure.extension}", answer_alt(question, figure, say))
    choice = KINDS[question.kind].choice_label(result.choice)
    verdict = say("review.right") if result.right else say("review.wrong", choice=choice)
    return framed(
        TextDisplay(f"{answer_text(question, figure, say)}\n**{verdict}**"),
        MediaGallery(MediaGalleryItem(file)),
        TextDisplay(say("review.due", count=status.due)),
        *review_rows(status, owner, say),
        colour=CALM if result.right else WARNING,
        files=[file],
    )
