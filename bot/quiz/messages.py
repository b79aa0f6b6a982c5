"""A round as everybody sees it: the question, and then the answer."""

from collections.abc import Mapping

from discord import MediaGalleryItem
from discord.ui import MediaGallery, Separator, TextDisplay
from discord.utils import format_dt

from bot.quiz import Asked, Picture
from bot.quiz.controls import EVERYBODY, choice_rows
from bot.quiz.phrases import (
    answer_alt,
    answer_words,
    question_alt,
    question_words,
    votes_words,
)
from bot.ui.languages import both
from bot.ui.layout import Message, attached, framed

_NAMED = 20
"""So many are named with their points; of the others it is said how many they are."""

Shapes = Mapping[str, tuple[int, int]]


def question(asked: Asked, picture: Picture, shapes: Shapes) -> Message:
    """Lay a round's question out. Nothing of the message tells the answer.

    Args:
        asked: the round.
        picture: what is to be guessed from.
        shapes: the height and width of each layer's maps.
    """
    language, riddle = asked.place.language, asked.riddle
    alt = both(lambda say: question_alt(riddle, picture, shapes, say), language)
    file = attached(picture.file, f"round.{picture.extension}", alt)
    when = format_dt(asked.closes_at, "R")
    return framed(
        TextDisplay(both(lambda say: question_words(riddle, shapes, say), language)),
        MediaGallery(MediaGalleryItem(file)),
        *choice_rows(asked.round_id, riddle.kind, EVERYBODY),
        Separator(),
        TextDisplay(both(lambda say: say("quiz.ends", when=when), language)),
        files=[file],
    )


def answer(asked: Asked, picture: Picture, shapes: Shapes) -> Message:
    """Lay a round's answer out: why, how the votes fell, who was right, and the points.

    Args:
        asked: the round, closed.
        picture: the answer's.
        shapes: the height and width of each layer's maps.
    """
    language, riddle = asked.place.language, asked.riddle
    alt = both(lambda say: answer_alt(riddle, picture, say), language)
    file = attached(picture.file, f"answer.{picture.extension}", alt)
    words = [both(lambda say: votes_words(asked, say), language)]
    scored = [each for each in asked.awards if each.points]
    named = [each for each in scored if each.named][:_NAMED]
    if named:
        words.append(
            " · ".join(
                f"{'✅ ' if each.right else ''}<@{each.user_id}> **+{each.points}**"
                for each in named
            )
        )
    if more := len(scored) - len(named):
        words.append(both(lambda say: say("quiz.more", count=more), language))
    return framed(
        TextDisplay(both(lambda say: answer_words(riddle, picture, shapes, say), language)),
        MediaGallery(MediaGalleryItem(file)),
        TextDisplay("\n".join(words)),
        Separator(),
        TextDisplay(
            both(
                lambda say: say(
                    "quiz.receipt", index=riddle.digit, layer=riddle.layer, target=riddle.target
                ),
                language,
            )
        ),
        files=[file],
    )
