"""The message of a digit of the day: its question, and the answer to the one before."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from discord import MediaGalleryItem
from discord.ui import ActionRow, Item, MediaGallery, Separator, TextDisplay

from bot.daily.controls import LookCloserButton
from bot.daily.daily import DigitOfTheDay, ShownDigit
from bot.explain.messages import describe_card
from bot.explain.phrases import REGION_NAMES
from bot.explain.results import DigitResult
from bot.i18n import Say
from bot.ui.languages import in_languages
from bot.ui.layout import Message, attached, framed
from core.explain.regions import Region
from core.figures.probabilities import format_percent


def file_name(day: dt.date) -> str:
    """Name the picture of a day's digit; its message is found again by this name."""
    return f"digit-{day.isoformat()}.jpg"


def daily_message(
    digit: DigitOfTheDay, picture: bytes, ink: Sequence[Region], answer: DigitResult | None
) -> Message:
    """Lay out the digit of the day; nothing in the message tells which digit it is.

    Args:
        digit: the digit and its server.
        picture: the picture of the digit, JPEG.
        ink: the regions with the most ink, for those who cannot see the picture.
        answer: what the networks say of the previous digit; `None` if there was none.
    """
    question = "daily.mistaken" if digit.mistaken else "daily.narrow"

    def described(say: Say) -> str:
        return say("daily.alt", regions=", ".join(say(REGION_NAMES[each]) for each in ink))

    language = digit.language
    heading = in_languages(lambda say: say("daily.heading"), language)
    file = attached(picture, file_name(digit.day), in_languages(described, language))
    files = [file]
    parts: list[Item[Any]] = [
        TextDisplay(f"{heading}\n{in_languages(lambda say: say(question), language)}"),
        MediaGallery(MediaGalleryItem(file)),
        TextDisplay(in_languages(lambda say: say("daily.tomorrow"), language)),
    ]
    if digit.previous is not None and answer is not None:
        previous = digit.previous
        alt = in_languages(lambda say: describe_card(answer, say), language)
        card = attached(answer.card, "gradcam.png", alt)
        files.append(card)
        words = in_languages(lambda say: _answer(digit.day, previous, answer, say), language)
        parts += [
            Separator(),
            TextDisplay(words),
            MediaGallery(MediaGalleryItem(card)),
            ActionRow(LookCloserButton.drawn(previous.digit, language)),
        ]
    return framed(*parts, files=files)


def _answer(day: dt.date, previous: ShownDigit, answer: DigitResult, say: Say) -> str:
    first, second = answer.prediction.ranked[:2]
    if day - previous.day == dt.timedelta(days=1):
        heading = say("daily.yesterday")
    else:
        heading = say("daily.before", day=previous.day.isoformat())
    words = say(
        "daily.answer",
        index=previous.digit,
        label=answer.digit.label,
        prediction=first,
        confidence=format_percent(answer.prediction.confidence),
        second=second,
        second_confidence=format_percent(answer.prediction.probabilities[second]),
    )
    return f"{heading}\n{words} {say('daily.heat', target=answer.target)}"
